//! Tests in flight, and those that ended not long ago.

use std::hash::BuildHasher;
use std::mem;

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::HashTable;

use crate::packet::Packet;

/// What is kept of each test between its first packet and its last: a `T`, found by route code and test id, and after that for a
/// while an `E`, for packets that come late.
///
/// Memory is bounded by the tests in flight; of those that ended, some thousand are remembered.
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
    /// Tests that ended, each with its hash in the place that the hash's low bits say. Empty until one has.
    ended: Vec<Option<(u64, E)>>,
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
    /// How many tests that ended are remembered, at the most.
    const REMEMBERED: u64 = 1 << 12;

    /// No tests.
    #[must_use]
    pub fn new() -> Self {
        Self { tests: HashTable::new(), hasher: DefaultHashBuilder::default(), begun: 0, ended: Vec::new() }
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
        let place = place(key);
        if self.ended(key).is_some() {
            self.ended[place] = None;
        }
        &mut self.tests.insert_unique(key.hash, slot, |slot| slot.hash).into_mut().flight.value
    }

    /// Ends a test: gives out what was kept of it, if it was in flight, and remembers `ended` for a while.
    pub fn end(&mut self, key: &Key<'_>, ended: E) -> Option<Flight<T>> {
        if self.ended.is_empty() {
            self.ended.resize(usize::try_from(Self::REMEMBERED).unwrap_or_default(), None);
        }
        self.ended[place(key)] = Some((key.hash, ended));
        let slot = self.tests.find_entry(key.hash, |slot| key.names(&slot.flight)).ok()?;
        Some(slot.remove().0.flight)
    }

    /// What is remembered of a test that ended not long ago and did not begin again.
    #[must_use]
    pub fn ended(&self, key: &Key<'_>) -> Option<E> {
        let (hash, ended) = (*self.ended.get(place(key))?)?;
        (hash == key.hash).then_some(ended)
    }

    /// Gives out the tests in flight, in the order in which they began, and starts afresh.
    pub fn drain(&mut self) -> Vec<Flight<T>> {
        self.ended.clear();
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

/// Where a test that ended is remembered.
fn place(key: &Key<'_>) -> usize {
    usize::try_from(key.hash % InFlight::<(), ()>::REMEMBERED).expect("a remainder is smaller than a small divisor")
}
