//! What prove prints around the TAP of each script, and after the last one.
//!
//! Source: `TAP::Formatter::Base`, `TAP::Formatter::Session` and `TAP::Formatter::File::Session` of
//! Perl's `Test::Harness` 3.44.

use std::collections::BTreeSet;

use super::line::Line;
use super::point::Point;

/// What prove says of a script that bailed out.
const BAILED_OUT: &[u8] = b"Bailout called.  Further testing stopped:";

/// The output of prove, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// Whether prove has named a script.
    pub(super) is_begun: bool,
    /// The script whose TAP is being read.
    pub(super) script: Option<Script>,
    /// The script that the last line of the summary is about.
    pub(super) summarized: Option<String>,
    /// The ids of the scripts of this run that failed.
    pub(super) failed: BTreeSet<String>,
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

/// The line before the TAP of a script, `t/a.t ... `, or with the verdict if it shows none of it,
/// as `t/a.t ... skipped: why`. With `--timer`, the time is before it.
pub(super) struct Heading<'a> {
    pub(super) name: &'a [u8],
    /// The verdict, if there is no TAP to come.
    pub(super) verdict: Option<Verdict<'a>>,
    /// Whether the time is before it.
    is_timed: bool,
    /// Whether the blank at its end is missing, as editors and version control trim it.
    is_trimmed: bool,
}

impl<'a> Heading<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let (is_timed, line) = without_time(line);
        let end = memchr::memmem::find(line, b" ..")?;
        let (name, rest) = (&line[..end], &line[end + 1..]);
        let result = &rest[rest.iter().take_while(|byte| **byte == b'.').count()..];
        let is_trimmed = result.is_empty();
        let result = if is_trimmed { result } else { result.strip_prefix(b" ")? };
        let verdict = match result.strip_prefix(b"skipped: ") {
            Some(reason) => Some(Verdict::Skipped(reason)),
            None => (result == b"ok" || is_timed_ok(result)).then_some(Verdict::Ok(result)),
        };
        let is_name = !name.is_empty() && !name.iter().any(u8::is_ascii_control);
        let is_heading = is_name && (result.is_empty() || verdict.is_some());
        is_heading.then_some(Self { name, verdict, is_timed, is_trimmed })
    }

    /// Whether it can be no other text, such as what a build says while it waits.
    fn is_certain(&self) -> bool {
        self.is_timed || (self.name.contains(&b'.') || self.name.contains(&b'/')) && !self.name.contains(&b' ')
    }
}

/// The verdict that a heading gives.
pub(super) enum Verdict<'a> {
    /// With prove's words for it.
    Ok(&'a [u8]),
    /// Why none of it was run.
    Skipped(&'a [u8]),
}

/// Whether there is a time before the heading, `[22:11:11] `, and the line without it.
fn without_time(line: &[u8]) -> (bool, &[u8]) {
    let is_time = |time: &[u8]| {
        time.iter()
            .zip(b"[00:00:00] ")
            .all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form })
    };
    match line.split_at_checked(11) {
        Some((time, rest)) if is_time(time) => (true, rest),
        _ => (false, line),
    }
}

