//! What `prove --verbose` prints around the TAP of each script.
//!
//! Source: `TAP::Formatter::Session` and `TAP::Formatter::File::Session` of Perl's `Test::Harness`
//! 3.44.

use super::line::Line;
use super::point::Point;

/// The output of prove, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// Whether prove has named a script.
    is_begun: bool,
    /// The script whose TAP is being read.
    pub(super) script: Option<Script>,
}

/// A script whose TAP is being read.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) id: String,
    /// What prove said of it before the verdict.
    pub(super) remarks: Vec<u8>,
    /// Whether the last line was an `ok` that is the verdict, unless the next line says otherwise.
    pub(super) is_ok: bool,
}

/// What prove says of a script that passed, which is what a test point without number and
/// description is.
pub(super) const OK: Point<'_> =
    Point { is_ok: true, number: None, description: b"", directive: None, remark: b"", opens: false };

/// The line before the TAP of a script, `t/a.t ... `, or `t/a.t ... skipped: why` if there is none.
pub(super) struct Heading<'a> {
    pub(super) name: &'a [u8],
    /// Why none of it is run.
    pub(super) skipped: Option<&'a [u8]>,
    /// Whether the blank at its end is missing, as editors and version control trim it.
    is_trimmed: bool,
}

impl<'a> Heading<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let end = memchr::memmem::find(line, b" ..")?;
        let (name, rest) = (&line[..end], &line[end + 1..]);
        let result = &rest[rest.iter().take_while(|byte| **byte == b'.').count()..];
        let is_trimmed = result.is_empty();
        let result = if is_trimmed { result } else { result.strip_prefix(b" ")? };
        let skipped = result.strip_prefix(b"skipped: ");
        let is_name = !name.is_empty() && !name.iter().any(u8::is_ascii_control);
        (is_name && (result.is_empty() || skipped.is_some())).then_some(Self { name, skipped, is_trimmed })
    }

    /// Whether it can be no other text, such as what a build says while it waits.
    fn is_certain(&self) -> bool {
        (self.name.contains(&b'.') || self.name.contains(&b'/')) && !self.name.contains(&b' ')
    }
}

/// What a line behind the TAP of a script says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remark {
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

    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let found = Self::WORDS.into_iter().find(|(start, end, _)| line.starts_with(start) && line.ends_with(end));
        found.map(|(_, _, remark)| remark)
    }

    /// Whether the start of a line may become one.
    fn may_become(start: &[u8]) -> bool {
        Self::WORDS.iter().any(|(words, _, _)| words.starts_with(start) || start.starts_with(words))
    }
}

impl Session {
    /// Whether the start of a line may become one of prove's. `is_before_tests`: neither a test
    /// point nor a plan was read, so a heading may come.
    pub(super) fn may_become(&self, start: &[u8], is_before_tests: bool) -> bool {
        if let Some(script) = &self.script {
            return script.is_ok || Remark::may_become(start);
        }
        let (word, rest) = start.split_at(start.iter().position(|byte| *byte == b' ').unwrap_or(start.len()));
        if !is_before_tests || word.iter().any(u8::is_ascii_control) {
            return false;
        }
        let is_certain = Heading { name: word, skipped: None, is_trimmed: false }.is_certain();
        let is_dots = rest.iter().skip(1).take_while(|byte| **byte != b' ').all(|byte| *byte == b'.');
        self.is_begun || rest.is_empty() || is_certain && is_dots
    }

    /// The heading of the next script, if the line is one.
    pub(super) fn heading<'a>(&self, line: &'a [u8]) -> Option<Heading<'a>> {
        let is_heading = |heading: &Heading<'_>| heading.is_certain() || self.is_begun && !heading.is_trimmed;
        Heading::parse(line).filter(is_heading)
    }

    /// Begins the script with this id.
    pub(super) fn begin(&mut self, id: String) {
        self.is_begun = true;
        self.script = Some(Script { id, remarks: Vec::new(), is_ok: false });
    }
}

impl Script {
    /// Takes note of a remark.
    pub(super) fn remark(&mut self, line: &[u8]) {
        self.remarks.extend_from_slice(line.trim_ascii_end());
        self.remarks.push(b'\n');
    }
}

/// Whether the line behind an `ok` says that it was the verdict on a script: it is no TAP, and not
/// what prove says of a failure.
pub(super) fn confirms(line: &[u8]) -> bool {
    matches!(Line::parse(line), Line::Other | Line::Blank) && Remark::parse(line).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_with_and_without_the_blank_at_their_end() {
        for line in ["t/a.t .. ", "t/a.t ..", "t/a.t .....", "a.t ... skipped: why"] {
            assert!(Session::default().heading(line.as_bytes()).is_some(), "{line}");
        }
        for line in ["waiting ...", "waiting ... ", "t/a.t", "t/a.t ..x", "see t/a.t ..", "t/a.t .. ok"] {
            assert!(Session::default().heading(line.as_bytes()).is_none(), "{line}");
        }
        let begun = Session { is_begun: true, script: None };
        assert!(begun.heading(b"my own .. ").is_some());
        assert!(begun.heading(b"waiting ..").is_none(), "without the blank it may be any text");
    }
}
