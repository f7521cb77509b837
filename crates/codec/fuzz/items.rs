//! What the fuzz targets share: items that outlive their decoder.

use subunit_codec::v1::Translator;
use subunit_codec::{Decoder, Item, Packet};

/// An item with bytes of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    Packet(Vec<u8>),
    Text(Vec<u8>),
    Damage(Vec<u8>, u64, String),
}

impl Owned {
    /// The bytes of the item.
    pub fn bytes(&self) -> &[u8] {
        let (Self::Packet(bytes) | Self::Text(bytes) | Self::Damage(bytes, ..)) = self;
        bytes
    }
}

impl From<Item<'_>> for Owned {
    fn from(item: Item<'_>) -> Self {
        match item {
            Item::Packet(packet) => {
                let again = Packet::parse(packet.as_bytes()).expect("a packet parses");
                assert_eq!(again, packet);
                Self::Packet(packet.as_bytes().to_vec())
            }
            Item::Text(text) => Self::Text(text.to_vec()),
            Item::Damage(damage) => Self::Damage(damage.bytes.to_vec(), damage.offset, damage.fault.to_string()),
        }
    }
}

/// Anything that bytes go into and items come out of.
pub trait Machine {
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

/// The items of a stream that comes in pieces of these sizes, over and over; in one piece without sizes.
pub fn items(mut machine: impl Machine, stream: &[u8], sizes: &[u8]) -> Vec<Owned> {
    let mut items = Vec::new();
    let mut rest = stream;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = sizes.next().map_or(usize::MAX, |size| 1 + usize::from(*size));
        let (piece, after) = rest.split_at(rest.len().min(size));
        rest = after;
        machine.feed(piece);
        take_all(&mut machine, &mut items);
    }
    machine.end();
    take_all(&mut machine, &mut items);
    items
}

fn take_all(machine: &mut impl Machine, items: &mut Vec<Owned>) {
    while let Some(item) = machine.next() {
        match (items.last_mut(), item.into()) {
            (Some(Owned::Text(before)), Owned::Text(text)) => before.extend(text),
            (_, item) => items.push(item),
        }
    }
}
