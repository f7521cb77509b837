//! The type and message of a failure, from its traceback or other text.

use std::borrow::Cow;

use subunit_codec::names::{REASON, TRACEBACK, TRACEBACK_TYPE};

use super::exception_name::{is_class, is_exception};
use super::failure_yaml::Diagnostics;

/// The type and message of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary<'a> {
    /// The class of the exception, where the text names one.
    pub kind: Option<Cow<'a, str>>,
    /// What it says.
    pub message: Cow<'a, str>,
}

impl<'a> Summary<'a> {
    /// Reads a text. Of a Python traceback, the last exception counts, with all lines of its
    /// message. Of a block of YAML, as they come with TAP, the `message` or `error` counts. Of any
    /// other text, the first line counts that pytest marks with an `E`, or else the first that is
    /// not blank; or the last one, when `is_cut` says that the start of the text is missing. The
    /// `#` of comments in TAP is no part of a line.
    ///
    /// ```
    /// use subunit_formats::junit::Summary;
    ///
    /// let text = "Traceback (most recent call last):\n  File \"x.py\", line 1\nx.Broken: 1\n2\n";
    /// let summary = Summary::of(text, false);
    /// assert_eq!((summary.kind.as_deref(), &*summary.message), (Some("x.Broken"), "1\n2"));
    /// ```
    #[must_use]
    pub fn of(text: &'a str, is_cut: bool) -> Self {
        if let Some(exception) = last_exception(text) {
            return Self::of_exception(exception);
        }
        if let Some(Diagnostics { message, name }) = Diagnostics::read(text) {
            return Self { kind: name.map(Cow::from), message: Cow::from(message) };
        }
        let marked = text.lines().find_map(|line| uncommented(line).strip_prefix("E   "));
        let mut telling = telling_lines(text);
        let other = if is_cut { telling.next_back() } else { telling.next() };
        let line = marked.map(str::trim).or(other).unwrap_or_default();
        match line.split_once(": ") {
            Some((kind, _)) if is_exception(kind) => Self::of_exception(line),
            _ => Self { kind: None, message: Cow::from(line) },
        }
    }

    /// Reads `kind: message`, or `kind` alone.
    fn of_exception(text: &'a str) -> Self {
        let text = text.trim();
        let (kind, message) = text.split_once(':').unwrap_or((text, ""));
        if is_class(kind) {
            Self { kind: Some(Cow::from(kind)), message: Cow::from(message.trim()) }
        } else {
            Self { kind: None, message: Cow::from(text) }
        }
    }
}

/// How little an attachment that is text tells of what went wrong: a traceback comes first, then a
/// reason, then any other.
///
/// ```
/// use subunit_formats::junit::telling_rank;
///
/// let files = [("log", None), ("reason", None), ("x", Some("text/x-traceback;charset=utf8"))];
/// let best = files.iter().min_by_key(|(name, mime_type)| telling_rank(name, *mime_type));
/// assert_eq!(best, files.last());
/// ```
#[must_use]
pub fn telling_rank(name: &str, mime_type: Option<&str>) -> u8 {
    match name {
        _ if is_traceback(name, mime_type) => 0,
        REASON => 1,
        _ => 2,
    }
}

/// Whether an attachment is what a program says of its own failure.
#[must_use]
pub fn is_traceback(name: &str, mime_type: Option<&str>) -> bool {
    name == TRACEBACK || mime_type.is_some_and(|mime_type| mime_type.starts_with(TRACEBACK_TYPE))
}

/// Why TAP skips a test, out of the reason of the directive and the comments around it: the first
/// line that is no comment, or else the first.
///
/// ```
/// use subunit_formats::junit::reason_in_tap;
///
/// assert_eq!(reason_in_tap("no network\n# took 3 s\n"), "no network");
/// ```
#[must_use]
pub fn reason_in_tap(text: &str) -> &str {
    let plain = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    plain.or_else(|| telling_lines(text).next()).unwrap_or_default()
}

/// The lines that say something. One that begins or ends a block of YAML does not, nor does the
/// time that a test took.
fn telling_lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let lines = text.lines().map(|line| uncommented(line).trim());
    lines.filter(|line| !matches!(*line, "" | "---" | "...") && !line.starts_with("time="))
}

/// A line without the `#` of a comment in TAP.
fn uncommented(line: &str) -> &str {
    line.strip_prefix('#').map_or(line, |rest| rest.strip_prefix(' ').unwrap_or(rest))
}

