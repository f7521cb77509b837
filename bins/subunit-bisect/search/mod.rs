//! Searches for the tests that break another one: which set of candidates to try next.
//!
//! It is a function of the log of trials, without I/O and clocks. A failure with a set proves that
//! the set suffices. A pass is only evidence, so sets are tried in turn until one of them fails.

mod odds;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod steps;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub(crate) use self::odds::Tally;

/// Candidates, by their places in the list, in order. The test itself is always run behind them.
pub(crate) type Set = Vec<usize>;

/// What a search goes by.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Settings {
    /// How sure it is to be that nothing is missing in the end, from 0 to 1.
    pub(crate) confidence: f64,
    /// The failure rate of the whole list, if it is known.
    pub(crate) rate: Option<Tally>,
    /// After so many failures of the whole list its rate is known.
    pub(crate) failures: u64,
    /// After so many passes of the whole list the search ends.
    pub(crate) give_up: u64,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Try this set.
    Try(Set),
    /// Wait: what is running decides.
    Wait,
    Done(Verdict),
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The test fails by itself.
    ByItself,
    /// It fails after these, and after none of them alone if they are several.
    Cause(Set),
    /// It does not fail often enough.
    NotReproduced,
}

/// Where a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The whole list, until its rate is known.
    Reproducing,
    /// The test alone.
    Alone,
    /// Parts of the candidates, and what is left without them.
    Cutting,
    /// The final set, and that without each member.
    Measuring,
}

/// A search.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    settings: Settings,
    /// How many candidates there are.
    count: usize,
    tallies: HashMap<Set, Tally>,
    /// The candidates that are left, cut into parts, in order.
    parts: Vec<Set>,
    /// How often the candidates were cut.
    round: usize,
}

/// The test alone runs so often for each run of the whole list: it is cheap, and ends the search if
/// it fails.
const ALONE_FOR_EACH_WHOLE: u64 = 10;

/// The part of the allowance of a step that the last one has: a test that is in the final set by
/// chance is accused for good, and few tests run there.
const CARE: f64 = 0.1;

impl Search {
    pub(crate) fn new(count: usize, settings: Settings) -> Self {
        Self { settings, count, tallies: HashMap::new(), parts: halves(&whole(count)), round: 0 }
    }

    /// Adds a trial with a result to the log: whether the test was bad with a set.
    pub(crate) fn record(&mut self, set: &[usize], is_bad: bool) {
        let tally = self.tallies.entry(set.to_vec()).or_default();
        if is_bad {
            tally.bad += 1;
        } else {
            tally.good += 1;
        }
        if is_bad {
            self.narrow(set);
        }
        while self.is_cut_finer() {
            self.parts = self.parts.iter().flat_map(|part| halves(part)).collect();
            self.round += 1;
        }
    }

    /// What to do next, while these sets are running.
    pub(crate) fn next(&self, running: &[Set]) -> Step {
        let planned = |set: &[usize]| self.tally(set).runs() + running.iter().filter(|it| *it == set).count() as u64;
        if self.tally(&[]).bad > 0 {
            return Step::Done(Verdict::ByItself);
        }
        let whole = whole(self.count);
        let Some(needed) = self.passes_needed() else {
            if self.tally(&whole).good >= self.settings.give_up {
                return Step::Done(Verdict::NotReproduced);
            }
            let is_alone = planned(&[]) < ALONE_FOR_EACH_WHOLE * planned(&whole);
            return Step::Try(if is_alone { Vec::new() } else { whole });
        };
        if planned(&whole) == 0 {
            // It shows whether the command runs what is listed, in that order.
            return Step::Try(whole);
        }
        let in_turn = |sets: Vec<Set>| {
            // The results of those that run may be all that it takes.
            let passes = |set: &Set| planned(set) - self.tally(set).bad;
            let open = sets.into_iter().filter(|set| passes(set) < needed).min_by_key(|set| planned(set));
            open.map_or(Step::Wait, Step::Try)
        };
        let lacks_passes = |set: &Set| self.tally(set).good < needed;
        if lacks_passes(&Vec::new()) {
            return in_turn(vec![Vec::new()]);
        }
        let cuts = self.cuts();
        if cuts.iter().any(lacks_passes) {
            return in_turn(cuts);
        }
        let candidates = self.candidates();
        if self.tally(&candidates).bad == 0 {
            // The rate was given: that these can fail was never seen.
            let is_open = lacks_passes(&candidates);
            return if is_open { in_turn(vec![candidates]) } else { Step::Done(Verdict::NotReproduced) };
        }
        match self.unmeasured(needed).into_iter().min_by_key(|set| planned(set)) {
            Some(set) => Step::Try(set),
            None => Step::Done(Verdict::Cause(candidates)),
        }
    }

    /// What is left of the candidates.
    pub(crate) fn candidates(&self) -> Set {
        self.parts.concat()
    }

    /// How often a set was bad and good.
    pub(crate) fn tally(&self, set: &[usize]) -> Tally {
        self.tallies.get(set).copied().unwrap_or_default()
    }

    /// How often the candidates were cut.
    pub(crate) fn round(&self) -> usize {
        self.round
    }

    /// The failures of the whole list in its runs, as far as they are known.
    pub(crate) fn rate(&self) -> Tally {
        self.settings.rate.unwrap_or_else(|| self.tally(&whole(self.count)))
    }

    pub(crate) fn phase(&self) -> Phase {
        let Some(needed) = self.passes_needed() else { return Phase::Reproducing };
        if self.tally(&[]).good < needed {
            Phase::Alone
        } else if self.cuts().iter().any(|set| self.tally(set).good < needed) {
            Phase::Cutting
        } else {
            Phase::Measuring
        }
    }

