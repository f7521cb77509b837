//! The syntax of one line.

use crate::packet::status::Status;

/// A line that the protocol gives a meaning to. Labels are bytes: nothing promises UTF-8.
///
/// ```
/// use subunit_codec::v1::{Directive, Outcome};
///
/// assert_eq!(Directive::parse(b"test: a b"), Some(Directive::Test(b"a b")));
/// let outcome = Directive::Outcome(Outcome::Success, b"a [ multipart");
/// assert_eq!(Directive::parse(b"successful a [ multipart"), Some(outcome));
/// assert_eq!(Directive::parse(b"  test: indented"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive<'a> {
    /// `test` or `testing`: a test begins.
    Test(&'a [u8]),
    /// An outcome, for the label that follows, which may end in ` [` or ` [ multipart`.
    Outcome(Outcome, &'a [u8]),
    /// `tags`: tags to add, and with a `-` to remove.
    Tags(&'a [u8]),
    /// `time`: the clock from here on.
    Time(&'a [u8]),
    /// `progress`: how many tests are to come.
    Progress(&'a [u8]),
}

/// The outcomes of version 1, which tells errors from failures.
///
/// ```
/// use subunit_codec::Status;
/// use subunit_codec::v1::Outcome;
///
/// assert_eq!((Outcome::Error.name(), Outcome::Error.status()), ("error", Status::Fail));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `success` or `successful`.
    Success,
    /// `failure`.
    Failure,
    /// `error`.
    Error,
    /// `skip`.
    Skip,
    /// `xfail`.
    ExpectedFailure,
    /// `uxsuccess`.
    UnexpectedSuccess,
}

impl Outcome {
    /// Every spelling; one that another ends in comes after it.
    pub(super) const SPELLINGS: [(&'static [u8], Self); 7] = [
        (b"uxsuccess", Self::UnexpectedSuccess),
        (b"successful", Self::Success),
        (b"success", Self::Success),
        (b"failure", Self::Failure),
        (b"error", Self::Error),
        (b"skip", Self::Skip),
        (b"xfail", Self::ExpectedFailure),
    ];

    /// The outcome of this spelling. Not a search in [`SPELLINGS`](Self::SPELLINGS): most lines of
    /// a stream come here.
    fn spelled(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"success" | b"successful" => Self::Success,
            b"failure" => Self::Failure,
            b"error" => Self::Error,
            b"skip" => Self::Skip,
            b"xfail" => Self::ExpectedFailure,
            b"uxsuccess" => Self::UnexpectedSuccess,
            _ => return None,
        })
    }

    /// The status in version 2, where failures and errors are one.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Success => Status::Success,
            Self::Failure | Self::Error => Status::Fail,
            Self::Skip => Status::Skip,
            Self::ExpectedFailure => Status::ExpectedFailure,
            Self::UnexpectedSuccess => Status::UnexpectedSuccess,
        }
    }

    /// Whether the test counts as failed.
    pub(super) fn is_failure(self) -> bool {
        matches!(self, Self::Failure | Self::Error | Self::UnexpectedSuccess)
    }

    /// The outcome's name in a directive, as python-subunit writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "successful",
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Skip => "skip",
            Self::ExpectedFailure => "xfail",
            Self::UnexpectedSuccess => "uxsuccess",
        }
    }
}

/// How sure it is that a line is a directive. Ordinary output has lines that begin with `test`,
/// `error` or `time`, but hardly any in which a colon follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// A colon follows the word.
    Strong,
    /// None does.
    Weak,
}

impl<'a> Directive<'a> {
    /// Reads a line, given without its line end; `None` for text.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        Self::read(line).map(|(directive, _)| directive)
    }

    /// Reads a line, and says whether the directive is strong.
    pub(crate) fn read(line: &'a [u8]) -> Option<(Self, Strength)> {
        let end = line.iter().position(u8::is_ascii_whitespace)?;
        let (word, rest) = (&line[..end], &line[end + 1..]);
        if rest.trim_ascii().is_empty() {
            return None;
        }
        let colons = word.iter().rev().take_while(|byte| **byte == b':').count();
        let strength = if colons == 0 { Strength::Weak } else { Strength::Strong };
        let directive = match &word[..word.len() - colons] {
            b"test" | b"testing" => Self::Test(rest),
            b"tags" => Self::Tags(rest),
            b"time" => Self::Time(rest),
            b"progress" => Self::Progress(rest),
            word => Self::Outcome(Outcome::spelled(word)?, rest),
        };
        Some((directive, strength))
    }
}

/// Whether a line that begins with `start` could still become a directive.
pub(crate) fn could_be_directive(start: &[u8]) -> bool {
    let words: [&[u8]; 5] = [b"test", b"testing", b"tags", b"time", b"progress"];
    let word = start.iter().position(|byte| *byte == b':' || byte.is_ascii_whitespace());
    let mut known = words.iter().copied().chain(Outcome::SPELLINGS.iter().map(|(spelling, _)| *spelling));
    match word {
        Some(end) => known.any(|known| known == &start[..end]),
        None => known.any(|known| known.starts_with(start)),
    }
}

