//! Signals: those that ask a tool to stop end its input, and soon after that the tool.
//!
//! [`main`](crate::main) sets this up once, and inputs, outputs and commands ask here. So a tool
//! need not know of signals.

use std::fs;
use std::io::{self, PipeWriter};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGKILL, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
};
use signal_hook::iterator::backend::{Handle, SignalDelivery};
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::{flag, low_level};

/// Not a variable of a tool: handlers, and what they have noted, are facts about the process.
static STOP: OnceLock<Stop> = OnceLock::new();

/// Asks for the end of the input.
const STOPPING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];
/// End a process that does not handle them, and would leave its commands behind.
const DEADLY: [i32; 7] = [SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU];
/// How long commands may take to end after the first signal, and how long a write may wait for a
/// reader.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// A second signal within this time is the first one again: `timeout` signals its command and then
/// the command's group.
const ECHO: Duration = Duration::from_millis(50);
const TICK: Duration = Duration::from_millis(250);
/// The thread that waits for signals needs little, and every tool has it.
const STACK: usize = 128 << 10;

/// Passes on the number of a signal.
type Listener = Box<dyn Fn(i32) + Send>;

struct Stop {
    /// The number of the last signal that asked for the end, or 0.
    signal: Arc<AtomicUsize>,
    /// A pipe that hangs up at the first signal.
    bell: Arc<OwnedFd>,
    handle: Handle,
    ignored: Ignored,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    listeners: Mutex<Vec<Listener>>,
    /// How many threads wait for somebody to read, and how often one of them went on.
    waiting: AtomicUsize,
    resumed: AtomicUsize,
}

/// Takes note of SIGINT, SIGTERM and SIGHUP from now on. One that was ignored from the start stays
/// so.
///
/// The first one ends the input. A second one, or a deadly one, kills the commands and ends the
/// tool at once. Ten seconds after the first one the commands are killed, and the tool ends if
/// nobody reads its output.
///
/// # Errors
///
/// When the system does not have it.
pub(crate) fn install() -> io::Result<()> {
    let (stop, watch) = Stop::new()?;
    Builder::new().stack_size(STACK).spawn(move || watch.run())?;
    // Whoever was first has handlers just like these.
    let _ = STOP.set(stop);
    Ok(())
}

/// A file that hangs up at the first signal.
pub(crate) fn bell() -> Option<Arc<OwnedFd>> {
    STOP.get().map(|stop| Arc::clone(&stop.bell))
}

/// Whether a signal has asked the tool to stop, so that the input may have ended early.
#[must_use]
pub fn is_interrupted() -> bool {
    received().is_some()
}

/// The number of the signal that asked the tool to stop.
pub(crate) fn received() -> Option<u8> {
    let signal = STOP.get()?.signal.load(Ordering::Relaxed);
    u8::try_from(signal).ok().filter(|signal| *signal > 0)
}

/// Has `listener` get the number of each signal from now on, SIGKILL in the end: for those whom
/// signals do not reach.
///
/// # Errors
///
/// When the system does not have it.
pub(crate) fn pass_on(listener: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    let Some(stop) = STOP.get() else { return Ok(()) };
    stop.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    let mut deadly = DEADLY.into_iter().filter(|signal| !stop.ignored.contains(*signal));
    deadly.try_for_each(|signal| stop.handle.add_signal(signal))
}

/// Says that this thread waits for somebody to read, until the value is dropped.
pub(crate) fn waiting() -> Waiting {
    let shared = STOP.get().map(|stop| &*stop.shared);
    if let Some(shared) = shared {
        shared.waiting.fetch_add(1, Ordering::Relaxed);
    }
    Waiting(shared)
}

pub(crate) struct Waiting(Option<&'static Shared>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(shared) = self.0 {
            shared.resumed.fetch_add(1, Ordering::Relaxed);
            shared.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Stop {
    fn new() -> io::Result<(Self, Watch)> {
        let ignored = Ignored::read();
        let signals: Vec<i32> = STOPPING.into_iter().filter(|signal| !ignored.contains(*signal)).collect();
        let signal = Arc::new(AtomicUsize::new(0));
        for number in &signals {
            // In the handler: the end of the input that the same signal brings about must not be
            // seen before it.
            flag::register_usize(*number, Arc::clone(&signal), usize::try_from(*number).unwrap_or_default())?;
        }
        let (receiver, sender) = UnixStream::pair()?;
        let delivery = SignalDelivery::with_pipe(receiver, sender, SignalOnly, &signals)?;
        let (bell, ringer) = io::pipe()?;
        let shared = Arc::new(Shared::default());
        let handle = delivery.handle();
        let watch = Watch { delivery, ringer: Some(ringer), first: None, shared: Arc::clone(&shared) };
        Ok((Self { signal, bell: Arc::new(bell.into()), handle, ignored, shared }, watch))
    }
}

/// The signals that were ignored when the tool began, as what a script runs in the background or
/// `nohup` would have it. None if the system has no `/proc` to tell.
struct Ignored(u64);

impl Ignored {
    fn read() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default())
    }

    fn contains(&self, signal: i32) -> bool {
        self.0 >> (signal - 1) & 1 == 1
    }
}

/// The thread that waits for signals.
struct Watch {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
    ringer: Option<PipeWriter>,
    first: Option<First>,
    shared: Arc<Shared>,
}

struct First {
    signal: i32,
    time: Instant,
    has_killed: bool,
    /// How often a wait had ended when one last did, and when that was.
    resumed: usize,
    resumed_at: Instant,
}

impl Watch {
    fn run(mut self) {
        loop {
            let timeout = self.first.as_ref().map(|_| Timespec::try_from(TICK).unwrap_or_default());
            let mut files = [PollFd::new(self.delivery.get_read(), PollFlags::IN)];
            // Interrupted by the signals themselves.
            let _ = poll(&mut files, timeout.as_ref());
            let signals: Vec<i32> = self.delivery.pending().collect();
            for signal in signals {
                self.take(signal);
            }
            self.lose_patience();
        }
    }

    fn take(&mut self, signal: i32) {
        match &self.first {
            Some(first) if STOPPING.contains(&signal) && first.time.elapsed() < ECHO => {}
            None if STOPPING.contains(&signal) => {
                self.ringer = None;
                let (now, resumed) = (Instant::now(), self.shared.resumed.load(Ordering::Relaxed));
                self.first = Some(First { signal, time: now, has_killed: false, resumed, resumed_at: now });
                self.pass_on(signal);
            }
            _ => self.end(signal),
        }
    }

    /// Ends what the first signal has not ended in time.
    fn lose_patience(&mut self) {
        let Some(first) = &mut self.first else { return };
        let resumed = self.shared.resumed.load(Ordering::Relaxed);
        if first.resumed != resumed {
            (first.resumed, first.resumed_at) = (resumed, Instant::now());
        }
        let has_stuck = self.shared.waiting.load(Ordering::Relaxed) > 0 && first.resumed_at.elapsed() >= PATIENCE;
        let kills = first.time.elapsed() >= PATIENCE && !std::mem::replace(&mut first.has_killed, true);
        let signal = first.signal;
        if has_stuck {
            self.end(signal);
        } else if kills {
            self.pass_on(SIGKILL);
        }
    }

    fn pass_on(&self, signal: i32) {
        let listeners = self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|listener| listener(signal));
    }

    /// Ends the tool at once, as the signal would have without us.
    fn end(&self, signal: i32) {
        self.pass_on(SIGKILL);
        let _ = low_level::emulate_default_handler(signal);
    }
}
