//! Commands that a tool runs.

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signal_hook::low_level::signal_name;

use crate::interruptible::InterruptibleInput;
use crate::signals::{self, PATIENCE};
use crate::threads::spawn;
use crate::trouble::Trouble;

/// Between looks at whether a process has ended, of which nobody tells.
const PAUSE: Duration = Duration::from_millis(10);

/// The commands that run, each the leader of a process group, to be signalled together with what it
/// started.
///
/// A signal that asks the tool to stop goes to the groups. Ten seconds later, or with the second
/// one, what is left of them is killed.
#[derive(Debug, Default)]
pub struct Children {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    running: Vec<Pid>,
    /// The last signal to the commands, for those that start late too.
    signal: Option<Signal>,
    /// Whether no more commands may start.
    is_over: bool,
}

/// A command that runs, and is waited for beside whatever else is done.
#[derive(Debug)]
pub struct Running {
    /// A pipe that hangs up when the command has ended.
    end: Arc<OwnedFd>,
    status: JoinHandle<io::Result<ExitStatus>>,
}

impl Children {
    /// No commands so far. Those that start get the signals of the tool.
    ///
    /// # Errors
    ///
    /// When the system does not pass signals on.
    pub fn new() -> Result<Arc<Self>, Trouble> {
        let children = Arc::new(Self::default());
        let listener = Arc::clone(&children);
        signals::pass_on(move |number| listener.signal(number)).map_err(|cause| Trouble::with("signals", &cause))?;
        Ok(children)
    }

    /// Starts a command.
    ///
    /// # Errors
    ///
    /// When the system does not start it, or all were told to [end](Self::end).
    pub fn start(&self, command: &mut Command) -> io::Result<Child> {
        // Nobody signals meanwhile.
        let mut state = self.lock();
        if state.is_over {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let child = command.process_group(0).spawn()?;
        let pid = Pid::from_child(&child);
        state.running.push(pid);
        if let Some(signal) = state.signal {
            let _ = kill_process_group(pid, signal);
        }
        Ok(child)
    }

    /// Waits for a command that was started, in a thread of its own.
    ///
    /// # Errors
    ///
    /// When the system has no pipe or no thread.
    pub fn watch(self: &Arc<Self>, child: Child) -> Result<Running, Trouble> {
        let (end, bell) = io::pipe().map_err(|cause| Trouble::with("pipes", &cause))?;
        let children = Arc::clone(self);
        let status = spawn(move || children.wait(child, bell))?;
        Ok(Running { end: Arc::new(OwnedFd::from(end)), status })
    }

    /// Waits until a command ends, and after a signal until its group does. Hangs up `bell` when
    /// the command ends.
    fn wait(&self, mut child: Child, bell: PipeWriter) -> io::Result<ExitStatus> {
        let pid = Pid::from_child(&child);
        // As long as its status is there to be collected, its number is no other process's: signals
        // go to it or to nobody.
        let ended = || waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        while matches!(ended(), Err(Errno::INTR)) {}
        drop(bell);
        while self.lock().signal.is_some() && has_group(pid) {
            thread::sleep(PAUSE);
        }
        let mut state = self.lock();
        state.running.retain(|running| *running != pid);
        child.wait()
    }

    /// Passes a signal on to all that run. After SIGKILL, no more start.
    fn signal(&self, number: i32) {
        if let Some(signal) = Signal::from_named_raw(number) {
            self.lock().signal(signal);
        }
    }

    /// Has all that run end, and no more start: nobody is there for what they would still say.
    /// Kills what has not ended within ten seconds.
    pub fn end(&self) {
        let running = {
            let mut state = self.lock();
            state.is_over = true;
            state.signal(Signal::TERM);
            state.running.clone()
        };
        let deadline = Instant::now() + PATIENCE;
        while running.iter().any(|pid| is_running(*pid) || has_group(*pid)) {
            if Instant::now() > deadline {
                return self.lock().signal(Signal::KILL);
            }
            thread::sleep(PAUSE);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn signal(&mut self, signal: Signal) {
        self.signal = Some(signal);
        self.is_over |= signal == Signal::KILL;
        for pid in &self.running {
            // One that has just ended does not mind.
            let _ = kill_process_group(*pid, signal);
        }
    }
}

/// Whether a command has not ended.
fn is_running(pid: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    matches!(waitid(WaitId::Pid(pid), options), Ok(None) | Err(Errno::INTR))
}

/// Whether processes are left in the group of a command that has ended. None if the system has no
/// `/proc` to tell.
fn has_group(leader: Pid) -> bool {
    let group = leader.as_raw_nonzero().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = processes.map(|process| process.path()).filter(|path| {
        let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
        name.iter().all(u8::is_ascii_digit) && name != group.as_bytes()
    });
    // Behind the name of the program, which may hold anything: state, parent, group.
    let mut stats = names.filter_map(|path| fs::read(path.join("stat")).ok());
    stats.any(|stat| {
        let fields = stat.rsplit(|byte| *byte == b')').next().unwrap_or_default();
        let mut fields = fields.split(|byte| *byte == b' ').skip(1);
        let is_dead = matches!(fields.next(), None | Some(b"Z" | b"X"));
        !is_dead && fields.nth(1) == Some(group.as_bytes())
    })
}

impl Running {
    /// What the command writes to a pipe, until soon after it has ended: what it left running may
    /// hold the pipe open for ever.
    pub fn output(&self, pipe: impl Into<OwnedFd>) -> InterruptibleInput {
        InterruptibleInput::new(File::from(pipe.into()), Some(Arc::clone(&self.end)))
    }

    /// How the command ended, once it has.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub fn status(self) -> io::Result<ExitStatus> {
        self.status.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Tells on standard error, for a `tool` that goes on, of processes that a command left behind, and
/// that may go on writing where nobody reads.
pub fn say_cut(tool: &str, command: impl Display) {
    let trouble = Trouble::message(format_args!("{command}: the output of background processes is ignored"));
    let _ = trouble.reported(tool);
}

/// Why a command that ended like this did not succeed.
#[must_use]
pub fn failure_reason(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("the command ended with exit status {code}\n"),
        (None, Some(signal)) => {
            let name = signal_name(signal).map(|name| format!(" ({name})")).unwrap_or_default();
            format!("the command was ended by signal {signal}{name}\n")
        }
        (None, None) => format!("the command ended: {status}\n"),
    }
}
