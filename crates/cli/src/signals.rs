//! What a tool does when it is asked to stop.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::run::Verdict;
use crate::threads::spawn;
use crate::trouble::Trouble;

/// Turns SIGINT and SIGTERM into an early end of the input, for tools that have something to bring to an end then. One that was
/// ignored from the start stays so.
#[derive(Debug)]
pub struct Stop {
    signal: Arc<AtomicUsize>,
    bell: Arc<OwnedFd>,
}

impl Stop {
    /// The signals to take note of: not those that were ignored when the tool began, as what a script runs in the background or
    /// `nohup` would have it. Where the system has no `/proc` to tell, all of them.
    fn signals() -> Vec<i32> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
        [SIGINT, SIGTERM].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0).collect()
    }

    /// Takes note of signals from now on. A second one ends the tool at once.
    ///
    /// # Errors
    ///
    /// When the system does not have it.
    pub fn new() -> Result<Self, Trouble> {
        let is_second = Arc::new(AtomicBool::new(false));
        let insist = |signal| {
            // In this order: the first signal must not find itself to be the second.
            flag::register_conditional_default(signal, Arc::clone(&is_second))?;
            flag::register(signal, Arc::clone(&is_second))
        };
        let signals = Self::signals();
        let result = signals.iter().try_for_each(|signal| insist(*signal).map(drop));
        result.and_then(|()| Self::register(&signals)).map_err(trouble)
    }

    /// Takes note of signals from now on, and tells `act` the number of each, in a thread of its own.
    ///
    /// # Errors
    ///
    /// When the system does not have it.
    pub fn telling(mut act: impl FnMut(i32) + Send + 'static) -> Result<Self, Trouble> {
        let signals = Self::signals();
        let stop = Self::register(&signals).map_err(trouble)?;
        let mut signals = Signals::new(signals).map_err(trouble)?;
        spawn(move || signals.forever().for_each(&mut act))?;
        Ok(stop)
    }

    fn register(signals: &[i32]) -> io::Result<Self> {
        let (bell, ringer) = UnixStream::pair()?;
        let signal = Arc::new(AtomicUsize::new(0));
        for number in signals {
            flag::register_usize(*number, Arc::clone(&signal), usize::try_from(*number).unwrap_or_default())?;
            low_level::pipe::register(*number, ringer.try_clone()?)?;
        }
        Ok(Self { signal, bell: Arc::new(bell.into()) })
    }

    /// A file that is readable from the first signal on.
    #[must_use]
    pub fn bell(&self) -> Arc<OwnedFd> {
        Arc::clone(&self.bell)
    }

    /// What a tool says at its end that would have said `verdict` without a signal.
    #[must_use]
    pub fn verdict(&self, verdict: Verdict) -> Verdict {
        match u8::try_from(self.signal.load(Ordering::Relaxed)) {
            Ok(signal @ 1..) => Verdict::Stopped { signal },
            _ => verdict,
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an error to be mapped")]
fn trouble(cause: io::Error) -> Trouble {
    Trouble::with("signals", &cause)
}
