//! Programs connected by pipes, with a deadline: a test that waits for a program that hangs fails
//! instead of hanging too.
//!
//! `assert_cmd`, which runs [one command to its end](crate::finished), has none of this: several
//! programs, output that is read while they run, other files than pipes, and a deadline that also
//! ends the wait for input that nobody reads and for processes that were left behind.
//!
//! ```
//! use std::process::Command;
//! use testkit::pipeline::Pipeline;
//!
//! let finished = Pipeline::new([Command::new("cat"), Command::new("sort")]).run(b"b\na\n");
//! assert_eq!(finished.stdout, b"a\nb\n");
//! assert_eq!(finished.code(), 0);
//!
//! let mut live = Pipeline::new([Command::new("cat")]).start();
//! live.write(b"hello");
//! live.read_until(|output| output == b"hello");
//! assert_eq!(live.finish().code(), 0);
//! ```

use std::mem;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::finished::Finished;
use crate::program::{Program, collect, feed, pipe};

/// Commands to be connected, the standard output of each to the standard input of the next.
#[derive(Debug)]
pub struct Pipeline {
    commands: Vec<Command>,
    deadline: Duration,
    input: Option<Stdio>,
    output: Option<Stdio>,
}

/// A pipeline that runs, to be written to and read from.
#[derive(Debug)]
pub struct Live {
    programs: Vec<Program>,
    input: Option<Sender<Vec<u8>>>,
    output: Option<Receiver<Vec<u8>>>,
    /// What was read so far.
    stdout: Vec<u8>,
    deadline: Deadline,
}

#[derive(Clone, Copy, Debug)]
struct Deadline {
    end: Instant,
    length: Duration,
}

/// How long a pipeline may take when nothing else is said.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The end to write to of a pipe that nobody reads from: standard output for a program whose reader
/// has gone.
///
/// # Panics
///
/// When the system has no pipe to give.
#[must_use]
pub fn closed_pipe() -> Stdio {
    pipe().1.into()
}

impl Pipeline {
    /// A pipeline of these commands, the first one first.
    #[must_use]
    pub fn new(commands: impl IntoIterator<Item = Command>) -> Self {
        Self { commands: commands.into_iter().collect(), deadline: DEADLINE, input: None, output: None }
    }

    /// Gives the pipeline this long from its start to its end.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Has the first command read from `input`, a file say; what is written to the pipeline is lost
    /// then.
    #[must_use]
    pub fn input(mut self, input: impl Into<Stdio>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// Has the last command write to `output`, `/dev/full` say; nothing is collected then.
    #[must_use]
    pub fn output(mut self, output: impl Into<Stdio>) -> Self {
        self.output = Some(output.into());
        self
    }

    /// Runs the commands to their end, with these bytes as standard input.
    ///
    /// # Panics
    ///
    /// When a command does not start, or the deadline passes: the programs are killed then.
    #[must_use]
    pub fn run(self, input: &[u8]) -> Finished {
        let live = self.start();
        if live.input.is_some() {
            live.write(input);
        }
        live.finish()
    }

    /// Starts the commands and leaves their standard input open.
    ///
    /// # Panics
    ///
    /// When there is no command, or one does not start.
    #[must_use]
    pub fn start(mut self) -> Live {
        let last = self.commands.pop().expect("a pipeline has at least one command");
        let (mut next_input, input) = self.input.map_or_else(
            || {
                let (reader, writer) = pipe();
                (Stdio::from(reader), Some(feed(writer)))
            },
            |input| (input, None),
        );
        let (last_output, output) = self.output.map_or_else(
            || {
                let (reader, writer) = pipe();
                (Stdio::from(writer), Some(collect(reader)))
            },
            |output| (output, None),
        );
        let mut programs = Vec::with_capacity(self.commands.len() + 1);
        for command in self.commands {
            let (reader, writer) = pipe();
            let input = mem::replace(&mut next_input, reader.into());
            programs.push(Program::start(command, input, writer.into()));
        }
        programs.push(Program::start(last, next_input, last_output));
        let deadline = Deadline { end: Instant::now() + self.deadline, length: self.deadline };
        Live { programs, input, output, stdout: Vec::new(), deadline }
    }
}

impl Live {
    /// Writes to the standard input of the first command, without waiting until it reads. A program
    /// that reads no more is no trouble.
    ///
    /// # Panics
    ///
    /// When the input was closed or is not a pipe.
    pub fn write(&self, bytes: &[u8]) {
        let input = self.input.as_ref().expect("the standard input is open");
        // When the program reads no more, nobody receives.
        let _ = input.send(bytes.to_vec());
    }

    /// The process ids of the commands, for what `/proc` tells of them.
    #[must_use]
    pub fn process_ids(&self) -> Vec<u32> {
        self.programs.iter().map(|program| program.child.id()).collect()
    }

    /// Ends the standard input of the first command.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Reads what comes out until all of it so far is as `is_enough` wants it, and gives all of it
    /// so far.
    ///
    /// # Panics
    ///
    /// When the deadline passes or the output ends first.
    pub fn read_until(&mut self, mut is_enough: impl FnMut(&[u8]) -> bool) -> &[u8] {
        while !is_enough(&self.stdout) {
            if !self.read("output that never came") {
                let shown = shown(&self.stdout);
                self.fail(&format!("the output ended before it was as expected: {shown}"));
            }
        }
        &self.stdout
    }