/// From the line of the last exception of a Python traceback to the end of the text.
fn last_exception(text: &str) -> Option<&str> {
    if let Some((_, group)) = text.split_once("+ Exception Group Traceback (most recent call last):\n") {
        // The group counts, not the last of those in it.
        let lines = group.lines().filter_map(|line| line.trim_start().strip_prefix("| "));
        return lines.into_iter().find(|line| !line.starts_with(' '));
    }
    let mut is_in_frames = false;
    let mut last = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("Traceback (most recent call last):") || line.starts_with("  File \"") {
            is_in_frames = true;
        } else if is_in_frames && !line.starts_with(' ') && !line.trim().is_empty() {
            is_in_frames = false;
            last = Some(at);
        }
        at += line.len();
    }
    last.map(|at| &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: Option<&str>, message: &str) {
        let summary = Summary { kind: kind.map(Cow::from), message: Cow::from(message) };
        assert_eq!(Summary::of(text, false), summary, "{text}");
    }

    const FRAMES: &str =
        "Traceback (most recent call last):\n  File \"x.py\", line 3, in test\n    self.go()\n    ~~~~~~~^^\n";

    #[test]
    fn the_last_exception_of_a_python_traceback_counts() {
        check(&format!("{FRAMES}ValueError: no\n"), Some("ValueError"), "no");
        check(&format!("{FRAMES}KeyError\n"), Some("KeyError"), "");
        check(&format!("{FRAMES}a.b.C: x: y\n\n"), Some("a.b.C"), "x: y");
        check(&format!("{FRAMES}MismatchError: !=:\nreference = 1\nactual    = 2\na note\n"), Some("MismatchError"), {
            "!=:\nreference = 1\nactual    = 2\na note"
        });
        let chained = "\nDuring handling of the above exception, another exception occurred:\n\n";
        check(&format!("{FRAMES}ValueError: first\n{chained}{FRAMES}OSError: last\n"), Some("OSError"), "last");
        check(&format!("{FRAMES}two words: x\n"), None, "two words: x");
        check("Traceback (most recent call last):\n", None, "Traceback (most recent call last):");
    }

    #[test]
    fn a_syntax_error_is_an_exception() {
        let place = "  File \"y.py\", line 1\n    foo(\n       ^\n";
        check(
            &format!("{FRAMES}{place}SyntaxError: '(' was never closed\n"),
            Some("SyntaxError"),
            "'(' was never closed",
        );
        check(&format!("{place}IndentationError: unexpected indent\n"), Some("IndentationError"), "unexpected indent");
    }

    #[test]
    fn a_group_of_exceptions_counts_as_one() {
        let text = "  + Exception Group Traceback (most recent call last):\n  |   File \"x.py\", line 1, in f\n  |     g()\n\
            \x20 | ExceptionGroup: both (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n\
            \x20   | Traceback (most recent call last):\n    |   File \"x.py\", line 1, in h\n    | ValueError: no\n";
        check(text, Some("ExceptionGroup"), "both (2 sub-exceptions)");
    }

    #[test]
    fn of_other_texts_the_first_line_counts() {
        check("\n  thread 'x' panicked at src/lib.rs:1:2:\nno\n", None, "thread 'x' panicked at src/lib.rs:1:2:");
        check("java.lang.IllegalStateException: no\n\tat a.B\n", Some("java.lang.IllegalStateException"), "no");
        check("AssertionError: 1 != 2", Some("AssertionError"), "1 != 2");
        check("note: this", None, "note: this");
        check("", None, "");
        check("--- a/x\n+++ b/x\n", None, "--- a/x");
        assert_eq!(Summary::of("of a long log\nno such file\n\n", true).message, "no such file", "its last line");
    }

    #[test]
    fn comments_in_tap_are_read_without_their_sign() {
        check("#   Failed test 'x'\n#   at t/a.t line 7.\n", None, "Failed test 'x'");
        check("time=9.39ms\n# boom\n", None, "boom");
        check("#\n", None, "");
        assert_eq!(reason_in_tap("\n# example: initializing\nnot today\n# done\n"), "not today");
        assert_eq!(reason_in_tap("# not today\n"), "not today");
        assert_eq!(reason_in_tap(" two\nlines "), "two");
        assert_eq!(reason_in_tap(""), "");
    }

    #[test]
    fn the_line_that_pytest_marks_counts() {
        let text = "    def test_it():\n>       f(1)\nE       assert 1 == 2\nE        +  where 1 = f(1)\n\ntest_x.py:2: AssertionError\n";
        check(text, None, "assert 1 == 2");
        check("# x\n# E   x.BrokenError: no\n", Some("x.BrokenError"), "no");
    }

    #[test]
    fn a_block_of_yaml_has_a_message_or_lines_that_tell() {
        check("---\nmessage: boom\nname: a test\n...\n", None, "boom");
        check("---\nerror: 'boom'\nname: 'AssertionError'\n...\n", Some("AssertionError"), "boom");
        check("---\nname: AssertionError\nmessage: ''\n...\n", Some("AssertionError"), "");
        check("---\nwanted: 1\nfound: 2\n...\n", None, "wanted: 1");
        check("---\n...\n", None, "");
        assert_eq!(Summary::of("wanted: 1\nfound: 2\n...\n", true).message, "found: 2");
    }
}
