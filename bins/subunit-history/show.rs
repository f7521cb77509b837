//! Output: the table, one test, lists and JSON.

use std::cmp::Reverse;
use std::time::Duration;

use hashbrown::HashSet;
use serde::Serialize;
use subunit_cli::{TestRow, escape};

use crate::history::{Detail, History, Kind, TestHistory};
use crate::story::{Choice, Medians, Story, median};
use crate::table::{Column, Lines, table};

/// What is shown, and how.
pub(crate) struct Shown<'a> {
    pub(crate) history: &'a History,
    /// The names of the runs.
    pub(crate) runs: &'a [String],
    /// How many results are shown of a test, if that is said.
    pub(crate) last: Option<usize>,
    pub(crate) json: bool,
    pub(crate) null: bool,
}

/// A test, and what its results tell.
type Told<'a> = (TestHistory<'a>, Story);

/// A test in JSON. Durations are in seconds.
#[derive(Serialize)]
struct Json<'a> {
    id: &'a str,
    profile: &'a str,
    runs: usize,
    good: usize,
    bad: usize,
    skipped: usize,
    flips: usize,
    streak: usize,
    since: Option<&'a str>,
    median: Option<f64>,
    max: Option<f64>,
    results: String,
}

/// A run of a test in JSON. Durations are in seconds.
#[derive(Serialize)]
struct JsonRun<'a> {
    run: &'a str,
    profile: &'a str,
    result: Option<char>,
    status: Option<&'static str>,
    duration: Option<f64>,
    worker: Option<&'a str>,
    message: &'a str,
}

impl<'a> Shown<'a> {
    /// The number of results on a line of the table.
    const LAST: usize = 32;

    /// The tests of a choice that have results in so many runs.
    pub(crate) fn tests(&'a self, choice: Choice, min_runs: usize) -> Lines<'a> {
        let tests = self.history.tests().map(|test| (test, test.story()));
        let mut tests: Vec<Told<'_>> =
            tests.filter(|(test, story)| story.told() >= min_runs && choice.takes(test, story)).collect();
        match choice {
            // Lists to be loaded are in the order of the tests.
            Choice::Failing => {}
            Choice::Slower(_) => {
                let factor = |test: &Told<'_>| Medians::of(&test.0).map_or(0.0, Medians::factor);
                tests.sort_by(|one, other| factor(other).total_cmp(&factor(one)));
            }
            Choice::All | Choice::Flaky => tests.sort_by_key(|(_, story)| Reverse((story.flips, story.bad))),
        }
        if self.json {
            return Box::new(tests.into_iter().map(|test| self.json(&test)));
        }
        match choice {
            Choice::All | Choice::Flaky => self.flips(tests),
            Choice::Failing => self.ids(tests),
            Choice::Slower(_) => self.slower(tests),
        }
    }

    fn end(&self) -> &'static str {
        if self.null { "\0" } else { "\n" }
    }

    /// A name from a stream. With NUL between lines, it is for a program.
    fn name(&self, name: &str) -> String {
        if self.null { name.to_owned() } else { escape(name).into_owned() }
    }

    fn label(&self, test: &TestHistory<'_>) -> String {
        self.name(test.id) + &self.profile(test)
    }

    /// The profile of a test behind a name.
    fn profile(&self, test: &TestHistory<'_>) -> String {
        if test.profile.is_empty() { String::new() } else { format!(" ({})", self.name(test.profile)) }
    }

