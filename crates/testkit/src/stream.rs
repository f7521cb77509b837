//! Streams of version 2 in a line of code: good packets, broken ones, and the stream of a large
//! run.
//!
//! ```
//! use subunit_codec::Status;
//! use testkit::stream::{packet, test, with_checksum};
//!
//! let torn = with_checksum(packet(&subunit_codec::Event::test("b")), 0);
//! let text = b"building\n".to_vec();
//! let stream = [test("a", Status::Success), text, torn, test("c", Status::Fail)].concat();
//! # assert!(!stream.is_empty());
//! ```

use subunit_codec::{Event, SIGNATURE, Status, Timestamp, encode, names};

use crate::random::Random;

/// The event as a packet, or as several when its file is long.
///
/// # Panics
///
/// When the event cannot be written: it holds a NUL byte or is too long.
#[must_use]
pub fn packet(event: &Event<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    encode(event, &mut out).expect("the event can be written");
    out
}

/// The events as packets, one after the other.
///
/// # Panics
///
/// As [`packet`].
pub fn stream<'a>(events: impl IntoIterator<Item = Event<'a>>) -> Vec<u8> {
    let mut out = Vec::new();
    for event in events {
        encode(&event, &mut out).expect("the event can be written");
    }
    out
}

/// A test from its beginning to its end: a packet with status `inprogress` and one with `status`.
///
/// # Panics
///
/// As [`packet`].
#[must_use]
pub fn test(id: &str, status: Status) -> Vec<u8> {
    stream([Event::test(id).status(Status::InProgress), Event::test(id).status(status)])
}

/// So many tests that pass, each from its beginning to its end, named `good-0`, `good-1` and so on.
#[must_use]
pub fn good_tests(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| test(&format!("good-{n}"), Status::Success)).collect()
}

/// The moment so many seconds and nanoseconds after the start of 1970.
///
/// # Panics
///
/// When the nanoseconds do not fit a packet.
#[must_use]
pub fn at(seconds: u32, nanoseconds: u32) -> Timestamp {
    Timestamp::new(seconds, nanoseconds).expect("nanoseconds fit 30 bits")
}

/// A packet made by hand: right signature, length and checksum around any flags and any bytes of
/// fields.
///
/// # Panics
///
/// When it would be longer than a length can say.
#[must_use]
pub fn raw(flags: u16, fields: &[u8]) -> Vec<u8> {
    let fixed = 3 + fields.len() + 4;
    let width = match fixed {
        0..63 => 1,
        63..16_382 => 2,
        16_382..4_194_301 => 3,
        _ => 4,
    };
    let length = u32::try_from(fixed + width).expect("the packet is not too long");
    raw_with_length(flags, &number(length, width), fields)
}

/// A packet made by hand: right signature and checksum around any flags, any bytes for the length
/// and any bytes of fields.
#[must_use]
pub fn raw_with_length(flags: u16, length: &[u8], fields: &[u8]) -> Vec<u8> {
    let mut out = vec![SIGNATURE];
    out.extend_from_slice(&flags.to_be_bytes());
    out.extend_from_slice(length);
    out.extend_from_slice(fields);
    let checksum = crc32(&out);
    out.extend_from_slice(&checksum.to_be_bytes());
    out
}

/// The number in a width of one to four bytes, needed or not.
///
/// # Panics
///
/// When it does not fit that width.
#[must_use]
pub fn number(value: u32, width: usize) -> Vec<u8> {
    let bits = [6, 14, 22, 30][width - 1];
    assert!(value < 1 << bits, "{value} does not fit {width} bytes");
    let mark = u32::try_from(width - 1).expect("a width is small") << bits;
    (value | mark).to_be_bytes()[4 - width..].to_vec()
}

/// The packet with this checksum in place of its own.
#[must_use]
pub fn with_checksum(mut packet: Vec<u8>, checksum: u32) -> Vec<u8> {
    packet.truncate(packet.len().saturating_sub(4));
    packet.extend_from_slice(&checksum.to_be_bytes());
    packet
}

/// The packet with these flags in place of its own, and the checksum made right.
#[must_use]
pub fn with_flags(mut packet: Vec<u8>, flags: u16) -> Vec<u8> {
    packet.splice(1..3, flags.to_be_bytes());
    with_right_checksum(packet)
}

/// The packet with these bytes for its length in place of its own, and the checksum made right.
///
/// # Panics
///
/// When the packet is no packet.
#[must_use]
pub fn with_length(mut packet: Vec<u8>, length: &[u8]) -> Vec<u8> {
    let width = usize::from(packet[3] >> 6) + 1;
    packet.splice(3..3 + width, length.iter().copied());
    with_right_checksum(packet)
}

