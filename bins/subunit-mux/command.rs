//! Commands as sources.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use subunit_cli::{
    Children, Labels, Route, SharedOutput, SourceFailure, Stream, Trouble, failure_reason, say_cut, spawn,
    start_failure_reason,
};
use subunit_codec::Protocol;

/// What a command needs to run as a source.
pub(crate) struct Runner {
    pub(crate) code: String,
    /// Whether the user gave it the code.
    pub(crate) is_named: bool,
    pub(crate) labels: Labels,
    pub(crate) protocol: Protocol,
    pub(crate) children: Arc<Children>,
    pub(crate) lane: SharedOutput,
}

impl Runner {
    /// Runs a command, merges its output and says whether it succeeded. Its standard input is
    /// `input`, or empty.
    pub(crate) fn run(mut self, text: &OsStr, input: Option<Receiver<Vec<u8>>>) -> Result<bool, SourceFailure> {
        let name = text.to_string_lossy();
        // The test that stands for the command itself.
        let own_test = if self.is_named { self.code.clone() } else { name.clone().into_owned() };
        let named = |cause: io::Error| SourceFailure::Source(Trouble::with(&name, &cause));
        let mut command = Command::new("sh");
        command.arg("-c").arg(text).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut route = Route::that_may_fail(&self.code, self.labels.clone());
        let mut child = match self.children.start(&mut command) {
            Ok(child) => child,
            Err(cause) => {
                let reason = start_failure_reason(&cause);
                self.lane.push(|out| route.fail_own_test(&own_test, &reason, out))?;
                self.lane.flush()?;
                return Err(named(cause));
            }
        };
        if let (Some(input), Some(stdin)) = (input, child.stdin.take()) {
            spawn(|| feed(stdin, input)).map_err(SourceFailure::All)?;
        }
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let running = self.children.watch(child, None).map_err(SourceFailure::All)?;
        let relay_errors = |stderr| {
            let route = Route::new(&self.code, self.labels.clone());
            self.lane.relay_errors(running.output(stderr), name.clone().into_owned(), route)
        };
        let errors = stderr.map(relay_errors).transpose().map_err(SourceFailure::All)?;

        let mut is_cut = false;
        if let Some(stdout) = stdout {
            let mut stream = Stream::of_command(name.clone().into_owned(), running.output(stdout), self.protocol);
            self.lane.relay(&mut stream, |item, out| route.item(item, out))?;
            is_cut |= stream.is_cut();
        }
        is_cut |= errors.map_or(Ok(false), |errors| errors.join().unwrap_or_else(|panic| resume_unwind(panic)))?;
        if is_cut {
            say_cut(env!("CARGO_BIN_NAME"), &name);
        }
        let status = running.end().map_err(named)?.status;
        if status.success() {
            return Ok(true);
        }
        let reason = failure_reason(status);
        self.lane.push(|out| route.fail_open_tests(&reason, out))?;
        if did_not_finish(status) || !route.shows_failure() {
            self.lane.push(|out| route.fail_own_test(&own_test, &reason, out))?;
        }
        self.lane.flush()?;
        Ok(false)
    }
}

/// Whether a signal ended a command, or it did not start. A shell has exit statuses for both, for
/// the command that it ran last.
fn did_not_finish(status: ExitStatus) -> bool {
    const CANNOT_RUN: i32 = 126;
    const NOT_FOUND: i32 = 127;
    const FIRST_SIGNAL: i32 = 128 + 1;
    const LAST_SIGNAL: i32 = 128 + 31;
    status.code().is_none_or(|code| matches!(code, CANNOT_RUN | NOT_FOUND | FIRST_SIGNAL..=LAST_SIGNAL))
}

/// Writes to a command what comes for it, until it reads no more.
fn feed(mut stdin: ChildStdin, input: Receiver<Vec<u8>>) {
    for bytes in input {
        if stdin.write_all(&bytes).is_err() {
            return;
        }
    }
}
