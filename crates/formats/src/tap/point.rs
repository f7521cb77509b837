//! The syntax of a test point.

use subunit_codec::Status;

use super::line::{after_word, number};
use super::text::is_blank;

/// A test point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point<'a> {
    pub(super) is_ok: bool,
    pub(super) number: Option<u64>,
    /// With escapes in it, and with the dash that many write before it.
    pub(super) description: &'a [u8],
    pub(super) directive: Option<Directive>,
    /// The reason that the directive gives, or what else stands behind the hash sign and is no part of the description.
    pub(super) remark: &'a [u8],
    /// Whether a brace at the end opens a subtest.
    pub(super) opens: bool,
}

/// What changes the meaning of `ok` and `not ok`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Todo,
    Skip,
    /// Of the kernel.
    Xfail,
}

impl<'a> Point<'a> {
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let (is_ok, rest) = match line.strip_prefix(b"not ") {
            Some(rest) => (false, rest.strip_prefix(b"ok")?),
            None => (true, line.strip_prefix(b"ok")?),
        };
        if !rest.first().is_none_or(|byte| is_blank(*byte)) {
            return None;
        }
        let rest = rest.trim_ascii();
        let (number, rest) = match number(rest) {
            Some((number, after)) if after.first().is_none_or(|byte| is_blank(*byte)) => {
                (Some(number), after.trim_ascii_start())
            }
            _ => (None, rest),
        };
        let (opens, rest) = match rest.strip_suffix(b"{") {
            Some(before) if before.last().is_none_or(|byte| is_blank(*byte)) => (true, before.trim_ascii_end()),
            _ => (false, rest),
        };
        let point = Self { is_ok, number, description: rest, directive: None, remark: b"", opens };
        let Some(hash) = hash(rest) else { return Some(point) };
        let Some((directive, remark)) = directive(rest[hash + 1..].trim_ascii_start()) else { return Some(point) };
        Some(Self { description: rest[..hash].trim_ascii_end(), directive, remark, ..point })
    }

    /// What became of the test. `not ok` with `XFAIL` is an expected failure for the kernel only.
    pub(super) fn status(&self, is_kernel: bool) -> Status {
        match (self.directive, self.is_ok) {
            (Some(Directive::Skip), _) => Status::Skip,
            (Some(Directive::Todo), true) => Status::UnexpectedSuccess,
            (Some(Directive::Todo), false) | (Some(Directive::Xfail), true) => Status::ExpectedFailure,
            (Some(Directive::Xfail), false) if is_kernel => Status::ExpectedFailure,
            (None, true) => Status::Success,
            (None | Some(Directive::Xfail), false) => Status::Fail,
        }
    }
}

/// Where the first hash sign is that is not escaped and has a blank, or an escaped backslash, before it.
fn hash(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = memchr::memchr2(b'#', b'\\', &text[from..]) {
        let at = from + found;
        let before = &text[..at];
        match text[at] {
            b'#' if before.last().is_none_or(|byte| is_blank(*byte)) || before.ends_with(br"\\") => return Some(at),
            b'#' => from = at + 1,
            _ => from = (at + 2).min(text.len()),
        }
    }
    None
}

