//! Runs trials until the search is over.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use subunit_cli::{self as cli, Trouble};

use crate::args::TOOL;
use crate::progress::Progress;
use crate::search::{Search, Set, Step, Verdict};
use crate::state::{Outcome, State, Trial};
use crate::trial::{Job, Ran, Runner};

/// A running bisection.
pub(crate) struct Bisection {
    state: State,
    search: Search,
    runner: Arc<Runner>,
    jobs: usize,
    running: Vec<Job>,
    news: Sender<End>,
    ends: Receiver<End>,
    voids_in_a_row: usize,
    progress: Progress,
}

/// The number and the result of a trial; `None` if a signal ended it.
type End = (usize, Result<Option<Ran>, Trouble>);

/// After this many trials in a row without a result, the bisection ends.
const MOST_VOIDS: usize = 3;

impl Bisection {
    pub(crate) fn new(state: State, runner: Runner, jobs: usize) -> Self {
        let (news, ends) = channel();
        let search = state.search();
        let progress = Progress::new(jobs);
        let runner = Arc::new(runner);
        Self { state, search, runner, jobs, running: Vec::new(), news, ends, voids_in_a_row: 0, progress }
    }

    /// Runs trials until the cause is found. `None` if a signal came first.
    ///
    /// # Errors
    ///
    /// If the command gives no results, or the state cannot be written.
    pub(crate) fn run(mut self) -> Result<Option<(State, Verdict)>, Trouble> {
        loop {
            let verdict = if cli::is_interrupted() { None } else { self.start_trials()? };
            if self.running.is_empty() {
                return Ok(verdict.map(|verdict| (self.state, verdict)));
            }
            // `self.news` keeps the channel open.
            let Ok((number, end)) = self.ends.recv() else { return Ok(None) };
            let Some(place) = self.running.iter().position(|job| job.number == number) else { continue };
            let job = self.running.remove(place);
            if let Some(ran) = end? {
                self.end_trial(job, ran)?;
            }
        }
    }

    /// Starts trials until `jobs` run at once. Returns the verdict if the search is over.
    fn start_trials(&mut self) -> Result<Option<Verdict>, Trouble> {
        // The first one shows in which order the command runs the tests.
        let most = if self.state.has_results() { self.jobs } else { 1 };
        while self.running.len() < most {
            let running: Vec<Set> = self.running.iter().map(|job| job.set.clone()).collect();
            match self.search.next(&running) {
                Step::Try(set) => self.start(set)?,
                Step::Wait => break,
                Step::Done(verdict) => return Ok(Some(verdict)),
            }
        }
        Ok(None)
    }

    fn start(&mut self, set: Set) -> Result<(), Trouble> {
        self.progress.show(&self.search, &self.state);
        let earlier = self.state.trials.iter().map(|trial| trial.number);
        let number = 1 + earlier.chain(self.running.iter().map(|job| job.number)).max().unwrap_or_default();
        let (list_path, list) = self.state.list(&set)?;
        let ids: HashSet<String> = self.state.ids(&set).map(str::to_owned).collect();
        let job = Job { number, ids, list, list_path, stream: self.state.stream(number), set };
        self.running.push(job.clone());
        let (runner, news) = (Arc::clone(&self.runner), self.news.clone());
        cli::spawn(move || {
            let end = runner.run(&job);
            // The receiver is gone if another trial has failed.
            let _ = news.send((job.number, end));
        })
        .map(drop)
    }

    fn end_trial(&mut self, job: Job, ran: Ran) -> Result<(), Trouble> {
        let Ran { shown, seconds, exit } = ran;
        let mut set = job.set;
        let tests = set.len() + 1;
        if !self.state.has_results() && shown.outcome != Outcome::Void {
            self.check_order(&shown.seen)?;
            // The whole list, in the order that was seen.
            set = (0..self.state.candidates.len()).collect();
        }
        if shown.outcome == Outcome::Void {
            self.voids_in_a_row += 1;
        } else {
            self.voids_in_a_row = 0;
            self.search.record(&set, shown.outcome == Outcome::Bad);
        }
        let (outcome, reason) = (shown.outcome, shown.reason);
        let number = job.number;
        self.state.add(Trial { number, list: job.list, outcome, reason: reason.clone(), seconds, exit, tests, set })?;
        if self.voids_in_a_row == MOST_VOIDS {
            let stream = self.state.stream(number);
            let stream = if stream.exists() { format!("; see {}", stream.display()) } else { String::new() };
            return Err(Trouble::message(format_args!(
                "{MOST_VOIDS} trials in a row without a result: {reason}{stream}"
            )));
        }
        Ok(())
    }

    /// Compares the tests that the first trial ran with its list. If the order differs, the search
    /// uses the order seen, without the tests that ran after the victim.
    fn check_order(&mut self, seen: &[String]) -> Result<(), Trouble> {
        let listed: Vec<&String> = self.state.candidates.iter().chain([&self.state.test]).collect();
        let difference =
            (0..listed.len().max(seen.len())).find(|place| listed.get(*place).copied() != seen.get(*place));
        let Some(place) = difference else { return Ok(()) };
        let name = |id: Option<&String>| id.map_or("nothing", String::as_str).to_owned();
        let (ran, expected) = (name(seen.get(place)), name(listed.get(place).copied()));
        let message = format_args!("the command ran {ran} where the list has {expected}");
        let _ = Trouble::message(message).reported(TOOL);
        let in_order = in_order_seen(&self.state.candidates, seen, &self.state.test);
        if in_order != self.state.candidates && !in_order.is_empty() {
            self.state.reorder(in_order)?;
            self.search = self.state.search();
        }
        Ok(())
    }
}

/// Sorts candidates by the order in which they ran. Those that did not run keep their places; those
/// that ran after the test are removed.
fn in_order_seen(candidates: &[String], seen: &[String], test: &str) -> Vec<String> {
    let known: HashSet<&String> = candidates.iter().collect();
    let before: Vec<&String> = seen.iter().take_while(|id| *id != test).filter(|id| known.contains(id)).collect();
    let behind: HashSet<&String> = seen.iter().skip_while(|id| *id != test).collect();
    let is_before: HashSet<&String> = before.iter().copied().collect();
    let mut next = before.into_iter();
    let left = candidates.iter().filter(|id| !behind.contains(id));
    left.filter_map(|id| if is_before.contains(id) { next.next() } else { Some(id) }).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_put_in_the_order_in_which_they_were_seen() {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let candidates = ids(&["a", "b", "c", "d"]);
        for (seen, expected) in [
            (&["a", "b", "c", "d", "test"][..], &["a", "b", "c", "d"][..]),
            (&["d", "c", "b", "a", "test"], &["d", "c", "b", "a"]),
            (&["c", "x", "a", "test", "b"], &["c", "a", "d"]),
            (&["test"], &["a", "b", "c", "d"]),
            (&["test", "d", "c", "b", "a"], &[]),
        ] {
            assert_eq!(in_order_seen(&candidates, &ids(seen), "test"), ids(expected), "{seen:?}");
        }
    }
}
