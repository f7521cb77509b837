//! The layers that a line goes through: the prefix of a log, the output of prove, and TAP.

use subunit_codec::{Event, Timestamp};

use super::input::Input;
use super::log_prefix::{LONGEST_FIRST, LogPrefix};
use super::prefix::Prefix;
use super::scripts::Scripts;
use super::stack::Stack;

/// Translates TAP to events, line by line.
///
/// Each test point is a test `test N - description`, not runnable, as python-subunit has it. Tests
/// of a subtest have the id of its test point before theirs, `test 2 - parent/test 1 - child`, with
/// the description if it is known before the subtest begins. Lines that belong to no test are text:
/// a file `stdout`, line by line. In the output of `prove --verbose`, each script is a test that
/// succeeds or fails as prove says, and the tests of its TAP have the script's id before theirs.
/// Input without a plan and without test points is a failed test `tap errors`.
///
/// A result is written when the next line shows that it has all its diagnostics, or at a
/// [pause](Self::pause): diagnostics that come after that are text. Outcomes do not depend on
/// pauses. Memory follows the depth of subtests, which is at most [`MOST_DEPTH`](Self::MOST_DEPTH),
/// the gaps in the numbers of tests, about 35 bytes each, the ids of failures in subtests whose
/// parents have no test point yet, and those of the scripts that failed in a run of prove;
/// attachments are written in pieces of a mebibyte. Output is linear in the input.
///
/// ```
/// use subunit_codec::{Event, Status};
/// use subunit_formats::tap::Translator;
///
/// let mut tests = Vec::new();
/// let mut out = |event: &Event<'_>| {
///     tests.extend(event.test_id.as_deref().map(str::to_owned).zip(event.status));
///     Ok::<(), std::convert::Infallible>(())
/// };
/// let mut tap = Translator::new("");
/// for line in ["1..2\n", "not ok 1 - wheels\n", "# one is missing\n"] {
///     tap.line(line.as_bytes(), None, &mut out)?;
/// }
/// tap.end(&mut out)?;
/// let expected = ["test 1 - wheels", "test 2"].map(|id| (id.to_owned(), Status::Fail));
/// assert_eq!(tests, expected);
/// assert!(tap.has_failed());
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug)]
pub struct Translator {
    log: LogPrefix,
    scripts: Scripts,
    /// The start of the present line, if it was written as text before the line was complete.
    cut: Vec<u8>,
}

impl Translator {
    /// Subtests of more levels than this are text.
    pub const MOST_DEPTH: usize = Stack::MOST_DEPTH;

    /// A translator that puts all tests below the one with the id `parent`, unless that is empty.
    #[must_use]
    pub fn new(parent: &str) -> Self {
        let prefix = if parent.is_empty() { Prefix::default() } else { Prefix::below(parent.to_owned()) };
        Self { log: LogPrefix::default(), scripts: Scripts::new(prefix), cut: Vec::new() }
    }

    /// Whether a test failed so far.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.scripts.tap.has_failed()
    }

    /// Whether an id of more than 256 bytes was cut before the ids of the tests below it.
    #[must_use]
    pub fn has_cut_ids(&self) -> bool {
        self.scripts.tap.stack.has_cut_prefix()
    }

    /// Takes in a line with its end, `\n` or `\r\n`, that came at this time. A line that is too
    /// long for memory may be given in pieces: the first one here, the others as
    /// [`rest`](Self::rest).
    ///
    /// # Errors
    ///
    /// Those of `out`, after which the translator is of no use.
    pub fn line<E>(
        &mut self,
        line: &[u8],
        time: Option<Timestamp>,
        mut out: impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.scripts.tap.diagnostics.begin_line(time);
        self.cut.clear();
        let (content, source) = self.log.strip(without_end(line), self.scripts.tap.is_before_tap());
        self.scripts.line(&Input::new(line, content, source), &mut out)
    }

    /// Takes in more of the line that came last.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn rest<E>(&mut self, bytes: &[u8], mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        // A version line may be in it, behind the prefix of a log.
        let is_cut = !self.cut.is_empty() && self.scripts.tap.is_before_tap();
        if !is_cut || self.cut.len() + without_end(bytes).len() > LONGEST_FIRST {
            self.cut.clear();
            return self.scripts.tap.diagnostics.rest(bytes, &mut out);
        }
        self.cut.extend_from_slice(bytes);
        let (content, source) = self.log.strip(without_end(&self.cut), true);
        let input = Input::new(bytes, content, source);
        if input.is_version() {
            self.scripts.line(&input, &mut out)?;
        } else {
            self.scripts.tap.diagnostics.rest(bytes, &mut out)?;
        }
        if bytes.ends_with(b"\n") {
            self.cut.clear();
        }
        Ok(())
    }

    /// Nothing more has come for a while: writes what waits for more, so that it is seen. `partial`
    /// are the bytes that have come of a line that is not complete. If it cannot become a line of
    /// TAP any more, it is written as text and the answer is `true`. The bytes that follow of it
    /// are [`rest`](Self::rest) then.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn pause<E>(&mut self, partial: &[u8], mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<bool, E> {
        let tap = &self.scripts.tap;
        if tap.is_in_yaml() {
            return Ok(false);
        }
        self.scripts.tap.diagnostics.pause(&mut out)?;
        let may_become = || self.log.may_become(partial) || self.scripts.may_become(partial);
        let is_text = !partial.is_empty() && !may_become();
        if is_text {
            self.cut.extend_from_slice(&partial[..partial.len().min(LONGEST_FIRST + 1)]);
            self.scripts.tap.start_of_text(partial, &mut out)?;
        }
        Ok(is_text)
    }

    /// The input has ended: writes the last result and what is missing.
    ///
    /// # Errors
    ///
    /// As [`line`](Self::line).
    pub fn end<E>(&mut self, mut out: impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        self.scripts.end(&mut out)
    }
}

/// The line without its end, `\n` or `\r\n`.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
