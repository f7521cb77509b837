//! A test as people read it.

use std::fmt::Write;

use subunit_cli::{HeldAttachment, Record, Spill, Trouble, escape, seconds};
use subunit_codec::names::{PACKET_DATA, PARSER_ERROR};
use subunit_codec::{PARSER_TEST_ID, Span, Status, Timestamp, summarize_damage};
use subunit_formats::hex_dump::hex_dump;
use subunit_formats::number::{counted, grouped};
use subunit_formats::text::Decoder;
use subunit_formats::worker::Worker;

use crate::indent::Indented;
use crate::keep::{Keep, is_text};

/// A test that is to be shown, or the run as a whole.
pub(crate) struct Entry<'a> {
    /// `None` for the run.
    pub(crate) id: Option<&'a str>,
    pub(crate) route_code: Option<&'a str>,
    pub(crate) record: &'a Record,
    /// The last time that the stream told.
    pub(crate) now: Option<Timestamp>,
    pub(crate) is_colored: bool,
}

/// A part of an entry.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// Lines of the tool, harmless on a terminal.
    Lines(&'a str),
    /// Lines of an attachment.
    Text(&'a str),
}

impl Entry<'_> {
    /// Shows all of it, part by part.
    pub(crate) fn show(
        &self,
        spill: &Spill,
        show: &mut impl FnMut(Part<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        show(Part::Lines(&self.head()))?;
        if self.is_damage() {
            return self.show_damage(spill, show);
        }
        for attachment in self.record.attachments.as_slice() {
            show_attachment(attachment, spill, show)?;
        }
        Ok(())
    }

    fn is_damage(&self) -> bool {
        self.id == Some(PARSER_TEST_ID) && self.record.status == Some(Status::Fail)
    }

    /// The lines above the attachments.
    fn head(&self) -> String {
        let Self { record, .. } = self;
        let (word, color) = self.word();
        let name = self.id.or(self.route_code).unwrap_or_default();
        let mut head =
            if self.is_colored && !color.is_empty() { format!("\x1b[{color}m{word}\x1b[0m") } else { word.to_owned() };
        if !name.is_empty() {
            head.push_str("  ");
            head.push_str(&escape(name));
        }
        head.push('\n');
        if self.id.is_none() {
            return head;
        }
        let worker = Worker::new(self.route_code, record.tags.iter().map(String::as_str));
        if worker.tag.is_some() {
            field(&mut head, "worker", &escape(&worker.to_string()));
        } else if let Some(code) = self.route_code {
            field(&mut head, "route", &escape(code));
        }
        if !record.tags.is_empty() {
            field(&mut head, "tags", &escape(&record.tags.join(", ")));
        }
        if let Some(start) = record.span.start {
            field(&mut head, "started", &with_microseconds(start));
        }
        let is_hung = record.status == Some(Status::InProgress);
        let running = Span { start: record.span.start, stop: self.now };
        if let Some(time) = running.duration().filter(|_| is_hung) {
            field(&mut head, "running", &format!("{} s when the stream ended", seconds(Some(time))));
        }
        if let Some(time) = record.span.duration() {
            field(&mut head, "took", &format!("{} s", seconds(Some(time))));
        }
        if !record.runnable {
            head.push_str("  not runnable\n");
        }
        head
    }

    /// What became of the test, and the colour of that.
    fn word(&self) -> (&'static str, &'static str) {
        const RED: &str = "1;31";
        match self.record.status {
            _ if self.is_damage() => ("DAMAGE", RED),
            None => ("RUN", ""),
            Some(Status::Exists) => ("LISTED", ""),
            Some(Status::InProgress) => ("HUNG", RED),
            Some(Status::Success) => ("PASS", "32"),
            Some(Status::UnexpectedSuccess) => ("UXSUCCESS", RED),
            Some(Status::Skip) => ("SKIP", "33"),
            Some(Status::Fail) => ("FAIL", RED),
            Some(Status::ExpectedFailure) => ("XFAIL", "32"),
        }
    }

    /// Shows where the damage is, what it is, and how it begins.
    fn show_damage(
        &self,
        spill: &Spill,
        show: &mut impl FnMut(Part<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        // In reports, the bytes come first.
        let (reasons, others): (Vec<&HeldAttachment>, Vec<&HeldAttachment>) =
            self.record.attachments.as_slice().iter().partition(|attachment| attachment.name == PARSER_ERROR);
        for attachment in reasons.into_iter().chain(others) {
            let head = attachment.head(4 << 10, spill)?;
            let mut lines = String::new();
            match &*attachment.name {
                PARSER_ERROR => {
                    let summary = summarize_damage(&head);
                    let (offset, reason) = match summary.strip_prefix("offset ").and_then(|rest| rest.split_once(": "))
                    {
                        Some((offset, reason)) => (offset, reason),
                        None => ("", &*summary),
                    };
                    if !offset.is_empty() {
                        field(&mut lines, "offset", &escape(offset));
                    }
                    field(&mut lines, "reason", &escape(reason));
                }
                PACKET_DATA => {
                    field(&mut lines, "bytes", &grouped(attachment.size));
                    for row in hex_dump(&head[..head.len().min(Keep::HEAD)]).lines() {
                        lines.extend(["    ", row, "\n"]);
                    }
                }
                _ => {
                    show_attachment(attachment, spill, show)?;
                    continue;
                }
            }
            show(Part::Lines(&lines))?;
        }
        Ok(())
    }
}

fn show_attachment(
    attachment: &HeldAttachment,
    spill: &Spill,
    show: &mut impl FnMut(Part<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mime_type = attachment.mime_type.as_deref();
    let size = counted(attachment.size, "byte");
    let kind = mime_type.map(|name| format!("{}, ", escape(name))).unwrap_or_default();
    let mut line = String::new();
    if !is_text(attachment) {
        let name = quoted(&escape(&attachment.name));
        let hint = format!("{kind}{size} (subunit-show --attachment {name} FILE ID)");
        field(&mut line, &escape(&attachment.name), &hint);
        return show(Part::Lines(&line));
    }
    field(&mut line, &escape(&attachment.name), &format!("{kind}{size}"));
    show(Part::Lines(&line))?;
    let mut decoder = Decoder::new(mime_type);
    let mut indented = Indented::default();
    let mut show_text = |text: &str| show(Part::Text(text));
    spill.read(&attachment.content, |piece| indented.push(&decoder.decode(piece, false), &mut show_text))?;
    indented.push(&decoder.decode(b"", true), &mut show_text)?;
    indented.end(&mut show_text)
}

/// Adds a line with a name and what it stands for.
fn field(to: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(to, "  {name:9}  {value}");
}

/// A time with six digits behind the second, or as many as it has.
fn with_microseconds(time: Timestamp) -> String {
    let time = time.to_string();
    let time = time.trim_end_matches('Z');
    let (second, fraction) = time.split_once('.').unwrap_or((time, ""));
    format!("{second}.{fraction:0<6}Z")
}

/// A name as a shell takes it for one word.
fn quoted(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+:/@%=,".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}
