//! The syntax of a test point.

use std::iter;

use subunit_codec::Status;

use super::lex::{after_word, is_blank, number};

/// A test point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Point<'a> {
    pub(super) is_ok: bool,
    pub(super) number: Option<u64>,
    /// With escapes in it, and with the dash that many write before it.
    pub(super) description: &'a [u8],
    pub(super) directive: Option<Directive>,
    /// The reason that the directive gives, or what else stands behind the hash sign and is no part
    /// of the description.
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
        let first = memchr::memchr(b'#', rest);
        let Some(hash) = first.and_then(|_| hashes(rest).next()) else { return Some(point) };
        let Some((directive, remark)) = directive(rest[hash + 1..].trim_ascii_start()) else { return Some(point) };
        Some(Self { description: rest[..hash].trim_ascii_end(), directive, remark, ..point })
    }

    /// The same as KTAP has it: the first ` # ` ends the description, whatever follows.
    pub(super) fn with_data_apart(self) -> Self {
        let is_delimiter = |at: &usize| self.description.get(at + 1).is_none_or(|byte| is_blank(*byte));
        let mut hashes = hashes(self.description);
        let Some(hash) = hashes.by_ref().find(is_delimiter) else { return self };
        // The kernel's own parser sees SKIP behind other data, too, and no other directive.
        let is_skip =
            |at| matches!(directive(self.description[at + 1..].trim_ascii_start()), Some((Some(Directive::Skip), _)));
        let is_skipped = [hash].into_iter().chain(hashes).any(is_skip);
        let (description, data) = self.description.split_at(hash);
        Self {
            description: description.trim_ascii_end(),
            directive: is_skipped.then_some(Directive::Skip),
            remark: data[1..].trim_ascii(),
            ..self
        }
    }

    /// How long the test took, if the description ends as `pg_regress` writes it, `- boolean    86
    /// ms`: the rest of the description, the text of the duration, and its milliseconds.
    pub(super) fn duration(&self) -> Option<(&'a [u8], &'a [u8], u64)> {
        let before = self.description.strip_suffix(b" ms")?;
        let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (name, digits) = before.split_at(before.len() - digits);
        let is_of_regress = matches!(name, [b'-' | b'+', b' ', .., b' ', b' ']);
        let (milliseconds, _) = number(digits).filter(|_| is_of_regress)?;
        Some((name.trim_ascii_end(), &self.description[name.len()..], milliseconds))
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

/// The positions of the hash signs that are not escaped and have a blank, or an escaped backslash,
/// before them.
fn hashes(text: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    iter::from_fn(move || {
        while let Some(found) = memchr::memchr2(b'#', b'\\', text.get(from..)?) {
            let at = from + found;
            let before = &text[..at];
            let is_hash = text[at] == b'#';
            from = (at + if is_hash { 1 } else { 2 }).min(text.len());
            if is_hash && (before.last().is_none_or(|byte| is_blank(*byte)) || before.ends_with(br"\\")) {
                return Some(at);
            }
        }
        None
    })
}

/// The directive, if any, and the remark in what stands behind a hash sign; `None` when that is
/// part of the description.
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
    fn data_is_no_part_of_a_description_in_the_kernels_tap() {
        for (line, directive, description, remark) in [
            ("ok 5 check return code # rcode=0", None, "check return code", "rcode=0"),
            ("not ok 2 net: a # exit=1", None, "net: a", "exit=1"),
            ("ok 2 issue #42 fixed # rcode=0", None, "issue #42 fixed", "rcode=0"),
            ("ok 2 issue #42 fixed", None, "issue #42 fixed", ""),
            ("ok 2 issue #42 # SKIP no", Some(Skip), "issue #42", "SKIP no"),
            ("not ok 2 a # exit=4 # SKIP no", Some(Skip), "a", "exit=4 # SKIP no"),
            ("ok 2 a #", None, "a", ""),
            ("ok 3 # data", None, "", "data"),
            ("ok 3 # SKIP why # more", Some(Skip), "", "why # more"),
            ("not ok 1 t # TIMEOUT 30 s", None, "t", "TIMEOUT 30 s"),
        ] {
            let point = parse(line).with_data_apart();
            assert_eq!(point.directive, directive, "{line}");
            assert_eq!(point.description.escape_ascii().to_string(), description.as_bytes().escape_ascii().to_string());
            assert_eq!(point.remark.escape_ascii().to_string(), remark.as_bytes().escape_ascii().to_string(), "{line}");
        }
    }

    #[test]
    fn the_durations_of_pg_regress_are_told_from_names() {
        let duration = |line: &str| {
            let (name, text, milliseconds) = parse(line).duration()?;
            Some((String::from_utf8_lossy(name).into_owned(), String::from_utf8_lossy(text).into_owned(), milliseconds))
        };
        let found = duration("ok 2         + boolean                                     86 ms");
        assert_eq!(found, Some(("+ boolean".to_owned(), "86 ms".to_owned(), 86)));
        assert_eq!(duration("ok 1 - a  1234567 ms").map(|found| found.2), Some(1_234_567));
        for line in [
            "ok 1 - took 86 ms",
            "ok 1 -  86 ms",
            "ok 1 a  86 ms",
            "ok 1 - a  86 s",
            "ok 1 - a  ms",
            "ok 1 - a  b86 ms",
        ] {
            assert_eq!(duration(line), None, "{line}");
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
