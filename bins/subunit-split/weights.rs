//! How long tests take, and which of them stay together.

use std::collections::HashMap;

use regex::Regex;
use sha2::{Digest, Sha256};
use subunit_cli::Estimate;

/// How long a test takes if nothing is known of any, in nanoseconds: all take as long.
const UNKNOWN: u128 = 1_000_000_000;

/// How long each test takes, in nanoseconds, as far as shares depend on it.
///
/// Whole numbers: they add up to the same on every machine.
pub(crate) fn weights(ids: &[String], estimates: Option<&[Estimate]>, seed: Option<&str>) -> Vec<u128> {
    let time = |index: usize| estimates.map_or(UNKNOWN, |tests| tests[index].duration.as_nanos());
    let varied = |(index, id): (usize, &String)| seed.map_or(time(index), |seed| varied(time(index), seed, id));
    ids.iter().enumerate().map(varied).collect()
}

/// The time multiplied by a factor from 0.85 to 1.15. It follows from the first eight bytes of the
/// SHA-256 of seed, NUL and id, so it is the same everywhere and in every version.
fn varied(time: u128, seed: &str, id: &str) -> u128 {
    const MILLION: u128 = 1_000_000;
    let digest = Sha256::new().chain_update(seed).chain_update([0]).chain_update(id).finalize();
    let number = digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    time * (850_000 + u128::from(number) % 300_001) / MILLION
}

/// Tests by what stays together.
pub(crate) struct Groups<'a> {
    /// The group of each test.
    pub(crate) of_test: Vec<usize>,
    pub(crate) groups: Vec<Group<'a>>,
}

/// Tests that stay together.
pub(crate) struct Group<'a> {
    /// The first of their ids in the order of bytes.
    pub(crate) least: &'a str,
    /// How long they take together, in nanoseconds.
    pub(crate) weight: u128,
    pub(crate) tests: usize,
}

impl<'a> Groups<'a> {
    /// Each test is a group, but those whose first match of `regex` is the same are in one: the
    /// match of its first group in parentheses, if there is one, or else all of it.
    pub(crate) fn new(ids: &'a [String], weights: &[u128], regex: Option<&Regex>) -> Self {
        let mut numbers = HashMap::new();
        let mut all = Self { of_test: Vec::with_capacity(ids.len()), groups: Vec::new() };
        for (id, weight) in ids.iter().zip(weights) {
            let name = regex.and_then(|regex| regex.captures(id));
            let name = name.and_then(|found| found.get(1).or(found.get(0)).map(|it| it.as_str()));
            let next = all.groups.len();
            let number = name.map_or(next, |name| *numbers.entry(name).or_insert(next));
            if number == next {
                all.groups.push(Group { least: id, weight: 0, tests: 0 });
            }
            let group = &mut all.groups[number];
            group.least = group.least.min(id);
            group.weight += weight;
            group.tests += 1;
            all.of_test.push(number);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_of_a_seed_are_the_same_in_every_version() {
        let factors = ["1", "2"].map(|seed| ["a", "b", "tests.C.test_x"].map(|id| varied(1_000_000, seed, id)));
        assert_eq!(factors, [[851_645, 999_751, 1_036_485], [1_028_079, 1_083_438, 1_073_563]]);
        let many: Vec<u128> = (0..10_000).map(|id| varied(1_000_000, "7", &id.to_string())).collect();
        assert!(many.iter().all(|factor| (850_000..=1_150_000).contains(factor)));
        assert!((990_000..1_010_000).contains(&(many.iter().sum::<u128>() / 10_000)), "they are even");
    }
}
