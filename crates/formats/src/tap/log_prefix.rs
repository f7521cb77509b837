//! The prefix of a log before each line of TAP: times and the like of the kernel, of journald, of a
//! CI system.
//!
//! Its form is known from the first version line: all that precedes `TAP version N` there. As the
//! kernel's own parser does, as many bytes are taken off each later line, if these are no prefix of
//! the same form, which may be longer or shorter.

use std::mem;

use super::line::Line;
use super::prefix_pattern::Pattern;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const ESCAPE: u8 = 0x1b;
/// A version line at the end of a line of more bytes than this begins no log: such a line may have
/// been written as text, in part, before its end came.
pub(super) const LONGEST_FIRST: usize = 512;
/// Logs of more formats than this are not told apart.
const MOST_PATTERNS: usize = 4;

/// Where a line is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Source {
    /// It has no prefix.
    #[default]
    Output,
    /// A log of anything.
    Log,
    /// A log of the kernel.
    KernelLog,
}

/// Takes the prefix off each line.
#[derive(Debug, Default)]
pub(super) struct LogPrefix {
    /// The forms of prefix, the last one first found.
    patterns: Vec<Pattern>,
    is_after_first_line: bool,
    /// Whether lines are as they are, unless a log may begin: known cheaply.
    is_idle: bool,
    /// Whether lines have colours in them, which are taken out.
    is_coloured: bool,
    /// The line without colours.
    plain: Vec<u8>,
}

impl LogPrefix {
    /// The line without its prefix, and where it is from. `may_begin` says whether a version line
    /// may begin a log here.
    #[inline]
    pub(super) fn strip<'a>(&'a mut self, line: &'a [u8], may_begin: bool) -> (&'a [u8], Source) {
        let may_begin = may_begin && line.len() <= LONGEST_FIRST;
        if self.is_idle && !may_begin { (line, Source::Output) } else { self.strip_any(line, may_begin) }
    }

    fn strip_any<'a>(&'a mut self, line: &'a [u8], may_begin: bool) -> (&'a [u8], Source) {
        let is_first = !mem::replace(&mut self.is_after_first_line, true);
        let line = if is_first { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
        self.is_idle = self.patterns.is_empty() && !self.is_coloured;
        if self.is_idle && !(may_begin && may_end_in_version(line)) {
            return (line, Source::Output);
        }
        self.is_idle = false;
        self.strip_known(line, may_begin)
    }

    fn strip_known<'a>(&'a mut self, coloured: &'a [u8], may_begin: bool) -> (&'a [u8], Source) {
        let has_colour = memchr::memchr(ESCAPE, coloured).is_some();
        let line = if has_colour {
            without_colours(coloured, &mut self.plain);
            &self.plain[..]
        } else {
            coloured
        };
        if let Some((length, source)) = longest(&self.patterns, line) {
            return (&line[length..], source);
        }
        if (may_begin || !self.patterns.is_empty())
            && let Some(start) = version_start(line)
        {
            self.is_coloured |= has_colour;
            let prefix = &line[..start];
            if !prefix.trim_ascii().is_empty() && self.patterns.len() < MOST_PATTERNS {
                let pattern = Pattern::new(prefix, line[start..].starts_with(b"K"));
                let (length, source) = (pattern.length_of_first(), source_of(&pattern));
                self.patterns.push(pattern);
                return (&line[length..], source);
            }
        }
        let Some(pattern) = self.patterns.last() else {
            return (if self.is_coloured { line } else { coloured }, Source::Output);
        };
        // Text of several lines that dmesg aligns has blanks there.
        if let Some(rest) = pattern.strip_blanks(line) {
            return (rest, source_of(pattern));
        }
        let is_tap = |line: &[u8]| !matches!(Line::parse(line.trim_ascii()), Line::Other | Line::Blank);
        match pattern.strip_width(line).filter(|rest| !is_tap(line) && is_tap(rest)) {
            Some(rest) => (rest, source_of(pattern)),
            None => (line, Source::Output),
        }
    }

    /// Whether the start of a line may become more than text because of this layer, or has to be
    /// seen whole.
    pub(super) fn may_become(&self, start: &[u8]) -> bool {
        let may_be_mark = !self.is_after_first_line && BYTE_ORDER_MARK.starts_with(&start[..start.len().min(3)]);
        may_be_mark || self.is_coloured || !self.patterns.is_empty()
    }
}

