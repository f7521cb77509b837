//! Progress of the search, on standard error.

use std::time::{Duration, Instant};

use subunit_cli::Trouble;
use subunit_formats::number::{counted, grouped, roughly};

use crate::args::TOOL;
use crate::search::{Phase, Search, Tally};
use crate::state::State;

/// Prints a line when the search enters a new round or phase, and every ten seconds.
#[derive(Debug)]
pub(crate) struct Progress {
    jobs: usize,
    /// The phase and round of the last line.
    place: Option<(Phase, usize)>,
    last: Instant,
}

impl Progress {
    const PAUSE: Duration = Duration::from_secs(10);

    pub(crate) fn new(jobs: usize) -> Self {
        Self { jobs, place: None, last: Instant::now() }
    }

    /// Prints a line if one is due.
    pub(crate) fn show(&mut self, search: &Search, state: &State) {
        let place = (search.phase(), search.round());
        if self.place == Some(place) && self.last.elapsed() < Self::PAUSE {
            return;
        }
        self.place = Some(place);
        self.last = Instant::now();
        let left = time_left(search, state, self.jobs).map(|left| format!(", about {left} left")).unwrap_or_default();
        let _ = Trouble::message(format_args!("{}{left}", line(search))).reported(TOOL);
    }
}

/// Describes the state of a search.
pub(crate) fn line(search: &Search) -> String {
    let candidates = search.candidates();
    let rate = search.rate();
    let (passes, needed) = search.passes().unwrap_or_default();
    let passes = format!("{} of {} passes", grouped(passes), grouped(needed));
    match search.phase() {
        Phase::Reproducing => {
            let alone = search.tally(&[]);
            let candidates = counted(candidates.len() as u64, "candidate");
            format!("{candidates}: {}; alone: {}", failures(rate), failures(alone))
        }
        Phase::Alone => format!("alone: {}, {passes}", about(rate)),
        Phase::Cutting => {
            let candidates = counted(candidates.len() as u64, "candidate");
            format!("round {}: {candidates}, {}, {passes}", search.round() + 1, about(rate))
        }
        Phase::Measuring => {
            let tally = search.tally(&candidates);
            format!("measuring {}: {}", counted(candidates.len() as u64, "candidate"), failures(tally))
        }
    }
}

/// `9 failures in 268 runs`.
pub(crate) fn failures(tally: Tally) -> String {
    format!("{} in {}", counted(tally.bad, "failure"), counted(tally.runs(), "run"))
}

/// `p about 3.1 % (1.0 to 7.9)`.
fn about(rate: Tally) -> String {
    let (low, high) = rate.interval();
    format!("p about {} % ({} to {})", percent(rate.share()), percent(low), percent(high))
}

/// A share in percent, without the sign.
pub(crate) fn percent(share: f64) -> String {
    const LEAST: f64 = 0.000_5;
    if share > 0.0 && share < LEAST { "under 0.1".to_owned() } else { format!("{:.1}", share * 100.0) }
}

/// The estimated time left, from the duration of the last trials.
fn time_left(search: &Search, state: &State, jobs: usize) -> Option<String> {
    // Until the rate is known, one trial in eleven is the whole list: average over four of them.
    const LAST: usize = 44;
    let last = &state.trials[state.trials.len().saturating_sub(LAST)..];
    if last.is_empty() {
        return None;
    }
    let seconds: f64 = last.iter().map(|trial| trial.seconds).sum();
    #[expect(clippy::cast_precision_loss, reason = "they are few")]
    let (count, jobs) = (last.len() as f64, jobs as f64);
    Some(roughly(search.trials_left() * seconds / count / jobs))
}
