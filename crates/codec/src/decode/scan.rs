//! Version 2: packets among other bytes.

use crate::decode::Item;
use crate::decode::buffer::Buffer;
use crate::decode::candidate::{Candidate, Classifier, Place, find_signature};
use crate::decode::damage::{Damage, Fault};
use crate::decode::damage_run::DamageRun;
use crate::error::PacketError;
use crate::packet::Packet;
use crate::packet::layout::Layout;

/// Finds the packets in a stream of version 2, whatever stands between them.
///
/// A packet may start at any 0xB3. Bytes that fail to be one are damage if their structure was
/// sound and only the checksum is wrong, or if they stand where packets start: at the start of the
/// input, after a newline, right after a packet. Elsewhere they are text. A broken packet hides no
/// sound one: only its first byte is given up for certain, and the search goes on behind it.
///
/// Damage ends where the next sound packet begins, or where the broken packet claims to end. If it
/// is known to be torn, the damage ends with the line, and the readable end of that line is text.
/// Damage that adjoins or overlaps is one item of less than 5 MiB. So that it can be, damage is
/// held until the byte behind it has come; text before it never is.
///
/// What the items are does not depend on how the input is cut into pieces, except that text may be
/// cut where they were. Memory is bounded by the longest packet and a mebibyte. Time is linear in
/// the input, false headers inside false headers included.
#[derive(Debug)]
pub(crate) struct Scanner {
    buffer: Buffer,
    pub(super) classifier: Classifier,
    /// Whether the first byte in the buffer stands where packets start.
    is_boundary: bool,
    is_ended: bool,
    /// What the buffer begins with, if that is known.
    next: Option<Found>,
    /// The packet behind the text that the buffer began with.
    after_text: Option<Found>,
    /// Damage that the buffer begins with, while its end is looked for.
    damage: Option<DamageRun>,
}

/// An item of so many bytes.
#[derive(Clone, Copy, Debug)]
enum Found {
    Packet(usize, Layout),
    Text(usize),
    Damage(usize, PacketError),
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// A decoder at the start of its input.
    pub(crate) fn new() -> Self {
        Self::from_buffer(Buffer::default())
    }

    pub(crate) fn from_buffer(buffer: Buffer) -> Self {
        Self {
            buffer,
            classifier: Classifier::default(),
            is_boundary: true,
            is_ended: false,
            next: None,
            after_text: None,
            damage: None,
        }
    }

    /// Where the next bytes go, for those who can do without a copy.
    pub(crate) fn buffer(&mut self) -> &mut Buffer {
        &mut self.buffer
    }

    /// Says that the input ends here: what is held becomes items.
    pub(crate) fn end(&mut self) {
        self.is_ended = true;
    }

