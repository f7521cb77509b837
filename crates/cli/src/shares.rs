//! Static scheduling: parts of a list of tests that take about as long.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::test_groups::TestGroups;

/// Tests by part, as indexes into their list.
#[derive(Clone, Debug)]
pub struct Shares {
    /// The parts that may have tests.
    parts: Vec<Vec<usize>>,
    /// How many parts there are.
    count: usize,
}

impl Shares {
    /// Shares out groups of tests, the longest first, each to the part that takes the least time so
    /// far: at most 4/3 as long as the best there is (Graham, Bounds on Multiprocessing Timing
    /// Anomalies, 1969). Groups that take as long are in the order of their ids, and of parts that
    /// do, the one with the fewest tests comes first: the order of the list does not matter.
    ///
    /// ```
    /// use subunit_cli::{Shares, TestGroups};
    ///
    /// let ids = ["a", "b", "c"].map(str::to_owned);
    /// let shares = Shares::new(&TestGroups::new(&ids, &[1, 2, 3], None), 2);
    /// assert_eq!([shares.tests(0), shares.tests(1)], [&[2][..], &[0, 1]]);
    /// ```
    #[must_use]
    pub fn new(groups: &TestGroups<'_>, count: usize) -> Self {
        let mut order: Vec<usize> = (0..groups.groups.len()).collect();
        order.sort_unstable_by_key(|group| {
            let group = &groups.groups[*group];
            (Reverse(group.weight), group.least)
        });
        // The other parts stay empty.
        let used = count.min(order.len());
        let mut emptiest: BinaryHeap<_> = (0..used).map(|part| Reverse((0_u128, 0_usize, part))).collect();
        let mut part_of = vec![0; order.len()];
        for index in order {
            let group = &groups.groups[index];
            if let Some(mut top) = emptiest.peek_mut() {
                let Reverse((weight, tests, part)) = &mut *top;
                *weight += group.weight;
                *tests += group.tests;
                part_of[index] = *part;
            }
        }
        let mut parts = vec![Vec::new(); used];
        for (test, group) in groups.of_test.iter().enumerate() {
            parts[part_of[*group]].push(test);
        }
        Self { parts, count }
    }

    /// The tests of a part, in the order of the list.
    #[must_use]
    pub fn tests(&self, part: usize) -> &[usize] {
        self.parts.get(part).map_or(&[], Vec::as_slice)
    }

