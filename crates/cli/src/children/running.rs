//! A command that runs.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::command_input::CommandInput;
use super::deadline::Deadline;
use super::{Children, Ending, PAUSE, are_gone_in_time, group};
use crate::interruptible::InterruptibleInput;
use crate::signals;
use crate::threads::spawn;
use crate::trouble::Trouble;

/// How long a command may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit {
    /// The longest time.
    pub time: Duration,
    /// What its group gets then. After ten more seconds it is killed.
    pub signal: Signal,
}

/// A command that runs, and is waited for beside whatever else is done.
#[derive(Debug)]
pub struct Running {
    children: Arc<Children>,
    child: Child,
    /// A pipe that hangs up when the command has ended.
    end: Arc<OwnedFd>,
    /// Waits for that, and knows then which signal had asked the tool to stop.
    watch: JoinHandle<Option<u8>>,
    time: Option<Duration>,
    has_timed_out: Arc<AtomicBool>,
}

impl Children {
    /// Watches over a command that was started.
    ///
    /// # Errors
    ///
    /// If the system has no pipe or no thread.
    pub fn watch(self: &Arc<Self>, child: Child, limit: Option<TimeLimit>) -> Result<Running, Trouble> {
        let deadline = limit.map(|limit| {
            let deadline = Deadline::default();
            deadline.set(limit.time);
            (deadline, limit.signal)
        });
        self.watch_for(child, limit.map(|limit| limit.time), deadline)
    }

    /// Watches over a command that was started, and ends it with SIGTERM if a deadline passes.
    ///
    /// # Errors
    ///
    /// If the system has no pipe or no thread.
    pub fn watch_until(self: &Arc<Self>, child: Child, deadline: &Deadline) -> Result<Running, Trouble> {
        self.watch_for(child, None, Some((deadline.clone(), Signal::TERM)))
    }

    /// `time` is what a command has that may be late, for people.
    fn watch_for(
        self: &Arc<Self>,
        child: Child,
        time: Option<Duration>,
        deadline: Option<(Deadline, Signal)>,
    ) -> Result<Running, Trouble> {
        let (end, bell) = io::pipe().map_err(|cause| Trouble::with("pipes", &cause))?;
        let pid = Pid::from_child(&child);
        let has_timed_out = Arc::new(AtomicBool::new(false));
        let timer = deadline.as_ref().map(|(deadline, _)| deadline.clone());
        if let Some((deadline, signal)) = deadline {
            let (children, has_timed_out) = (Arc::clone(self), Arc::clone(&has_timed_out));
            spawn(move || children.enforce(&deadline, signal, pid, &has_timed_out))?;
        }
        let watch = spawn(move || {
            group::wait_for_end(pid);
            let interruption = signals::received();
            timer.iter().for_each(Deadline::end);
            drop(bell);
            interruption
        })?;
        Ok(Running { children: Arc::clone(self), child, end: Arc::new(OwnedFd::from(end)), watch, time, has_timed_out })
    }

    /// Ends a command that is late.
    fn enforce(&self, deadline: &Deadline, first: Signal, pid: Pid, has_timed_out: &AtomicBool) {
        if !deadline.wait() {
            return;
        }
        let signal = |signal| {
            let state = self.lock();
            // Later the number may be another process's.
            if state.running.contains(&pid) {
                let _ = kill_process_group(pid, signal);
            }
        };
        has_timed_out.store(true, Ordering::Relaxed);
        signal(first);
        if !are_gone_in_time(&[pid]) {
            signal(Signal::KILL);
        }
    }
}

impl Running {
    /// What the command writes to a pipe, until soon after it has ended: what it left running may
    /// hold the pipe open for ever.
    pub fn output(&self, pipe: impl Into<OwnedFd>) -> InterruptibleInput {
        InterruptibleInput::new(File::from(pipe.into()), Some(Arc::clone(&self.end)))
    }

    /// What the command reads, until it has ended: what it left running may hold the pipe open, and
    /// never read it.
    ///
    /// # Errors
    ///
    /// If the system does not allow to write without waiting.
    pub fn input(&self, stdin: ChildStdin) -> io::Result<CommandInput> {
        CommandInput::new(stdin, Arc::clone(&self.end))
    }

    /// How the command ended, once it has; if it was signalled, once its whole group has.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn end(mut self) -> io::Result<Ending> {
        let pid = Pid::from_child(&self.child);
        let interruption = self.watch.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let has_timed_out = self.has_timed_out.load(Ordering::Relaxed);
        // What is left of it is killed after ten seconds, and only as long as it is known here.
        while (has_timed_out || self.children.lock().signal.is_some()) && group::count_others(pid) > 0 {
            thread::sleep(PAUSE);
        }
        let left = group::count_others(pid);
        let mut state = self.children.lock();
        state.running.retain(|running| *running != pid);
        let status = self.child.wait()?;
        let timeout = self.time.filter(|_| has_timed_out);
        Ok(Ending { status, timeout, interruption, left })
    }
}