    /// The next item, or `None` when more input is needed or there is none.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Item<'_>> {
        if self.next.is_none() {
            self.find();
        }
        let found = self.next.take()?;
        let offset = self.buffer.offset();
        let (Found::Packet(length, _) | Found::Text(length) | Found::Damage(length, _)) = found;
        let bytes = self.buffer.take(length);
        let (item, is_boundary) = match found {
            Found::Packet(_, layout) => (Item::Packet(Packet::from_checked(bytes, layout)), true),
            Found::Text(_) => (Item::Text(bytes), bytes.ends_with(b"\n")),
            Found::Damage(_, error) => (Item::Damage(Damage { bytes, offset, fault: Fault::Packet(error) }), true),
        };
        self.is_boundary = is_boundary;
        Some(item)
    }

    /// Whether [`next`](Self::next) has an item.
    #[inline]
    pub(crate) fn is_ready(&mut self) -> bool {
        if self.next.is_none() {
            self.find();
        }
        self.next.is_some()
    }

    /// Finds the next item.
    #[inline(never)]
    fn find(&mut self) {
        if self.after_text.is_some() || self.damage.is_some() {
            self.next = self.after_text.take().or_else(|| self.find_end_of_damage());
            return;
        }
        let bytes = self.buffer.bytes();
        let start = Place { offset: self.buffer.offset(), is_boundary: self.is_boundary, is_last: self.is_ended };
        let Some((at, candidate)) = self.classifier.find(start, bytes, |at| find_signature(&bytes[at..])) else {
            self.next = (!bytes.is_empty()).then_some(Found::Text(bytes.len()));
            return;
        };
        match candidate {
            Candidate::Packet(length, layout) if at == 0 => {
                // Nearly all packets. What is found goes through no value that others go through,
                // too: such a value is written to memory in parts and read as a whole, which
                // processors wait for.
                self.next = Some(Found::Packet(length, layout));
                return;
            }
            Candidate::Packet(length, layout) => self.after_text = Some(Found::Packet(length, layout)),
            Candidate::Damage(reach, error) => self.damage = Some(DamageRun::new(reach, error)),
            Candidate::Unknown => {}
        }
        self.next = if at == 0 { self.find_end_of_damage() } else { Some(Found::Text(at)) };
    }

    /// The damage that the buffer begins with, if there is any and its end is certain.
    fn find_end_of_damage(&mut self) -> Option<Found> {
        let mut run = self.damage.take()?;
        let length = run.length(&mut self.classifier, self.buffer.offset(), self.buffer.bytes(), self.is_ended);
        if length.is_none() {
            self.damage = Some(run);
        }
        Some(Found::Damage(length?, run.error()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::PacketErrorKind as Kind;

    /// The protocol's own example: the test `foo` exists.
    const FOO: &[u8] = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
    /// The same with a wrong checksum.
    const BROKEN: &[u8] = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1c";

    /// What the items are, with their bytes.
    fn items(stream: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
        let mut scanner = Scanner::new();
        scanner.buffer().feed(stream);
        scanner.end();
        let mut items = Vec::new();
        while scanner.is_ready() {
            items.push(match scanner.next().unwrap() {
                Item::Packet(packet) => ("packet", packet.as_bytes().to_vec()),
                Item::Text(text) => ("text", text.to_vec()),
                Item::Damage(damage) => ("damage", damage.bytes.to_vec()),
            });
        }
        assert_eq!(scanner.next(), None, "no item is left when none is ready");
        items
    }

    fn item(kind: &'static str, bytes: &[u8]) -> (&'static str, Vec<u8>) {
        (kind, bytes.to_vec())
    }

    #[test]
    fn packets_and_the_text_between_them_are_told_apart() {
        let stream = [b"text", FOO, FOO, b"more\ntext", FOO].concat();
        let (packet, text) = (item("packet", FOO), |bytes| item("text", bytes));
        assert_eq!(items(&stream), [text(b"text"), packet.clone(), packet.clone(), text(b"more\ntext"), packet]);
        assert_eq!(items(b""), []);
    }

    #[test]
    fn a_signature_is_damage_only_where_packets_start() {
        let (damage, text) = (item("damage", b"\xb3\x01"), |bytes| item("text", bytes));
        assert_eq!(items(b"\xb3\x01bc\n"), [damage.clone(), text(b"bc\n")], "at the start of the input");
        assert_eq!(items(b"a\n\xb3\x01bc\n"), [text(b"a\n"), damage.clone(), text(b"bc\n")], "after a newline");
        assert_eq!(
            items(&[FOO, b"\xb3\x01bc\n"].concat()),
            [item("packet", FOO), damage, text(b"bc\n")],
            "after a packet"
        );
        assert_eq!(items(b"a\xb3\x01bc\n"), [text(b"a\xb3\x01bc\n")], "anywhere else it is text");
        assert_eq!(
            items(b"\xb3\xb3\x01ops\n"),
            [item("damage", b"\xb3\xb3\x01"), text(b"ops\n")],
            "right after damage"
        );
    }

    #[test]
    fn a_line_that_begins_with_a_superscript_three_in_latin_1_is_text() {
        for line in [
            &b"\xb3 the volume\n"[..],
            b"\xb3, which is 5 m\xb3\r\n",
            b"\xb3abcd",
            b"\xb3 at the end",
            b"\xb3\xe9t\xe9s\n",
        ] {
            assert_eq!(items(line), [item("text", line)], "{}", line.escape_ascii());
            let stream = [FOO, line, b"\n", FOO].concat();
            let (packet, text) = (item("packet", FOO), [line, b"\n"].concat());
            assert_eq!(items(&stream), [packet.clone(), item("text", &text), packet], "{}", line.escape_ascii());
        }
        let long = [&b"\xb3 "[..], &b"long ".repeat(5_000), b"\n"].concat();
        assert_eq!(items(&long), [item("text", &long)], "nobody waits for the end of a long line");
        for torn in [&b"\xb3\n"[..], b"\xb3)\x03\n", b"\xb3)S(  tests.module.Class.test_of_the\n"] {
            assert_eq!(items(torn)[0].0, "damage", "{} may have been a verdict", torn.escape_ascii());
        }
    }

    #[test]
    fn a_wrong_checksum_is_damage_anywhere() {
        assert_eq!(items(&[BROKEN, FOO].concat()), [item("damage", BROKEN), item("packet", FOO)]);
        assert_eq!(items(&[b"text", BROKEN].concat()), [item("text", b"text"), item("damage", BROKEN)]);
        assert_eq!(items(&[BROKEN, b"text"].concat()), [item("damage", BROKEN), item("text", b"text")]);
    }

    #[test]
    fn damage_says_what_is_wrong_and_where() {
        let mut scanner = Scanner::new();
        scanner.buffer().feed(b"text\n");
        scanner.buffer().feed(BROKEN);
        scanner.end();
        scanner.next();
        let Some(Item::Damage(damage)) = scanner.next() else { panic!("a wrong checksum is damage") };
        assert_eq!(damage.offset, 5);
        let Fault::Packet(error) = damage.fault else { panic!("it is a packet that is broken") };
        assert_eq!((error.kind(), error.offset()), (Kind::Checksum { computed: 0x0855_5f1b, stored: 0x0855_5f1c }, 8));
        assert_eq!(damage.bytes, BROKEN);
    }
}
