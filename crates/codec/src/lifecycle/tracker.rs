//! The life of a test: which packet begins it, continues it and ends it.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};
use std::mem;

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::HashTable;

use crate::packet::Packet;
use crate::packet::status::Status;
use crate::packet::validate::checked;

/// Follows the tests in flight and keeps a value for each: a `T`.
///
/// - A test is known by route code and test id, as testtools does: one id on two routes is two
///   tests.
/// - It begins with the first packet that names it and ends with its first final status.
/// - `exists` is final, but does not end a running test of the same name: it is a test of its own.
/// - A test exists once it has had a [status](Flight::has_status). Attachments may come before the
///   first one. Attachments that come after the last one begin anew, and are no test unless a
///   status follows.
///
/// Memory is bounded by the tests in flight. Attachments without a status cannot fill it: see
/// [`take_evicted`](Self::take_evicted).
///
/// ```
/// use subunit_codec::{Event, Packet, Renew, Stage, Status, Tracker, encode};
///
/// #[derive(Default)]
/// struct Packets(u32);
///
/// impl Renew for Packets {}
///
/// let mut bytes = Vec::new();
/// encode(&Event::test("a").status(Status::InProgress), &mut bytes)?;
/// encode(&Event::test("a").status(Status::Success), &mut bytes)?;
/// let (start, stop) = Packet::split_first(&bytes)?;
///
/// let mut tracker: Tracker<Packets> = Tracker::new();
/// let Stage::Begun(test) = tracker.push(&start) else { panic!("the first packet begins a test") };
/// test.value.0 += 1;
/// let stop = Packet::parse(stop)?;
/// let Stage::Ended(test) = tracker.push(&stop) else { panic!("success is final") };
/// test.value.0 += 1;
/// assert_eq!((test.id(), test.value.0), ("a", 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Tracker<T> {
    tests: HashTable<Box<Slot<T>>>,
    /// The test that ended last, which was lent to the caller.
    last: Box<Slot<T>>,
    /// Free list: slots of tests that ended, reused to avoid allocating.
    free: Vec<Box<Slot<T>>>,
    hasher: DefaultHashBuilder,
    /// Tests begun so far.
    begun: u64,
    /// Hashes and numbers of the last tests that began without a status, oldest first.
    loose: VecDeque<(u64, u64)>,
    evicted: Option<Box<Slot<T>>>,
}

