//! A test that failed, with all that is recorded of it.

use subunit_cli::{HeldAttachment, Record, Spill, Trouble};
use subunit_codec::names::{PACKET_DATA, STDERR, STDOUT, TAP_COMMENT};
use subunit_codec::{Flight, Span, Timestamp, summarize_damage};
use subunit_formats::excerpt::{Excerpt, Reading};
use subunit_formats::hex_dump::hex_dump;
use subunit_formats::html::escape;
use subunit_formats::junit::{Summary, reason_in_tap, telling_rank};
use subunit_formats::number::{counted, grouped};
use subunit_formats::text::is_text_attachment;

use crate::outcome::Outcome;
use crate::part::Part;
use crate::picture;
use crate::text::{duration, name, time};

/// So many bytes of a text are shown, half of them from its end.
pub(crate) const LONGEST_TEXT: usize = 64 << 10;
/// So many bytes are shown of damage.
const LONGEST_DUMP: usize = 256;
/// How many characters a message may have.
const LONGEST_MESSAGE: usize = 1000;

/// Whether an attachment is text.
pub(crate) fn is_text(attachment: &HeldAttachment) -> bool {
    is_text_attachment(&attachment.name, attachment.mime_type.as_deref())
}

/// How many bytes of an attachment are kept until its test ends.
pub(crate) fn most_kept(attachment: &HeldAttachment) -> u64 {
    // Until its type is known, it may be text.
    if attachment.mime_type.is_none() || is_text(attachment) {
        u64::MAX
    } else if picture::kind(attachment).is_some() {
        picture::LARGEST
    } else {
        LONGEST_DUMP as u64
    }
}

/// The text of a test that tells most of why it did not pass, by its place among the attachments.
pub(crate) fn telling(outcome: Outcome, record: &Record, spill: &Spill) -> Result<Option<(usize, Excerpt)>, Trouble> {
    if matches!(outcome, Outcome::Passed | Outcome::Listed) {
        return Ok(None);
    }
    let is_telling = |one: &HeldAttachment| is_text(one) && (outcome.is_failure() || !is_output(one)) && one.size > 0;
    let texts = record.attachments.as_slice().iter().enumerate().filter(|(_, one)| is_telling(one));
    let telling = texts.min_by_key(|(_, one)| telling_rank(&one.name, one.mime_type.as_deref()));
    telling.map(|(index, one)| Ok((index, excerpt(one, spill)?))).transpose()
}

/// What this text says, in a few words.
pub(crate) fn message(outcome: Outcome, name: &str, excerpt: &Excerpt) -> String {
    let is_cut = excerpt.left_out > 0;
    let text = if is_cut { &excerpt.end } else { &excerpt.start };
    let message = match outcome {
        Outcome::Damage => summarize_damage(text.as_bytes()),
        Outcome::Skipped if name == TAP_COMMENT => reason_in_tap(text).to_owned(),
        Outcome::Skipped => text.trim().to_owned(),
        _ => {
            let Summary { kind, message } = Summary::of(text, is_cut);
            match kind {
                Some(kind) if message.is_empty() => kind.into_owned(),
                Some(kind) => format!("{kind}: {message}"),
                None => message.into_owned(),
            }
        }
    };
    match message.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}\u{2026}", &message[..end]),
        None => message,
    }
}

/// Whether an attachment is what the test printed.
fn is_output(attachment: &HeldAttachment) -> bool {
    matches!(&*attachment.name, STDOUT | STDERR)
}

/// A test that failed.
pub(crate) struct Article<'a> {
    /// Its row among all tests, by which it is linked to.
    pub(crate) row: u64,
    pub(crate) is_open: bool,
    pub(crate) outcome: Outcome,
    pub(crate) test: &'a Flight<Record>,
    pub(crate) worker: &'a str,
    pub(crate) message: &'a str,
    /// The text that was read for the message.
    pub(crate) telling: Option<(usize, Excerpt)>,
    /// The last time that the stream told.
    pub(crate) now: Option<Timestamp>,
}

