//! Items that borrow from nothing.

use bytes::Bytes;

use crate::decode::Item;
use crate::decode::damage::{Damage, Fault};
use crate::packet::owned::OwnedPacket;

/// A stretch of the input in bytes of its own: an [`Item`] to keep, or to send to another thread.
///
/// ```
/// use subunit_codec::{Decoder, OwnedItem, Protocol};
///
/// let mut decoder = Decoder::new(Protocol::V2);
/// decoder.feed(b"building\n\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// decoder.end();
/// let mut items: Vec<OwnedItem> = Vec::new();
/// while let Some(item) = decoder.next() {
///     items.push(item.into_owned());
/// }
/// let [OwnedItem::Text(text), OwnedItem::Packet(_)] = &items[..] else { panic!("two items") };
/// assert_eq!(text, "building\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnedItem {
    /// A packet.
    Packet(OwnedPacket),
    /// Bytes that are no packet and never were. Text may come in pieces, cut anywhere.
    Text(Bytes),
    /// Bytes that are no packet and should be.
    Damage(OwnedDamage),
}

/// Damage in bytes of its own: [`Damage`] to keep.
///
/// ```
/// use subunit_codec::{Decoder, Item, OwnedDamage, Protocol};
///
/// let mut decoder = Decoder::new(Protocol::V2);
/// decoder.feed(b"\xb3\n");
/// decoder.end();
/// let Some(Item::Damage(damage)) = decoder.next() else { panic!("no packet has this header") };
/// let owned: OwnedDamage = damage.into_owned();
/// assert_eq!(owned.as_damage().summary(), "offset 0: the packet's version is not 2");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedDamage {
    /// The bytes given up.
    pub bytes: Bytes,
    /// Where they are: bytes from the start of the input.
    pub offset: u64,
    /// What is wrong with them.
    pub fault: Fault,
}

impl OwnedItem {
    /// The item, borrowed.
    ///
    /// ```
    /// use subunit_codec::{Item, OwnedItem};
    ///
    /// assert_eq!(OwnedItem::Text("building\n".into()).as_item(), Item::Text(b"building\n"));
    /// ```
    #[must_use]
    pub fn as_item(&self) -> Item<'_> {
        match self {
            Self::Packet(packet) => Item::Packet(packet.as_packet()),
            Self::Text(text) => Item::Text(text),
            Self::Damage(damage) => Item::Damage(damage.as_damage()),
        }
    }
}

impl OwnedDamage {
    /// The damage, borrowed: to report or summarize it.
    #[must_use]
    pub fn as_damage(&self) -> Damage<'_> {
        Damage { bytes: &self.bytes, offset: self.offset, fault: self.fault }
    }
}

impl Item<'_> {
    /// A copy that borrows from nothing.
    #[must_use]
    pub fn into_owned(self) -> OwnedItem {
        match self {
            Self::Packet(packet) => OwnedItem::Packet(packet.into_owned()),
            Self::Text(text) => OwnedItem::Text(Bytes::copy_from_slice(text)),
            Self::Damage(damage) => OwnedItem::Damage(damage.into_owned()),
        }
    }
}

impl Damage<'_> {
    /// A copy that borrows from nothing.
    #[must_use]
    pub fn into_owned(self) -> OwnedDamage {
        OwnedDamage { bytes: Bytes::copy_from_slice(self.bytes), offset: self.offset, fault: self.fault }
    }
}
