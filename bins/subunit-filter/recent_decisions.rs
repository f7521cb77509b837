//! What was decided on tests that ended not long ago.

use hashbrown::hash_table::{Entry, HashTable};

use crate::rules::Decision;

/// Decisions on the tests that ended last, each known by the hash of its key alone.
#[derive(Debug, Default)]
pub(crate) struct RecentDecisions {
    /// Hashes and decisions. Once there are enough of them, the newest takes the place of the oldest.
    last: Vec<(u64, Decision)>,
    /// Where the next one goes.
    next: u16,
    /// Where the newest decision for each hash is.
    places: HashTable<u16>,
}

impl RecentDecisions {
    /// How many tests are remembered.
    const MOST: u16 = 1 << 12;

    pub(crate) fn remember(&mut self, hash: u64, decision: Decision) {
        let Self { last, next, places } = self;
        match last.get_mut(usize::from(*next)) {
            Some(oldest) => {
                // It may be that a newer one for the same hash is known.
                if let Ok(place) = places.find_entry(oldest.0, |place| place == next) {
                    place.remove();
                }
                *oldest = (hash, decision);
            }
            None => last.push((hash, decision)),
        }
        let hash_at = |place: &u16| last[usize::from(*place)].0;
        match places.entry(hash, |place| hash_at(place) == hash, hash_at) {
            Entry::Occupied(mut place) => *place.get_mut() = *next,
            Entry::Vacant(place) => drop(place.insert(*next)),
        }
        *next = (*next + 1) % Self::MOST;
    }

    pub(crate) fn get(&self, hash: u64) -> Option<Decision> {
        let decision = |place: &u16| self.last[usize::from(*place)];
        let place = self.places.find(hash, |place| decision(place).0 == hash)?;
        Some(decision(place).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_that_ended_last_are_remembered_and_no_others() {
        let mut ended = RecentDecisions::default();
        let most = u64::from(RecentDecisions::MOST);
        for hash in 0..2 * most {
            ended.remember(hash, Decision::Keep);
        }
        assert_eq!((ended.last.len(), ended.places.len()), (4096, 4096), "old decisions make room");
        assert!((0..most).all(|hash| ended.get(hash).is_none()), "the older half is forgotten");
        assert!((most..2 * most).all(|hash| ended.get(hash).is_some()), "the newer half is not");
    }

    #[test]
    fn a_test_that_ended_again_is_remembered_from_then_on() {
        let mut ended = RecentDecisions::default();
        ended.remember(0, Decision::Keep);
        ended.remember(0, Decision::Drop);
        (1..u64::from(RecentDecisions::MOST)).for_each(|hash| ended.remember(hash, Decision::Keep));
        assert_eq!(ended.get(0), Some(Decision::Drop), "only the first of its decisions is old");
    }
}
