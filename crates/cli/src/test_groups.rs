//! Tests that run on the same worker, one after the other.

use std::collections::HashMap;

use regex::Regex;

/// Tests partitioned into groups.
#[derive(Clone, Debug)]
pub struct TestGroups<'a> {
    /// The group of each test.
    pub of_test: Vec<usize>,
    /// The groups, in the order of their first tests.
    pub groups: Vec<TestGroup<'a>>,
}

/// Tests that stay together.
#[derive(Clone, Debug)]
pub struct TestGroup<'a> {
    /// The first of their ids in the order of bytes.
    pub least: &'a str,
    /// Their total duration, in nanoseconds.
    pub weight: u128,
    /// The number of tests.
    pub tests: usize,
}

impl<'a> TestGroups<'a> {
    /// Each test is a group, but those whose first match of `regex` is the same are in one: the
    /// match of its first group in parentheses, if there is one, or else all of it.
    #[must_use]
    pub fn new(ids: &'a [String], weights: &[u128], regex: Option<&Regex>) -> Self {
        let mut numbers = HashMap::new();
        let mut all = Self { of_test: Vec::with_capacity(ids.len()), groups: Vec::new() };
        for (id, weight) in ids.iter().zip(weights) {
            let name = regex.and_then(|regex| regex.captures(id));
            let name = name.and_then(|found| found.get(1).or(found.get(0)).map(|it| it.as_str()));
            let next = all.groups.len();
            let number = name.map_or(next, |name| *numbers.entry(name).or_insert(next));
            if number == next {
                all.groups.push(TestGroup { least: id, weight: 0, tests: 0 });
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