    /// So many passes in a row make a set innocent; `None` as long as the rate is not known.
    pub(crate) fn passes_needed(&self) -> Option<u64> {
        let rate = self.rate();
        let is_known = self.settings.rate.is_some() || rate.bad >= self.settings.failures;
        is_known.then(|| rate.passes_below(self.allowance()))
    }

    /// The passes that innocent sets of this round have, and those that they need; none while the
    /// rate is not known.
    pub(crate) fn passes(&self) -> Option<(u64, u64)> {
        let needed = self.passes_needed()?;
        let sets = if self.phase() == Phase::Alone { vec![Vec::new()] } else { self.cuts() };
        Some((sets.iter().map(|set| self.tally(set).good.min(needed)).min().unwrap_or(needed), needed))
    }

    /// About how many trials are left.
    #[expect(clippy::cast_precision_loss, reason = "it is about that number")]
    pub(crate) fn trials_left(&self) -> f64 {
        let whole = self.rate();
        let trials_to_failure = 1.0 / whole.rate();
        let reproducing = if self.passes_needed().is_some() {
            0.0
        } else {
            let until_known = self.settings.failures.saturating_sub(whole.bad) as f64 * trials_to_failure;
            let until_end = self.settings.give_up.saturating_sub(whole.good) as f64;
            until_known.min(until_end) * (1.0 + ALONE_FOR_EACH_WHOLE as f64)
        };
        if whole.bad == 0 {
            // Nobody knows how it will go on.
            return reproducing;
        }
        // In the end it needs as many passes as the last step asks for.
        let needed =
            self.passes_needed().map_or(10.0 * trials_to_failure, |needed| self.passes_to_be_sure(needed) as f64);
        let alone = (needed - self.tally(&[]).good as f64 - 0.9 * reproducing).max(0.0);
        let candidates = self.candidates();
        let cutting = match self.phase() {
            Phase::Measuring => 0.0,
            _ => (candidates.len() as f64).log2().ceil() * 2.0 * trials_to_failure,
        };
        let left = self.settings.failures.saturating_sub(self.tally(&candidates).bad);
        let measuring = if candidates.len() == self.count { self.settings.failures } else { left };
        reproducing + alone + cutting + measuring as f64 * trials_to_failure
    }

    /// Sets without one member each of the final set, in order.
    pub(crate) fn without_each(set: &[usize]) -> impl Iterator<Item = Set> {
        set.iter().map(move |left_out| set.iter().copied().filter(|place| place != left_out).collect())
    }

    /// The chance of an error that a single step may have.
    #[expect(clippy::cast_precision_loss, reason = "lists are short")]
    fn allowance(&self) -> f64 {
        (1.0 - self.settings.confidence) / (2.0 * (self.count.max(1) as f64).log2() + 2.0)
    }

    /// The parts and, of more than two, what is left without each.
    fn cuts(&self) -> Vec<Set> {
        match self.parts.len() {
            0 | 1 => Vec::new(),
            2 => self.parts.clone(),
            count => self.parts.iter().cloned().chain((0..count).map(|part| self.complement(part))).collect(),
        }
    }

    fn complement(&self, part: usize) -> Set {
        let others = self.parts.iter().enumerate().filter(|(number, _)| *number != part);
        others.flat_map(|(_, part)| part).copied().collect()
    }

    /// Makes a set that has failed the candidates, if it is smaller than they are.
    fn narrow(&mut self, set: &[usize]) {
        let candidates = self.candidates();
        let is_smaller =
            set.len() < candidates.len() && set.iter().all(|place| candidates.binary_search(place).is_ok());
        if !is_smaller || set.is_empty() {
            return;
        }
        let has_parts_left = self.parts.len() > 2;
        match (0..self.parts.len()).find(|part| has_parts_left && self.complement(*part) == set) {
            Some(part) => drop(self.parts.remove(part)),
            None => self.parts = halves(set),
        }
        self.round += 1;
    }

    /// Whether all parts are innocent, and can be cut once more.
    fn is_cut_finer(&self) -> bool {
        let Some(needed) = self.passes_needed() else { return false };
        self.parts.iter().any(|part| part.len() > 1)
            && self.tally(&self.candidates()).bad > 0
            && self.cuts().iter().all(|set| self.tally(set).good >= needed)
    }

    fn passes_to_be_sure(&self, needed: u64) -> u64 {
        self.rate().passes_below(self.allowance() * CARE).max(needed)
    }

    /// Sets whose failure rates are not known well enough, once the final set is found: itself
    /// until it has failed a few times, then those without a member until it is no chance that they
    /// pass, neither at the rate of the whole list nor at that of the final set.
    fn unmeasured(&self, needed: u64) -> Vec<Set> {
        let Settings { failures, give_up, confidence, .. } = self.settings;
        let set = self.candidates();
        let tally = self.tally(&set);
        if tally.bad < failures && tally.good < give_up {
            return vec![set];
        }
        let sure = self.passes_to_be_sure(needed);
        let is_open = |set: &Set| {
            let passes = self.tally(set).good;
            let may_be_chance = tally.chance_of_passes(passes) > 1.0 - confidence;
            passes < sure || may_be_chance && passes < sure.max(give_up)
        };
        Self::without_each(&set).filter(is_open).collect()
    }
}

fn whole(count: usize) -> Set {
    (0..count).collect()
}

/// Both halves of a set, or the set itself if it cannot be cut.
fn halves(set: &[usize]) -> Vec<Set> {
    let (first, second) = set.split_at(set.len().div_ceil(2));
    [first, second].into_iter().filter(|half| !half.is_empty()).map(<[usize]>::to_vec).collect()
}
