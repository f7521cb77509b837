//! Items that outlive their decoder, and ways to get all of those in a stream.

use std::io::Read;

use subunit_codec::v1::Translator;
use subunit_codec::{Decoder, Event, Fault, Item, Packet, PacketErrorKind, Protocol, Reader};

/// An item with bytes of its own.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Owned {
    Packet(Vec<u8>),
    Text(Vec<u8>),
    Damage { bytes: Vec<u8>, offset: u64, fault: Fault },
}

impl std::fmt::Debug for Owned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Packet(bytes) => write!(f, "Packet({})", bytes.escape_ascii()),
            Self::Text(bytes) => write!(f, "Text({})", bytes.escape_ascii()),
            Self::Damage { bytes, offset, fault } => write!(f, "Damage({} at {offset}: {fault})", bytes.escape_ascii()),
        }
    }
}

impl From<Item<'_>> for Owned {
    fn from(item: Item<'_>) -> Self {
        match item {
            Item::Packet(packet) => Self::Packet(packet.as_bytes().to_vec()),
            Item::Text(text) => Self::Text(text.to_vec()),
            Item::Damage(damage) => {
                Self::Damage { bytes: damage.bytes.to_vec(), offset: damage.offset, fault: damage.fault }
            }
        }
    }
}

impl Owned {
    pub(crate) fn bytes(&self) -> &[u8] {
        let (Self::Packet(bytes) | Self::Text(bytes) | Self::Damage { bytes, .. }) = self;
        bytes
    }

    /// Where damage ends in the input.
    pub(crate) fn end_of_damage(&self) -> Option<usize> {
        match self {
            Self::Damage { bytes, offset, .. } => Some(usize::try_from(*offset).ok()? + bytes.len()),
            _ => None,
        }
    }

    /// What is wrong with damaged bytes of version 2.
    pub(crate) fn fault(&self) -> Option<PacketErrorKind> {
        match self {
            Self::Damage { fault: Fault::Packet(error), .. } => Some(error.kind()),
            _ => None,
        }
    }
}

/// Anything that bytes go into and items come out of.
pub(crate) trait Machine {
    fn feed(&mut self, bytes: &[u8]);
    fn end(&mut self);
    fn next(&mut self) -> Option<Item<'_>>;
}

impl Machine for Decoder {
    fn feed(&mut self, bytes: &[u8]) {
        self.feed(bytes);
    }

    fn end(&mut self) {
        self.end();
    }

    fn next(&mut self) -> Option<Item<'_>> {
        self.next()
    }
}

impl Machine for Translator {
    fn feed(&mut self, bytes: &[u8]) {
        self.feed(bytes);
    }

    fn end(&mut self) {
        self.end();
    }

    fn next(&mut self) -> Option<Item<'_>> {
        self.next()
    }
}

/// Everything that comes out when the input comes in pieces, with text in one piece wherever it stands together.
pub(crate) fn items_of_pieces<'a>(mut machine: impl Machine, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Owned> {
    let mut items = Vec::new();
    for piece in pieces {
        machine.feed(piece);
        take_all(&mut machine, &mut items);
    }
    machine.end();
    take_all(&mut machine, &mut items);
    items
}

fn take_all(machine: &mut impl Machine, items: &mut Vec<Owned>) {
    while let Some(item) = machine.next() {
        add(item.into(), items);
    }
}

fn add(item: Owned, items: &mut Vec<Owned>) {
    match (items.last_mut(), item) {
        (Some(Owned::Text(before)), Owned::Text(text)) => before.extend(text),
        (_, item) => items.push(item),
    }
}

/// The items of a stream of version 2.
pub(crate) fn decode(stream: &[u8]) -> Vec<Owned> {
    items_of_pieces(Decoder::new(), [stream])
}

/// The items of a stream of version 1.
pub(crate) fn translate(stream: &[u8]) -> Vec<Owned> {
    items_of_pieces(Translator::new(), [stream])
}

/// The items that a reader gives.
pub(crate) fn read(source: impl Read, protocol: Protocol) -> Vec<Owned> {
    let mut reader = Reader::new(source, protocol);
    let mut items = Vec::new();
    while let Some(item) = reader.next(|| Ok(())).expect("the source does not fail") {
        add(item.into(), &mut items);
    }
    items
}

/// The bytes of the packets among the items.
pub(crate) fn packets(items: &[Owned]) -> Vec<&[u8]> {
    items.iter().filter(|item| matches!(item, Owned::Packet(_))).map(Owned::bytes).collect()
}

/// What the packets among the items mean.
pub(crate) fn events(items: &[Owned]) -> Vec<Event<'_>> {
    packets(items).into_iter().map(|bytes| Packet::parse(bytes).expect("packets parse").to_event()).collect()
}

/// The text among the items.
pub(crate) fn text(items: &[Owned]) -> Vec<u8> {
    items.iter().filter(|item| matches!(item, Owned::Text(_))).flat_map(Owned::bytes).copied().collect()
}

/// The damage among the items.
pub(crate) fn damage(items: &[Owned]) -> Vec<&Owned> {
    items.iter().filter(|item| matches!(item, Owned::Damage { .. })).collect()
}

/// The bytes of all items, which should be the input.
pub(crate) fn cover(items: &[Owned]) -> Vec<u8> {
    items.iter().flat_map(Owned::bytes).copied().collect()
}
