//! Runs a trial.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use regex::Regex;
use rustix::process::Signal;
use subunit_cli::{
    self as cli, Children, FileWriter, InterruptibleInput, ListedCommand, Stream, TimeLimit, Trouble, say_cut,
    start_failure_reason,
};
use subunit_codec::names::STDERR;
use subunit_codec::{Event, Protocol};

use crate::args::TOOL;
use crate::results::{Results, Shown, Tests, append, first_line};
use crate::search::Set;
use crate::state::Outcome;

/// Settings of all trials.
pub(crate) struct Runner {
    pub(crate) children: Arc<Children>,
    pub(crate) command: Vec<OsString>,
    pub(crate) setup: Option<OsString>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) matching: Option<Regex>,
    pub(crate) protocol: Protocol,
    pub(crate) test: String,
    pub(crate) candidates: HashSet<String>,
}

/// A trial to run.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) number: usize,
    pub(crate) set: Set,
    /// The ids of the set.
    pub(crate) ids: HashSet<String>,
    /// The name of its list, for the log.
    pub(crate) list: String,
    pub(crate) list_path: PathBuf,
    pub(crate) stream: PathBuf,
}

/// The result of a trial.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) shown: Shown,
    pub(crate) seconds: f64,
    pub(crate) exit: String,
}

impl Runner {
    /// Runs a trial, and removes its stream if it is good. `None` if a signal ended it.
    ///
    /// # Errors
    ///
    /// If there is no pipe or thread, or the stream cannot be written.
    pub(crate) fn run(&self, job: &Job) -> Result<Option<Ran>, Trouble> {
        let began = Instant::now();
        let (shown, exit) = match self.set_up(job)? {
            Some(exit) => (void(format!("the set-up failed: {exit}")), exit),
            None => self.try_set(job)?,
        };
        if cli::is_interrupted() {
            let _ = fs::remove_file(&job.stream);
            return Ok(None);
        }
        if shown.outcome == Outcome::Good {
            let _ = fs::remove_file(&job.stream);
        }
        Ok(Some(Ran { shown, seconds: began.elapsed().as_secs_f64(), exit }))
    }

    /// Runs the set-up command. Returns how it ended if it failed.
    fn set_up(&self, job: &Job) -> Result<Option<String>, Trouble> {
        let Some(setup) = &self.setup else { return Ok(None) };
        let mut command = Command::new("sh");
        command.arg("-c").arg(setup).stdin(Stdio::null()).stdout(io::stderr()).env(TRIAL, job.number.to_string());
        let child = match self.children.start(&mut command) {
            Ok(child) => child,
            Err(cause) => return Ok(Some(start_failure_reason(&cause).trim_end().to_owned())),
        };
        let ending = self.children.watch(child, None)?.end().map_err(|cause| Trouble::with("sh", &cause))?;
        Ok((!ending.status.success()).then(|| ending.to_string()))
    }

    /// Runs the command. Returns the outcome and how the command ended.
    fn try_set(&self, job: &Job) -> Result<(Shown, String), Trouble> {
        let file = Arc::new(Mutex::new(StreamFile::create(&job.stream)?));
        let mut child = match self.children.start(&mut self.command(job)?) {
            Ok(child) => child,
            Err(cause) => {
                let reason = start_failure_reason(&cause).trim_end().to_owned();
                return Ok((void(reason.clone()), reason));
            }
        };
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let limit = self.timeout.map(|time| TimeLimit { time, signal: Signal::TERM });
        let running = self.children.watch(child, limit)?;
        let errors = match stderr {
            Some(stderr) => {
                let (file, stderr) = (Arc::clone(&file), running.output(stderr));
                Some(cli::spawn(move || read_errors(stderr, &file))?)
            }
            None => None,
        };
        let tests = Tests {
            test: &self.test,
            candidates: &self.candidates,
            listed: &job.ids,
            matching: self.matching.as_ref(),
        };
        let mut results = Results::new(tests);
        if let Some(stdout) = stdout {
            let mut stream = Stream::of_command(self.name(), running.output(stdout), self.protocol);
            let mut packets = Vec::new();
            while let Some(item) = stream.next_after(|| lock(&file).write(&mut packets))? {
                results.item(&item, &mut packets);
            }
            lock(&file).write(&mut packets)?;
            if stream.is_cut() {
                say_cut(TOOL, self.name());
            }
        }
        let errors = errors.map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let errors = errors.transpose()?.unwrap_or_default();
        let ending = running.end().map_err(|cause| Trouble::with(self.name(), &cause))?;
        // Shells use these exit statuses for commands that a signal ended.
        let was_killed = ending.code() >= 128 || ending.timeout.is_some();
        let mut shown = results.end(was_killed);
        if shown.outcome == Outcome::Void {
            let said = if errors.is_empty() { &shown.said } else { &errors };
            let said = if said.is_empty() { String::new() } else { format!(", it said: {said}") };
            shown.reason = format!("{} ({ending}{said})", shown.reason);
        }
        Ok((shown, ending.to_string()))
    }

    fn command(&self, job: &Job) -> Result<Command, Trouble> {
        let list = job.list_path.as_os_str();
        let listed = ListedCommand::with_file(&self.command, list);
        let mut command = listed.map_err(|cause| Trouble::with(list.display(), &cause))?.command;
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).env(TRIAL, job.number.to_string());
        Ok(command)
    }

    /// The command line, for people.
    fn name(&self) -> String {
        self.command.join(OsStr::new(" ")).to_string_lossy().into_owned()
    }
}

/// The environment variable with the number of the trial.
const TRIAL: &str = "SUBUNIT_TRIAL";

fn void(reason: String) -> Shown {
    Shown { outcome: Outcome::Void, reason, seen: Vec::new(), said: String::new() }
}

/// A file for the stream of a trial.
struct StreamFile {
    name: String,
    file: FileWriter,
}

impl StreamFile {
    fn create(path: &Path) -> Result<Self, Trouble> {
        let name = path.display().to_string();
        let file = File::create(path).map_err(|cause| Trouble::writing(&name, &cause))?;
        Ok(Self { name, file: FileWriter::new(file) })
    }

    fn write(&mut self, packets: &mut Vec<u8>) -> Result<(), Trouble> {
        let written = self.file.write_all(packets).and_then(|()| self.file.flush());
        packets.clear();
        written.map_err(|cause| Trouble::with(&self.name, &cause))
    }
}

fn lock(file: &Mutex<StreamFile>) -> MutexGuard<'_, StreamFile> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds standard error to the stream, and returns the last line of it.
fn read_errors(mut input: InterruptibleInput, file: &Mutex<StreamFile>) -> Result<String, Trouble> {
    const MOST: usize = 1 << 16;
    let (mut buffer, mut packets, mut last) = (vec![0; MOST], Vec::new(), String::new());
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => return Ok(last),
            Ok(count) => count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            Err(cause) => return Err(Trouble::with("standard error of the command", &cause)),
        };
        append(&Event::global_file(STDERR, &buffer[..count]), &mut packets);
        lock(file).write(&mut packets)?;
        let line = buffer[..count].trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = first_line(line);
        if !line.is_empty() {
            last = line;
        }
    }
}
