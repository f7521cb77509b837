//! Bytes that should be part of a stream and are not.

use std::fmt::{self, Write};

use crate::error::{CHECKSUM, PacketError, PacketErrorKind};
use crate::event::Event;
use crate::names::{OCTET_STREAM, PACKET_DATA, PARSER_ERROR, PARSER_TEST_ID, UTF8_TEXT};
use crate::packet::status::Status;
use crate::v1::LineError;

/// Bytes that should be a packet, or a directive of version 1, and are not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Damage<'a> {
    /// The bytes given up.
    pub bytes: &'a [u8],
    /// Where they are: bytes from the start of the input.
    pub offset: u64,
    /// What is wrong with them.
    pub fault: Fault,
}

/// What is wrong with damaged bytes.
///
/// ```
/// use subunit_codec::{Decoder, Fault, Item, PacketErrorKind, Protocol};
///
/// let mut decoder = Decoder::new(Protocol::V2);
/// decoder.feed(b"\xb3\x29\x01\x0c\x03fo");
/// decoder.end();
/// let Some(Item::Damage(damage)) = decoder.next() else { panic!("half a packet is damage") };
/// let Fault::Packet(error) = damage.fault else { panic!("it is no line of version 1") };
/// assert_eq!((damage.bytes.len(), error.kind()), (7, PacketErrorKind::Truncated));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A packet of version 2 is broken.
    Packet(PacketError),
    /// A line of version 1 is broken.
    Line(LineError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packet(error) => error.fmt(f),
            Self::Line(error) => error.fmt(f),
        }
    }
}

impl Fault {
    /// What is wrong, in a few words and without numbers.
    fn reason(&self) -> String {
        match self {
            Self::Packet(error) => error.kind().reason().to_owned(),
            Self::Line(error) => error.to_string(),
        }
    }
}

/// The names and MIME types of the files that report damage: one holds the bytes, the other says
/// what is wrong with them.
pub(crate) const REPORT_FILES: [(&str, &str); 2] = [(PACKET_DATA, OCTET_STREAM), (PARSER_ERROR, UTF8_TEXT)];

impl Damage<'_> {
    /// The damage as a failed test [`PARSER_TEST_ID`], so that no consumer of the stream can take
    /// it for a passing one: the bytes in an attachment `Packet data`, the fault in `Parser Error`.
    ///
    /// ```
    /// use subunit_codec::{Decoder, Item, Protocol};
    ///
    /// let mut decoder = Decoder::new(Protocol::V2);
    /// decoder.feed(b"\xb3\n");
    /// decoder.end();
    /// let Some(Item::Damage(damage)) = decoder.next() else { panic!("not a header") };
    /// let [_, fault] = damage.report();
    /// let text = "the packet's version is not 2 at offset 1; \
    ///             1 byte given up at offset 0 of the input";
    /// assert_eq!(fault.file.ok_or("a file")?.bytes, text.as_bytes());
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> [Event<'_>; 2] {
        let [(data, data_type), (fault, fault_type)] = REPORT_FILES;
        // Room for all that most faults say: growing costs more than the words.
        let mut text = String::with_capacity(128);
        self.tell_fault(&mut text);
        [
            Event::test(PARSER_TEST_ID).file(data, self.bytes).mime_type(data_type).eof(),
            Event::test(PARSER_TEST_ID).status(Status::Fail).file(fault, text.into_bytes()).mime_type(fault_type).eof(),
        ]
    }

    /// Where the damage is and what it is, for a line that people read.
    ///
    /// ```
    /// use subunit_codec::{Decoder, Item, Protocol, summarize_damage};
    ///
    /// let mut decoder = Decoder::new(Protocol::V2);
    /// decoder.feed(b"\xb3\n");
    /// decoder.end();
    /// let Some(Item::Damage(damage)) = decoder.next() else { panic!("not a header") };
    /// let summary = "offset 0: the packet's version is not 2";
    /// assert_eq!(damage.summary(), summary);
    ///
    /// let [_, fault] = damage.report();
    /// // The report of an earlier tool is read in the same way.
    /// assert_eq!(summarize_damage(&fault.file.ok_or("a file")?.bytes), summary);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> String {
        format!("offset {}: {}", self.offset, self.fault.reason())
    }

    /// Adds to `text` what is wrong, and where.
    pub(crate) fn tell_fault(&self, text: &mut String) {
        let (count, offset) = (self.bytes.len(), self.offset);
        let bytes = if count == 1 { "byte" } else { "bytes" };
        // A string takes whatever is written.
        let _ = write!(text, "{}; {count} {bytes}{GIVEN_UP}{offset} of the input", self.fault);
    }
}

const GIVEN_UP: &str = " given up at offset ";

/// The [summary](Damage::summary) of damage that an earlier tool reported, from its attachment
/// `Parser Error`. Of a report that is not from this library, that is the first line.
#[must_use]
pub fn summarize_damage(report: &[u8]) -> String {
    let text = String::from_utf8_lossy(report);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    own_summary(line).unwrap_or_else(|| line.to_owned())
}

fn own_summary(line: &str) -> Option<String> {
    let (fault, place) = line.rsplit_once("; ")?;
    let offset: u64 = place.split_once(GIVEN_UP)?.1.strip_suffix(" of the input")?.parse().ok()?;
    let reason = if fault.starts_with(CHECKSUM) {
        PacketErrorKind::Checksum { computed: 0, stored: 0 }.reason()
    } else {
        fault.rsplit_once(" at offset ").map_or(fault, |(reason, _)| reason)
    };
    Some(format!("offset {offset}: {reason}"))
}

#[cfg(test)]
mod tests {
    use PacketErrorKind::{Checksum, Field, Length, Nul, ReservedBit, Signature, Truncated, Utf8, Version};

    use super::*;
    use crate::v1::LineErrorKind::{ChunkLength, ContentType, Name, Tags, Time};

    #[test]
    fn damage_has_one_summary_whoever_reports_it() {
        let checksum = Checksum { computed: 1, stored: 2 };
        let packets = [Signature, Version, ReservedBit, Length, Truncated, Field, Utf8, Nul, checksum]
            .map(|kind| Fault::Packet(PacketError::new(kind, 7)));
        let lines = [Time, Tags, ContentType, Name, ChunkLength].map(|kind| Fault::Line(LineError::new(kind)));
        for fault in packets.into_iter().chain(lines) {
            for bytes in [&b"x"[..], b"xy"] {
                let damage = Damage { bytes, offset: 153, fault };
                let [_, report] = damage.report();
                let report = report.file.expect("the report has a file");
                assert_eq!(summarize_damage(&report.bytes), damage.summary());
            }
        }
        let fault = Fault::Packet(PacketError::new(checksum, 7));
        let damage = Damage { bytes: b"x", offset: 153, fault };
        assert_eq!(damage.summary(), "offset 153: checksum is wrong");
    }

    #[test]
    fn a_report_in_other_words_is_its_first_line() {
        for (report, summary) in [
            (&b"Bad checksum - calculated (0x1), stored (0x2)"[..], "Bad checksum - calculated (0x1), stored (0x2)"),
            (b"\n  Traceback:\n  boom\n", "Traceback:"),
            (b"", ""),
            (b"bad; given up at offset x of the input", "bad; given up at offset x of the input"),
            (b"caf\xe9", "caf\u{fffd}"),
        ] {
            assert_eq!(summarize_damage(report), summary);
        }
    }
}
