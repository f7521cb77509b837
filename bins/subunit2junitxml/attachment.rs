//! Attachments, made fit for a report as they come.

use std::mem;

use hashbrown::HashMap;
use subunit_cli::Trouble;
use subunit_codec::Packet;
use subunit_formats::junit::Cleaner;
use subunit_formats::text::{Decoder, is_text};

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
    /// As it stands between tags, see [`Cleaner::escape`].
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
    pub(crate) fn take_in(&mut self, piece: Piece<'_>, spool: &mut Spool) -> Result<(), Trouble> {
        let unended =
            if piece.is_last { self.unended.remove(piece.name) } else { self.unended.get(piece.name).copied() };
        let index = unended.unwrap_or_else(|| {
            self.list.push(Attachment::new(piece.name, piece.mime_type));
            if !piece.is_last {
                self.unended.insert(piece.name.to_owned(), self.list.len() - 1);
            }
            self.list.len() - 1
        });
        let attachment = &mut self.list[index];
        attachment.learn_type(piece.mime_type, spool)?;
        attachment.take_in(piece.bytes, piece.is_last, spool)
    }

    /// Ends those files that did not end by themselves, and gives out all.
    pub(crate) fn finish(&mut self, spool: &mut Spool) -> Result<Vec<Attachment>, Trouble> {
        self.unended.clear();
        self.list.iter_mut().try_for_each(|attachment| attachment.take_in(b"", true, spool))?;
        Ok(mem::take(&mut self.list))
    }
}

impl Attachment {
    /// How many bytes are decoded at once: what one byte becomes may be many times as long.
    const AT_ONCE: usize = 32 << 10;
    /// So many bytes are kept until a MIME type comes.
    const MOST_UNTYPED: u64 = 1 << 10;

    pub(crate) fn new(name: &str, mime_type: Option<&str>) -> Self {
        // Files of these names are text, whatever they say of themselves.
        let is_text_by_name = matches!(name, "stdout" | "stderr" | "traceback" | "reason" | "tap comment");
        let is_text = is_text(mime_type) || is_text_by_name;
        let reading = || Box::new(Reading { decoder: Decoder::new(mime_type), cleaner: Cleaner::default() });
        Self {
            name: name.to_owned(),
            mime_type: mime_type.map(str::to_owned),
            size: 0,
            text: Text::default(),
            has_lines: false,
            ends_line: false,
            reading: is_text.then(reading),
            untyped: Vec::new(),
        }
    }

    /// Learns the MIME type from the first packet that gives one.
    fn learn_type(&mut self, mime_type: Option<&str>, spool: &mut Spool) -> Result<(), Trouble> {
        if mime_type.is_none() || self.mime_type.is_some() {
            return Ok(());
        }
        let untyped = mem::take(&mut self.untyped);
        let is_all_there = untyped.len() as u64 == self.size;
        let typed = Self::new(&self.name, mime_type);
        self.mime_type = typed.mime_type;
        if self.reading.is_none() && is_all_there {
            (self.reading, self.size) = (typed.reading, 0);
            self.take_in(&untyped, false, spool)?;
        }
        Ok(())
    }

    /// Whether it is what a program says of its own failure.
    pub(crate) fn is_traceback(&self) -> bool {
        let mime_type = self.mime_type.as_deref().unwrap_or_default();
        self.name == "traceback" || mime_type.starts_with("text/x-traceback")
    }

    pub(crate) fn take_in(&mut self, bytes: &[u8], is_last: bool, spool: &mut Spool) -> Result<(), Trouble> {
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
            let escaped = reading.cleaner.escape(&decoded, is_end);
            self.has_lines = self.has_lines || escaped.contains('\n');
            self.ends_line = if escaped.is_empty() { self.ends_line } else { escaped.ends_with('\n') };
            spool.add(&mut self.text, escaped.as_bytes())?;
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
}