/// Whether a line is taken for a directive that begins with `start`, a word and one byte after it
/// at least.
pub(crate) fn begins_directive(start: &[u8]) -> bool {
    match Directive::parse(start) {
        // A number, `push` or `pop`: with anything else it is text.
        Some(Directive::Progress(count)) => matches!(count.trim_ascii(), [b'0'..=b'9' | b'+' | b'-' | b'p', ..]),
        directive => directive.is_some(),
    }
}

/// The form of the details that an outcome announces behind the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    None,
    Bracketed,
    Multipart,
}

impl Form {
    const BRACKET: &[u8] = b" [";
    const MULTIPART: &[u8] = b" [ multipart";

    /// The ways to read `rest`, which follows the word of an outcome: as a label, and as a label
    /// with details if it ends like that. A label may itself end in a bracket.
    pub(super) fn readings(rest: &[u8]) -> impl Iterator<Item = (&[u8], Self)> {
        [(rest, Self::None)].into_iter().chain(Self::with_details(rest))
    }

    /// The label and the details that `rest` announces, if it does.
    pub(super) fn with_details(rest: &[u8]) -> Option<(&[u8], Self)> {
        let bracketed = || Some((rest.strip_suffix(Self::BRACKET)?, Self::Bracketed));
        let multipart = || Some((rest.strip_suffix(Self::MULTIPART)?, Self::Multipart));
        bracketed().or_else(multipart).filter(|(label, _)| !label.trim_ascii().is_empty())
    }
}

/// Whether a progress directive holds a count, absolute or relative, or opens or closes a level of
/// counts.
pub(crate) fn is_count(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii();
    let digits = rest.strip_prefix(b"+").or(rest.strip_prefix(b"-")).unwrap_or(rest);
    rest == b"push" || rest == b"pop" || (!digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// The value of a `Content-Type:` line.
pub(crate) fn content_type(line: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = b"content-type:";
    let (field, value) = line.split_at_checked(FIELD.len())?;
    field.eq_ignore_ascii_case(FIELD).then(|| value.trim_ascii())
}

/// Whether `value` is `type/subtype`, with or without parameters.
pub(crate) fn is_mime_type(value: &[u8]) -> bool {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    let mut parts = essence.split(|byte| *byte == b'/').map(|part| !part.trim_ascii().is_empty());
    (parts.next(), parts.next(), parts.next()) == (Some(true), Some(true), None)
}

/// The length of a chunk: hexadecimal, whatever descriptions of the protocol say of digits.
pub(crate) fn chunk_length(line: &[u8]) -> Option<u64> {
    let digits = str::from_utf8(line).ok().filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_read_with_and_without_colon() {
        let spellings = [
            ("test", Directive::Test(b"a: b")),
            ("testing", Directive::Test(b"a: b")),
            ("success", Directive::Outcome(Outcome::Success, b"a: b")),
            ("successful", Directive::Outcome(Outcome::Success, b"a: b")),
            ("failure", Directive::Outcome(Outcome::Failure, b"a: b")),
            ("error", Directive::Outcome(Outcome::Error, b"a: b")),
            ("skip", Directive::Outcome(Outcome::Skip, b"a: b")),
            ("xfail", Directive::Outcome(Outcome::ExpectedFailure, b"a: b")),
            ("uxsuccess", Directive::Outcome(Outcome::UnexpectedSuccess, b"a: b")),
            ("tags", Directive::Tags(b"a: b")),
            ("time", Directive::Time(b"a: b")),
            ("progress", Directive::Progress(b"a: b")),
        ];
        for (word, directive) in spellings {
            for line in [format!("{word} a: b"), format!("{word}: a: b"), format!("{word}:\ta: b")] {
                assert_eq!(Directive::parse(line.as_bytes()), Some(directive), "{line:?}");
                for end in 0..line.len() {
                    assert!(could_be_directive(&line.as_bytes()[..end]), "{:?} may go on as one", &line[..end]);
                }
            }
        }
    }

    #[test]
    fn other_lines_are_text() {
        for line in ["", "test", "test:", "test:  ", " test: a", "tests: a", "test:a b", "Test: a", "knownfail: a", "]"]
        {
            assert_eq!(Directive::parse(line.as_bytes()), None, "{line:?}");
        }
        assert!(!could_be_directive(b"tesla"));
        assert!(!could_be_directive(b"testsuite: a"));
    }

    #[test]
    fn progress_is_a_count_or_a_level() {
        for count in ["4", "+2", "-1", " push", "pop"] {
            assert!(is_count(count.as_bytes()), "{count:?}");
        }
        for text in ["50%", "+", "abc", "4 of 5"] {
            assert!(!is_count(text.as_bytes()), "{text:?}");
        }
    }
}
