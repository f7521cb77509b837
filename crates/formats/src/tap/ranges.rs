//! The numbers of test points.

use std::collections::BTreeMap;

/// A set of numbers, kept as ranges: memory follows the gaps between them.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    /// The last number of each range, by its first.
    ranges: BTreeMap<u64, u64>,
}

impl Ranges {
    /// Adds a number; `false` when it was there already.
    pub(super) fn add(&mut self, number: u64) -> bool {
        // In the order in which tests are numbered, there is one range and it grows.
        if let Some(mut entry) = self.ranges.last_entry()
            && entry.get().checked_add(1) == Some(number)
        {
            *entry.get_mut() = number;
            return true;
        }
        let before = self.ranges.range(..=number).next_back().map(|(first, last)| (*first, *last));
        if before.is_some_and(|(_, last)| number <= last) {
            return false;
        }
        let first = match before {
            Some((first, last)) if last + 1 == number => first,
            _ => number,
        };
        let after = number.checked_add(1).and_then(|next| self.ranges.remove(&next));
        self.ranges.insert(first, after.unwrap_or(number));
        true
    }

    /// The greatest number, 0 when there is none.
    pub(super) fn greatest(&self) -> u64 {
        self.ranges.last_key_value().map_or(0, |(_, last)| *last)
    }

    /// The ranges of numbers from `first` to `last` that are not in the set.
    pub(super) fn gaps(&self, first: u64, last: u64) -> impl Iterator<Item = (u64, u64)> {
        let ranges = self.ranges.iter().map(|(first, last)| (*first, *last));
        let beyond = (last.saturating_add(1), u64::MAX);
        let mut next = first;
        ranges.filter(move |range| range.1 >= first && range.0 <= last).chain([beyond]).filter_map(move |range| {
            let gap = (next, range.0.saturating_sub(1).min(last));
            next = next.max(range.1.saturating_add(1));
            (range.0 > 0 && gap.0 <= gap.1).then_some(gap)
        })
    }

    /// How many numbers are in the set that are not from `first` to `last`.
    pub(super) fn outside(&self, first: u64, last: u64) -> u64 {
        let length = |from: u64, to: u64| if from <= to { (to - from).saturating_add(1) } else { 0 };
        let outside = |(from, to): (&u64, &u64)| {
            let below = first.checked_sub(1).map_or(0, |most| length(*from, most.min(*to)));
            let above = last.checked_add(1).map_or(0, |least| length(least.max(*from), *to));
            below.saturating_add(above).min(length(*from, *to))
        };
        self.ranges.iter().map(outside).fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: impl IntoIterator<Item = u64>) -> Ranges {
        let mut set = Ranges::default();
        numbers.into_iter().for_each(|number| assert!(set.add(number), "{number} is new"));
        set
    }

    fn gaps(set: &Ranges, first: u64, last: u64) -> Vec<(u64, u64)> {
        set.gaps(first, last).collect()
    }

    #[test]
    fn numbers_in_order_are_one_range() {
        assert_eq!(set(1..=1000).ranges.len(), 1);
        assert_eq!(set((1..=1000).rev()).ranges.len(), 1);
        assert_eq!(set((1..=999).step_by(2).chain((2..=1000).step_by(2))).ranges.len(), 1);
    }

    #[test]
    fn a_number_that_came_before_is_told() {
        let mut set = set([1, 2, 3, 7, u64::MAX, 0]);
        for number in [0, 1, 2, 3, 7, u64::MAX] {
            assert!(!set.add(number), "{number}");
        }
    }

    #[test]
    fn gaps_are_what_is_missing() {
        let numbers = set([2, 3, 7, 12]);
        assert_eq!(gaps(&numbers, 1, 10), [(1, 1), (4, 6), (8, 10)]);
        assert_eq!(gaps(&numbers, 2, 3), []);
        assert_eq!(gaps(&numbers, 3, 7), [(4, 6)]);
        assert_eq!(gaps(&numbers, 1, 0), [], "a plan of nothing");
        assert_eq!(gaps(&Ranges::default(), 1, u64::MAX), [(1, u64::MAX - 1)], "as near as 64 bits can say");
        assert_eq!(gaps(&set([0]), 0, 1), [(1, 1)]);
    }

    #[test]
    fn numbers_outside_are_counted() {
        let numbers = set([0, 1, 2, 3, 7, 12, 13]);
        assert_eq!(numbers.outside(1, 7), 3);
        assert_eq!(numbers.outside(1, 0), 7);
        assert_eq!(numbers.outside(5, 8), 6);
        assert_eq!(set([u64::MAX]).outside(1, u64::MAX), 0);
    }
}
