//! A decoder over a reader.

use std::io::{self, ErrorKind, Read};

use crate::decode::Item;
use crate::decode::decoder::Decoder;
use crate::decode::protocol::Protocol;

/// A [`Decoder`] of what is read from `R`.
///
/// ```
/// use subunit_codec::{Item, Protocol, Reader};
///
/// let stream = b"test: a\nsuccess: a\n";
/// let mut reader = Reader::new(&stream[..], Protocol::Auto);
/// let mut packets = 0;
/// while let Some(item) = reader.next()? {
///     packets += usize::from(matches!(item, Item::Packet(_)));
/// }
/// assert_eq!(packets, 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    decoder: Decoder,
}

impl<R: Read> Reader<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, protocol: Protocol) -> Self {
        Self { source, decoder: Decoder::new(protocol) }
    }

    /// The same reader, whose decoder [leaves tests open](Decoder::leaving_open).
    #[must_use]
    pub fn leaving_open(self) -> Self {
        Self { decoder: self.decoder.leaving_open(), ..self }
    }

    /// What is read from.
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// What decodes it.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The next item, `None` at the end of the input.
    ///
    /// # Errors
    ///
    /// If reading fails. Interrupted reads are repeated. Any other failure to read ends the input:
    /// what was read before it still comes as items.
    #[expect(clippy::should_implement_trait, reason = "items borrow from the reader, which an Iterator's cannot")]
    pub fn next(&mut self) -> io::Result<Option<Item<'_>>> {
        self.next_after(|| Ok(()))
    }

    /// The next item, as [`next`](Self::next) has it. Calls `before_read` before each read, which
    /// may block: flush there what was made of earlier items, and a pipeline holds nothing back.
    ///
    /// ```
    /// use subunit_codec::{Encoder, Item, Protocol, Reader};
    ///
    /// let stream = b"building\n\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
    /// let mut reader = Reader::new(&stream[..], Protocol::Auto);
    /// let mut encoder = Encoder::new(Vec::new());
    /// while let Some(item) = reader.next_after(|| encoder.flush())? {
    ///     if let Item::Packet(packet) = item {
    ///         encoder.forward(&packet)?;
    ///     }
    /// }
    /// assert_eq!(encoder.into_inner()?, stream[9..]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next), and if `before_read` fails.
    pub fn next_after(&mut self, mut before_read: impl FnMut() -> io::Result<()>) -> io::Result<Option<Item<'_>>> {
        self.fill(|_| before_read())?;
        Ok(self.item())
    }

    /// Reads until there is an item or the input ends. [`next_after`](Self::next_after) is this and
    /// [`item`](Self::item); here `before_read` gets the source, which it may wait for.
    ///
    /// # Errors
    ///
    /// As [`next_after`](Self::next_after).
    pub fn fill(&mut self, mut before_read: impl FnMut(&R) -> io::Result<()>) -> io::Result<()> {
        while !self.decoder.is_ready() && !self.decoder.is_ended() {
            before_read(&self.source)?;
            self.read()?;
        }
        Ok(())
    }

    /// The item that was read, if any.
    pub fn item(&mut self) -> Option<Item<'_>> {
        self.decoder.next()
    }

    /// Whether the input has ended and every item of it was given out.
    #[inline]
    pub fn is_over(&mut self) -> bool {
        self.decoder.is_ended() && !self.decoder.is_ready()
    }

    fn read(&mut self) -> io::Result<()> {
        let buffer = self.decoder.buffer();
        loop {
            let read = match buffer.try_space() {
                Ok(space) => self.source.read(space),
                Err(_) => Err(ErrorKind::OutOfMemory.into()),
            };
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(count @ 1..) => {
                    buffer.filled(count);
                    return Ok(());
                }
                result => {
                    self.decoder.end();
                    return result.map(|_| ());
                }
            }
        }
    }
}
