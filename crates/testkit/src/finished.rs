//! How commands ended, and one command run to its end by `assert_cmd`.
//!
//! ```
//! use std::process::Command;
//! use testkit::finished::run_to_end;
//!
//! let finished = run_to_end(Command::new("sort"), b"b\na\n");
//! assert_eq!(finished.text(), "a\nb\n");
//! finished.assert().code(0).stdout("a\nb\n").stderr("");
//! ```

use std::process::{Command, ExitStatus, Output};
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;

use crate::pipeline::{DEADLINE, Pipeline};

/// How a command or a pipeline ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What was run, for messages.
    pub commands: String,
    /// All that the last command wrote to standard output.
    pub stdout: Vec<u8>,
    /// All that each command wrote to standard error, as text.
    pub stderr: Vec<String>,
    /// How each command ended.
    pub statuses: Vec<ExitStatus>,
}

/// Runs one command with these bytes as standard input. For several commands, other inputs and
/// outputs than pipes, and commands that leave processes behind, there are [pipelines](Pipeline).
///
/// # Panics
///
/// When the command does not start, or does not end before [`DEADLINE`]: it is killed then.
#[must_use]
#[track_caller]
pub fn run_to_end(command: Command, input: &[u8]) -> Finished {
    run_within(DEADLINE, command, input)
}

#[track_caller]
fn run_within(deadline: Duration, command: Command, input: &[u8]) -> Finished {
    // `assert_cmd` writes all of the input before its timeout counts. More than a pipe holds would
    // wait for ever for a program that hangs before it reads.
    const HELD_BY_A_PIPE: usize = 1 << 16;
    if input.len() > HELD_BY_A_PIPE {
        return Pipeline::new([command]).deadline(deadline).run(input);
    }
    let commands = format!("{command:?}");
    let start = Instant::now();
    let output = assert_cmd::Command::from_std(command).write_stdin(input).timeout(deadline).output();
    let Output { status, stdout, stderr } = output.unwrap_or_else(|error| panic!("{commands} does not start: {error}"));
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    assert!(start.elapsed() < deadline, "{commands} was killed after {deadline:?}; standard error: {stderr:?}");
    Finished { commands, stdout, stderr: vec![stderr], statuses: vec![status] }
}

impl Finished {
    /// What the last command left, to be asserted; what differs is shown with all of it.
    ///
    /// # Panics
    ///
    /// When no command has run.
    #[must_use]
    pub fn assert(&self) -> Assert {
        let (status, stderr) = self.statuses.last().zip(self.stderr.last()).expect("a command has run");
        let output = Output { status: *status, stdout: self.stdout.clone(), stderr: stderr.clone().into_bytes() };
        Assert::new(output).append_context("command", self.commands.clone())
    }

    /// The exit status of the last command.
    ///
    /// # Panics
    ///
    /// When a signal ended it.
    #[must_use]
    pub fn code(&self) -> i32 {
        let status = self.statuses.last().expect("a command has run");
        status.code().unwrap_or_else(|| panic!("the last command ended with {status}"))
    }

    /// The standard output as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is UTF-8")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_leaves_is_kept() {
        let mut command = Command::new("sh");
        command.args(["-c", "cat; echo two >&2; exit 4"]);
        let finished = run_to_end(command, b"one\n");
        finished.assert().code(4).stdout("one\n").stderr("two\n");
        assert_eq!((finished.text(), &*finished.stderr[0], finished.code()), ("one\n", "two\n", 4));
    }

    #[test]
    fn a_command_that_hangs_is_killed_however_much_it_does_not_read() {
        for length in [1, 1 << 20] {
            let mut command = Command::new("sleep");
            command.arg("600");
            let hang = || drop(run_within(Duration::from_millis(50), command, &vec![0; length]));
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(hang)).is_err(), "with {length} bytes");
        }
    }

    #[test]
    fn a_command_need_not_read_its_input() {
        for length in [1, 1 << 16, 1 << 20] {
            assert_eq!(run_to_end(Command::new("true"), &vec![0; length]).code(), 0);
        }
    }
}