/// The directive, if any, and the remark in what stands behind a hash sign; `None` when that is part of the description.
fn directive(text: &[u8]) -> Option<(Option<Directive>, &[u8])> {
    // A word that only begins with that of a directive is one, too: Skipped, for instance.
    let after = |word: &[u8]| {
        let rest = after_word(text, word)?;
        let end = rest.iter().position(|byte| is_blank(*byte)).unwrap_or(rest.len());
        Some((end, rest[end..].trim_ascii()))
    };
    if let Some((_, reason)) = after(b"todo") {
        return Some((Some(Directive::Todo), reason));
    }
    if let Some((_, reason)) = after(b"skip") {
        return Some((Some(Directive::Skip), reason));
    }
    if let Some((0, reason)) = after(b"xfail") {
        return Some((Some(Directive::Xfail), reason));
    }
    // What differs from run to run, or tells more of a failure, does not belong in an id.
    let is_remark = after(b"time=").is_some()
        || [&b"timeout"[..], b"error", b"duration_ms"].iter().any(|word| matches!(after(word), Some((0, _))));
    is_remark.then_some((None, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Directive::{Skip, Todo, Xfail};

    fn parse(line: &str) -> Point<'_> {
        Point::parse(line.as_bytes()).unwrap_or_else(|| panic!("{line:?} is a test point"))
    }

    #[test]
    fn numbers_and_descriptions_are_optional() {
        for (line, is_ok, number, description) in [
            ("ok", true, None, ""),
            ("not ok", false, None, ""),
            ("ok 1", true, Some(1), ""),
            ("ok 1 ", true, Some(1), ""),
            ("not ok 007 - a b ", false, Some(7), "- a b"),
            ("ok 12abc", true, None, "12abc"),
            ("ok - x", true, None, "- x"),
            ("ok\t3\tx", true, Some(3), "x"),
            ("ok 99999999999999999999999", true, Some(u64::MAX), ""),
            ("ok 2 - issue #42 fixed", true, Some(2), "- issue #42 fixed"),
            ("ok 2 - a \\# todo", true, Some(2), "- a \\# todo"),
            ("ok 5 check # rcode=0", true, Some(5), "check # rcode=0"),
            ("ok 2 https://a.b/c.html#skip is a url", true, Some(2), "https://a.b/c.html#skip is a url"),
        ] {
            let point = parse(line);
            assert_eq!((point.is_ok, point.number, point.opens), (is_ok, number, false), "{line}");
            assert_eq!(point.description.escape_ascii().to_string(), description.as_bytes().escape_ascii().to_string());
            assert_eq!((point.directive, point.remark), (None, &b""[..]), "{line}");
        }
    }

    #[test]
    fn directives_are_read_in_any_case_and_with_more_behind_them() {
        for (line, directive, description, remark) in [
            ("ok 1 - x # TODO", Some(Todo), "- x", ""),
            ("ok 1 - x # todo later # maybe", Some(Todo), "- x", "later # maybe"),
            ("ok 3 # Skipped: r", Some(Skip), "", "r"),
            ("ok 3 - #SkIp tight", Some(Skip), "-", "tight"),
            ("ok 5 - hello \\\\# todo", Some(Todo), "- hello \\\\", ""),
            ("ok 5 - hello \\\\ # todo", Some(Todo), "- hello \\\\", ""),
            ("ok 4 # XFAIL known", Some(Xfail), "", "known"),
            ("ok 4 # XFAILED", None, "# XFAILED", ""),
            ("not ok 1 t # TIMEOUT 30 s", None, "t", "TIMEOUT 30 s"),
            ("not ok 5 # error error five", None, "", "error error five"),
            ("ok 2 - outer # time=12ms", None, "- outer", "time=12ms"),
            ("ok 7 - a # b # todo", None, "- a # b # todo", ""),
        ] {
            let point = parse(line);
            assert_eq!(point.directive, directive, "{line}");
            assert_eq!(point.description.escape_ascii().to_string(), description.as_bytes().escape_ascii().to_string());
            assert_eq!(point.remark.escape_ascii().to_string(), remark.as_bytes().escape_ascii().to_string(), "{line}");
        }
    }

    #[test]
    fn a_brace_at_the_end_opens_a_subtest() {
        for line in ["ok 1 - x {", "ok 1 - x # time=1ms {", "ok 1 - x # SKIP {", "ok {"] {
            assert!(parse(line).opens, "{line}");
        }
        assert_eq!(parse("ok 1 - x # time=1ms {").remark, b"time=1ms");
        assert!(!parse("ok 1 - x{").opens);
    }

    #[test]
    fn what_only_begins_like_a_test_point_is_none() {
        for line in ["okay", "ok1", "ok:", "not okay", "notok", "not  ok", "OK 1", "nothing"] {
            assert_eq!(Point::parse(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn directives_decide_before_ok_does() {
        let status = |line: &str| parse(line).status(false);
        assert_eq!(status("not ok # SKIP"), Status::Skip);
        assert_eq!(status("ok # TODO"), Status::UnexpectedSuccess);
        assert_eq!(status("not ok # TODO"), Status::ExpectedFailure);
        assert_eq!(status("ok # XFAIL"), Status::ExpectedFailure);
        assert_eq!(status("not ok # XFAIL"), Status::Fail);
        assert_eq!(parse("not ok # XFAIL").status(true), Status::ExpectedFailure);
        assert_eq!(status("ok # TIMEOUT"), Status::Success);
    }
}
