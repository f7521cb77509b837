//! The line of a test that is over.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::time::Duration;

use subunit_cli::escape;
use subunit_codec::Status;

/// A test that is over, on a line, as os-testr has it.
pub(crate) struct OutcomeLine<'a> {
    /// The label of its worker.
    pub(crate) worker: &'a str,
    pub(crate) id: &'a str,
    pub(crate) status: Status,
    pub(crate) duration: Option<Duration>,
    /// In per cent.
    pub(crate) change: Option<f64>,
    /// Why it was skipped.
    pub(crate) reason: &'a str,
    pub(crate) is_colored: bool,
}

impl fmt::Display for OutcomeLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = without_id_tag(self.id);
        write!(f, "{{{}}} {} ", escape(self.worker), escape(&name))?;
        if self.status != Status::Skip {
            f.write_char('[')?;
            if let Some(duration) = self.duration {
                write!(f, "{}.{:06}s", duration.as_secs(), duration.subsec_micros())?;
            }
            if let Some(change) = self.change {
                write!(f, " {change:+.2}%")?;
            }
            f.write_str("] ")?;
        }
        f.write_str("... ")?;
        write_word(f, word(self.status), self.status, self.is_colored)?;
        if !self.reason.is_empty() {
            write!(f, ": {}", escape(self.reason))?;
        }
        f.write_char('\n')
    }
}

/// A test that is over, as one character.
pub(crate) struct OutcomeCharacter {
    pub(crate) status: Status,
    pub(crate) is_colored: bool,
}

impl fmt::Display for OutcomeCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let character = match self.status {
            Status::Success | Status::ExpectedFailure => ".",
            Status::Fail | Status::UnexpectedSuccess => "F",
            Status::Skip => "S",
            Status::InProgress | Status::Exists => "i",
        };
        write_word(f, character, self.status, self.is_colored)
    }
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Success | Status::ExpectedFailure => "ok",
        Status::Fail | Status::UnexpectedSuccess => "FAILED",
        Status::Skip => "SKIPPED",
        Status::InProgress | Status::Exists => status.name(),
    }
}

fn write_word(f: &mut fmt::Formatter<'_>, word: &str, status: Status, is_colored: bool) -> fmt::Result {
    let color = match status {
        Status::Success | Status::ExpectedFailure => "32",
        Status::Fail | Status::UnexpectedSuccess => "31",
        Status::Skip => "34",
        Status::InProgress | Status::Exists => "",
    };
    if is_colored && !color.is_empty() { write!(f, "\x1b[{color};1m{word}\x1b[0m") } else { f.write_str(word) }
}

/// An id without the brackets in which tempest notes the number of a test for its own use. Brackets
/// without such a number hold parameters, which tell tests apart.
fn without_id_tag(id: &str) -> Cow<'_, str> {
    let Some(start) = id.find('[').filter(|start| *start > 0) else { return id.into() };
    let Some(end) = id.find(']').filter(|end| *end > start) else { return id.into() };
    let has_number = id[start..end].match_indices("id-").any(|(at, tag)| is_uuid(&id[start + at + tag.len()..end]));
    if has_number { format!("{}{}", &id[..start], &id[end + 1..]).into() } else { id.into() }
}

/// Whether a text begins with a UUID.
fn is_uuid(text: &str) -> bool {
    let is_right = |(index, byte): (usize, &u8)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() >= 36 && text.as_bytes()[..36].iter().enumerate().all(is_right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_worker_id_duration_and_outcome() {
        let line = |status, duration, change, reason, is_colored| {
            OutcomeLine { worker: "0", id: "m.C.a\n", status, duration, change, reason, is_colored }.to_string()
        };
        let two = Some(Duration::new(2, 1_999));
        assert_eq!(line(Status::Success, two, Some(12.345), "", false), "{0} m.C.a\\n [2.000001s +12.35%] ... ok\n");
        assert_eq!(
            line(Status::ExpectedFailure, two, Some(-5.0), "", false),
            "{0} m.C.a\\n [2.000001s -5.00%] ... ok\n"
        );
        assert_eq!(line(Status::Fail, None, None, "", true), "{0} m.C.a\\n [] ... \x1b[31;1mFAILED\x1b[0m\n");
        assert_eq!(
            line(Status::Skip, two, None, "no\ndb", true),
            "{0} m.C.a\\n ... \x1b[34;1mSKIPPED\x1b[0m: no\\ndb\n"
        );
        assert_eq!(line(Status::InProgress, None, None, "", true), "{0} m.C.a\\n [] ... inprogress\n");
        let characters = Status::ALL.map(|status| OutcomeCharacter { status, is_colored: false }.to_string()).concat();
        assert_eq!(characters, "ii.FSF.");
    }

    #[test]
    fn only_the_number_of_tempest_is_left_out() {
        let number = "id-2be020a2-5fdd-423d-8d35-a7ffbc36e9f7";
        for (id, name) in [
            (format!("t.Api.test_a[{number},smoke]"), "t.Api.test_a"),
            (format!("t.Api.test_a[smoke,{number}](v2)"), "t.Api.test_a(v2)"),
            ("t.Api.test_a[id-2be020a2,smoke]".into(), "t.Api.test_a[id-2be020a2,smoke]"),
            ("test[a-1]".into(), "test[a-1]"),
            (format!("[{number}]"), &format!("[{number}]")),
            (format!("]test[{number}"), &format!("]test[{number}")),
            (
                "test[id-2be020a2-5fdd-423d-8d35-a7ffbc36e9\u{e9}]".into(),
                "test[id-2be020a2-5fdd-423d-8d35-a7ffbc36e9\u{e9}]",
            ),
        ] {
            assert_eq!(without_id_tag(&id), name);
        }
    }
}
