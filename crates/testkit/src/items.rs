//! Items that outlive their decoder, and ways to get all of those in a stream.

use std::io::Read;

use subunit_codec::{Event, Fault, Item, Packet, PacketErrorKind, Protocol, Reader};

use crate::reader::pieces;

/// An item with bytes of its own.
#[derive(Clone, PartialEq, Eq)]
pub enum Owned {
    /// A packet.
    Packet(Vec<u8>),
    /// Text.
    Text(Vec<u8>),
    /// Damage.
    Damage {
        /// The bytes given up.
        bytes: Vec<u8>,
        /// Where they are in the input.
        offset: u64,
        /// What is wrong with them.
        fault: Fault,
    },
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
    /// The bytes of the item.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let (Self::Packet(bytes) | Self::Text(bytes) | Self::Damage { bytes, .. }) = self;
        bytes
    }

    /// Where damage ends in the input.
    #[must_use]
    pub fn end_of_damage(&self) -> Option<usize> {
        match self {
            Self::Damage { bytes, offset, .. } => Some(usize::try_from(*offset).ok()? + bytes.len()),
            _ => None,
        }
    }

    /// What is wrong with damaged bytes of version 2.
    #[must_use]
    pub fn fault(&self) -> Option<PacketErrorKind> {
        match self {
            Self::Damage { fault: Fault::Packet(error), .. } => Some(error.kind()),
            _ => None,
        }
    }
}

/// The items of a stream of version 2.
#[must_use]
pub fn decode(stream: &[u8]) -> Vec<Owned> {
    read(stream, Protocol::V2)
}

/// The items of a stream of version 1.
#[must_use]
pub fn translate(stream: &[u8]) -> Vec<Owned> {
    read(stream, Protocol::V1)
}

/// The items of a stream that comes in pieces of these sizes, over and over.
#[must_use]
pub fn in_pieces(stream: &[u8], sizes: &[usize], protocol: Protocol) -> Vec<Owned> {
    read(pieces(stream, sizes.iter().copied().cycle()), protocol)
}

/// The items that a reader gives, with text in one piece wherever it stands together.
///
/// # Panics
///
/// When the source fails.
pub fn read(source: impl Read, protocol: Protocol) -> Vec<Owned> {
    let mut reader = Reader::new(source, protocol);
    let mut items = Vec::new();
    while let Some(item) = reader.next().expect("the source does not fail") {
        match (items.last_mut(), item.into()) {
            (Some(Owned::Text(before)), Owned::Text(text)) => before.extend(text),
            (_, item) => items.push(item),
        }
    }
    items
}

/// The bytes of the packets among the items.
#[must_use]
pub fn packets(items: &[Owned]) -> Vec<&[u8]> {
    items.iter().filter(|item| matches!(item, Owned::Packet(_))).map(Owned::bytes).collect()
}

/// What the packets among the items mean.
///
/// # Panics
///
/// When a packet does not parse, which none does.
#[must_use]
pub fn events(items: &[Owned]) -> Vec<Event<'_>> {
    packets(items).into_iter().map(|bytes| Packet::parse(bytes).expect("packets parse").to_event()).collect()
}

/// The text among the items.
#[must_use]
pub fn text(items: &[Owned]) -> Vec<u8> {
    items.iter().filter(|item| matches!(item, Owned::Text(_))).flat_map(Owned::bytes).copied().collect()
}

/// The damage among the items.
#[must_use]
pub fn damage(items: &[Owned]) -> Vec<&Owned> {
    items.iter().filter(|item| matches!(item, Owned::Damage { .. })).collect()
}

/// The bytes of all items, which should be the input.
#[must_use]
pub fn cover(items: &[Owned]) -> Vec<u8> {
    items.iter().flat_map(Owned::bytes).copied().collect()
}