/// What a packet is in the life of the test that it names.
///
/// ```
/// use subunit_codec::{Packet, Renew, Stage, Tracker};
///
/// #[derive(Debug, Default)]
/// struct Nothing;
///
/// impl Renew for Nothing {}
///
/// let mut tracker: Tracker<Nothing> = Tracker::new();
/// let exists = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// match tracker.push(&exists) {
///     Stage::Single(test) => assert_eq!(test.id(), "foo"),
///     other => panic!("one packet says that a test exists, {other:?} needs more"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub enum Stage<'a, T> {
    /// It names no test: it is about the whole run.
    NoTest,
    /// It begins a test that goes on. The value is new.
    Begun(&'a mut Flight<T>),
    /// It neither begins the test nor ends it.
    Continued(&'a mut Flight<T>),
    /// It ends a test that began before.
    Ended(&'a mut Flight<T>),
    /// It is the only packet of its test. The value is new.
    Single(&'a mut Flight<T>),
}

/// A test that a [`Tracker`] follows.
///
/// ```
/// use subunit_codec::{Event, Packet, Renew, Status, Tracker, encode};
///
/// #[derive(Default)]
/// struct Nothing;
///
/// impl Renew for Nothing {}
///
/// let mut tracker: Tracker<Nothing> = Tracker::new();
/// let running = Event::test("a").status(Status::InProgress).route_code("web");
/// for event in [running, Event::test("b").file("log", &b"late"[..])] {
///     let mut bytes = Vec::new();
///     encode(&event, &mut bytes)?;
///     tracker.push(&Packet::parse(&bytes)?);
/// }
/// let in_flight = tracker.drain();
/// let known = in_flight.iter().map(|test| (test.id(), test.route_code(), test.has_status()));
/// assert!(known.eq([("a", Some("web"), true), ("b", None, false)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight<T> {
    /// The test id, which was checked with its packet.
    id: Vec<u8>,
    pub(super) route_code: Option<String>,
    has_status: bool,
    /// The value that is kept for it.
    pub value: T,
}

/// A value that a [`Tracker`] may use again for another test.
///
/// ```
/// use subunit_codec::Renew;
///
/// #[derive(Default)]
/// struct Log(String);
///
/// impl Renew for Log {
///     fn renew(&mut self) {
///         self.0.clear();
///     }
/// }
/// ```
pub trait Renew: Default {
    /// Makes the value as good as new. Implement it to keep memory: most tests need about as much
    /// as the one before.
    fn renew(&mut self) {
        *self = Self::default();
    }
}

/// Longer strings are not kept for other tests, which hardly ever need as many bytes.
pub(super) const MOST_TO_USE_AGAIN: usize = 1 << 10;
/// Slots in the free list.
const MOST_FREE: usize = 64;
/// So many later tests may begin without a status until one that still has none is given up.
const MOST_LOOSE: usize = 1 << 12;

#[derive(Debug, Default)]
struct Slot<T> {
    hash: u64,
    /// How many tests began before it.
    number: u64,
    flight: Flight<T>,
}

/// What a test is found by.
struct Key<'a> {
    id: &'a [u8],
    route_code: Option<&'a [u8]>,
    hash: u64,
}

impl<T: Renew> Default for Tracker<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Renew> Tracker<T> {
    /// A tracker that has seen no packet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            tests: HashTable::new(),
            last: Box::default(),
            free: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            begun: 0,
            loose: VecDeque::new(),
            evicted: None,
        }
    }

    /// Says what a packet is in the life of its test, and lends the test.
    #[inline]
    pub fn push(&mut self, packet: &Packet<'_>) -> Stage<'_, T> {
        let Some(key) = self.key(packet) else { return Stage::NoTest };
        let status = packet.status();
        let is_final = status.is_some_and(Status::is_final);
        match self.tests.find_entry(key.hash, |slot| key.names(&slot.flight)) {
            Ok(entry) if !is_final => {
                let flight = &mut entry.into_mut().flight;
                flight.has_status |= status.is_some();
                Stage::Continued(flight)
            }
            Ok(entry) if status != Some(Status::Exists) || !entry.get().flight.has_status => {
                let (slot, _) = entry.remove();
                let last = mem::replace(&mut self.last, slot);
                if self.free.len() < MOST_FREE {
                    self.free.push(last);
                }
                self.last.flight.has_status = true;
                Stage::Ended(&mut self.last.flight)
            }
            Err(absent) if !is_final => {
                let tests = absent.into_table();
                // Mostly the next test is on the worker of the one that ended last, with its tags.
                let mut slot = mem::replace(&mut self.last, self.free.pop().unwrap_or_default());
                (slot.hash, slot.number) = (key.hash, self.begun);
                self.begun += 1;
                slot.flight.begin(&key, status.is_some());
                if status.is_none() {
                    self.loose.push_back((slot.hash, slot.number));
                    self.evicted = evict(&mut self.loose, tests);
                }
                Stage::Begun(&mut tests.insert_unique(key.hash, slot, |slot| slot.hash).into_mut().flight)
            }
            _ => {
                self.last.flight.begin(&key, true);
                Stage::Single(&mut self.last.flight)
            }
        }
    }

    /// The test that the tracker gave up for the one that has just [begun](Stage::Begun).
    ///
    /// That is one that began with an attachment, 4,096 such tests ago, and has had no status
    /// since: mostly an attachment that came after the end of its test. A later packet of it begins
    /// anew.
    pub fn take_evicted(&mut self) -> Option<Flight<T>> {
        self.evicted.take().map(|slot| slot.flight)
    }

    /// The tests in flight, in no particular order, to look at them or to change their values.
    ///
    /// ```
    /// use subunit_codec::{Event, Packet, Renew, Status, Tracker, encode};
    ///
    /// #[derive(Default)]
    /// struct Nothing;
    ///
    /// impl Renew for Nothing {}
    ///
    /// let mut bytes = Vec::new();
    /// encode(&Event::test("a").status(Status::InProgress), &mut bytes)?;
    /// let mut tracker: Tracker<Nothing> = Tracker::new();
    /// tracker.push(&Packet::parse(&bytes)?);
    /// assert!(tracker.in_flight().map(|test| test.id()).eq(["a"]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn in_flight(&mut self) -> impl Iterator<Item = &mut Flight<T>> {
        self.tests.iter_mut().map(|slot| &mut slot.flight)
    }

    /// The tests in flight, in the order in which they began. The tracker starts afresh.
    pub fn drain(&mut self) -> Vec<Flight<T>> {
        self.loose.clear();
        let mut slots: Vec<_> = mem::take(&mut self.tests).into_iter().collect();
        slots.sort_by_key(|slot| slot.number);
        slots.into_iter().map(|slot| slot.flight).collect()
    }

    #[inline]
    fn key<'a>(&self, packet: &Packet<'a>) -> Option<Key<'a>> {
        let (id, route_code) = (packet.test_id_bytes()?, packet.route_code_bytes());
        let mut hasher = self.hasher.build_hasher();
        hasher.write(id);
        hasher.write(route_code.unwrap_or_default());
        Some(Key { id, route_code, hash: hasher.finish() })
    }
}

