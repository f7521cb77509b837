//! Tests in flight, and those that ended not long ago.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::mem;

use hashbrown::hash_table::HashTable;
use hashbrown::{DefaultHashBuilder, HashMap};

use crate::packet::Packet;

/// What is kept of each test between its first packet and its last: a `T`, found by route code and test id, and after that for a
/// while an `E`, for packets that come late.
///
/// Memory is bounded by the tests in flight; of those that ended, the last 4,096 are remembered.
///
/// ```
/// use subunit_codec::{InFlight, Packet};
///
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// let mut packets_of: InFlight<u32, &str> = InFlight::new();
/// let key = packets_of.key(&packet).ok_or("no test id")?;
/// *packets_of.begin(&key, 0) += 1;
/// let flight = packets_of.end(&key, "long over").ok_or("not in flight")?;
/// assert_eq!((flight.id.as_str(), flight.value), ("foo", 1));
/// assert_eq!(packets_of.ended(&key), Some("long over"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct InFlight<T, E> {
    tests: HashTable<Slot<T>>,
    hasher: DefaultHashBuilder,
    /// Tests begun so far.
    begun: u64,
    ended: Ended<E>,
}

/// A test in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight<T> {
    /// The test id.
    pub id: String,
    /// Where it runs. Tests of one id on two routes are two tests.
    pub route_code: Option<String>,
    /// What is kept of it.
    pub value: T,
}

/// What a test is found by: the test id and route code of one of its packets.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    id: &'a str,
    route_code: Option<&'a str>,
    hash: u64,
}

#[derive(Debug)]
struct Slot<T> {
    hash: u64,
    /// How many tests began before it.
    number: u64,
    flight: Flight<T>,
}

impl<T, E: Copy> Default for InFlight<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E: Copy> InFlight<T, E> {
    /// No tests.
    #[must_use]
    pub fn new() -> Self {
        Self { tests: HashTable::new(), hasher: DefaultHashBuilder::default(), begun: 0, ended: Ended::default() }
    }

    /// The key of the test that a packet is about, if it is about one. Good for this table only.
    #[must_use]
    pub fn key<'a>(&self, packet: &Packet<'a>) -> Option<Key<'a>> {
        let (id, route_code) = (packet.test_id()?, packet.route_code());
        Some(Key { id, route_code, hash: self.hasher.hash_one((route_code, id)) })
    }

    /// What is kept of a test in flight.
    pub fn get_mut(&mut self, key: &Key<'_>) -> Option<&mut T> {
        let slot = self.tests.find_mut(key.hash, |slot| key.names(&slot.flight))?;
        Some(&mut slot.flight.value)
    }

    /// Begins to keep a `value` of a test, which must not be in flight already.
    pub fn begin(&mut self, key: &Key<'_>, value: T) -> &mut T {
        let (id, route_code) = (key.id.to_owned(), key.route_code.map(str::to_owned));
        let slot = Slot { hash: key.hash, number: self.begun, flight: Flight { id, route_code, value } };
        self.begun += 1;
        self.ended.forget(key.hash);
        &mut self.tests.insert_unique(key.hash, slot, |slot| slot.hash).into_mut().flight.value
    }

    /// Ends a test: gives out what was kept of it, if it was in flight, and remembers `ended` for a while.
    pub fn end(&mut self, key: &Key<'_>, ended: E) -> Option<Flight<T>> {
        self.ended.remember(key.hash, ended);
        let slot = self.tests.find_entry(key.hash, |slot| key.names(&slot.flight)).ok()?;
        Some(slot.remove().0.flight)
    }

    /// What is remembered of a test that ended not long ago and did not begin again.
    #[must_use]
    pub fn ended(&self, key: &Key<'_>) -> Option<E> {
        self.ended.tests.get(&key.hash).map(|(ended, _)| *ended)
    }

    /// Gives out the tests in flight, in the order in which they began, and starts afresh.
    pub fn drain(&mut self) -> Vec<Flight<T>> {
        self.ended = Ended::default();
        let mut slots: Vec<Slot<T>> = mem::take(&mut self.tests).into_iter().collect();
        slots.sort_by_key(|slot| slot.number);
        slots.into_iter().map(|slot| slot.flight).collect()
    }
}

impl Key<'_> {
    fn names<T>(&self, flight: &Flight<T>) -> bool {
        flight.id == self.id && flight.route_code.as_deref() == self.route_code
    }
}

/// The tests that ended last, known by their hashes alone: 64 bits with a seed that nobody knows.
#[derive(Debug)]
struct Ended<E> {
    /// What is remembered, and the number of the memory.
    tests: HashMap<u64, (E, u64)>,
    /// The same, oldest first. A memory that was replaced or forgotten since has another number, or none.
    order: VecDeque<(u64, u64)>,
    /// Memories so far.
    count: u64,
}

impl<E> Default for Ended<E> {
    fn default() -> Self {
        Self { tests: HashMap::new(), order: VecDeque::new(), count: 0 }
    }
}

impl<E: Copy> Ended<E> {
    /// How many tests are remembered.
    const MOST: usize = 1 << 12;

    fn remember(&mut self, hash: u64, ended: E) {
        if self.order.len() == Self::MOST
            && let Some((oldest, number)) = self.order.pop_front()
            && self.tests.get(&oldest).is_some_and(|(_, known)| *known == number)
        {
            self.tests.remove(&oldest);
        }
        self.tests.insert(hash, (ended, self.count));
        self.order.push_back((hash, self.count));
        self.count += 1;
    }

    fn forget(&mut self, hash: u64) {
        self.tests.remove(&hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_that_ended_last_are_remembered_and_no_others() {
        let mut ended = Ended::default();
        let most = Ended::<u64>::MOST as u64;
        for hash in 0..2 * most {
            ended.remember(hash, hash + 1);
        }
        assert_eq!(ended.tests.len(), Ended::<u64>::MOST, "old memories make room");
        assert!((0..most).all(|hash| !ended.tests.contains_key(&hash)), "the older half is forgotten");
        assert!((most..2 * most).all(|hash| ended.tests[&hash].0 == hash + 1), "the newer half is not");
    }

    #[test]
    fn a_test_that_ended_again_is_remembered_from_then_on() {
        let mut ended = Ended::default();
        let most = Ended::<u64>::MOST as u64;
        ended.remember(0, 1);
        ended.remember(0, 2);
        (1..most).for_each(|hash| ended.remember(hash, 0));
        assert_eq!(ended.tests[&0].0, 2, "only the first of its memories is old");
        ended.forget(5);
        assert!(!ended.tests.contains_key(&5));
    }
}
