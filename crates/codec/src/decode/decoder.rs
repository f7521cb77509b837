//! A decoder of either version.

use std::mem;

use crate::decode::Item;
use crate::decode::buffer::Buffer;
use crate::decode::protocol::Protocol;
use crate::decode::scan::Scanner;
use crate::v1::Translator;

/// Decodes a stream of either version. Does no I/O: bytes are [fed](Self::feed) to it, and
/// [items](Self::next) taken from it.
///
/// **Version 2.** A packet may start at any 0xB3. Bytes that fail to be one are damage if their
/// structure was sound and only the checksum is wrong, or if they stand where packets start: at the
/// start of the input, after a newline, right after a packet. Elsewhere they are text. A broken
/// packet hides no sound one: only its first byte is given up for certain, and the search goes on
/// behind it.
///
/// Damage ends where the next sound packet begins, or where the broken packet claims to end. If it
/// is known to be torn, the damage ends with the line, and the readable end of that line is text.
/// Damage that adjoins or overlaps is one item of less than 5 MiB. So that it can be, damage is
/// held until the byte behind it has come; text before it never is.
///
/// **Version 1.** Directives become packets, other lines text. See [`v1`](crate::v1) for how.
///
/// What the items are does not depend on how the input is cut into pieces, except that text may be
/// cut where they were. Memory is bounded by the longest packet and a mebibyte. Time is linear in
/// the input, false headers inside false headers included.
///
/// ```
/// use subunit_codec::{Decoder, Item, Protocol};
///
/// let mut decoder = Decoder::new(Protocol::V2);
/// decoder.feed(b"building\n\xb3\x29\x01\x0c\x03foo\x08");
/// assert_eq!(decoder.next(), Some(Item::Text(b"building\n")));
/// assert_eq!(decoder.next(), None, "half a packet is held");
/// decoder.feed(b"\x55\x5f\x1b");
/// decoder.end();
/// let Some(Item::Packet(packet)) = decoder.next() else { panic!("a packet follows") };
/// assert_eq!(packet.test_id(), Some("foo"));
/// assert_eq!(decoder.next(), None);
/// ```
#[derive(Debug)]
pub struct Decoder {
    stream: Stream,
    is_ended: bool,
    leaves_open: bool,
    has_packet: bool,
}

#[derive(Debug)]
enum Stream {
    /// Version 1, or not known yet.
    V1(Box<Translator>),
    V2(Box<Scanner>),
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(Protocol::default())
    }
}

impl Decoder {
    /// A decoder at the start of a stream in this version.
    #[must_use]
    pub fn new(protocol: Protocol) -> Self {
        let stream = match protocol {
            Protocol::Auto => Stream::V1(Box::new(Translator::detecting())),
            Protocol::V1 => Stream::V1(Box::default()),
            Protocol::V2 => Stream::V2(Box::default()),
        };
        Self { stream, is_ended: false, leaves_open: false, has_packet: false }
    }

    /// The same decoder, which leaves open the tests of version 1 that are open when the input
    /// ends, as it does those of version 2: for those who know more of how it ended.
    ///
    /// ```
    /// use subunit_codec::{Decoder, Item, Protocol, Status};
    ///
    /// for (mut decoder, last) in [
    ///     (Decoder::new(Protocol::V1), Some(Status::Fail)),
    ///     (Decoder::new(Protocol::V1).leaving_open(), Some(Status::InProgress)),
    /// ] {
    ///     decoder.feed(b"test: a\n");
    ///     decoder.end();
    ///     let mut status = None;
    ///     while let Some(Item::Packet(packet)) = decoder.next() {
    ///         status = packet.status().or(status);
    ///     }
    ///     assert_eq!(status, last);
    /// }
    /// ```
    #[must_use]
    pub fn leaving_open(self) -> Self {
        Self { leaves_open: true, ..self }
    }

    /// Takes in the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer().feed(bytes);
    }

    /// Where the next bytes go, for those who can do without a copy.
    pub(crate) fn buffer(&mut self) -> &mut Buffer {
        match &mut self.stream {
            Stream::V1(translator) => translator.buffer(),
            Stream::V2(scanner) => scanner.buffer(),
        }
    }

    /// Says that the input ends here: what is held becomes items.
    pub fn end(&mut self) {
        self.is_ended = true;
        match &mut self.stream {
            Stream::V1(translator) if self.leaves_open => translator.end_open(),
            Stream::V1(translator) => translator.end(),
            Stream::V2(scanner) => scanner.end(),
        }
    }

    /// Whether the input [ended](Self::end).
    pub(crate) fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// The next item, or `None` if more input is needed or there is none.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "items borrow from the decoder, which an Iterator's cannot")]
    pub fn next(&mut self) -> Option<Item<'_>> {
        if matches!(self.stream, Stream::V1(_)) && !self.is_ready() {
            return None;
        }
        let item = match &mut self.stream {
            Stream::V1(translator) => translator.next(),
            Stream::V2(scanner) => scanner.next(),
        };
        self.has_packet |= matches!(item, Some(Item::Packet(_)));
        item
    }

    /// Whether [`next`](Self::next) has an item.
    #[inline]
    pub fn is_ready(&mut self) -> bool {
        match &mut self.stream {
            Stream::V2(scanner) => scanner.is_ready(),
            Stream::V1(translator) => translator.is_ready() || (self.settle() && self.is_ready()),
        }
    }

    /// Goes on in version 2 if the stream turned out to be in that.
    fn settle(&mut self) -> bool {
        let Stream::V1(translator) = &mut self.stream else { return false };
        if !translator.is_version_2() {
            return false;
        }
        let mut scanner = Scanner::from_buffer(mem::take(translator.buffer()));
        if self.is_ended {
            scanner.end();
        }
        self.stream = Stream::V2(Box::new(scanner));
        true
    }

    /// Whether the items so far show that the input is subunit: there was a sound packet, or a
    /// directive of version 1, even one that makes no packet.
    ///
    /// ```
    /// use subunit_codec::{Decoder, Protocol};
    ///
    /// let inputs = [(&b"progress: 3\n"[..], true), (b"building\n", false), (b"", false)];
    /// for (input, is_recognized) in inputs {
    ///     let mut decoder = Decoder::new(Protocol::Auto);
    ///     decoder.feed(input);
    ///     decoder.end();
    ///     while decoder.next().is_some() {}
    ///     assert_eq!(decoder.is_recognized(), is_recognized);
    /// }
    /// ```
    #[must_use]
    pub fn is_recognized(&self) -> bool {
        self.has_packet || matches!(&self.stream, Stream::V1(translator) if translator.has_directive())
    }

    /// For how many tests of version 1 tags in force outside of tests were left out, because a test
    /// repeats no more than 4 KiB of those.
    #[must_use]
    pub fn tests_with_cut_tags(&self) -> u64 {
        match &self.stream {
            Stream::V1(translator) => translator.tests_with_cut_tags(),
            Stream::V2(_) => 0,
        }
    }
}
