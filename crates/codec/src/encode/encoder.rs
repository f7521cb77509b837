//! Packets out: forwarded as they came, or written from events.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::mem;

use crate::encode::encode_to_vec;
use crate::event::Event;
use crate::packet::Packet;

/// Writes packets to `W`, whole ones only: each write ends where a packet does.
///
/// Small packets are gathered; call [`flush`](Self::flush) before anything that may block, or a
/// reader does not see them meanwhile. An encoder that is dropped flushes, but cannot report an
/// error: end with `flush` or [`into_inner`](Self::into_inner) to see it. Packets longer than the
/// gathered bytes may be are written straight from their own memory. After a write that failed, the
/// gathered packets are discarded, because the output may already hold a part of them.
///
/// ```
/// use subunit_codec::{Encoder, Event, Status};
///
/// let mut encoder = Encoder::new(Vec::new());
/// encoder.write(&Event::test("foo").status(Status::Exists))?;
/// assert_eq!(encoder.into_inner()?, b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Encoder<W: Write> {
    /// `None` after [`into_inner`](Self::into_inner), which consumes the encoder.
    output: Option<W>,
    gathered: Vec<u8>,
    /// Gathered packets are written when they reach this many bytes.
    full: usize,
}

impl<W: Write> Encoder<W> {
    /// How many bytes are gathered, unless another number is asked for.
    const FULL: usize = 1 << 16;

    /// An encoder that writes to `output`, which needs no buffer of its own.
    pub fn new(output: W) -> Self {
        Self { output: Some(output), gathered: Vec::with_capacity(Self::FULL), full: Self::FULL }
    }

    /// The same encoder, which gathers about so many bytes until it writes by itself; 64 KiB if
    /// nothing else is said.
    ///
    /// ```
    /// use subunit_codec::Encoder;
    ///
    /// let mut encoder = Encoder::new(Vec::new()).gathering(1 << 20);
    /// encoder.forward_bytes(&[0; 100_000])?;
    /// assert!(encoder.get_mut().is_empty(), "nothing was written yet");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn gathering(mut self, bytes: usize) -> Self {
        self.full = bytes;
        self
    }

    /// Forwards a packet, byte for byte.
    ///
    /// ```
    /// use subunit_codec::{Encoder, Packet};
    ///
    /// let foo = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
    /// let mut encoder = Encoder::new(Vec::new());
    /// encoder.forward(&Packet::parse(foo)?)?;
    /// assert_eq!(encoder.into_inner()?, foo);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn forward(&mut self, packet: &Packet<'_>) -> io::Result<()> {
        self.forward_bytes(packet.as_bytes())
    }

    /// Forwards bytes that are whole packets, such as were kept from [`Packet::as_bytes`].
    ///
    /// ```
    /// use subunit_codec::Encoder;
    ///
    /// let packets = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b".repeat(2);
    /// let mut encoder = Encoder::new(Vec::new());
    /// encoder.forward_bytes(&packets)?;
    /// assert_eq!(encoder.into_inner()?, packets);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn forward_bytes(&mut self, packets: &[u8]) -> io::Result<()> {
        if self.gathered.len() + packets.len() > self.full {
            self.write_gathered()?;
            if packets.len() >= self.full {
                return self.get_mut().write_all(packets);
            }
        }
        self.gathered.extend_from_slice(packets);
        Ok(())
    }

    /// Writes an event, as [`encode`](crate::encode) does.
    ///
    /// # Errors
    ///
    /// If writing fails, or with an [`EncodeError`](crate::EncodeError) inside if the event
    /// cannot be written.
    pub fn write(&mut self, event: &Event<'_>) -> io::Result<()> {
        // For what may be large. A system that is out of memory is an error and not the end of the
        // process.
        let room = event.file.as_ref().map_or(0, |file| file.bytes.len() + file.bytes.len() / 1024);
        let room = self.gathered.try_reserve(room);
        room.map_err(|_| io::ErrorKind::OutOfMemory)?;
        encode_to_vec(event, &mut self.gathered)?;
        if self.gathered.len() >= self.full { self.write_gathered() } else { Ok(()) }
    }

    /// Writes the gathered packets and flushes the output.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_gathered()?;
        self.get_mut().flush()
    }

    /// The output, to which more can be written after a [`flush`](Self::flush).
    #[expect(clippy::missing_panics_doc, reason = "it cannot")]
    pub fn get_mut(&mut self) -> &mut W {
        self.output.as_mut().expect("only into_inner takes the output, and it takes the encoder with it")
    }

    /// Flushes, and gives the output back.
    ///
    /// # Errors
    ///
    /// If writing fails: the error, with the output in it.
    ///
    /// ```
    /// use subunit_codec::{Encoder, Event};
    ///
    /// let mut room = [0; 8];
    /// let mut encoder = Encoder::new(&mut room[..]);
    /// encoder.write(&Event::test("too long for the room"))?;
    /// let error = encoder.into_inner().unwrap_err();
    /// assert_eq!(error.error().kind(), std::io::ErrorKind::WriteZero);
    /// assert!(error.into_inner().is_empty(), "all of the room was written to");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[expect(clippy::missing_panics_doc, reason = "it cannot")]
    pub fn into_inner(mut self) -> Result<W, IntoInnerError<W>> {
        let result = self.flush();
        let output = self.output.take().expect("nothing else takes the output");
        match result {
            Ok(()) => Ok(output),
            Err(error) => Err(IntoInnerError { output, error }),
        }
    }

    fn write_gathered(&mut self) -> io::Result<()> {
        // Taken out first, so that a writer that fails or panics does not get it a second time.
        let mut gathered = mem::take(&mut self.gathered);
        let result = self.get_mut().write_all(&gathered);
        gathered.clear();
        gathered.shrink_to(2 * self.full);
        self.gathered = gathered;
        result
    }
}