/// Takes the oldest of the loose tests out of the table if there are too many and it still has no
/// status.
fn evict<T>(loose: &mut VecDeque<(u64, u64)>, tests: &mut HashTable<Box<Slot<T>>>) -> Option<Box<Slot<T>>> {
    if loose.len() <= MOST_LOOSE {
        return None;
    }
    let (hash, number) = loose.pop_front()?;
    let entry = tests.find_entry(hash, |slot| slot.number == number && !slot.flight.has_status).ok()?;
    Some(entry.remove().0)
}

impl Key<'_> {
    #[inline]
    fn names<T>(&self, flight: &Flight<T>) -> bool {
        flight.id == self.id && flight.route_code.as_deref().map(str::as_bytes) == self.route_code
    }
}

impl<'a, T> Stage<'a, T> {
    /// The test that the packet names.
    #[must_use]
    pub fn flight(self) -> Option<&'a mut Flight<T>> {
        match self {
            Self::NoTest => None,
            Self::Begun(flight) | Self::Continued(flight) | Self::Ended(flight) | Self::Single(flight) => Some(flight),
        }
    }
}

impl<T> Flight<T> {
    /// The test id.
    #[must_use]
    pub fn id(&self) -> &str {
        checked(&self.id)
    }

    /// Where it runs.
    #[must_use]
    pub fn route_code(&self) -> Option<&str> {
        self.route_code.as_deref()
    }

    /// Whether it has had a status. Without one it is attachments, and no test.
    #[must_use]
    pub fn has_status(&self) -> bool {
        self.has_status
    }

    /// Takes the test id, and keeps the memory of `other` for the next one.
    pub(super) fn take_id(&mut self, other: String) -> String {
        let id = mem::replace(&mut self.id, other.into_bytes());
        String::from_utf8(id).expect("strings are checked before a packet is made")
    }
}

impl<T: Renew> Flight<T> {
    /// Becomes the flight of another test.
    fn begin(&mut self, key: &Key<'_>, has_status: bool) {
        self.id.clear();
        self.id.shrink_to(MOST_TO_USE_AGAIN);
        self.id.extend_from_slice(key.id);
        if self.route_code.as_deref().map(str::as_bytes) != key.route_code {
            self.route_code = key.route_code.map(|code| checked(code).to_owned());
        }
        self.has_status = has_status;
        self.value.renew();
    }
}
