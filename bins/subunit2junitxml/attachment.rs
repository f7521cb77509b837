//! Attachments, made fit for a report as they come.

use std::mem;

use hashbrown::HashMap;
use subunit_cli::Trouble;
use subunit_codec::Packet;
use subunit_formats::junit::{Cleaner, clean, is_traceback};
use subunit_formats::text::{Decoder, decode, is_text_attachment};

use crate::text_store::{Spool, Text};

/// Files of a test or of the whole run, in the order in which they began.
#[derive(Debug, Default)]
pub(crate) struct Attachments {
    pub(crate) list: Vec<Attachment>,
    /// Those that did not end yet, by name.
    unended: HashMap<String, usize>,
}

/// A file. Bytes that are no text are counted and let go of.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) name: String,
    pub(crate) mime_type: Option<String>,
    /// Its length in bytes.
    pub(crate) size: u64,
    /// What it says, see [`Cleaner`].
    pub(crate) text: Text,
    pub(crate) has_lines: bool,
    pub(crate) ends_line: bool,
    reading: Option<Box<Reading>>,
    /// What came before a MIME type did, which may say that it is text.
    untyped: Vec<u8>,
}

/// How the text of a file goes on.
#[derive(Debug)]
struct Reading {
    decoder: Decoder,
    cleaner: Cleaner,
}

/// Which file, or which part of one, a packet carries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) name: &'a str,
    pub(crate) mime_type: Option<&'a str>,
    pub(crate) bytes: &'a [u8],
    pub(crate) is_last: bool,
}

impl<'a> Piece<'a> {
    /// What a packet carries, if it carries any.
    pub(crate) fn of(packet: &Packet<'a>) -> Option<Self> {
        let (name, bytes) = packet.file_name().zip(packet.file_bytes())?;
        Some(Self { name, mime_type: packet.mime_type(), bytes, is_last: packet.is_eof() })
    }
}

impl Attachments {
    /// Adds a piece to the file that it continues, or begins one.
    pub(crate) fn add(&mut self, piece: Piece<'_>, spool: &mut Spool) -> Result<(), Trouble> {
        let unended =
            if piece.is_last { self.unended.remove(piece.name) } else { self.unended.get(piece.name).copied() };
        let index = unended.unwrap_or_else(|| {
            self.list.push(Attachment::new(piece.name, piece.mime_type));
            if !piece.is_last {
                self.unended.insert(piece.name.to_owned(), self.list.len() - 1);
            }
            self.list.len() - 1
        });
        self.list[index].add(piece, spool)
    }

    /// Ends those files that did not end by themselves, and leaves out those that never had a byte.
    pub(crate) fn end(&mut self, spool: &mut Spool) -> Result<(), Trouble> {
        if !self.unended.is_empty() {
            self.unended.clear();
            self.list.iter_mut().try_for_each(|attachment| attachment.end(spool))?;
        }
        self.list.retain(|attachment| attachment.size > 0);
        Ok(())
    }

    /// Forgets all files.
    pub(crate) fn forget(&mut self, spool: &mut Spool) {
        self.list.iter_mut().for_each(|attachment| spool.forget(&mut attachment.text));
        self.list.clear();
    }
}

impl Attachment {
    /// How many bytes are decoded at once: one byte may become many.
    const AT_ONCE: usize = 32 << 10;
    /// So many bytes are kept until a MIME type comes.
    const MOST_UNTYPED: u64 = 1 << 10;

    pub(crate) fn new(name: &str, mime_type: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            mime_type: mime_type.map(str::to_owned),
            size: 0,
            text: Text::default(),
            has_lines: false,
            ends_line: false,
            reading: None,
            untyped: Vec::new(),
        }
    }

    /// Whether it is what a program says of its own failure.
    pub(crate) fn is_traceback(&self) -> bool {
        is_traceback(self.shown_name(), self.mime_type.as_deref())
    }

    /// Which of several attempts it is from, as subunit-attempts names the files of those before
    /// the last.
    pub(crate) fn attempt(&self) -> Option<u32> {
        let (number, name) = self.name.strip_prefix("attempt-")?.split_once('/')?;
        if name.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number.parse().ok()
    }

    /// Its name in the attempt that it is from.
    pub(crate) fn shown_name(&self) -> &str {
        self.attempt().and_then(|_| self.name.split_once('/')).map_or(&self.name, |(_, name)| name)
    }

    /// Adds the next bytes.
    pub(crate) fn add(&mut self, piece: Piece<'_>, spool: &mut Spool) -> Result<(), Trouble> {
        let is_whole = piece.is_last && self.size == 0;
        if self.mime_type.is_none() && piece.mime_type.is_some() {
            self.mime_type = piece.mime_type.map(str::to_owned);
            let untyped = mem::take(&mut self.untyped);
            if untyped.len() as u64 == self.size {
                self.size = 0;
                self.read(&untyped, false, spool)?;
            }
        }
        if is_whole && piece.bytes.len() <= Self::AT_ONCE && self.is_text() {
            self.size = piece.bytes.len() as u64;
            return self.keep(&clean(&decode(self.mime_type.as_deref(), piece.bytes)), spool);
        }
        self.read(piece.bytes, piece.is_last, spool)
    }

    /// Ends it, if it did not end by itself.
    pub(crate) fn end(&mut self, spool: &mut Spool) -> Result<(), Trouble> {
        if self.reading.is_some() { self.read(b"", true, spool) } else { Ok(()) }
    }

    /// Files of some names are text, whatever they say of themselves.
    fn is_text(&self) -> bool {
        is_text_attachment(self.shown_name(), self.mime_type.as_deref())
    }

    fn read(&mut self, bytes: &[u8], is_last: bool, spool: &mut Spool) -> Result<(), Trouble> {
        if self.size == 0 && self.is_text() {
            let decoder = Decoder::new(self.mime_type.as_deref());
            self.reading = Some(Box::new(Reading { decoder, cleaner: Cleaner::default() }));
        }
        self.size += bytes.len() as u64;
        let Some(mut reading) = self.reading.take() else {
            let is_short = self.size <= Self::MOST_UNTYPED;
            if self.mime_type.is_none() && !is_last && is_short {
                self.untyped.extend_from_slice(bytes);
            } else {
                self.untyped = Vec::new();
            }
            return Ok(());
        };
        let mut rest = bytes;
        loop {
            let (now, later) = rest.split_at(rest.len().min(Self::AT_ONCE));
            let is_end = is_last && later.is_empty();
            let decoded = reading.decoder.decode(now, is_end);
            self.keep(&reading.cleaner.clean(&decoded, is_end), spool)?;
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        if !is_last {
            self.reading = Some(reading);
        }
        Ok(())
    }

    fn keep(&mut self, text: &str, spool: &mut Spool) -> Result<(), Trouble> {
        self.has_lines = self.has_lines || text.contains('\n');
        self.ends_line = if text.is_empty() { self.ends_line } else { text.ends_with('\n') };
        spool.add(&mut self.text, text)
    }
}