impl<W: Write> Drop for Encoder<W> {
    fn drop(&mut self) {
        if self.output.is_some() {
            // Nobody is left to hear of an error.
            let _ = self.flush();
        }
    }
}

/// The error of [`Encoder::into_inner`]: why writing failed, and the output.
///
/// It converts into [`io::Error`], so that `?` works in functions that do I/O.
#[derive(Debug)]
pub struct IntoInnerError<W> {
    output: W,
    error: io::Error,
}

impl<W> IntoInnerError<W> {
    /// Why writing failed.
    #[must_use]
    pub fn error(&self) -> &io::Error {
        &self.error
    }

    /// The output, which may hold a part of a packet at its end.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.output
    }

    /// The error and the output.
    #[must_use]
    pub fn into_parts(self) -> (io::Error, W) {
        (self.error, self.output)
    }
}

impl<W> fmt::Display for IntoInnerError<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<W: fmt::Debug + Send> Error for IntoInnerError<W> {}

impl<W> From<IntoInnerError<W>> for io::Error {
    fn from(error: IntoInnerError<W>) -> Self {
        error.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::encoded;
    use crate::{Decoder, Item, Protocol};

    /// Keeps each write apart.
    #[derive(Debug, Default)]
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
        let Writes(writes) = encoder.into_inner().unwrap();
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

    #[test]
    fn an_encoder_that_is_dropped_has_flushed() {
        let mut output = Vec::new();
        let mut encoder = Encoder::new(&mut output);
        encoder.write(&Event::test("a")).unwrap();
        drop(encoder);
        assert!(output == encoded(&Event::test("a")));
    }

    /// Takes one byte, then fails.
    #[derive(Debug)]
    struct Full<'a>(&'a mut usize);

    impl Write for Full<'_> {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            *self.0 += 1;
            if *self.0 == 1 { Ok(1) } else { Err(io::ErrorKind::StorageFull.into()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn packets_that_could_not_be_written_are_not_written_again() {
        let mut writes = 0;
        let mut encoder = Encoder::new(Full(&mut writes));
        encoder.write(&Event::test("a")).unwrap();
        assert!(encoder.flush().is_err());
        assert!(encoder.flush().is_ok(), "there is nothing left to write");
        drop(encoder);
        assert_eq!(writes, 2, "one byte, then the failure");
    }

    #[test]
    fn the_error_of_into_inner_gives_the_output_back() {
        let mut writes = 0;
        let mut encoder = Encoder::new(Full(&mut writes));
        encoder.write(&Event::test("a")).unwrap();
        let (error, output) = encoder.into_inner().map(|_| ()).unwrap_err().into_parts();
        assert_eq!((error.kind(), *output.0), (io::ErrorKind::StorageFull, 2));
    }
}
