//! The protocol as a codec of tokio.

use std::io;

use bytes::BytesMut;
use tokio_util::codec;

use crate::decode::Item;
use crate::decode::decoder::Decoder;
use crate::decode::owned::OwnedItem;
use crate::decode::protocol::Protocol;
use crate::encode::encode;
use crate::event::Event;
use crate::packet::owned::OwnedPacket;

/// Streams for tokio: the [`Decoder`](codec::Decoder) and [`Encoder`](codec::Encoder) of
/// `FramedRead`, `FramedWrite` and `Framed` in `tokio_util::codec`.
///
/// It reads what [`Decoder`] reads, and gives [`OwnedItem`]s: packets, text and damage. If the
/// input ends in the middle of a packet, the rest is the last item. It writes events and packets.
///
/// Exists with the feature `tokio`.
///
/// ```
/// use subunit_codec::{OwnedItem, StreamCodec};
/// use tokio_stream::StreamExt;
/// use tokio_util::codec::FramedRead;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let source = &b"building\n\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b"[..];
/// let mut items = FramedRead::new(source, StreamCodec::default());
/// while let Some(item) = items.next().await {
///     match item? {
///         OwnedItem::Packet(packet) => assert_eq!(packet.as_packet().test_id(), Some("foo")),
///         OwnedItem::Text(text) => assert_eq!(text, "building\n"),
///         OwnedItem::Damage(damage) => panic!("{}", damage.fault),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct StreamCodec {
    decoder: Decoder,
}

impl StreamCodec {
    /// A codec that reads a stream in this version. It writes version 2.
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use subunit_codec::{Event, Protocol, Status, StreamCodec};
    /// use tokio_util::codec::Encoder;
    ///
    /// let (mut codec, mut out) = (StreamCodec::new(Protocol::V2), BytesMut::new());
    /// codec.encode(Event::test("foo").status(Status::Exists), &mut out)?;
    /// assert_eq!(out, &b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b"[..]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn new(protocol: Protocol) -> Self {
        Decoder::new(protocol).into()
    }

    /// The decoder of what is read.
    #[must_use]
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    fn feed(&mut self, source: &mut BytesMut) {
        self.decoder.feed(source);
        source.clear();
    }

    fn next(&mut self) -> Option<OwnedItem> {
        self.decoder.next().map(Item::into_owned)
    }
}

/// A codec that reads with this decoder, such as one that [leaves tests
/// open](Decoder::leaving_open).
impl From<Decoder> for StreamCodec {
    fn from(decoder: Decoder) -> Self {
        Self { decoder }
    }
}

impl codec::Decoder for StreamCodec {
    type Item = OwnedItem;
    type Error = io::Error;

    fn decode(&mut self, source: &mut BytesMut) -> io::Result<Option<OwnedItem>> {
        self.feed(source);
        Ok(self.next())
    }

    fn decode_eof(&mut self, source: &mut BytesMut) -> io::Result<Option<OwnedItem>> {
        self.feed(source);
        self.decoder.end();
        Ok(self.next())
    }
}

/// Fails as [`encode`] does.
impl codec::Encoder<Event<'_>> for StreamCodec {
    type Error = io::Error;

    fn encode(&mut self, event: Event<'_>, out: &mut BytesMut) -> io::Result<()> {
        Ok(encode(&event, out)?)
    }
}

/// Forwards the packet, byte for byte.
impl codec::Encoder<OwnedPacket> for StreamCodec {
    type Error = io::Error;

    fn encode(&mut self, packet: OwnedPacket, out: &mut BytesMut) -> io::Result<()> {
        out.extend_from_slice(packet.as_bytes());
        Ok(())
    }
}
