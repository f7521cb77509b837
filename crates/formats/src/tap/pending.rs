//! A result that may still get diagnostics.

use subunit_codec::{Event, Status, Timestamp};

/// Takes events.
pub(super) type Out<'a, E> = dyn FnMut(&Event<'_>) -> Result<(), E> + 'a;

/// The MIME type of text, as python-subunit writes it.
pub(super) const TEXT: &str = "text/plain; charset=UTF8";
const YAML: &str = "text/x-yaml";
/// Attachments leave in pieces of about this size.
pub(super) const PIECE: usize = 1 << 20;

/// A result that may still get diagnostics: comments, indented text and blocks of YAML.
///
/// It leaves as one packet with its comments, after a packet for each block of YAML. What is longer than a packet goes before.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) is_there: bool,
    /// Whether it is gone since a pause, and what still comes for it is late.
    pub(super) is_late: bool,
    pub(super) id: String,
    /// Where in the id the part begins that is its own.
    pub(super) own: usize,
    status: Option<Status>,
    time: Option<Timestamp>,
    comment: Vec<u8>,
    has_comment: bool,
    yaml: Vec<u8>,
    /// How far the block is indented that is being read.
    pub(super) yaml_indent: Option<usize>,
}

impl Open {
    /// Begins a result, whose id is already in place.
    pub(super) fn begin(&mut self, status: Status, time: Option<Timestamp>) {
        (self.is_there, self.is_late, self.status, self.time) = (true, false, Some(status), time);
    }

    /// The part of the id that is its own.
    pub(super) fn own_id(&self) -> &str {
        &self.id[self.own..]
    }

    /// Adds lines to the comment. They have no newline at the end.
    pub(super) fn comment<E>(&mut self, lines: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if self.has_comment {
            self.comment.push(b'\n');
        }
        self.has_comment = true;
        self.more_comment(lines, out)
    }

    /// Adds to the last line of the comment.
    pub(super) fn more_comment<E>(&mut self, bytes: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.comment.extend_from_slice(bytes);
        if self.comment.len() >= PIECE {
            out(&self.event(None).file("tap comment", &self.comment[..]).mime_type(TEXT))?;
            self.comment.clear();
        }
        Ok(())
    }

    /// Adds to the block of YAML.
    pub(super) fn yaml<E>(&mut self, bytes: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.yaml.extend_from_slice(bytes);
        if self.yaml.len() >= PIECE {
            out(&self.event(None).file("tap yaml", &self.yaml[..]).mime_type(YAML))?;
            self.yaml.clear();
        }
        Ok(())
    }

    /// Ends the block of YAML, if there is one.
    pub(super) fn end_yaml<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        if self.yaml_indent.take().is_some() && self.is_there {
            out(&self.event(None).file("tap yaml", &self.yaml[..]).mime_type(YAML).eof())?;
            self.yaml.clear();
        }
        Ok(())
    }

    /// Gives the result out, if there is one.
    pub(super) fn settle<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        self.end_yaml(out)?;
        self.is_late = false;
        if !self.is_there {
            return Ok(());
        }
        let event = self.event(self.status).eof();
        if self.has_comment {
            out(&event.file("tap comment", &self.comment[..]).mime_type(TEXT))?;
        } else {
            out(&event)?;
        }
        self.comment.clear();
        (self.is_there, self.has_comment) = (false, false);
        Ok(())
    }

    fn event(&self, status: Option<Status>) -> Event<'_> {
        Event { status, timestamp: self.time, ..Event::test(&*self.id) }.not_runnable()
    }
}
