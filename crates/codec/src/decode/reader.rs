//! A decoder over a reader, for either version.

use std::io::{self, ErrorKind, Read};

use crate::decode::buffer::Buffer;
use crate::decode::protocol::Protocol;
use crate::decode::{Decoder, Item};
use crate::v1::Translator;

/// Reads items from `R`, whatever version the stream is in: directives of version 1 come as the packets they stand for.
///
/// ```
/// use subunit_codec::{Item, Protocol, Reader};
///
/// let stream = b"test: a\nsuccess: a\n";
/// let mut reader = Reader::new(&stream[..], Protocol::Auto);
/// let mut packets = 0;
/// while let Some(item) = reader.next(|| Ok(()))? {
///     packets += usize::from(matches!(item, Item::Packet(_)));
/// }
/// assert_eq!(packets, 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    stream: Stream,
    is_ended: bool,
    leaves_open: bool,
}

#[derive(Debug)]
enum Stream {
    /// The version is not known yet.
    Unknown(Buffer),
    V1(Box<Translator>),
    V2(Box<Decoder>),
}

impl<R: Read> Reader<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, protocol: Protocol) -> Self {
        let stream = match protocol {
            Protocol::Auto => Stream::Unknown(Buffer::default()),
            Protocol::V1 => Stream::V1(Box::default()),
            Protocol::V2 => Stream::V2(Box::default()),
        };
        Self { source, stream, is_ended: false, leaves_open: false }
    }

    /// The same reader, which [leaves open](Translator::end_open) the test of version 1 that runs when the input ends, as it does those
    /// of version 2.
    #[must_use]
    pub fn leaving_open(self) -> Self {
        Self { leaves_open: true, ..self }
    }

    /// What is read from.
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// The next item, `None` at the end of the input. Calls `before_read` before each read, which may block: flush there what was
    /// made of earlier items, and a pipeline holds nothing back.
    ///
    /// # Errors
    ///
    /// When reading fails or `before_read` does. Interrupted reads are repeated. Any other failure to read ends the input: what was
    /// read before it still comes as items.
    pub fn next(&mut self, before_read: impl FnMut() -> io::Result<()>) -> io::Result<Option<Item<'_>>> {
        self.fill(before_read)?;
        Ok(self.item())
    }

    /// Reads until there is an item or the input ends. [`next`](Self::next) is this and [`item`](Self::item).
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub fn fill(&mut self, mut before_read: impl FnMut() -> io::Result<()>) -> io::Result<()> {
        while !self.is_ready() && !self.is_ended {
            before_read()?;
            self.read()?;
        }
        Ok(())
    }

    /// The item that was read, if any.
    pub fn item(&mut self) -> Option<Item<'_>> {
        match &mut self.stream {
            Stream::Unknown(_) => None,
            Stream::V1(translator) => translator.next(),
            Stream::V2(decoder) => decoder.next(),
        }
    }

    #[inline]
    fn is_ready(&mut self) -> bool {
        match &mut self.stream {
            Stream::V2(decoder) => decoder.is_ready(),
            Stream::V1(translator) => translator.is_ready(),
            Stream::Unknown(_) => self.settle() && self.is_ready(),
        }
    }

    /// Settles the version, if that can be done.
    fn settle(&mut self) -> bool {
        if let Stream::Unknown(buffer) = &mut self.stream {
            let Some(version) = Protocol::detect(buffer.bytes(), self.is_ended) else { return false };
            let buffer = std::mem::take(buffer);
            self.stream = if version == Protocol::V1 {
                Stream::V1(Box::new(Translator::from_buffer(buffer)))
            } else {
                Stream::V2(Box::new(Decoder::from_buffer(buffer)))
            };
        }
        true
    }

    fn read(&mut self) -> io::Result<()> {
        let buffer = match &mut self.stream {
            Stream::Unknown(buffer) => buffer,
            Stream::V1(translator) => translator.buffer(),
            Stream::V2(decoder) => decoder.buffer(),
        };
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
                    self.end();
                    return result.map(|_| ());
                }
            }
        }
    }

    fn end(&mut self) {
        self.is_ended = true;
        self.settle();
        match &mut self.stream {
            Stream::Unknown(_) => {}
            Stream::V1(translator) if self.leaves_open => translator.end_open(),
            Stream::V1(translator) => translator.end(),
            Stream::V2(decoder) => decoder.end(),
        }
    }
}
