//! The report of a bisection.

use std::fmt::Write;

use serde::Serialize;
use subunit_cli::escape;
use subunit_formats::number::{counted, grouped, roughly};

use crate::progress::{self, failures, percent};
use crate::search::{Search, Step, Tally, Verdict};
use crate::state::State;

/// The verdict of a search; `None` if it is not over.
pub(crate) fn verdict(search: &Search) -> Option<Verdict> {
    match search.next(&[]) {
        Step::Done(verdict) => Some(verdict),
        Step::Try(_) | Step::Wait => None,
    }
}

/// The report in words.
pub(crate) fn lines(state: &State) -> String {
    let search = state.search();
    let test = escape(&state.test);
    let mut lines = String::new();
    // Writing to a string cannot fail.
    let _ = match verdict(&search) {
        Some(Verdict::ByItself) => {
            writeln!(lines, "{test} fails by itself\n  alone:        {}", measured(search.tally(&[])))
        }
        Some(Verdict::Cause(set)) => {
            let ids: Vec<&str> = state.ids(&set).collect();
            let names: Vec<_> = ids.iter().map(|id| escape(id)).collect();
            let (it, is_one) = if ids.len() == 1 { ("it", true) } else { ("them", false) };
            let tally = search.tally(&set);
            let _ = writeln!(lines, "{test} fails after {}", names.join(" and "));
            let _ = writeln!(lines, "  {:<13} {}", format!("with {it}:"), measured(tally));
            for (name, without) in names.iter().zip(Search::without_each(&set)) {
                let what = if is_one { "it" } else { name };
                let without = search.tally(&without);
                let chance = percent(tally.chance_of_passes(without.good));
                let failures = failures(without);
                let _ = writeln!(
                    lines,
                    "  {:<13} {failures} (by chance, were it not needed: {chance} %)",
                    format!("without {what}:")
                );
            }
            Ok(())
        }
        Some(Verdict::NotReproduced) => {
            let tally = search.tally(&search.candidates());
            writeln!(lines, "{test} is not reproduced\n  whole list:   {}", failures(tally))
        }
        None => writeln!(lines, "{test}: not finished\n  {}", progress::line(&search)),
    };
    let Totals { trials, tests, seconds } = totals(state);
    let (trials, tests, time) = (counted(trials, "trial"), grouped(tests), roughly(seconds));
    let _ = writeln!(lines, "  {trials}, {tests} tests run, {time}; state in {}", escape(&state.name));
    lines
}

/// The report as a JSON object.
pub(crate) fn json(state: &State) -> String {
    let search = state.search();
    let verdict = verdict(&search);
    let set = match &verdict {
        Some(Verdict::Cause(set)) => set.clone(),
        _ => Vec::new(),
    };
    let measured_set = match &verdict {
        Some(Verdict::Cause(_) | Verdict::ByItself) => set.clone(),
        _ => (0..state.candidates.len()).collect(),
    };
    let tally = search.tally(&measured_set);
    let without = state.ids(&set).zip(Search::without_each(&set)).map(|(id, without)| {
        let without = search.tally(&without);
        let chance = tally.chance_of_passes(without.good);
        Without { id, failures: without.bad, runs: without.runs(), chance }
    });
    let (low, high) = tally.interval();
    let Totals { trials, tests, seconds } = totals(state);
    let report = Json {
        test: &state.test,
        verdict: match verdict {
            Some(Verdict::ByItself) => "by itself",
            Some(Verdict::Cause(_)) => "cause",
            Some(Verdict::NotReproduced) => "not reproduced",
            None => "not finished",
        },
        cause: state.ids(&set).collect(),
        with: With { failures: tally.bad, runs: tally.runs(), rate: tally.share(), low, high },
        without: without.collect(),
        trials,
        tests,
        seconds,
        state: &state.name,
    };
    // Strings and numbers can always be written.
    serde_json::to_string(&report).unwrap_or_default() + "\n"
}

#[derive(Serialize)]
struct Json<'a> {
    test: &'a str,
    verdict: &'static str,
    cause: Vec<&'a str>,
    with: With,
    without: Vec<Without<'a>>,
    trials: u64,
    tests: u64,
    seconds: f64,
    state: &'a str,
}

#[derive(Serialize)]
struct With {
    failures: u64,
    runs: u64,
    rate: f64,
    low: f64,
    high: f64,
}

#[derive(Serialize)]
struct Without<'a> {
    id: &'a str,
    failures: u64,
    runs: u64,
    chance: f64,
}

struct Totals {
    trials: u64,
    tests: u64,
    seconds: f64,
}

fn totals(state: &State) -> Totals {
    Totals {
        trials: state.trials.len() as u64,
        tests: state.trials.iter().map(|trial| trial.tests as u64).sum(),
        seconds: state.trials.iter().map(|trial| trial.seconds).sum(),
    }
}

/// `9 failures in 268 runs (3.4 %, 95 %: 1.7 to 6.0)`.
fn measured(tally: Tally) -> String {
    let (low, high) = tally.interval();
    format!("{} ({} %, 95 %: {} to {})", failures(tally), percent(tally.share()), percent(low), percent(high))
}