    /// How many parts there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The smallest and the largest value of something computed for each part.
    pub fn range<T: Copy + Default + Ord>(&self, of_part: impl Fn(&[usize]) -> T) -> (T, T) {
        let of_parts = self.parts.iter().map(|part| of_part(part));
        let of_empty = (self.parts.len() < self.count).then(T::default);
        let all: Vec<T> = of_parts.chain(of_empty).collect();
        (all.iter().copied().min().unwrap_or_default(), all.iter().copied().max().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use regex::Regex;
    use testkit::random::Random;

    use super::*;

    /// Ids of some classes, each with how long it takes.
    fn tests(random: &mut Random, most: usize) -> Vec<(String, u128)> {
        let count = random.below(most);
        // Times of real suites: most tests are short, a few are very long.
        let time = |random: &mut Random| (1 + random.below(1000) as u128) << random.below(17);
        (0..count).map(|id| (format!("m.C{}.test_{id}", random.below(7)), time(random))).collect()
    }

    fn shuffle<T>(items: &mut [T], random: &mut Random) {
        (1..items.len()).rev().for_each(|last| items.swap(last, random.below(last + 1)));
    }

    fn share(tests: &[(String, u128)], count: usize, regex: Option<&str>) -> Vec<Vec<String>> {
        let ids: Vec<String> = tests.iter().map(|(id, _)| id.clone()).collect();
        let weights: Vec<u128> = tests.iter().map(|(_, weight)| *weight).collect();
        let regex = regex.map(|it| Regex::new(it).unwrap());
        let parts = Shares::new(&TestGroups::new(&ids, &weights, regex.as_ref()), count);
        (0..count).map(|part| parts.tests(part).iter().map(|test| ids[*test].clone()).collect()).collect()
    }

    #[test]
    fn each_test_is_in_one_part_in_the_order_of_the_list() {
        let mut random = Random::new(1);
        for _ in 0..300 {
            let (tests, count) = (tests(&mut random, 60), 1 + random.below(80));
            let parts = share(&tests, count, None);
            let place: BTreeMap<&str, usize> = tests.iter().map(|(id, _)| &**id).zip(0..).collect();
            assert!(parts.iter().all(|part| part.is_sorted_by_key(|id| place[&**id])));
            let mut all: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
            all.sort_by_key(|id| place[id]);
            assert!(all.iter().eq(&tests.iter().map(|(id, _)| &**id).collect::<Vec<_>>()));
            let empty = parts.iter().filter(|part| part.is_empty()).count();
            assert_eq!(empty, count.saturating_sub(tests.len()), "no part is empty if there are enough tests");
        }
    }

    #[test]
    fn the_order_of_the_list_does_not_matter() {
        let mut random = Random::new(2);
        for round in 0..200 {
            let (mut tests, count) = (tests(&mut random, 60), 1 + random.below(8));
            if round % 2 == 0 {
                for (_, weight) in &mut tests {
                    *weight = 1;
                }
            }
            // Such groups are not beside each other in the order of ids.
            let regex = [None, Some(r"\d$")][random.below(2)];
            let sets = |tests: &[(String, u128)]| {
                let parts = share(tests, count, regex).into_iter();
                parts.map(BTreeSet::from_iter).collect::<Vec<BTreeSet<_>>>()
            };
            let before = sets(&tests);
            shuffle(&mut tests, &mut random);
            assert_eq!(sets(&tests), before);
        }
    }

    #[test]
    fn the_longest_part_takes_at_most_four_thirds_of_the_bound() {
        let mut random = Random::new(3);
        for _ in 0..500 {
            let (tests, count) = (tests(&mut random, 200), 1 + random.below(16));
            let weight: BTreeMap<&str, u128> = tests.iter().map(|(id, weight)| (&**id, *weight)).collect();
            let parts = share(&tests, count, None);
            let most = parts.iter().map(|part| part.iter().map(|id| weight[&**id]).sum::<u128>()).max().unwrap();
            let mut times: Vec<u128> = weight.values().copied().collect();
            times.sort_unstable_by_key(|time| Reverse(*time));
            // One part has both of the shortest of the first N + 1 tests.
            let pair = times.get(count).map_or(0, |last| last + times[count - 1]);
            let share = times.iter().sum::<u128>().div_ceil(count as u128);
            let bound = share.max(times.first().copied().unwrap_or(0)).max(pair);
            assert!(most * 3 <= bound * 4, "{most} of {bound} with {count} parts of {times:?}");
        }
    }

    #[test]
    fn tests_of_a_group_stay_together() {
        let mut random = Random::new(4);
        for _ in 0..200 {
            let (mut tests, count) = (tests(&mut random, 60), 1 + random.below(8));
            tests.push(("alone".to_owned(), 5));
            let parts = share(&tests, count, Some(r"^m\.(C\d)\."));
            for class in 0..7 {
                let name = format!("m.C{class}.");
                let having = parts.iter().filter(|part| part.iter().any(|id| id.starts_with(&name))).count();
                assert!(having <= 1, "{name} is in {having} parts");
            }
            assert_eq!(parts.iter().flatten().count(), tests.len());
        }
    }

    #[test]
    fn tests_that_take_no_time_are_dealt_in_turn() {
        let tests: Vec<_> = ["a", "b", "c", "d", "e"].map(|id| (id.to_owned(), 0)).into();
        assert_eq!(share(&tests, 2, None), [vec!["a", "c", "e"], vec!["b", "d"]]);
    }
}
