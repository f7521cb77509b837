//! A result that may still get diagnostics, and diagnostics that wait for their result.

use std::mem;
use std::time::Duration;

use subunit_codec::names::{TAP_COMMENT, TAP_TEXT};
use subunit_codec::{Event, Status, Timestamp};

use super::events::{Out, write_text};
use super::held::Held;
use super::text::unescape;

/// The attachment with a block of YAML, and its MIME type.
const YAML: &str = "tap yaml";
const YAML_TYPE: &str = "text/x-yaml";
/// Attachments leave in pieces of about this size.
pub(super) const PIECE: usize = 1 << 20;

/// More blocks of YAML after one test point are one attachment: each attachment repeats the id.
const MOST_BLOCKS: u32 = 16;

/// A result that may still get diagnostics: comments, indented text and blocks of YAML.
///
/// It is written as one packet with its comments, after a packet for each block of YAML. Longer
/// attachments are written in pieces before it.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) is_there: bool,
    /// Whether a pause has written it: diagnostics that still come for it are late.
    pub(super) is_late: bool,
    pub(super) id: String,
    /// Where in the id the part begins that is its own.
    pub(super) own: usize,
    status: Option<Status>,
    time: Option<Timestamp>,
    comment: Vec<u8>,
    has_comment: bool,
    yaml: Vec<u8>,
    /// How many blocks of YAML have ended.
    yaml_blocks: u32,
    /// How many columns the block is indented by that is being read.
    pub(super) yaml_indent: Option<usize>,
    /// Failures in subtests that wait for the test point of the parent.
    pub(super) held: Held,
    /// Whether this result is one of those if it is a failure.
    hold: Option<Hold>,
    /// Diagnostics that were read before their test point, lines without the last newline.
    lead: Vec<u8>,
}

/// How a failure waits for the test point of the parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// The depth of the document that it is in.
    pub(super) depth: usize,
    /// Whether it waits if it has a block of YAML, too.
    pub(super) with_yaml: bool,
}

impl Pending {
    /// Begins a result, whose id is already in place, with the diagnostics that wait for it.
    pub(super) fn begin<E>(
        &mut self,
        status: Status,
        hold: Option<Hold>,
        time: Option<Timestamp>,
        out: &mut Out<'_, E>,
    ) -> Result<(), E> {
        (self.is_there, self.is_late, self.status, self.time) = (true, false, Some(status), time);
        self.hold = hold.filter(|_| status == Status::Fail);
        self.yaml_blocks = 0;
        if self.lead.is_empty() {
            return Ok(());
        }
        let lead = mem::take(&mut self.lead);
        self.comment(&lead, out)
    }

    /// Writes that the test began so long before its end.
    pub(super) fn write_start<E>(&self, before: Duration, out: &mut Out<'_, E>) -> Result<(), E> {
        let start = self.time.and_then(|time| {
            let start = time.since_epoch().checked_sub(before)?;
            Timestamp::new(u32::try_from(start.as_secs()).ok()?, start.subsec_nanos())
        });
        let Some(start) = start else { return Ok(()) };
        out(&Event { timestamp: Some(start), ..self.event(Some(Status::InProgress)) })
    }

    /// Whether diagnostics wait for their test point.
    pub(super) fn has_lead(&self) -> bool {
        !self.lead.is_empty()
    }

    /// Adds a line to the diagnostics that wait for their test point; `false` if they are too many.
    pub(super) fn lead(&mut self, line: &[u8]) -> bool {
        if self.lead.len() + line.len() > PIECE {
            return false;
        }
        if !self.lead.is_empty() {
            self.lead.push(b'\n');
        }
        self.lead.extend_from_slice(line);
        true
    }

    /// Makes the comment wait for the next test point from its first line on that begins like this.
    pub(super) fn comment_leads_from(&mut self, start: &[u8]) {
        let lines = memchr::memmem::find_iter(&self.comment, start);
        let found = { lines }.find(|at| *at == 0 || self.comment[at - 1] == b'\n');
        let Some(at) = found.filter(|_| self.is_there) else { return };
        let taken = self.comment.split_off(at);
        // The newline between the two.
        self.comment.pop();
        self.has_comment = at > 0;
        self.lead(&taken);
    }