    fn ids(&'a self, tests: Vec<Told<'a>>) -> Lines<'a> {
        let mut seen = HashSet::new();
        let ids = tests.into_iter().map(|(test, _)| test.id).filter(move |id| seen.insert(*id));
        Box::new(ids.map(|id| self.name(id) + self.end()))
    }

    fn flips(&'a self, tests: Vec<Told<'a>>) -> Lines<'a> {
        let count = self.last.unwrap_or(Self::LAST);
        let results = Column::left("results (newest right)");
        let columns = [Column::right("flips"), Column::left("bad"), Column::right("rate"), results];
        let row = move |(test, story): &Told<'a>| {
            let (bad, told) = (story.bad, story.told());
            let cells = [story.flips.to_string(), format!("{bad}/{told}"), rate(bad, told), self.results(test, count)];
            (cells, self.label(test))
        };
        table(columns, "id", tests, row, self.null)
    }

    fn slower(&'a self, tests: Vec<Told<'a>>) -> Lines<'a> {
        let row = |(test, _): &Told<'a>| {
            let Medians { older, newer } = Medians::of(test).unwrap_or_default();
            let factor = Medians { older, newer }.factor();
            ([format!("{older:.3} s"), format!("{newer:.3} s"), format!("{factor:.1}")], self.label(test))
        };
        table(["older", "newer", "factor"].map(Column::right), "id", tests, row, self.null)
    }

    /// The results of the last runs, a character each.
    fn results(&self, test: &TestHistory<'_>, count: usize) -> String {
        let runs = self.history.runs();
        (runs.saturating_sub(count)..runs).map(|run| result(test, run)).collect()
    }

    fn json(&self, (test, story): &Told<'a>) -> String {
        let seconds = test.seconds();
        let object = Json {
            id: test.id,
            profile: test.profile,
            runs: story.told() + story.skipped,
            good: story.good,
            bad: story.bad,
            skipped: story.skipped,
            flips: story.flips,
            streak: story.streak,
            since: story.since.map(|run| &*self.runs[run]),
            median: median(seconds).map(tidy),
            max: seconds.iter().copied().max_by(f32::total_cmp).map(tidy),
            results: self.results(test, self.last.unwrap_or(usize::MAX)),
        };
        self.object(&object)
    }

    fn object(&self, object: &impl Serialize) -> String {
        // Strings and numbers can always be written.
        let mut line = serde_json::to_string(object).unwrap_or_default();
        line.push_str(self.end());
        line
    }

    /// A line for each of the last runs of a test, and how often it was bad in all of them.
    pub(crate) fn test(&'a self, id: &str) -> Lines<'a> {
        let profiles: Vec<TestHistory<'a>> = self.history.tests().filter(|test| test.id == id).collect();
        let runs = self.runs.len();
        let runs = runs.saturating_sub(self.last.unwrap_or(usize::MAX))..runs;
        let lines: Vec<String> = runs.flat_map(|run| self.run(&profiles, run)).collect();
        let rates = profiles.iter().map(|test| {
            let story = test.story();
            format!("rate {}/{}{}{}", story.bad, story.told(), self.profile(test), self.end())
        });
        let none = profiles.is_empty().then(|| format!("rate 0/0{}", self.end()));
        let rates: Vec<String> = rates.chain(none).filter(|_| !self.json).collect();
        Box::new(lines.into_iter().chain(rates))
    }

    /// The lines of a run of a test, one for each profile.
    fn run(&self, profiles: &[TestHistory<'_>], run: usize) -> Vec<String> {
        let there = profiles.iter().filter_map(|test| Some(self.run_with(test, run, test.detail(run)?)));
        let lines: Vec<String> = there.collect();
        if lines.is_empty() { vec![self.run_without(run)] } else { lines }
    }

    fn run_without(&self, run: usize) -> String {
        if self.json {
            let run = &self.runs[run];
            let absent =
                JsonRun { run, profile: "", result: None, status: None, duration: None, worker: None, message: "" };
            return self.object(&absent);
        }
        format!("{}  -{}", self.run_name(run, ""), self.end())
    }

    fn run_with(&self, test: &TestHistory<'_>, run: usize, detail: &Detail) -> String {
        let status = detail.status.name();
        if self.json {
            return self.object(&JsonRun {
                run: &self.runs[run],
                profile: test.profile,
                result: Some(result(test, run)),
                status: Some(status),
                duration: detail.seconds.map(tidy),
                worker: Some(&detail.worker).filter(|name| *name != "-").map(String::as_str),
                message: &detail.message,
            });
        }
        let status = if detail.differs { format!("{status}~") } else { status.to_owned() };
        let duration = detail.seconds.map(Duration::from_secs_f32);
        let row = TestRow { status: &status, duration, worker: &detail.worker, id: &detail.message }.to_string();
        format!("{}  {}{}", self.run_name(run, &self.profile(test)), row.trim_end(), self.end())
    }

    /// The name of a run, as wide as the widest one.
    fn run_name(&self, run: usize, profile: &str) -> String {
        let width = self.runs.iter().map(|name| escape(name).chars().count()).max().unwrap_or(0);
        format!("{:width$}", self.name(&self.runs[run]) + profile)
    }
}

/// The result of a test in a run, as a character.
fn result(test: &TestHistory<'_>, run: usize) -> char {
    match test.kind(run) {
        Kind::Good | Kind::Bad if test.differs(run) => '~',
        Kind::Good => '.',
        Kind::Bad => 'F',
        Kind::Skipped => 's',
        Kind::Absent => ' ',
    }
}

/// The share of bad results in percent. It is never rounded to 0 % or 100 %.
fn rate(bad: usize, of: usize) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    match ((bad * 100 + of / 2) / of, bad) {
        (0, 1..) => "<1%".to_owned(),
        (100, _) if bad < of => ">99%".to_owned(),
        (percent, _) => format!("{percent}%"),
    }
}

/// Seconds, rounded to microseconds, without trailing zeros.
fn tidy(seconds: f32) -> f64 {
    const MILLION: f64 = 1e6;
    (f64::from(seconds) * MILLION).round() / MILLION
}