    /// Reads what comes out to its end, for commands that end before their input does.
    ///
    /// # Panics
    ///
    /// When the deadline passes first.
    pub fn read_to_end(&mut self) {
        while self.read("the end of the output") {}
    }

    /// Ends the standard input and waits for the commands to end.
    ///
    /// # Panics
    ///
    /// When the deadline passes: the programs are killed then.
    #[must_use]
    pub fn finish(mut self) -> Finished {
        self.close_input();
        while self.output.is_some() && self.read("the end of the output") {}
        let mut stderr = Vec::new();
        for index in 0..self.programs.len() {
            self.wait(index);
            stderr.push(self.stderr(index));
        }
        let statuses = self.programs.iter().filter_map(|program| program.status).collect();
        Finished { commands: self.names(), stdout: mem::take(&mut self.stdout), stderr, statuses }
    }

    /// Reads some output; `false` at its end.
    fn read(&mut self, what: &str) -> bool {
        let Some(output) = &self.output else { self.fail("the output is not collected") };
        match output.recv_timeout(self.deadline.left()) {
            Ok(bytes) => self.stdout.extend_from_slice(&bytes),
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => self.fail_late(what),
        }
        true
    }

    fn wait(&mut self, index: usize) {
        let mut pause = Duration::from_micros(100);
        while self.programs[index].status.is_none() {
            let program = &mut self.programs[index];
            program.status = program.child.try_wait().expect("a child can be waited for");
            if program.status.is_none() {
                if self.deadline.left().is_zero() {
                    let what = format!("the end of {}", self.programs[index].name);
                    self.fail_late(&what);
                }
                thread::sleep(pause);
                pause = (2 * pause).min(Duration::from_millis(10));
            }
        }
    }

    fn stderr(&mut self, index: usize) -> String {
        let mut bytes = Vec::new();
        loop {
            match self.programs[index].stderr.recv_timeout(self.deadline.left()) {
                Ok(more) => bytes.extend_from_slice(&more),
                Err(RecvTimeoutError::Disconnected) => return String::from_utf8_lossy(&bytes).into_owned(),
                Err(RecvTimeoutError::Timeout) => self.fail_late("the end of standard error"),
            }
        }
    }

    fn fail_late(&mut self, what: &str) -> ! {
        let output = shown(&self.stdout);
        self.fail(&format!("waited {:?} for {what}; the output so far: {output}", self.deadline.length))
    }

    fn fail(&mut self, message: &str) -> ! {
        self.kill();
        let stderr: Vec<_> = self.programs.iter().map(Program::stderr_so_far).collect();
        panic!("{}: {message}; standard error: {stderr:?}", self.names());
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.programs.iter().map(|program| program.name.as_str()).collect();
        names.join(" | ")
    }

    fn kill(&mut self) {
        for program in self.programs.iter_mut().filter(|program| program.status.is_none()) {
            // One that ended meanwhile is as good as killed.
            let _ = program.child.kill();
            program.status = program.child.wait().ok();
        }
    }
}

impl Drop for Live {
    /// A test that fails leaves no program behind.
    fn drop(&mut self) {
        self.kill();
    }
}

impl Deadline {
    fn left(self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }
}

/// The end of the output, printable.
fn shown(output: &[u8]) -> String {
    const MOST: usize = 400;
    let start = output.len().saturating_sub(MOST);
    let dots = if start > 0 { "..." } else { "" };
    format!("\"{dots}{}\"", output[start..].escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn more_than_pipes_hold_goes_through() {
        let input = vec![b'x'; 1 << 20];
        let finished = Pipeline::new([Command::new("cat"), Command::new("cat"), Command::new("cat")]).run(&input);
        assert!(finished.stdout == input, "the same bytes come out");
        assert_eq!(finished.statuses.len(), 3);
    }

    #[test]
    fn status_and_standard_error_of_every_command_are_kept() {
        let finished = Pipeline::new([shell("echo one >&2; exit 3"), shell("cat; echo two >&2; exit 4")]).run(b"");
        assert_eq!(finished.stderr, ["one\n", "two\n"]);
        assert_eq!(finished.statuses[0].code(), Some(3));
        assert_eq!(finished.code(), 4);
    }

    #[test]
    fn output_is_seen_before_the_input_ends() {
        let mut live = Pipeline::new([Command::new("cat"), Command::new("cat")]).start();
        for round in 1..=3 {
            live.write(b"ping ");
            live.read_until(|output| output.len() == 5 * round);
        }
        assert_eq!(live.finish().text(), "ping ping ping ");
    }

    #[test]
    #[should_panic(expected = "sleep: waited 50ms for the end of the output")]
    fn a_program_that_hangs_is_killed() {
        let mut command = Command::new("sleep");
        command.arg("600");
        let _ = Pipeline::new([command]).deadline(Duration::from_millis(50)).run(b"");
    }

    #[test]
    #[should_panic(expected = "the output ended before it was as expected")]
    fn output_that_ends_early_is_told() {
        let mut live = Pipeline::new([shell("echo hello")]).start();
        live.read_until(|output| output == b"hello, world");
    }

    #[test]
    fn a_program_whose_reader_is_gone_gets_to_know() {
        let finished = Pipeline::new([shell("cat")]).output(closed_pipe()).run(b"some bytes");
        assert!(!finished.statuses[0].success(), "cat ends with {}", finished.statuses[0]);
    }
}
