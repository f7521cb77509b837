//! Why a tool could not go on.

use std::env;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;

use crate::escape::escape;
use crate::file_writer::write_whole;

/// Why a tool could not go on: a line on standard error and exit status 2, or for a closed output
/// pipe status 141 and not a word.
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

    /// Trouble with a temporary file, of which the folder is named: the user can choose another
    /// one.
    #[must_use]
    pub fn temporary(cause: &io::Error) -> Self {
        Self::with(format_args!("temporary file in {}", env::temp_dir().display()), cause)
    }

    /// Trouble of which this is all there is to say.
    #[must_use]
    pub fn message(message: impl Display) -> Self {
        Self(Kind::Message(message.to_string()))
    }

    /// Trouble of which a line on standard error has told already.
    #[must_use]
    pub fn already_reported() -> Self {
        Self(Kind::Reported)
    }

    /// Says now on standard error what the matter is, for a `tool` that goes on and ends with this
    /// trouble later: a line then, the exit status at the end.
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

/// The name that the tool was started by, without folders: for lines on standard error that are
/// written deep inside.
pub(crate) fn tool_name() -> String {
    let path = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What went wrong in the words of the system. The number of the error is left out, and so is the
/// name of a temporary file that the library adds behind it.
pub(crate) fn cause_text(cause: &io::Error) -> String {
    let text = cause.to_string();
    text.split_once(" (os error ").map_or(text.as_str(), |(words, _)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_cause_names_no_number_and_no_temporary_file() {
        let system = io::Error::from_raw_os_error(2);
        assert_eq!(cause_text(&system), "No such file or directory");
        let wrapped = tempfile::tempfile_in(Path::new("/proc/nonexistent")).expect_err("there is no such folder");
        assert_eq!(cause_text(&wrapped), "No such file or directory");
        let named = tempfile::NamedTempFile::new_in("/proc/nonexistent").expect_err("there is no such folder");
        assert_eq!(cause_text(&named), "No such file or directory");
        assert_eq!(cause_text(&io::Error::other("the event is too long")), "the event is too long");
    }
}
