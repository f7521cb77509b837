//! The search: which set of candidates to try next.
//!
//! It is a pure function of the log of trials. A failure with a set proves that
//! the set suffices. A pass is only evidence, so sets are tried in turn until one of them fails.

mod odds;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod steps;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub(crate) use self::odds::Tally;

/// Sorted indexes of candidates. The test itself always runs after them.
pub(crate) type Set = Vec<usize>;

/// The settings of a search.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Settings {
    /// The probability that the result is complete, from 0 to 1.
    pub(crate) confidence: f64,
    /// The failure rate of the whole list, if it is known.
    pub(crate) rate: Option<Tally>,
    /// The number of failures of the whole list after which its rate is known.
    pub(crate) failures: u64,
    /// The number of passes of the whole list after which the search ends.
    pub(crate) give_up: u64,
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Try this set.
    Try(Set),
    /// Wait for the trials that are running.
    Wait,
    Done(Verdict),
}

/// The verdict.
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
    /// Parts of the candidates, and their complements.
    Cutting,
    /// The final set, and the final set without each member.
    Measuring,
}

/// A search.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    settings: Settings,
    /// The number of candidates.
    count: usize,
    tallies: HashMap<Set, Tally>,
    /// The remaining candidates, cut into parts, in order.
    parts: Vec<Set>,
    /// The number of cuts so far.
    round: usize,
}

/// Trials of the test alone for each trial of the whole list. They are cheap, and a failure ends
/// the search.
const ALONE_FOR_EACH_WHOLE: u64 = 10;

/// The last step gets this fraction of the allowance of a step: an innocent test in the final set
/// would be accused, and trials are short there.
const CARE: f64 = 0.1;

impl Search {
    pub(crate) fn new(count: usize, settings: Settings) -> Self {
        Self { settings, count, tallies: HashMap::new(), parts: halves(&whole(count)), round: 0 }
    }

    /// Records a trial of a set.
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

    /// The next step, while trials of the sets in `running` run.
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
            // The first trial shows whether the command follows its list.
            return Step::Try(whole);
        }
        let in_turn = |sets: Vec<Set>| {
            // Trials that are running may bring all passes that are needed.
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
            // With a given rate, no failure was seen yet.
            let is_open = lacks_passes(&candidates);
            return if is_open { in_turn(vec![candidates]) } else { Step::Done(Verdict::NotReproduced) };
        }
        match self.unmeasured(needed).into_iter().min_by_key(|set| planned(set)) {
            Some(set) => Step::Try(set),
            None => Step::Done(Verdict::Cause(candidates)),
        }
    }

    /// The remaining candidates.
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
