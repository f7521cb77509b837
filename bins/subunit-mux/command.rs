//! Commands as sources.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::{self, JoinHandle};

use subunit_cli::{Children, Stream, Trouble, Until, failure_reason};
use subunit_codec::Protocol;

use crate::lane::{Failure, Lane};
use crate::live::relay;
use crate::route::{Labels, Route};

/// What a command needs to run as a source.
pub(crate) struct Runner {
    pub(crate) code: String,
    pub(crate) labels: Labels,
    pub(crate) protocol: Protocol,
    pub(crate) children: Arc<Children>,
    pub(crate) lane: Lane,
}

impl Runner {
    /// Runs a command, merges what it prints and says whether it succeeded. Its standard input is empty, or what comes from `input`.
    pub(crate) fn run(mut self, text: &OsStr, input: Option<Receiver<Vec<u8>>>) -> Result<bool, Failure> {
        let name = text.to_string_lossy();
        let named = |cause: io::Error| Failure::Source(Trouble::with(&name, &cause));
        let mut command = Command::new("sh");
        command.arg("-c").arg(text).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = self.children.start(&mut command).map_err(named)?;
        if let (Some(input), Some(stdin)) = (input, child.stdin.take()) {
            thread::spawn(|| feed(stdin, input));
        }
        let stdout = child.stdout.take().map(OwnedFd::from);
        let stderr = child.stderr.take().map(OwnedFd::from);
        let (end, bell) = io::pipe().map_err(named)?;
        let end = Arc::new(OwnedFd::from(end));
        let status = {
            let children = Arc::clone(&self.children);
            thread::spawn(move || {
                let status = children.wait(child);
                drop(bell);
                status
            })
        };
        let until_end = |file: OwnedFd| Until::new(File::from(file), Some(Arc::clone(&end)));
        let errors = stderr.map(until_end).map(|stderr| self.relay_errors(stderr, name.clone().into_owned()));

        let mut route = Route::that_may_fail(&self.code, self.labels);
        let mut is_cut = false;
        if let Some(stdout) = stdout.map(until_end) {
            let mut stream = Stream::new(name.clone().into_owned(), stdout, self.protocol);
            relay(&mut stream, &mut route, &mut self.lane)?;
            is_cut |= stream.is_cut();
        }
        is_cut |= errors.map_or(Ok(false), joined)?;
        if is_cut {
            say_cut(&name);
        }
        let status = joined(status).map_err(named)?;
        if status.success() {
            return Ok(true);
        }
        self.lane.push(|out| route.fail(&name, &failure_reason(status), out))?;
        self.lane.flush()?;
        Ok(false)
    }

    /// Merges what a command writes to standard error; says in the end whether that was cut.
    fn relay_errors(&self, mut stderr: Until, name: String) -> JoinHandle<Result<bool, Failure>> {
        let (route, mut lane) = (Route::new(&self.code, self.labels), self.lane.clone());
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            loop {
                match stderr.read(&mut buffer) {
                    Ok(0) => return Ok(stderr.is_cut()),
                    Ok(count) => lane.push(|out| route.file("stderr", &buffer[..count], out))?,
                    Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                    Err(cause) => return Err(Failure::Source(Trouble::with(name, &cause))),
                }
                lane.flush()?;
            }
        })
    }
}

/// Writes to a command what comes for it, until it reads no more.
fn feed(mut stdin: ChildStdin, input: Receiver<Vec<u8>>) {
    for bytes in input {
        if stdin.write_all(&bytes).is_err() {
            return;
        }
    }
}

/// Tells of a process that a command left behind, and that may go on writing where nobody reads.
fn say_cut(name: &str) {
    let trouble = Trouble::usage(format_args!("{name}: what it left running is not read any more"));
    let _ = trouble.reported(env!("CARGO_BIN_NAME"));
}

fn joined<T>(thread: JoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