impl Article<'_> {
    /// Writes all of it.
    pub(crate) fn write(&self, spill: &Spill, part: &mut Part) -> Result<(), Trouble> {
        let Self { row, outcome, test, .. } = self;
        let (class, word, open) = (outcome.class(), outcome.word(), if self.is_open { " open" } else { "" });
        part.push(&format!(
            "<details class=\"test {class}\" id=\"t{row}\"{open}><summary><b class=\"badge {class}\">{word}</b>\
             <h3>{}</h3>",
            name(test.id())
        ))?;
        let first_line = self.message.lines().map(str::trim).find(|line| !line.is_empty());
        if let Some(line) = first_line {
            part.push(&format!("<span class=\"message\">{}</span>", name(line)))?;
        }
        part.push("</summary>")?;
        self.write_facts(part)?;
        for (index, attachment) in test.value.attachments.as_slice().iter().enumerate() {
            let known = self.telling.as_ref().filter(|(place, _)| *place == index).map(|(_, excerpt)| excerpt);
            self.write_attachment(attachment, known, spill, part)?;
        }
        part.push("</details>\n")
    }

    /// Writes a line of facts. It is one text node: a page may have ten thousand failures.
    fn write_facts(&self, part: &mut Part) -> Result<(), Trouble> {
        let Record { span, runnable, .. } = &self.test.value;
        let running = Span { start: span.start, stop: self.now }.duration();
        let running = running.filter(|_| self.outcome == Outcome::Unfinished);
        let facts = [
            (self.worker != "-").then(|| name(self.worker)),
            span.duration().map(duration),
            running.map(|time| format!("still running after {}", duration(time))),
            span.start.map(|start| format!("started {}", time(start))),
            self.tags().map(|tags| format!("tags: {tags}")),
            (!runnable).then(|| "cannot be run by itself".to_owned()),
        ];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        if facts.is_empty() { Ok(()) } else { part.push(&format!("<p class=\"about\">{}</p>", facts.join(" \u{b7} "))) }
    }

    /// The tags but that of the worker, no more than a page has room for.
    fn tags(&self) -> Option<String> {
        const MOST: usize = 50;
        let is_of_worker = |tag: &String| self.worker.rsplit('/').next() == Some(tag);
        let tags: Vec<&String> = self.test.value.tags.iter().filter(|tag| !is_of_worker(tag)).collect();
        let shown: Vec<String> = tags.iter().take(MOST).map(|tag| name(tag)).collect();
        let more = tags.len().saturating_sub(MOST);
        let more = if more > 0 { format!(" and {} more", grouped(more as u64)) } else { String::new() };
        (!tags.is_empty()).then(|| shown.join(", ") + &more)
    }

    fn write_attachment(
        &self,
        attachment: &HeldAttachment,
        known: Option<&Excerpt>,
        spill: &Spill,
        part: &mut Part,
    ) -> Result<(), Trouble> {
        let kind = attachment.mime_type.as_deref().map(|kind| format!("{}, ", name(kind))).unwrap_or_default();
        let (title, size) = (name(&attachment.name), counted(attachment.size, "byte"));
        part.push(&format!("<h4>{title} <small>{kind}{size}</small></h4>"))?;
        match known {
            Some(excerpt) => return push_excerpt(excerpt, part),
            None if is_text(attachment) => return push_excerpt(&excerpt(attachment, spill)?, part),
            None => {}
        }
        if self.outcome == Outcome::Damage && attachment.name == PACKET_DATA {
            let dump = hex_dump(&attachment.head(LONGEST_DUMP, spill)?);
            return part.push(&format!("<pre class=\"dump\">{}</pre>", escape(&dump)));
        }
        match picture::kind(attachment) {
            Some(_) if attachment.size > picture::LARGEST => part.push("<p>too large for this page</p>"),
            Some(kind) => {
                let address = picture::address(kind, attachment, spill)?;
                part.push(&format!("<img loading=\"lazy\" alt=\"{title}\" src=\"{address}\">"))
            }
            None => Ok(()),
        }
    }
}

fn excerpt(attachment: &HeldAttachment, spill: &Spill) -> Result<Excerpt, Trouble> {
    let mut reading = Reading::new(attachment.mime_type.as_deref(), LONGEST_TEXT);
    spill.read(&attachment.content, |piece| {
        reading.push(piece);
        Ok(())
    })?;
    Ok(reading.end())
}

/// Writes a text.
pub(crate) fn push_excerpt(excerpt: &Excerpt, part: &mut Part) -> Result<(), Trouble> {
    let Excerpt { start, left_out, end } = excerpt;
    // A parser drops a newline that follows the tag.
    part.push(&format!("<pre>\n{}", escape(start)))?;
    if *left_out > 0 {
        let left_out = counted(*left_out, "byte");
        part.push(&format!("</pre><p class=\"cut\">{left_out} left out here</p><pre>\n{}", escape(end)))?;
    }
    part.push("</pre>")
}