/// The packet with a checksum that is right for the bytes before it.
#[must_use]
pub fn with_right_checksum(packet: Vec<u8>) -> Vec<u8> {
    let checksum = crc32(&packet[..packet.len().saturating_sub(4)]);
    with_checksum(packet, checksum)
}

/// The bytes with those bits of one byte flipped.
///
/// # Panics
///
/// When there is no such byte.
#[must_use]
pub fn with_flip(mut bytes: Vec<u8>, at: usize, bits: u8) -> Vec<u8> {
    bytes[at] ^= bits;
    bytes
}

/// The CRC-32 of the bytes, computed a bit at a time, so that it does not depend on the code under
/// test.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// The events of a large run, in the order of their packets.
///
/// Eight workers run tests side by side, each with a tag and a route code. Test ids have 80
/// characters, every event has a timestamp, and a tenth of the tests fail with an attachment.
#[derive(Clone, Debug)]
pub struct Run {
    random: Random,
    /// Tests that did not begin yet.
    left: usize,
    begun: usize,
    /// Microseconds since the run began.
    clock: u64,
    /// What each worker runs.
    workers: [Option<usize>; 8],
    /// Whether the test whose attachment went out last has still to end.
    failing: Option<usize>,
}

/// The events of a run of so many tests.
#[must_use]
pub fn run(tests: usize, seed: u64) -> Run {
    Run { random: Random::new(seed), left: tests, begun: 0, clock: 0, workers: [None; 8], failing: None }
}

impl Run {
    fn event(&self, worker: usize, test: usize) -> Event<'static> {
        let seconds = u32::try_from(self.clock / 1_000_000).expect("a run is short");
        let micros = u32::try_from(self.clock % 1_000_000).expect("a remainder is small");
        let id = format!("suite.module_{:03}.TestCase{:02}.test_", test % 997, test % 89);
        let number = format!("_{test:08}");
        let padding = "x".repeat(80 - id.len() - number.len());
        Event::test(format!("{id}{padding}{number}"))
            .at(at(1_700_000_000 + seconds, 1000 * micros))
            .tags([format!("{}{worker}", names::WORKER_PREFIX)])
            .route_code(worker.to_string())
    }

    fn end(&mut self, worker: usize, test: usize) -> Event<'static> {
        let event = self.event(worker, test);
        if self.failing.take() == Some(worker) {
            self.workers[worker] = None;
            return event.status(Status::Fail);
        }
        if self.random.below(10) == 0 {
            self.failing = Some(worker);
            let lines = 1 + self.random.below(20);
            let traceback = "  File \"suite.py\", line 7, in test\n".repeat(lines);
            return event.file(names::TRACEBACK, traceback.into_bytes()).mime_type(names::UTF8_TEXT).eof();
        }
        self.workers[worker] = None;
        event.status(if self.random.below(20) == 0 { Status::Skip } else { Status::Success })
    }
}

impl Iterator for Run {
    type Item = Event<'static>;

    fn next(&mut self) -> Option<Event<'static>> {
        self.clock += 1 + self.random.next_u64() % 2000;
        if let Some(worker) = self.failing {
            let test = self.workers[worker].expect("a test that fails runs");
            return Some(self.end(worker, test));
        }
        let first = self.random.below(8);
        let mut workers = (first..8).chain(0..first);
        let worker =
            if self.left > 0 { workers.next() } else { workers.find(|worker| self.workers[*worker].is_some()) }?;
        if let Some(test) = self.workers[worker] {
            return Some(self.end(worker, test));
        }
        let test = self.begun;
        self.begun += 1;
        self.left -= 1;
        self.workers[worker] = Some(test);
        Some(self.event(worker, test).status(Status::InProgress))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_protocols_example() {
        assert_eq!(crc32(b"\xb3\x29\x01\x0c\x03foo"), 0x0855_5f1b);
        assert_eq!(raw(0x2901, b"\x03foo"), b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
    }

    #[test]
    fn numbers_have_the_width_asked_for() {
        assert_eq!(number(5, 1), [0x05]);
        assert_eq!(number(5, 2), [0x40, 0x05]);
        assert_eq!(number(5, 3), [0x80, 0x00, 0x05]);
        assert_eq!(number(5, 4), [0xc0, 0x00, 0x00, 0x05]);
    }

    #[test]
    fn every_test_of_a_run_begins_and_ends() {
        let events: Vec<_> = run(1000, 3).collect();
        let count = |wanted: fn(Status) -> bool| events.iter().filter(|event| event.status.is_some_and(wanted)).count();
        assert_eq!(count(|status| status == Status::InProgress), 1000);
        assert_eq!(count(Status::is_final), 1000);
        assert!(events.iter().all(|event| event.test_id.as_ref().is_some_and(|id| id.len() == 80)));
        let files = events.iter().filter(|event| event.file.is_some()).count();
        assert!((50..200).contains(&files), "{files} of 1000 tests have an attachment");
    }
}
