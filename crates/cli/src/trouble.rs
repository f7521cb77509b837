//! Why a tool could not go on.

use std::fmt::Display;
use std::io;

use crate::escape::escape;
use crate::file_writer::write_whole;

/// Why a tool could not go on: a line on standard error and exit status 2, or for a closed output pipe status 141 and not a word.
#[derive(Debug)]
pub struct Trouble(Kind);

#[derive(Debug)]
enum Kind {
    Message(String),
    Reported,
    ClosedPipe,
    Interrupted,
}

impl Trouble {
    /// Trouble with `operand`, a file for instance, because of `cause`.
    #[must_use]
    pub fn with(operand: impl Display, cause: &io::Error) -> Self {
        if cause.kind() == io::ErrorKind::Interrupted {
            return Self(Kind::Interrupted);
        }
        Self(Kind::Message(format!("{operand}: {}", cause_text(cause))))
    }

    /// Trouble of which this is all there is to say.
    #[must_use]
    pub fn message(message: impl Display) -> Self {
        Self(Kind::Message(message.to_string()))
    }

    /// Says now on standard error what the matter is, for a `tool` that goes on and ends with this trouble later: a line then, the
    /// exit status at the end.
    #[must_use]
    pub fn reported(self, tool: &str) -> Self {
        let Self(Kind::Message(message)) = &self else { return self };
        // Nothing is left to do about a standard error that cannot be written.
        let _ = write_whole(io::stderr(), format!("{tool}: {}\n", escape(message)).as_bytes());
        Self(Kind::Reported)
    }

    /// Whether the trouble is only that nobody reads the output any more.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self.0, Kind::ClosedPipe)
    }

    /// Whether the trouble is only that a signal came first.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self.0, Kind::Interrupted)
    }

    /// Trouble with writing `operand`.
    #[must_use]
    pub fn writing(operand: impl Display, cause: &io::Error) -> Self {
        if cause.kind() == io::ErrorKind::BrokenPipe { Self(Kind::ClosedPipe) } else { Self::with(operand, cause) }
    }
}

/// What went wrong, without the number that the system has for it.
fn cause_text(cause: &io::Error) -> String {
    let text = cause.to_string();
    let number = cause.raw_os_error().map(|number| format!(" (os error {number})"));
    number.and_then(|number| text.strip_suffix(&number).map(str::to_owned)).unwrap_or(text)
}
