//! Labels that were seen, in memory that does not grow with their number.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap};

/// A map of the last labels that were put in, as many as its capacity. It keeps hashes of 64 bits
/// instead of the labels: two labels that share one are mistaken for each other, which no run of
/// tests lives to see.
#[derive(Debug)]
pub(super) struct RecentLabels<V> {
    hasher: DefaultHashBuilder,
    values: HashMap<u64, V>,
    /// The hashes in the order in which they came.
    order: VecDeque<u64>,
    capacity: usize,
}

impl<V> RecentLabels<V> {
    pub(super) fn new(capacity: usize) -> Self {
        let (hasher, values, order) = (DefaultHashBuilder::default(), HashMap::new(), VecDeque::new());
        Self { hasher, values, order, capacity }
    }

    /// Puts a label in, and evicts the one that came first if there are too many.
    pub(super) fn insert(&mut self, label: &[u8], value: V) {
        let hash = self.hash(label);
        if self.values.insert(hash, value).is_some() {
            return;
        }
        self.order.push_back(hash);
        if self.order.len() > self.capacity
            && let Some(first) = self.order.pop_front()
        {
            self.values.remove(&first);
        }
    }

    pub(super) fn contains(&self, label: &[u8]) -> bool {
        !self.values.is_empty() && self.values.contains_key(&self.hash(label))
    }

    pub(super) fn remove(&mut self, label: &[u8]) -> Option<V> {
        if self.values.is_empty() {
            return None;
        }
        let hash = self.hash(label);
        self.values.remove(&hash)
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.order.clear();
    }

    fn hash(&self, label: &[u8]) -> u64 {
        self.hasher.hash_one(label)
    }
}

/// A ring buffer of the labels of tests that ended. A label is written for each test, and looked
/// for only in rare lines: so it is not indexed.
#[derive(Debug)]
pub(super) struct EndedTests {
    hasher: DefaultHashBuilder,
    hashes: Vec<u64>,
    next: usize,
}

impl EndedTests {
    const MOST: usize = 1 << 12;

    pub(super) fn new() -> Self {
        Self { hasher: DefaultHashBuilder::default(), hashes: Vec::new(), next: 0 }
    }

    pub(super) fn insert(&mut self, label: &[u8]) {
        let hash = self.hasher.hash_one(label);
        match self.hashes.get_mut(self.next) {
            Some(oldest) => *oldest = hash,
            None => self.hashes.push(hash),
        }
        self.next = (self.next + 1) % Self::MOST;
    }

    pub(super) fn contains(&self, label: &[u8]) -> bool {
        self.hashes.contains(&self.hasher.hash_one(label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_that_came_first_is_evicted() {
        let mut labels = RecentLabels::new(2);
        labels.insert(b"a", 1);
        labels.insert(b"b", 2);
        labels.insert(b"a", 3);
        assert!(labels.contains(b"a") && labels.contains(b"b"), "a label that comes again takes no room");
        labels.insert(b"c", 4);
        assert!(!labels.contains(b"a") && labels.contains(b"b") && labels.contains(b"c"));
        assert_eq!(labels.remove(b"c"), Some(4));
        assert_eq!(labels.remove(b"c"), None);
    }

    #[test]
    fn the_last_4096_tests_that_ended_are_known() {
        let mut ended = EndedTests::new();
        for number in 0..=4096_u32 {
            assert!(!ended.contains(&number.to_le_bytes()));
            ended.insert(&number.to_le_bytes());
        }
        assert!(!ended.contains(&0_u32.to_le_bytes()));
        assert!((1..=4096_u32).all(|number| ended.contains(&number.to_le_bytes())));
    }
}
