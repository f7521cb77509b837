//! Bytes that should be part of a stream and are not.

use std::fmt::{self, Write};

use crate::error::PacketError;
use crate::event::Event;
use crate::packet::status::Status;
use crate::v1::LineError;

/// Bytes that should be a packet, or a directive of version 1, and are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage<'a> {
    /// The bytes given up.
    pub bytes: &'a [u8],
    /// Where they are: bytes from the start of the input.
    pub offset: u64,
    /// What is wrong with them.
    pub fault: Fault,
}

/// What is wrong with damaged bytes.
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

/// The test id under which damage is reported, as python-subunit does.
pub const PARSER_TEST_ID: &str = "subunit.parser";

/// The names and MIME types of the files that report damage: one holds the bytes, the other says what is wrong with them.
pub(crate) const REPORT_FILES: [(&str, &str); 2] =
    [("Packet data", "application/octet-stream"), ("Parser Error", "text/plain;charset=utf8")];

impl Damage<'_> {
    /// The damage as a failed test [`PARSER_TEST_ID`], so that no consumer of the stream can take it for a passing one: the bytes
    /// in an attachment `Packet data`, the fault in `Parser Error`.
    ///
    /// ```
    /// use subunit_codec::{Decoder, Item};
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.feed(b"\xb3oops\n");
    /// decoder.end();
    /// let Some(Item::Damage(damage)) = decoder.next() else { panic!("no packet has this header") };
    /// let [_, fault] = damage.report();
    /// let text = "the packet's version is not 2 at offset 1; 1 byte given up at offset 0 of the input";
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

    /// Adds to `text` what is wrong, and where.
    pub(crate) fn tell_fault(&self, text: &mut String) {
        // A string takes whatever is written.
        let _ = write!(text, "{}", self.fault);
        let (count, mut digits) = (self.bytes.len(), itoa::Buffer::new());
        text.push_str("; ");
        text.push_str(digits.format(count));
        text.push_str(if count == 1 { " byte" } else { " bytes" });
        text.push_str(" given up at offset ");
        text.push_str(digits.format(self.offset));
        text.push_str(" of the input");
    }
}
