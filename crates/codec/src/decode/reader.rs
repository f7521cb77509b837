//! A decoder over a reader, for either version.

use std::io::{self, ErrorKind, Read};
use std::mem;

use crate::decode::protocol::Protocol;
use crate::decode::{Decoder, Item};
use crate::v1::Translator;

/// Reads items from `R`, whatever version the stream is in: directives of version 1 come as the
/// packets they stand for.
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
    has_packet: bool,
}

#[derive(Debug)]
enum Stream {
    /// Version 1, or not known yet.
    V1(Box<Translator>),
    V2(Box<Decoder>),
}

impl<R: Read> Reader<R> {
    /// A reader of `source`, which needs no buffer of its own.
    pub fn new(source: R, protocol: Protocol) -> Self {
        let stream = match protocol {
            Protocol::Auto => Stream::V1(Box::new(Translator::detecting())),
            Protocol::V1 => Stream::V1(Box::default()),
            Protocol::V2 => Stream::V2(Box::default()),
        };
        Self { source, stream, is_ended: false, leaves_open: false, has_packet: false }
    }

    /// The same reader, which [leaves open](Translator::end_open) the test of version 1 that runs
    /// when the input ends, as it does those of version 2.
    #[must_use]
    pub fn leaving_open(self) -> Self {
        Self { leaves_open: true, ..self }
    }

    /// For how many tests of version 1 tags were left out, see
    /// [`Translator::tests_with_cut_tags`].
    pub fn tests_with_cut_tags(&self) -> u64 {
        match &self.stream {
            Stream::V1(translator) => translator.tests_with_cut_tags(),
            Stream::V2(_) => 0,
        }
    }

    /// What is read from.
    pub fn get_ref(&self) -> &R {
        &self.source
    }

    /// The next item, `None` at the end of the input. Calls `before_read` before each read, which
    /// may block: flush there what was made of earlier items, and a pipeline holds nothing back.
    ///
    /// # Errors
    ///
    /// When reading fails or `before_read` does. Interrupted reads are repeated. Any other failure
    /// to read ends the input: what was read before it still comes as items.
    pub fn next(&mut self, before_read: impl FnMut() -> io::Result<()>) -> io::Result<Option<Item<'_>>> {
        self.fill(before_read)?;
        Ok(self.item())
    }

    /// Reads until there is an item or the input ends. [`next`](Self::next) is this and
    /// [`item`](Self::item).
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
        let item = match &mut self.stream {
            Stream::V1(translator) => translator.next(),
            Stream::V2(decoder) => decoder.next(),
        };
        self.has_packet |= matches!(item, Some(Item::Packet(_)));
        item
    }

    /// Whether the input has ended and every item of it was given out.
    #[inline]
    pub fn is_over(&mut self) -> bool {
        self.is_ended && !self.is_ready()
    }

    /// Whether the items so far show that the input is subunit: there was a sound packet, or a
    /// directive of version 1, even one that makes no packet.
    ///
    /// ```
    /// use subunit_codec::{Protocol, Reader};
    ///
    /// let inputs = [(&b"progress: 3\n"[..], true), (b"building\n", false), (b"", false)];
    /// for (input, is_recognized) in inputs {
    ///     let mut reader = Reader::new(input, Protocol::Auto);
    ///     while reader.next(|| Ok(()))?.is_some() {}
    ///     assert_eq!(reader.is_recognized(), is_recognized);
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn is_recognized(&self) -> bool {
        let has_directive = || matches!(&self.stream, Stream::V1(translator) if translator.has_directive());
        self.has_packet || has_directive()
    }

    #[inline]
    fn is_ready(&mut self) -> bool {
        match &mut self.stream {
            Stream::V2(decoder) => decoder.is_ready(),
            Stream::V1(translator) => translator.is_ready() || (self.settle() && self.is_ready()),
        }
    }

    /// Goes on in version 2 if the stream turned out to be in that.
    fn settle(&mut self) -> bool {
        let Stream::V1(translator) = &mut self.stream else { return false };
        if !translator.is_version_2() {
            return false;
        }
        let mut decoder = Decoder::from_buffer(mem::take(translator.buffer()));
        if self.is_ended {
            decoder.end();
        }
        self.stream = Stream::V2(Box::new(decoder));
        true
    }

    fn read(&mut self) -> io::Result<()> {
        let buffer = match &mut self.stream {
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
        match &mut self.stream {
            Stream::V1(translator) if self.leaves_open => translator.end_open(),
            Stream::V1(translator) => translator.end(),
            Stream::V2(decoder) => decoder.end(),
        }
    }
}
