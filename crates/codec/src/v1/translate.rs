//! Version 1 as items of version 2.

use memchr::memchr2;

use crate::decode::Item;
use crate::decode::buffer::Buffer;
use crate::decode::candidate::{Candidate, Classifier, Place};
use crate::decode::damage::{Damage, Fault};
use crate::decode::damage_run::DamageRun;
use crate::error::PacketError;
use crate::packet::Packet;
use crate::packet::header::SIGNATURE;
use crate::packet::layout::Layout;
use crate::v1::detect::{Detected, Detection};
use crate::v1::fault::LineError;
use crate::v1::input::{Input, Step};
use crate::v1::parse::Parser;

/// Translates a stream of version 1 into items: see the documentation of [`v1`](crate::v1).
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Translator {
    buffer: Buffer,
    parser: Parser,
    /// Finds out whether the stream is version 1, until that is known.
    detection: Option<Box<Detection>>,
    classifier: Classifier,
    /// Whether the first byte in the buffer stands where packets start.
    is_boundary: bool,
    is_ended: bool,
    /// Whether the test that runs when the input ends does not.
    leaves_open: bool,
    has_directive: bool,
    next: Option<Found>,
    /// What was read behind the text that the buffer begins with.
    after_text: Option<Read>,
    /// A broken packet that the buffer begins with, while the end of the damage is looked for.
    damage: Option<DamageRun>,
    /// What is wrong with the end of the input.
    end_fault: Option<LineError>,
}

/// What comes next.
#[derive(Clone, Copy, Debug)]
enum Found {
    /// A packet of this length made from directives.
    Made(usize),
    /// The buffer begins with this.
    Given(Given),
}

/// What so many bytes of the input are to the outside.
#[derive(Clone, Copy, Debug)]
enum Given {
    Packet(usize, Layout),
    Text(usize),
    Damage(usize, Fault),
}

/// What came of reading on.
#[derive(Clone, Copy, Debug)]
enum Read {
    /// So many bytes, which became events.
    Told(usize),
    /// Bytes to give out.
    Given(Given),
}

impl Default for Translator {
    fn default() -> Self {
        Self::new()
    }
}

impl Translator {
    /// A translator at the start of its input.
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// A translator at the start of a stream that may be in version 2.
    pub(crate) fn detecting() -> Self {
        Self::with(Some(Box::default()))
    }

    fn with(detection: Option<Box<Detection>>) -> Self {
        Self {
            buffer: Buffer::default(),
            parser: Parser::new(),
            detection,
            classifier: Classifier::default(),
            is_boundary: true,
            is_ended: false,
            leaves_open: false,
            has_directive: false,
            next: None,
            after_text: None,
            damage: None,
            end_fault: None,
        }
    }

    /// Where the next bytes go, for those who can do without a copy.
    pub(crate) fn buffer(&mut self) -> &mut Buffer {
        &mut self.buffer
    }

    /// Whether the stream is version 2, if that was to be found out.
    pub(crate) fn is_version_2(&self) -> bool {
        self.detection.as_ref().is_some_and(|detection| detection.is_version_2())
    }

    /// For how many tests tags in force outside of tests were left out, because a test repeats no
    /// more than 4 KiB of those.
    pub(crate) fn tests_with_cut_tags(&self) -> u64 {
        self.parser.cut_tags()
    }

    /// Says that the input ends here: what is held becomes items, and the test that runs fails.
    pub(crate) fn end(&mut self) {
        self.is_ended = true;
    }

    /// Says that the input ends here as [`end`](Self::end) does, but the test that runs stays in
    /// progress: for those who know more of how it ended.
    pub(crate) fn end_open(&mut self) {
        (self.is_ended, self.leaves_open) = (true, true);
    }

    /// Whether a line so far was a directive, also one that makes no packet.
    pub(crate) fn has_directive(&self) -> bool {
        self.has_directive
    }

