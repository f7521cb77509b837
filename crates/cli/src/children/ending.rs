//! How a command ended, in words.

use std::fmt::{self, Display};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use signal_hook::low_level::signal_name;

use crate::trouble::{Trouble, cause_text};

/// How a command ended. In words: `exit status 3`, or `timeout after 60 s, signal 6 (SIGABRT), core
/// dumped, left 1 process behind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What the system says.
    pub status: ExitStatus,
    /// The time that it had, if it took longer.
    pub timeout: Option<Duration>,
    /// The signal that had asked the tool to stop before the command ended.
    pub interruption: Option<u8>,
    /// How many processes it left behind in its group.
    pub left: usize,
}

impl Ending {
    /// The exit status, as a shell has it: 128 and the number of the signal if one ended it.
    #[must_use]
    pub fn code(&self) -> u8 {
        let code = self.status.code().or_else(|| self.status.signal().map(|signal| 128 | signal));
        code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
    }
}

impl Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(time) = self.timeout {
            write!(f, "timeout after {} s, ", time.as_secs_f64())?;
        }
        if let Some(signal) = self.interruption {
            write!(f, "interrupted by {}, ", named(signal.into()))?;
        }
        f.write_str(&words(self.status))?;
        match self.left {
            0 => Ok(()),
            1 => f.write_str(", left 1 process behind"),
            left => write!(f, ", left {left} processes behind"),
        }
    }
}

/// Tells on standard error, for a `tool` that goes on, of processes that a command left behind, and
/// that may go on writing where nobody reads.
pub fn say_cut(tool: &str, command: impl Display) {
    let trouble = Trouble::message(format_args!("{command}: the output of background processes is ignored"));
    let _ = trouble.reported(tool);
}

/// Why a command that ended like this did not succeed, as a line.
#[must_use]
pub fn failure_reason(status: ExitStatus) -> String {
    let by = if status.signal().is_some() { "was ended by" } else { "ended with" };
    format!("the command {by} {}\n", words(status))
}

/// Why a command did not start, as a line.
#[must_use]
pub fn start_failure_reason(cause: &io::Error) -> String {
    format!("the command could not be started: {}\n", cause_text(cause))
}

fn words(status: ExitStatus) -> String {
    let dump = if status.core_dumped() { ", core dumped" } else { "" };
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("{}{dump}", named(signal)),
        (None, None) => status.to_string(),
    }
}

/// A signal by number and name.
fn named(signal: i32) -> String {
    let name = signal_name(signal).map(|name| format!(" ({name})")).unwrap_or_default();
    format!("signal {signal}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(status: i32) -> Ending {
        Ending { status: ExitStatus::from_raw(status), timeout: None, interruption: None, left: 0 }
    }

    #[test]
    fn an_end_is_told_with_all_that_led_to_it() {
        const SIGSEGV_AND_CORE: i32 = 0x8b;
        let timeout = Some(Duration::from_millis(1500));
        for (ending, words, code) in [
            (ended(0), "exit status 0", 0),
            (ended(3 << 8), "exit status 3", 3),
            (ended(9), "signal 9 (SIGKILL)", 137),
            (ended(SIGSEGV_AND_CORE), "signal 11 (SIGSEGV), core dumped", 139),
            (ended(42), "signal 42", 170),
            (Ending { left: 1, ..ended(0) }, "exit status 0, left 1 process behind", 0),
            (
                Ending { timeout, left: 2, ..ended(15) },
                "timeout after 1.5 s, signal 15 (SIGTERM), left 2 processes behind",
                143,
            ),
            (Ending { interruption: Some(2), ..ended(0) }, "interrupted by signal 2 (SIGINT), exit status 0", 0),
        ] {
            assert_eq!((ending.to_string().as_str(), ending.code()), (words, code));
        }
    }
}
