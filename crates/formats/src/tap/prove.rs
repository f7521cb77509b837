//! What `prove --verbose` prints around the TAP of each script.
//!
//! Source: `TAP::Formatter::Session` and `TAP::Formatter::File::Session` of Perl's `Test::Harness` 3.44.

use subunit_codec::{Event, Status};

use super::document::Document;
use super::line::Plan;
use super::open::{Out, TEXT};
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
}

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
        (!name.is_empty() && (result.is_empty() || skipped.is_some())).then_some(Self { name, skipped })
    }

    /// Whether it can be no other text, such as what a build says while it waits.
    fn is_certain(&self) -> bool {
        (self.name.contains(&b'.') || self.name.contains(&b'/')) && !self.name.contains(&b' ')
    }
}

/// What a line behind the TAP of a script says of it.
enum Remark {
    /// More is to come.
    Exit,
    Failure,
}

impl Remark {
    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let is = |start: &[u8], end: &[u8]| line.starts_with(start) && line.ends_with(end);
        if is(b"Dubious, test returned ", b")") {
            return Some(Self::Exit);
        }
        let is_failure = is(b"Failed ", b" subtests") || is(b"All ", b" subtests passed") || line == b"No subtests run";
        is_failure.then_some(Self::Failure)
    }
}

impl Translator {
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

    /// Whether a test point is none, but prove's verdict on a script whose tests have all been there.
    pub(super) fn is_verdict(&mut self, indent: usize, point: &Point<'_>) -> bool {
        self.script.is_some()
            && indent == 0
            && *point == Point { is_ok: true, ..Point::default() }
            && self.documents[0].is_complete()
    }

    fn begin_script<E>(&mut self, heading: &Heading<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        self.lead_as_text(out)?;
        self.script = Some(Script { outer_path: self.path.len(), remarks: Vec::new() });
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
