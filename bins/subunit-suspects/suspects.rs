//! The tests that ran before another one whenever it failed.

use std::collections::HashMap;

use subunit_formats::names::Names;

use crate::run::{Attempt, Run};

/// Counts for all tests except the failing one.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    names: Names,
    /// By the numbers of their names.
    counts: Vec<Count>,
    failing: u64,
    passing: u64,
}

/// How often a test ran before the failing one, on the same worker.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    /// In how many failing runs.
    failing: u64,
    /// In how many passing runs.
    passing: u64,
    /// How many tests ran from here to the last failure.
    distance: u64,
}

/// A test that ran before the other one whenever that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suspect<'a> {
    pub(crate) id: &'a str,
    pub(crate) failing: u64,
    pub(crate) passing_with: u64,
    pub(crate) passing_without: u64,
    distance: u64,
}

impl Suspects {
    /// The names of all tests.
    pub(crate) fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// Counts what ran before the attempts of a run.
    pub(crate) fn add(&mut self, run: &Run) {
        self.counts.resize(self.names.len(), Count::default());
        let mut workers: HashMap<usize, [Vec<u64>; 2]> = HashMap::new();
        for attempt in &run.attempts {
            let of_worker = workers.entry(attempt.worker).or_default();
            of_worker[usize::from(attempt.is_bad)].push(attempt.place);
        }
        for [passing, failing] in workers.values_mut() {
            passing.sort_unstable();
            failing.sort_unstable();
            self.passing += passing.len() as u64;
            self.failing += failing.len() as u64;
        }
        let mut first: HashMap<(usize, usize), u64> = HashMap::new();
        for test in run.tests.iter().filter(|test| workers.contains_key(&test.worker)) {
            let first = first.entry((test.worker, test.name)).or_insert(test.place);
            *first = test.place.min(*first);
        }
        for ((worker, name), place) in first {
            let [passing, failing] = &workers[&worker];
            let behind = |places: &[u64]| (places.len() - places.partition_point(|other| *other < place)) as u64;
            self.counts[name].passing += behind(passing);
            self.counts[name].failing += behind(failing);
        }
        let failures = run.attempts.iter().filter(|attempt| attempt.is_bad);
        let Some(last) = failures.max_by_key(|attempt| attempt.place) else { return };
        self.note_distances(run, last);
    }

    fn note_distances(&mut self, run: &Run, last: &Attempt) {
        let mut before: Vec<_> =
            run.tests.iter().filter(|it| it.worker == last.worker && it.place < last.place).collect();
        before.sort_unstable_by_key(|test| test.place);
        for test in before {
            // Later attempts of a test overwrite earlier ones.
            self.counts[test.name].distance = last.place - test.place;
        }
    }

    /// How often the test failed.
    pub(crate) fn failing(&self) -> u64 {
        self.failing
    }

    /// How often the test passed.
    pub(crate) fn passing(&self) -> u64 {
        self.passing
    }

    /// How many other tests there are.
    pub(crate) fn others(&self) -> u64 {
        self.counts.len() as u64
    }

    /// The suspects, the most likely one first.
    pub(crate) fn found(&self) -> Vec<Suspect<'_>> {
        let mut found: Vec<Suspect<'_>> = self
            .counts
            .iter()
            .enumerate()
            .filter_map(|(number, count)| Some((self.names.get(number)?, count)))
            .filter(|(_, count)| self.failing > 0 && count.failing == self.failing)
            .map(|(id, count)| Suspect {
                id,
                failing: self.failing,
                passing_with: count.passing,
                passing_without: self.passing - count.passing,
                distance: count.distance,
            })
            .collect();
        found.sort_unstable_by_key(|suspect| (suspect.passing_with, suspect.distance, suspect.id));
        found
    }
}

impl Suspect<'_> {
    /// How likely it is that it ran before all failures by chance: Fisher's exact test, one side.
    ///
    /// All failures are with it, so the hypergeometric distribution has only one term: the chance
    /// to draw `failing` runs out of all and to draw none without it.
    #[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 runs")]
    pub(crate) fn p_value(&self) -> f64 {
        let with = self.failing + self.passing_with;
        let all = with + self.passing_without;
        (0..self.failing).map(|drawn| (with - drawn) as f64 / (all - drawn) as f64).product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_those_of_fisher() {
        // C(failing + with, failing) / C(all, failing)
        for (failing, passing_with, passing_without, p_value) in [
            (5, 9, 52, 2002.0 / 8_936_928.0),
            // The lady who tastes tea.
            (4, 0, 4, 1.0 / 70.0),
            (1, 0, 9, 0.1),
            (3, 0, 3, 0.05),
            (4, 4, 0, 1.0),
            (8, 2, 10, 45.0 / 125_970.0),
            (1, 0, 0, 1.0),
        ] {
            let suspect = Suspect { id: "", failing, passing_with, passing_without, distance: 0 };
            let found = suspect.p_value();
            assert!((found / p_value - 1.0).abs() < 1e-6, "{failing} {passing_with} {passing_without}: {found}");
        }
    }
}