    /// The next item, or `None` when more input is needed or there is none.
    pub(crate) fn next(&mut self) -> Option<Item<'_>> {
        let given = match self.next.take().or_else(|| self.find())? {
            Found::Made(length) => return Some(Item::Packet(self.parser.packets.take(length))),
            Found::Given(given) => given,
        };
        let offset = self.buffer.offset();
        let (Given::Packet(length, _) | Given::Text(length) | Given::Damage(length, _)) = given;
        let bytes = self.buffer.take(length);
        let (item, is_boundary) = match given {
            Given::Packet(_, layout) => {
                self.parser.packet_passed();
                (Item::Packet(Packet::from_checked(bytes, layout)), true)
            }
            Given::Text(_) => (Item::Text(bytes), bytes.ends_with(b"\n")),
            Given::Damage(_, fault) => (Item::Damage(Damage { bytes, offset, fault }), true),
        };
        self.is_boundary = is_boundary;
        Some(item)
    }

    /// Whether [`next`](Self::next) has an item.
    pub(crate) fn is_ready(&mut self) -> bool {
        if self.next.is_none() {
            self.next = self.find();
        }
        self.next.is_some()
    }

    /// Reads until there is something to give out.
    fn find(&mut self) -> Option<Found> {
        loop {
            let read = match self.after_text.take() {
                Some(read) => read,
                None => match self.parser.packets.next_length() {
                    Some(length) => return Some(Found::Made(length)),
                    None if self.buffer.bytes().is_empty() => return self.find_at_end(),
                    None => self.read()?,
                },
            };
            match read {
                Read::Given(given) => return Some(Found::Given(given)),
                Read::Told(length) => {
                    self.has_directive = true;
                    self.is_boundary = self.buffer.take(length).ends_with(b"\n");
                }
            }
        }
    }

    /// With nothing left to read, what the end of the input makes of the test that runs.
    fn find_at_end(&mut self) -> Option<Found> {
        if self.is_ended {
            settle(&mut self.detection, &mut self.parser);
            self.end_fault = self.parser.end(self.leaves_open).or(self.end_fault.take());
        }
        let damage = |error| Found::Given(Given::Damage(0, Fault::Line(error)));
        self.parser.packets.next_length().map(Found::Made).or_else(|| self.end_fault.take().map(damage))
    }

    /// Reads on, up to the first bytes that are not text.
    fn read(&mut self) -> Option<Read> {
        let mut text = 0;
        let read = loop {
            if self.damage.is_some() {
                break if text == 0 { self.read_damage() } else { None };
            }
            match self.read_at(&mut text) {
                Some(Read::Given(Given::Text(length))) => text += length,
                read => break read,
            }
        };
        if text == 0 {
            return read;
        }
        self.after_text = read;
        Some(Read::Given(Given::Text(text)))
    }

    /// Reads the damage that the buffer begins with, once its end is certain.
    fn read_damage(&mut self) -> Option<Read> {
        let mut run = self.damage.take()?;
        let length = run.length(&mut self.classifier, self.buffer.offset(), self.buffer.bytes(), self.is_ended);
        if length.is_none() {
            self.damage = Some(run);
        }
        Some(Read::Given(Given::Damage(length?, Fault::Packet(run.error()))))
    }

    /// Reads what the buffer holds behind so many bytes of `text`, to which the text is added that
    /// comes before what is found.
    fn read_at(&mut self, text: &mut usize) -> Option<Read> {
        let at = *text;
        let all = self.buffer.bytes();
        let bytes = &all[at..];
        let place = Place {
            offset: self.buffer.offset() + at as u64,
            is_boundary: if at == 0 { self.is_boundary } else { all[at - 1] == b'\n' },
            is_last: self.is_ended,
        };
        if place.offset == 0 {
            match bytes.get(..BYTE_ORDER_MARK.len()) {
                Some(BYTE_ORDER_MARK) => return Some(Read::Given(Given::Text(BYTE_ORDER_MARK.len()))),
                None if !self.is_ended && BYTE_ORDER_MARK.starts_with(bytes) => return None,
                _ => {}
            }
        }
        let reach = match &self.detection {
            Some(detection) if !detection.is_line_held(bytes) => usize::MAX,
            _ => self.parser.reach_of_packets(),
        };
        match packet_in_line(&mut self.classifier, place, bytes, reach) {
            InLine::Nothing => {}
            InLine::Found(before, given) => {
                let Some(detection) = &mut self.detection else {
                    *text += before;
                    return Some(Read::Given(given));
                };
                detection.text_in_line(&bytes[..before]);
                if matches!(given, Given::Packet(..)) {
                    if at + before == 0 {
                        detection.settle_on_version_2();
                    }
                    return (before > 0).then_some(Read::Given(Given::Text(before)));
                }
                if let Given::Text(length) = given {
                    detection.text_in_line(&bytes[..length]);
                }
                *text += before;
                return Some(Read::Given(given));
            }
            InLine::Broken(before, error) => {
                if let Some(detection) = &mut self.detection {
                    detection.text_in_line(&bytes[..before]);
                }
                self.damage = Some(DamageRun::in_line(error));
                return Some(Read::Given(Given::Text(before)));
            }
            InLine::More => return None,
        }
        let input = Input { bytes, offset: place.offset, is_last: place.is_last };
        if let Some(detection) = &mut self.detection {
            match detection.step(input, &mut self.parser) {
                Detected::More => return None,
                Detected::Text(length) => return Some(Read::Given(Given::Text(length))),
                Detected::Version1 => {}
            }
        }
        settle(&mut self.detection, &mut self.parser);
        Some(match self.parser.step(input) {
            Step::More => return None,
            Step::Read(length) => Read::Told(length),
            Step::Text(length) => Read::Given(Given::Text(length)),
            Step::Damage(length, error) => Read::Given(Given::Damage(length, Fault::Line(error))),
        })
    }
}

/// Some editors and shells write it before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The stream is version 1.
fn settle(detection: &mut Option<Box<Detection>>, parser: &mut Parser) {
    if let Some(mut detection) = detection.take() {
        detection.begin_tests(parser);
    }
}

/// What a look for a packet in a line found.
enum InLine {
    Nothing,
    /// A packet behind so many bytes of text, or just text.
    Found(usize, Given),
    /// A broken packet behind so many bytes of text, and what is wrong with it.
    Broken(usize, PacketError),
    /// More bytes are needed to tell.
    More,
}

/// Looks for a packet in the line that `bytes` begin with, one that begins before `reach`.
fn packet_in_line(classifier: &mut Classifier, place: Place, bytes: &[u8], reach: usize) -> InLine {
    let line = &bytes[..bytes.len().min(reach)];
    let signature_from = |at: usize| {
        let rest = &line[at..];
        memchr2(SIGNATURE, b'\n', rest).filter(|found| rest[*found] == SIGNATURE)
    };
    match classifier.find(place, bytes, signature_from) {
        None => InLine::Nothing,
        Some((at, Candidate::Packet(length, layout))) => InLine::Found(at, Given::Packet(length, layout)),
        Some((at, Candidate::Damage(_, error))) => InLine::Broken(at, error),
        // The line may be a directive, unless it is longer than any.
        Some((at, Candidate::Unknown)) if reach < usize::MAX || at == 0 => InLine::More,
        Some((at, Candidate::Unknown)) => InLine::Found(0, Given::Text(at)),
    }
}
