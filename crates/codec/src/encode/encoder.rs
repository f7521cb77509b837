//! Packets out: forwarded as they came, or written from events.

use std::io::{self, Write};
use std::mem;

use crate::encode::encode;
use crate::event::Event;
use crate::packet::Packet;

/// Writes packets to `W`, whole ones only: each write ends where a packet does.
///
/// Small packets are gathered; call [`flush`](Self::flush) before anything that may block, or they
/// are not seen meanwhile. What was not flushed is lost when the encoder is dropped. Packets longer
/// than the gathered bytes may be are written straight from where they are.
///
/// ```
/// use subunit_codec::{Encoder, Event, Status};
///
/// let mut encoder = Encoder::new(Vec::new());
/// encoder.write(&Event::test("foo").status(Status::Exists))?;
/// encoder.flush()?;
/// assert_eq!(encoder.into_inner(), b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Encoder<W> {
    output: W,
    gathered: Vec<u8>,
}

impl<W: Write> Encoder<W> {
    /// Gathered packets are written when they reach this many bytes.
    const FULL: usize = 1 << 16;

    /// An encoder that writes to `output`, which needs no buffer of its own.
    pub fn new(output: W) -> Self {
        Self { output, gathered: Vec::with_capacity(Self::FULL) }
    }

    /// Forwards a packet, byte for byte.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        self.forward_bytes(packet.as_bytes())
    }

    /// Forwards bytes that are whole packets, such as were kept from [`Packet::as_bytes`].
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn forward_bytes(&mut self, packets: &[u8]) -> io::Result<()> {
        if self.gathered.len() + packets.len() > Self::FULL {
            self.write_gathered()?;
            if packets.len() >= Self::FULL {
                return self.output.write_all(packets);
            }
        }
        self.gathered.extend_from_slice(packets);
        Ok(())
    }

    /// Writes an event, as [`encode`] does.
    ///
    /// # Errors
    ///
    /// When writing fails, or with an [`EncodeError`](crate::EncodeError) inside when the event
    /// cannot be written.
    pub fn write(&mut self, event: &Event<'_>) -> io::Result<()> {
        // For what may be large. A system that is out of memory is an error and not the end of the
        // process.
        let room = event.file.as_ref().map_or(0, |file| file.bytes.len() + file.bytes.len() / 1024);
        let room = self.gathered.try_reserve(room);
        room.map_err(|_| io::ErrorKind::OutOfMemory)?;
        encode(event, &mut self.gathered)?;
        if self.gathered.len() >= Self::FULL { self.write_gathered() } else { Ok(()) }
    }

    /// Hands everything on.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_gathered()?;
        self.output.flush()
    }

    /// The output, to which more can be written after a [`flush`](Self::flush).
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.output
    }

    /// The output, without what was not flushed.
    pub fn into_inner(self) -> W {
        self.output
    }

    fn write_gathered(&mut self) -> io::Result<()> {
        let mut gathered = mem::take(&mut self.gathered);
        let result = self.output.write_all(&gathered);
        gathered.clear();
        gathered.shrink_to(2 * Self::FULL);
        self.gathered = gathered;
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::encoded;
    use crate::{Decoder, Item, Protocol};

    /// Keeps each write apart.
    #[derive(Default)]
    struct Writes(Vec<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_write_ends_where_a_packet_does() {
        let mut encoder = Encoder::new(Writes::default());
        let mut expected = Vec::new();
        for length in [10, 60_000, 5_000, 70_000, 1, 65_536 - 20, 200_000, 3] {
            let event = Event::test("a").file("f", vec![b'\n'; length]);
            encoder.write(&event).unwrap();
            let bytes = encoded(&event);
            encoder.forward(&Packet::parse(&bytes).unwrap()).unwrap();
            expected.extend_from_slice(&bytes.repeat(2));
        }
        encoder.flush().unwrap();
        let Writes(writes) = encoder.into_inner();
        assert!(writes.len() > 2, "the output does not wait for the flush");
        for write in &writes {
            let mut decoder = Decoder::new(Protocol::V2);
            decoder.feed(write);
            decoder.end();
            while decoder.is_ready() {
                assert!(matches!(decoder.next(), Some(Item::Packet(_))), "a write holds whole packets");
            }
        }
        assert!(writes.concat() == expected, "all packets in order");
    }
}