fn source_of(pattern: &Pattern) -> Source {
    if pattern.is_of_kernel() { Source::KernelLog } else { Source::Log }
}

fn longest(patterns: &[Pattern], line: &[u8]) -> Option<(usize, Source)> {
    let found = patterns.iter().filter_map(|pattern| Some((pattern.length(line)?, source_of(pattern))));
    found.max_by_key(|(length, _)| *length)
}

/// Whether a line may end in a version line, in colour or not; cheap to tell of nearly all that do
/// not.
fn may_end_in_version(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.ends_with(b"m") && line.contains(&ESCAPE) || version_start(line).is_some()
}

/// Where the version line begins that a line ends in, if what precedes it is no TAP.
fn version_start(line: &[u8]) -> Option<usize> {
    let line = line.trim_ascii_end();
    let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let before = line[..line.len() - digits].strip_suffix(b"TAP version ").filter(|_| digits > 0)?;
    let is_other = matches!(Line::parse(line.trim_ascii_start()), Line::Other | Line::Version { .. });
    is_other.then(|| before.strip_suffix(b"K").unwrap_or(before).len())
}

/// Writes the line without the escape sequences for colours and the like.
fn without_colours(line: &[u8], plain: &mut Vec<u8>) {
    plain.clear();
    let mut rest = line;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        plain.extend_from_slice(&rest[..at]);
        let Some(sequence) = rest[at + 1..].strip_prefix(b"[") else {
            plain.push(ESCAPE);
            rest = &rest[at + 1..];
            continue;
        };
        let parameters = sequence.iter().take_while(|byte| matches!(byte, b' '..=b'?')).count();
        rest = sequence.get(parameters + 1..).unwrap_or_default();
    }
    plain.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines without what is taken off them.
    fn stripped(lines: &[&str]) -> Vec<String> {
        let mut prefix = LogPrefix::default();
        let strip = |line: &&str| String::from_utf8_lossy(prefix.strip(line.as_bytes(), true).0).into_owned();
        lines.iter().map(strip).collect()
    }

    fn source(line: &str) -> Source {
        LogPrefix::default().strip(line.as_bytes(), true).1
    }

    #[test]
    fn the_form_of_the_prefix_is_that_before_the_first_version_line() {
        for (version, line, expected) in [
            ("[    0.060000] TAP version 14", "[   10.1][    T1] \tok 1", "\tok 1"),
            ("[    0.060000][    T1] TAP version 14", "[   10.1] ok 1", "ok 1"),
            ("<6>[  128.993363] KTAP version 1", "<14>[ 1128.993363]     ok 1", "    ok 1"),
            ("<6>KTAP version 1", "<12>  ok 1", "  ok 1"),
            ("6,99,999,-;KTAP version 1", "6,100,1000,-;    ok 1", "    ok 1"),
            ("kern  :info  : [    0.1] KTAP version 1", "kern  :err   : [   10.1] ok 1", "ok 1"),
            ("kern  :info  : [    0.1] KTAP version 1", "daemon:notice: [   10.1] ok 1", "ok 1"),
            ("[Wed Nov 25 17:56:54 2026] KTAP version 1", "[Thu Dec  3 07:56:54 2026] ok 1", "ok 1"),
            ("[Nov25 17:56] KTAP version 1", "[  +0.000011]     ok 1", "    ok 1"),
            ("[  128.9 <    0.0>] KTAP version 1", "[  129.9 <   10.0>] ok 1", "ok 1"),
            ("[<    0.000011>] KTAP version 1", "[<   10.000011>] ok 1", "ok 1"),
            ("2026-11-25T17:56:54,123456+00:00 KTAP version 1", "2026-11-25T17:56:55,1+00:00 ok 1", "ok 1"),
            ("Nov 30 10:00:00 host kernel: KTAP version 1", "Dec  1 10:00:00 host kernel:     ok 1", "    ok 1"),
            (
                "Nov 30 10:00:00 host kernel: KTAP version 1",
                "Dec  1 10:00:00 host dbus: ok 1",
                "Dec  1 10:00:00 host dbus: ok 1",
            ),
            ("    MESSAGE=KTAP version 1", "    MESSAGE=    ok 1", "    ok 1"),
            ("    MESSAGE=KTAP version 1", "    PRIORITY=6", "    PRIORITY=6"),
            ("17:56:54.12  <6>[  1.5] KTAP version 1", "17:56:54.12  <6>[  1.6]   ok 1", "  ok 1"),
            (
                "job\tstep\t2026-11-25T17:56:54.1234567Z KTAP version 1",
                "job\tstep\t2026-11-25T17:56:54.1Z ok 1",
                "ok 1",
            ),
            ("[ 1.0] KTAP version 1", "[ 1.0]", ""),
            ("[ 1.0] KTAP version 1", "ok 1 a", "ok 1 a"),
            ("[ 1.0] KTAP version 1", "         Expected", "  Expected"),
            ("[ 1.0] KTAP version 1", "[notice] ok 1", "[notice] ok 1"),
            ("a1b KTAP version 1", "7c9 ok 1", "ok 1"),
        ] {
            let is_stripped = stripped(&[version, line]);
            assert_eq!(is_stripped[1], expected, "{version:?}, {line:?}");
            assert!(
                is_stripped[0].contains("TAP version") && !is_stripped[0].contains(' ')
                    || is_stripped[0].starts_with("TAP")
                    || is_stripped[0].starts_with("KTAP"),
                "{is_stripped:?}"
            );
        }
    }

    #[test]
    fn colours_are_taken_out_of_a_log() {
        let lines = ["\x1b[32m[    1.0] \x1b[0mKTAP version 1", "\x1b[32m[    1.1] \x1b[0m\x1b[31mnot ok 1 a\x1b[0m"];
        assert_eq!(stripped(&lines), ["KTAP version 1", "not ok 1 a"]);
        assert_eq!(
            stripped(&["\x1b[1mKTAP version 1\x1b[0m", "\x1b[31mnot ok 1\x1b[m"]),
            ["KTAP version 1", "not ok 1"]
        );
        assert_eq!(stripped(&["\x1b[31mnot ok 1\x1b[m"]), ["\x1b[31mnot ok 1\x1b[m"], "this is no log");
    }

    #[test]
    fn two_logs_of_other_forms_are_both_known() {
        let lines = ["[ 1.0] KTAP version 1", "<6>KTAP version 1", "[ 1.1] ok 1", "<6>ok 2"];
        assert_eq!(stripped(&lines), ["KTAP version 1", "KTAP version 1", "ok 1", "ok 2"]);
    }

    #[test]
    fn tap_that_ends_like_a_version_line_is_no_prefix() {
        for line in ["# TAP version 13", "ok 1 - TAP version 13", "Bail out! TAP version 13", "TAP version 13 is old"] {
            assert_eq!(stripped(&[line]), [line]);
        }
        assert_eq!(stripped(&["\u{feff}1..1", "\u{feff}ok 1"]), ["1..1", "\u{feff}ok 1"], "a mark is at the start");
    }

    #[test]
    fn the_kernels_logs_are_known_by_their_times_and_levels() {
        for line in [
            "[    0.06] TAP version 14",
            "[    0.06][   C0] TAP version 14",
            "[Wed Nov 25 17:56:54 2026] TAP version 14",
            "[Nov25 17:56] TAP version 14",
            "[  +0.000011] TAP version 14",
            "[<    0.000011>] TAP version 14",
            "<6>TAP version 14",
            "6,1234,5678,-;TAP version 14",
            "6,1234,5678,-,caller=T1;TAP version 14",
            "kern  :info  : TAP version 14",
            "2026-11-25T17:56:54,123456+00:00 TAP version 14",
            "Nov 06 10:00:00 host kernel: TAP version 14",
            "2026-11-25T17:56:54.1234567Z [    0.06] TAP version 14",
        ] {
            assert_eq!(source(line), Source::KernelLog, "{line}");
        }
        for line in [
            "2026-11-25T17:56:54.1234567Z TAP version 13",
            "[10:00:00] TAP version 13",
            "web_1  | TAP version 13",
            "[2026-11-25T17:56:54.123Z] TAP version 13",
            "Using TAP version 13",
        ] {
            assert_eq!(source(line), Source::Log, "{line}");
        }
        assert_eq!(source("  TAP version 13"), Source::Output);
    }
}
