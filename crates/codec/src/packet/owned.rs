//! A packet that borrows from nothing.

use bytes::Bytes;

use crate::error::PacketError;
use crate::packet::Packet;
use crate::packet::layout::Layout;

/// One packet of a version 2 stream, in bytes of its own: a [`Packet`] to keep, or to send to
/// another thread.
///
/// The bytes are shared: a clone copies none of them, and neither does a packet that is made from
/// [`Bytes`].
///
/// ```
/// use bytes::Bytes;
/// use subunit_codec::{OwnedPacket, Status};
///
/// let bytes = Bytes::from_static(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// let packet = OwnedPacket::parse(bytes)?;
/// assert_eq!(packet.as_packet().status(), Some(Status::Exists));
/// # Ok::<(), subunit_codec::PacketError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedPacket {
    bytes: Bytes,
    layout: Layout,
}

impl OwnedPacket {
    /// Checks that `bytes` are one packet, all of it and nothing more.
    ///
    /// # Errors
    ///
    /// As [`Packet::parse`], if they are not.
    pub fn parse(bytes: Bytes) -> Result<Self, PacketError> {
        let layout = Packet::parse(&bytes)?.layout();
        Ok(Self { bytes, layout })
    }

    /// Takes the packet that `bytes` begin with, and leaves the bytes behind it.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use subunit_codec::OwnedPacket;
    ///
    /// let foo = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
    /// let mut packets = Bytes::from(foo.repeat(2));
    /// let packet = OwnedPacket::split_first(&mut packets)?;
    /// assert_eq!((packet.as_bytes(), &packets[..]), (&foo[..], &foo[..]));
    /// # Ok::<(), subunit_codec::PacketError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Packet::parse`], if they begin with none. They stay as they are then.
    pub fn split_first(bytes: &mut Bytes) -> Result<Self, PacketError> {
        let (packet, _) = Packet::split_first(bytes)?;
        let (length, layout) = (packet.as_bytes().len(), packet.layout());
        Ok(Self { bytes: bytes.split_to(length), layout })
    }

    /// The packet, borrowed, to read its fields.
    #[must_use]
    pub fn as_packet(&self) -> Packet<'_> {
        Packet::from_checked(&self.bytes, self.layout)
    }

    /// The whole packet, from signature to checksum.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole packet, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl From<Packet<'_>> for OwnedPacket {
    /// Copies the packet.
    fn from(packet: Packet<'_>) -> Self {
        Self { bytes: Bytes::copy_from_slice(packet.as_bytes()), layout: packet.layout() }
    }
}

impl From<OwnedPacket> for Bytes {
    fn from(packet: OwnedPacket) -> Self {
        packet.bytes
    }
}

impl Packet<'_> {
    /// A copy that borrows from nothing.
    ///
    /// ```
    /// use subunit_codec::{OwnedPacket, Packet};
    ///
    /// let bytes = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b".to_vec();
    /// let packet: OwnedPacket = Packet::parse(&bytes)?.into_owned();
    /// drop(bytes);
    /// assert_eq!(packet.as_packet().test_id(), Some("foo"));
    /// # Ok::<(), subunit_codec::PacketError>(())
    /// ```
    #[must_use]
    pub fn into_owned(self) -> OwnedPacket {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;
    use crate::encode::encoded;

    #[test]
    fn a_packet_from_bytes_and_its_clones_share_them() {
        let bytes = Bytes::from(encoded(&Event::test("a")));
        let packet = OwnedPacket::parse(bytes.clone()).unwrap();
        assert_eq!(packet.as_bytes().as_ptr(), bytes.as_ptr());
        assert_eq!(packet.clone().into_bytes().as_ptr(), bytes.as_ptr());
    }

    #[test]
    fn bytes_that_begin_with_no_packet_stay_as_they_are() {
        let packet = encoded(&Event::test("a"));
        for bytes in [&packet[..packet.len() - 1], b"", b"text"] {
            let mut rest = Bytes::copy_from_slice(bytes);
            assert_eq!(OwnedPacket::split_first(&mut rest).unwrap_err(), Packet::split_first(bytes).unwrap_err());
            assert_eq!(rest, bytes);
        }
    }
}
