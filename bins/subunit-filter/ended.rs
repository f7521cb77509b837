//! What was decided on tests that ended not long ago.

use std::collections::VecDeque;

use hashbrown::HashMap;

use crate::rules::Decision;

/// Decisions on the tests that ended last, each known by the hash of its key alone.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    /// The decision, and how many came before it.
    decisions: HashMap<u64, (Decision, u64)>,
    /// The same, oldest first. One that was replaced since has another number.
    order: VecDeque<(u64, u64)>,
    count: u64,
}

impl Ended {
    /// How many tests are remembered.
    const MOST: usize = 1 << 12;

    pub(crate) fn remember(&mut self, hash: u64, decision: Decision) {
        if self.order.len() == Self::MOST
            && let Some((oldest, number)) = self.order.pop_front()
            && self.decisions.get(&oldest).is_some_and(|(_, known)| *known == number)
        {
            self.decisions.remove(&oldest);
        }
        self.decisions.insert(hash, (decision, self.count));
        self.order.push_back((hash, self.count));
        self.count += 1;
    }

    pub(crate) fn get(&self, hash: u64) -> Option<Decision> {
        self.decisions.get(&hash).map(|(decision, _)| *decision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_that_ended_last_are_remembered_and_no_others() {
        let mut ended = Ended::default();
        let most = Ended::MOST as u64;
        for hash in 0..2 * most {
            ended.remember(hash, Decision::Keep);
        }
        assert_eq!(ended.decisions.len(), Ended::MOST, "old decisions make room");
        assert!((0..most).all(|hash| ended.get(hash).is_none()), "the older half is forgotten");
        assert!((most..2 * most).all(|hash| ended.get(hash).is_some()), "the newer half is not");
    }

    #[test]
    fn a_test_that_ended_again_is_remembered_from_then_on() {
        let mut ended = Ended::default();
        ended.remember(0, Decision::Keep);
        ended.remember(0, Decision::Drop);
        (1..Ended::MOST as u64).for_each(|hash| ended.remember(hash, Decision::Keep));
        assert_eq!(ended.get(0), Some(Decision::Drop), "only the first of its decisions is old");
    }
}
