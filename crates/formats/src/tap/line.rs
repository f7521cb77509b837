//! The syntax of a line. Source: the specifications of TAP 12, 13 and 14 and of KTAP 1, and where
//! those leave room, what `TAP::Parser` and tap-parser read.

use super::lex::{after_word, is_blank, number};
use super::point::Point;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Version {
        number: u64,
        is_kernel: bool,
    },
    Plan(Plan<'a>),
    Point(Point<'a>),
    /// All of it, with the hash sign.
    Comment(&'a [u8]),
    /// The name of the subtest, empty when it has none.
    Subtest(&'a [u8]),
    /// `+key` or `-key`, several with commas between them.
    Pragma(&'a [u8]),
    /// The reason, empty when there is none.
    BailOut(&'a [u8]),
    YamlStart,
    BraceOpens,
    BraceCloses,
    /// Nothing but blanks.
    Blank,
    /// Not TAP.
    Other,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan<'a> {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The text after the hash sign, which `1..0` may lack.
    pub(super) comment: &'a [u8],
    /// `1..5 todo 2 3;` of old: what stands behind the word.
    pub(super) todo: &'a [u8],
}

impl<'a> Line<'a> {
    /// Reads a line, without its indentation and its end.
    pub(super) fn parse(line: &'a [u8]) -> Self {
        let found = match line.first() {
            Some(b'o' | b'n') => Point::parse(line).map(Self::Point),
            Some(b'0'..=b'9') => Plan::parse(line).map(Self::Plan),
            Some(b'#') => Some(comment(line)),
            Some(b'T' | b't' | b'K') => version(line),
            Some(b'p') => pragma(line),
            Some(b'B' | b'b') => bail_out(line),
            Some(b'-') => (line == b"---" || line.starts_with(b"--- ")).then_some(Self::YamlStart),
            Some(b'{') => (line.trim_ascii_end() == b"{").then_some(Self::BraceOpens),
            Some(b'}') => (line.trim_ascii_end() == b"}").then_some(Self::BraceCloses),
            Some(_) => None,
            None => Some(Self::Blank),
        };
        found.unwrap_or(Self::Other)
    }

    /// Whether bytes that do not end in a newline yet may become a line with a meaning.
    pub(super) fn may_become(start: &[u8]) -> bool {
        const STARTS: [&[u8]; 7] = [b"ok", b"not ok", b"TAP", b"KTAP", b"pragma ", b"Bail out!", b"#"];
        let is_start = |word: &&[u8]| {
            let length = word.len().min(start.len());
            start[..length].eq_ignore_ascii_case(&word[..length])
        };
        start.first().is_none_or(|first| is_blank(*first) || b"0123456789[{}".contains(first))
            || STARTS.iter().any(is_start)
    }
}

impl<'a> Plan<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let (first, rest) = number(line)?;
        let (last, rest) = number(rest.strip_prefix(b"..")?)?;
        let plan = Self { first, last, comment: b"", todo: b"" };
        if last < first && (first, last) != (1, 0) {
            return None;
        }
        let tail = rest.trim_ascii();
        if tail.is_empty() {
            return Some(plan);
        }
        let is_apart = rest.first().is_some_and(|byte| is_blank(*byte));
        if let Some(comment) = tail.strip_prefix(b"#").filter(|_| is_apart || last == 0) {
            return Some(Self { comment: comment.trim_ascii(), ..plan });
        }
        if !is_apart {
            return None;
        }
        match after_word(tail, b"todo") {
            Some(todo) if last > 0 => Some(Self { todo, ..plan }),
            _ => (last == 0).then_some(Self { comment: tail, ..plan }),
        }
    }
}

fn comment(line: &[u8]) -> Line<'_> {
    let name = line.strip_prefix(b"# Subtest").map(|rest| rest.strip_prefix(b":").unwrap_or(rest));
    match name {
        Some(name) if name.first().is_none_or(|byte| is_blank(*byte)) => Line::Subtest(name.trim_ascii()),
        _ => Line::Comment(line),
    }
}

fn version(line: &[u8]) -> Option<Line<'_>> {
    let (is_kernel, rest) = match line.strip_prefix(b"K") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let rest = after_word(rest, b"tap")?;
    let (number, rest) = number(after_word(rest.trim_ascii_start(), b"version")?.trim_ascii_start())?;
    rest.trim_ascii().is_empty().then_some(Line::Version { number, is_kernel })
}

fn pragma(line: &[u8]) -> Option<Line<'_>> {
    let keys = line.strip_prefix(b"pragma ")?.trim_ascii();
    let is_key = |key: &[u8]| match key.trim_ascii() {
        [b'+' | b'-', name @ ..] if !name.is_empty() => {
            name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
        }
        _ => false,
    };
    keys.split(|byte| *byte == b',').all(is_key).then_some(Line::Pragma(keys))
}

