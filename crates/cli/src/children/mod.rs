//! Commands that a tool runs.

mod command_input;
mod deadline;
mod descriptor;
mod ending;
mod failures;
mod group;
mod id_file;
mod running;

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

pub use self::command_input::CommandInput;
pub use self::deadline::Deadline;
pub use self::descriptor::pass_descriptor;
pub use self::ending::{Ending, failure_reason, say_cut, start_failure_reason};
pub use self::failures::Failures;
pub use self::id_file::ListedCommand;
pub use self::running::{Running, TimeLimit};
use crate::signals::{self, PATIENCE};
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

impl Children {
    /// Does `work` that runs commands, which get the signals of the tool. If it fails, nobody
    /// listens to the commands any more: they get SIGTERM, and are killed if they have not ended
    /// within ten seconds.
    ///
    /// # Errors
    ///
    /// If the system does not pass signals on. Those of `work`.
    pub fn run<T>(work: impl FnOnce(&Arc<Self>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let children = Arc::new(Self::default());
        let listener = Arc::clone(&children);
        signals::pass_on(move |number| listener.signal(number)).map_err(|cause| Trouble::with("signals", &cause))?;
        let result = work(&children);
        if result.is_err() {
            children.end();
        }
        result
    }

    /// Starts a command.
    ///
    /// # Errors
    ///
    /// If the system does not start it, or no more commands may start.
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

    /// Passes a signal on to all that run. After SIGKILL, no more start.
    fn signal(&self, number: i32) {
        if let Some(signal) = Signal::from_named_raw(number) {
            self.lock().signal(signal);
        }
    }

    /// Has all that run end, and no more start.
    fn end(&self) {
        let running = {
            let mut state = self.lock();
            state.is_over = true;
            state.signal(Signal::TERM);
            state.running.clone()
        };
        if !are_gone_in_time(&running) {
            self.lock().signal(Signal::KILL);
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

/// Waits up to ten seconds for commands and their groups to end, and says whether they have.
fn are_gone_in_time(leaders: &[Pid]) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while leaders.iter().any(|pid| group::is_running(*pid) || group::count_others(*pid) > 0) {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(PAUSE);
    }
    true
}
