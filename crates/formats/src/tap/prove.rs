//! What `prove --verbose` prints around the TAP of each script.
//!
//! Source: `TAP::Formatter::Session` and `TAP::Formatter::File::Session` of Perl's `Test::Harness` 3.44.

use std::mem;

use subunit_codec::{Event, Status};

use super::document::Document;
use super::line::{Line, Plan};
use super::pending::{Out, TEXT};
use super::point::Point;
use super::text::push_name;
use super::translate::Translator;

/// A script whose TAP is being read.
#[derive(Debug)]
pub(super) struct Script {
    /// How long the path is without it.
    outer_path: usize,
    /// What was said of it before the verdict.
    remarks: Vec<u8>,
    /// Whether the last line was an `ok` that is the verdict, unless the next line says otherwise.
    is_ok: bool,
}

/// What prove says of a script that passed, which is what a test point without number and description is.
const OK: Point<'_> = Point { is_ok: true, number: None, description: b"", directive: None, remark: b"", opens: false };

/// The line before the TAP of a script, `t/a.t ... `, or in place of it, `t/a.t ... skipped: why`.
struct Heading<'a> {
    name: &'a [u8],
    /// Why none of it is run.
    skipped: Option<&'a [u8]>,
}

impl<'a> Heading<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let end = memchr::memmem::find(line, b" ..")?;
        let (name, rest) = (&line[..end], &line[end + 1..]);
        let dots = rest.iter().take_while(|byte| **byte == b'.').count();
        let result = rest[dots..].strip_prefix(b" ")?;
        let skipped = result.strip_prefix(b"skipped: ");
        let is_name = !name.is_empty() && !name.iter().any(u8::is_ascii_control);
        (is_name && (result.is_empty() || skipped.is_some())).then_some(Self { name, skipped })
    }

    /// Whether it can be no other text, such as what a build says while it waits.
    fn is_certain(&self) -> bool {
        (self.name.contains(&b'.') || self.name.contains(&b'/')) && !self.name.contains(&b' ')
    }
}

/// What a line behind the TAP of a script says of it.
#[derive(Clone, Copy)]
enum Remark {
    /// More is to come.
    Exit,
    Failure,
}

impl Remark {
    /// How each begins and ends.
    const WORDS: [(&'static [u8], &'static [u8], Self); 4] = [
        (b"Dubious, test returned ", b")", Self::Exit),
        (b"Failed ", b" subtests", Self::Failure),
        (b"All ", b" subtests passed", Self::Failure),
        (b"No subtests ", b"run", Self::Failure),
    ];

    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let found = Self::WORDS.into_iter().find(|(start, end, _)| line.starts_with(start) && line.ends_with(end));
        found.map(|(_, _, remark)| remark)
    }

    /// Whether the start of a line may become one.
    fn may_become(start: &[u8]) -> bool {
        Self::WORDS.iter().any(|(words, _, _)| words.starts_with(start) || start.starts_with(words))
    }
}

impl Translator {
    /// Whether the start of a line may become one of prove's.
    pub(super) fn may_be_of_prove(&self, start: &[u8]) -> bool {
        if let Some(script) = &self.script {
            return script.is_ok || Remark::may_become(start);
        }
        let (word, rest) = start.split_at(start.iter().position(|byte| *byte == b' ').unwrap_or(start.len()));
        if !self.is_before_tap() || word.iter().any(u8::is_ascii_control) {
            return false;
        }
        let is_certain = Heading { name: word, skipped: None }.is_certain();
        let is_dots = rest.iter().skip(1).take_while(|byte| **byte != b' ').all(|byte| *byte == b'.');
        self.is_of_prove || rest.is_empty() || is_certain && is_dots
    }

    /// Takes in the next line, or the end, behind an `ok` that may be the verdict on a script. It is a test point when the line is TAP,
    /// or says what prove has to say of a failure.
    pub(super) fn settle_verdict<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        let is_ok = self.script.as_mut().is_some_and(|script| mem::take(&mut script.is_ok));
        if !is_ok {
            return Ok(());
        }
        let is_over = matches!(Line::parse(line), Line::Other | Line::Blank) && Remark::parse(line).is_none();
        if is_over { self.end_script(Status::Success, out) } else { self.point(&OK, out) }
    }

    /// Takes in a line that is not TAP, if it is one of prove's.
    pub(super) fn prove<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<bool, E> {
        let Some(script) = &mut self.script else {
            let is_heading = |heading: &Heading<'_>| self.is_of_prove || heading.is_certain();
            let heading = Heading::parse(line).filter(|heading| self.is_before_tap() && is_heading(heading));
            let Some(heading) = heading else { return Ok(false) };
            self.begin_script(&heading, out)?;
            return Ok(true);
        };
        let Some(remark) = Remark::parse(line) else { return Ok(false) };
        script.remarks.extend_from_slice(line.trim_ascii_end());
        script.remarks.push(b'\n');
        if matches!(remark, Remark::Failure) {
            self.end_script(Status::Fail, out)?;
        }
        Ok(true)
    }

    /// Takes note of a test point that may be none, but prove's verdict on a script whose tests have all been there.
    pub(super) fn is_verdict(&mut self, indent: usize, point: &Point<'_>) -> bool {
        let Some(script) = &mut self.script else { return false };
        script.is_ok = indent == 0 && *point == OK && self.documents[0].is_complete();
        script.is_ok
    }

    fn begin_script<E>(&mut self, heading: &Heading<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        self.lead_as_text(out)?;
        self.script = Some(Script { outer_path: self.path.len(), remarks: Vec::new(), is_ok: false });
        // Each script has tests or a failure.
        (self.is_of_prove, self.expects_tests) = (true, false);
        push_name(&mut self.path, heading.name, false);
        out(&Event { timestamp: self.time, ..Event::test(&*self.path).status(Status::InProgress) })?;
        self.path.push('/');
        self.root = self.path.len();
        let Some(comment) = heading.skipped else { return Ok(()) };
        self.plan(&Plan { first: 1, last: 0, comment, todo: b"" }, b"", out)?;
        self.end_script(Status::Success, out)
    }

    /// Ends the script that is being read.
    pub(super) fn end_script<E>(&mut self, verdict: Status, out: &mut Out<'_, E>) -> Result<(), E> {
        self.end_document(out)?;
        let Some(script) = self.script.take() else { return Ok(()) };
        self.has_failed |= verdict == Status::Fail;
        self.path.truncate(self.root - 1);
        let event = Event { timestamp: self.time, ..Event::test(&*self.path).status(verdict) };
        if script.remarks.is_empty() {
            out(&event)?;
        } else {
            out(&event.file("tap meta", script.remarks).mime_type(TEXT).eof())?;
        }
        self.path.truncate(script.outer_path);
        self.root = script.outer_path;
        self.documents = vec![Document::default()];
        self.has_points = false;
        Ok(())
    }
}