fn bail_out(line: &[u8]) -> Option<Line<'_>> {
    after_word(line, b"bail out!").map(|reason| Line::BailOut(reason.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(first: u64, last: u64, comment: &'static str, todo: &'static str) -> Line<'static> {
        Line::Plan(Plan { first, last, comment: comment.as_bytes(), todo: todo.as_bytes() })
    }

    #[test]
    fn plans_are_read_as_every_version_writes_them() {
        for (text, expected) in [
            ("1..3", plan(1, 3, "", "")),
            ("5..8 # later", plan(5, 8, "later", "")),
            ("1..0", plan(1, 0, "", "")),
            ("1..0 # SKIP no foo", plan(1, 0, "SKIP no foo", "")),
            ("1..0 skip why", plan(1, 0, "skip why", "")),
            ("1..5 todo 2 3;", plan(1, 5, "", " 2 3;")),
            ("1..99999999999999999999", plan(1, u64::MAX, "", "")),
            ("1..0# SKIP no foo", plan(1, 0, "SKIP no foo", "")),
            ("1..3# later", Line::Other),
            ("1..3 tests", Line::Other),
            ("3..1", Line::Other),
            ("1..", Line::Other),
            ("1...3", Line::Other),
            ("1..2..3", Line::Other),
        ] {
            assert_eq!(Line::parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn other_lines_are_told_apart() {
        for (text, expected) in [
            ("TAP version 13", Line::Version { number: 13, is_kernel: false }),
            ("tap VERSION 14  ", Line::Version { number: 14, is_kernel: false }),
            ("KTAP version 1", Line::Version { number: 1, is_kernel: true }),
            ("TAP version x", Line::Other),
            ("# Subtest: a b ", Line::Subtest(b"a b")),
            ("# Subtest", Line::Subtest(b"")),
            ("# Subtests: 3", Line::Comment(b"# Subtests: 3")),
            ("#tight", Line::Comment(b"#tight")),
            ("pragma +strict, -bail", Line::Pragma(b"+strict, -bail")),
            ("pragma once", Line::Other),
            ("Bail out!", Line::BailOut(b"")),
            ("bail OUT!  no more", Line::BailOut(b"no more")),
            ("Bail out", Line::Other),
            ("---", Line::YamlStart),
            ("----", Line::Other),
            ("}", Line::BraceCloses),
            ("", Line::Blank),
            ("password: ", Line::Other),
        ] {
            assert_eq!(Line::parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn half_a_line_that_is_text_is_known_to_be() {
        for start in ["", "o", "not", "not ok 3", "Bai", " ", "12", "[    0.1", "# x", "KTAP", "TAP  ver"] {
            assert!(Line::may_become(start.as_bytes()), "{start:?}");
        }
        for start in ["password: ", "x", "oh", "note", "Try"] {
            assert!(!Line::may_become(start.as_bytes()), "{start:?}");
        }
    }
}
