//! Tests in flight.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};
use std::mem;

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::HashTable;

use crate::packet::Packet;
use crate::packet::validate::checked;

/// What is kept of each test between its first packet and its last: a `T`, found by route code and
/// test id.
///
/// ```
/// use subunit_codec::{InFlight, Packet};
///
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// let mut packets_of: InFlight<u32> = InFlight::new();
/// let key = packets_of.key(&packet).ok_or("no test id")?;
/// *packets_of.begin(&key, 0) += 1;
/// let flight = packets_of.end(&key).ok_or("not in flight")?;
/// assert_eq!((flight.id(), flight.value), ("foo", 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct InFlight<T> {
    tests: HashTable<Box<Slot<T>>>,
    /// What was kept of tests that are over, for its memory.
    spare: Vec<Box<Slot<T>>>,
    hasher: DefaultHashBuilder,
    /// Tests begun so far.
    begun: u64,
    /// Hashes and numbers of the tests that were noted as loose, oldest first.
    loose: VecDeque<(u64, u64)>,
}

/// A test in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlightTest<T> {
    /// The test id, which was checked with its packet.
    id: Vec<u8>,
    /// Where it runs. Tests of one id on two routes are two tests.
    pub route_code: Option<String>,
    /// What is kept of it.
    pub value: T,
}

/// What a test is found by: the test id and route code of one of its packets.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    id: &'a [u8],
    route_code: Option<&'a [u8]>,
    hash: u64,
}

/// Strings that take more bytes than this are not kept for other tests to use, whose are hardly
/// ever as long.
const MOST_TO_USE_AGAIN: usize = 1 << 10;

#[derive(Debug)]
struct Slot<T> {
    hash: u64,
    /// How many tests began before it.
    number: u64,
    flight: InFlightTest<T>,
}

impl<T> Default for InFlight<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> InFlight<T> {
    /// How many loose tests are kept.
    const MOST_LOOSE: usize = 1 << 12;

    /// No tests.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tests: HashTable::new(),
            spare: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            begun: 0,
            loose: VecDeque::new(),
        }
    }

    /// The key of the test that a packet is about, if it is about one. Good for this table only.
    #[must_use]
    pub fn key<'a>(&self, packet: &Packet<'a>) -> Option<Key<'a>> {
        let (id, route_code) = (packet.test_id_bytes()?, packet.route_code_bytes());
        let mut hasher = self.hasher.build_hasher();
        hasher.write(id);
        hasher.write(route_code.unwrap_or_default());
        Some(Key { id, route_code, hash: hasher.finish() })
    }

    /// What is kept of a test in flight.
    pub fn get_mut(&mut self, key: &Key<'_>) -> Option<&mut T> {
        let slot = self.tests.find_mut(key.hash, |slot| key.names(&slot.flight))?;
        Some(&mut slot.flight.value)
    }

    /// Begins to keep a `value` of a test, which must not be in flight already: of two values for
    /// one test, either may be found.
    pub fn begin(&mut self, key: &Key<'_>, value: T) -> &mut T {
        let slot = match self.spare.pop() {
            Some(mut slot) => {
                slot.flight.value = value;
                slot
            }
            None => {
                Box::new(Slot { hash: 0, number: 0, flight: InFlightTest { id: Vec::new(), route_code: None, value } })
            }
        };
        self.insert(key, slot)
    }

    fn insert(&mut self, key: &Key<'_>, mut slot: Box<Slot<T>>) -> &mut T {
        (slot.hash, slot.number) = (key.hash, self.begun);
        self.begun += 1;
        slot.flight.name_after(key);
        &mut self.tests.insert_unique(key.hash, slot, |slot| slot.hash).into_mut().flight.value
    }

    /// Notes that the test that began last, which this is the key of, is loose: it has attachments
    /// only, and may never have a status. When there are more than 4,096 of those, takes the oldest
    /// that `is_still_loose` out of the table and gives it out, so that they cannot fill the
    /// memory.
    pub fn note_loose(&mut self, key: &Key<'_>, is_still_loose: impl Fn(&T) -> bool) -> Option<InFlightTest<T>> {
        self.loose.push_back((key.hash, self.begun - 1));
        while self.loose.len() > Self::MOST_LOOSE {
            let (hash, number) = self.loose.pop_front()?;
            let is_it = |slot: &Slot<T>| slot.number == number && is_still_loose(&slot.flight.value);
            if let Ok(slot) = self.tests.find_entry(hash, |slot| is_it(slot)) {
                return Some(slot.remove().0.flight);
            }
        }
        None
    }

    /// Ends a test: gives out what was kept of it, if it was in flight.
    pub fn end(&mut self, key: &Key<'_>) -> Option<InFlightTest<T>> {
        self.take(key).map(|slot| slot.flight)
    }

    /// Ends a test: lends what was kept of it, if it was in flight, and spares its memory for
    /// another.
    pub fn close(&mut self, key: &Key<'_>) -> Option<&mut InFlightTest<T>> {
        let slot = self.take(key)?;
        self.spare.push(slot);
        self.spare.last_mut().map(|slot| &mut slot.flight)
    }

    fn take(&mut self, key: &Key<'_>) -> Option<Box<Slot<T>>> {
        let slot = self.tests.find_entry(key.hash, |slot| key.names(&slot.flight)).ok()?;
        Some(slot.remove().0)
    }

    /// Gives out the tests in flight, in the order in which they began, and starts afresh.
    pub fn drain(&mut self) -> Vec<InFlightTest<T>> {
        self.loose.clear();
        let mut slots: Vec<_> = mem::take(&mut self.tests).into_iter().collect();
        slots.sort_by_key(|slot| slot.number);
        slots.into_iter().map(|slot| slot.flight).collect()
    }
}

impl Key<'_> {
    /// A hash of the key, with a seed that nobody knows: for those who remember many tests in
    /// little memory, and can live with two keys of one hash.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    fn names<T>(&self, flight: &InFlightTest<T>) -> bool {
        flight.id == self.id && flight.route_code.as_deref().map(str::as_bytes) == self.route_code
    }
}

impl<T> InFlightTest<T> {
    /// The test id.
    #[must_use]
    pub fn id(&self) -> &str {
        checked(&self.id)
    }

    /// Takes over the test id and the route code of a key.
    fn name_after(&mut self, key: &Key<'_>) {
        self.id.clear();
        self.id.shrink_to(MOST_TO_USE_AGAIN);
        self.id.extend_from_slice(key.id);
        if self.route_code.as_deref().map(str::as_bytes) != key.route_code {
            self.route_code = key.route_code.map(|code| checked(code).to_owned());
        }
    }
}