    /// Writes the diagnostics that wait for a test point that does not come.
    pub(super) fn lead_as_text<E>(&mut self, time: Option<Timestamp>, out: &mut Out<'_, E>) -> Result<(), E> {
        let mut lead = mem::take(&mut self.lead);
        if !lead.is_empty() {
            lead.push(b'\n');
        }
        write_text(&lead, time, out)
    }

    /// The part of the id that is its own.
    pub(super) fn own_id(&self) -> &str {
        &self.id[self.own..]
    }

    /// Whether the description of the last result, pending or written, is this name, with or
    /// without a dash before it.
    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        let description = self.own_id().splitn(3, ' ').nth(2).unwrap_or_default().as_bytes();
        description.strip_prefix(b"- ").unwrap_or(description) == name
    }

    /// Adds lines to the comment. They have no newline at the end.
    pub(super) fn comment<E>(&mut self, lines: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        if self.has_comment {
            self.comment.push(b'\n');
        }
        self.has_comment = true;
        self.more_comment(lines, out)
    }

    /// Adds the remark of the test point to the comment, with escapes in it.
    pub(super) fn remark<E>(&mut self, remark: &[u8], escapes_backslash: bool, out: &mut Out<'_, E>) -> Result<(), E> {
        self.comment(b"", out)?;
        unescape(remark, escapes_backslash, &mut self.comment);
        self.more_comment(b"", out)
    }

    /// Adds to the last line of the comment.
    pub(super) fn more_comment<E>(&mut self, bytes: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.comment.extend_from_slice(bytes);
        if self.comment.len() >= PIECE {
            out(&self.event(None).file(TAP_COMMENT, &self.comment[..]).mime_type(TAP_TEXT))?;
            self.comment.clear();
        }
        Ok(())
    }

    /// Adds to the block of YAML.
    pub(super) fn yaml<E>(&mut self, bytes: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.yaml.extend_from_slice(bytes);
        if self.yaml.len() >= PIECE {
            out(&self.event(None).file(YAML, &self.yaml[..]).mime_type(YAML_TYPE))?;
            self.yaml.clear();
        }
        Ok(())
    }

    /// Ends the block of YAML, if there is one.
    pub(super) fn end_yaml<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        if self.yaml_indent.take().is_none() || !self.is_there {
            return Ok(());
        }
        self.yaml_blocks += 1;
        if self.yaml_blocks < MOST_BLOCKS { self.write_yaml(out) } else { Ok(()) }
    }

    fn write_yaml<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        out(&self.event(None).file(YAML, &self.yaml[..]).mime_type(YAML_TYPE).eof())?;
        self.yaml.clear();
        Ok(())
    }

    /// Gives the result out, if there is one.
    pub(super) fn settle<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        if self.yaml_indent.is_some() {
            self.end_yaml(out)?;
        }
        self.is_late = false;
        if !self.is_there {
            return Ok(());
        }
        if self.yaml_blocks >= MOST_BLOCKS {
            self.write_yaml(out)?;
        }
        let mut failures = mem::take(&mut self.held);
        let hold = self.hold.filter(|hold| hold.with_yaml || self.yaml_blocks == 0);
        let event = self.event(self.status).eof();
        let event =
            if self.has_comment { event.file(TAP_COMMENT, &self.comment[..]).mime_type(TAP_TEXT) } else { event };
        match hold {
            Some(hold) => failures.hold(&event, hold.depth, out)?,
            None => out(&event)?,
        }
        self.held = failures;
        self.held.has_failed |= hold.is_none() && self.status == Some(Status::Fail);
        self.comment.clear();
        (self.is_there, self.has_comment) = (false, false);
        Ok(())
    }

    fn event(&self, status: Option<Status>) -> Event<'_> {
        Event { status, timestamp: self.time, ..Event::test(&*self.id) }.not_runnable()
    }
}