/// Whether the line says that a script passed, and how long it took:
/// `ok       70 ms ( 0.00 usr  0.00 sys +  0.05 cusr  0.01 csys =  0.06 CPU)`.
pub(super) fn is_timed_ok(line: &[u8]) -> bool {
    let Some(times) = line.trim_ascii_end().strip_prefix(b"ok ").map(<[u8]>::trim_ascii_start) else { return false };
    let Some(open) = memchr::memchr(b'(', times) else { return false };
    let (elapsed, times) = times.split_at(open);
    let elapsed = elapsed.trim_ascii_end();
    let has_unit = elapsed.is_empty() || elapsed.ends_with(b" ms") || elapsed.ends_with(b" s");
    let words = [&b"usr"[..], b"sys", b"+", b"cusr", b"csys", b"=", b"CPU)"];
    let found = times.split(|byte| *byte == b' ').filter(|word| words.contains(word));
    has_unit && found.eq(words)
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
        if is_before_tests && (BAILED_OUT.starts_with(start) || start.starts_with(BAILED_OUT)) {
            return true;
        }
        if !is_before_tests || word.iter().any(u8::is_ascii_control) {
            return false;
        }
        let is_certain = Heading { name: word, verdict: None, is_timed: false, is_trimmed: false }.is_certain();
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

/// What a line of the summary behind the last script says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Summary<'a> {
    /// The lines that follow are about this script.
    Script(&'a [u8]),
    /// The script has a problem that makes the run fail.
    Problem,
    /// The end of the run.
    Result { has_failed: bool },
}

impl<'a> Summary<'a> {
    /// Reads a line, without its end.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        const PROBLEMS: [&[u8]; 5] = [
            b"Failed test: ",
            b"Failed tests: ",
            b"Non-zero exit status: ",
            b"Non-zero wait status: ",
            b"Parse errors: ",
        ];
        let line = line.trim_ascii_end();
        if let Some(problem) = line.strip_prefix(b"  ") {
            return PROBLEMS.iter().any(|start| problem.starts_with(start)).then_some(Self::Problem);
        }
        if let Some(result) = line.strip_prefix(b"Result: ") {
            return Some(Self::Result { has_failed: result == b"FAIL" });
        }
        let end = memchr::memmem::rfind(line, b"(Wstat: ").filter(|_| line.ends_with(b")"))?;
        let name = line[..end].trim_ascii_end();
        (!name.is_empty()).then_some(Self::Script(name))
    }
}

/// The reason of a script that bailed out. Prove prints it before the heading of the script, and
/// may call that `ok`.
pub(super) fn bail_out(line: &[u8]) -> Option<&[u8]> {
    Some(line.strip_prefix(BAILED_OUT)?.trim_ascii())
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
        for line in [
            "t/a.t .. ",
            "t/a.t ..",
            "t/a.t .....",
            "a.t ... skipped: why",
            "t/a.t .. ok",
            "[22:11:11] t/a.t .. ",
            "[22:11:11] my own ..",
            "[22:11:11] t/a.t .. ok       70 ms ( 0.00 usr  0.00 sys +  0.05 cusr  0.01 csys =  0.06 CPU)",
        ] {
            assert!(Session::default().heading(line.as_bytes()).is_some(), "{line}");
        }
        for line in
            ["waiting ...", "waiting ... ", "t/a.t", "t/a.t ..x", "see t/a.t ..", "t/a.t .. okay", "[22:11] my own .."]
        {
            assert!(Session::default().heading(line.as_bytes()).is_none(), "{line}");
        }
        let begun = Session { is_begun: true, ..Session::default() };
        assert!(begun.heading(b"my own .. ").is_some());
        assert!(begun.heading(b"waiting ..").is_none(), "without the blank it may be any text");
    }

    #[test]
    fn the_time_that_a_script_took_is_known_behind_its_verdict() {
        let cpu = "( 0.00 usr  0.00 sys +  0.05 cusr  0.01 csys =  0.06 CPU)";
        for elapsed in ["       70 ms ", "       <1 s ", " 123456789 ms ", " "] {
            assert!(is_timed_ok(format!("ok{elapsed}{cpu}").as_bytes()), "{elapsed}");
        }
        for line in ["ok", "ok 70 ms", "ok 7 - a (usr)", "not ok 1 ms (usr sys + cusr csys = CPU)"] {
            assert!(!is_timed_ok(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn the_summary_names_scripts_and_their_problems() {
        for (line, expected) in [
            ("my own.t  (Wstat: 65280 (exited 255) Tests: 0 Failed: 0)", Some(Summary::Script(b"my own.t"))),
            ("  Non-zero exit status: 255", Some(Summary::Problem)),
            ("  Failed tests:  1-2", Some(Summary::Problem)),
            ("  Parse errors: No plan found in TAP output", Some(Summary::Problem)),
            ("  TODO passed:   2", None),
            ("Result: FAIL", Some(Summary::Result { has_failed: true })),
            ("Result: PASS", Some(Summary::Result { has_failed: false })),
            ("Result: NOTESTS", Some(Summary::Result { has_failed: false })),
            ("Non-zero exit status: 255", None),
            ("(Wstat: 0)", None),
        ] {
            assert_eq!(Summary::parse(line.as_bytes()), expected, "{line}");
        }
    }
}
