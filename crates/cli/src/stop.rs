//! What a tool does when it is asked to stop.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::run::{Trouble, Verdict};

/// Turns SIGINT and SIGTERM into an early end of the input, for tools that have something to bring to an end then. A second signal
/// ends the tool at once.
#[derive(Debug)]
pub struct Stop {
    signal: Arc<AtomicUsize>,
    bell: Arc<OwnedFd>,
}

impl Stop {
    /// The signals that ask a tool to stop.
    pub const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

    /// Takes note of signals from now on.
    ///
    /// # Errors
    ///
    /// When the system does not have it.
    pub fn new() -> Result<Self, Trouble> {
        Self::register().map_err(|cause| Trouble::with("signals", &cause))
    }

    fn register() -> io::Result<Self> {
        let (bell, ringer) = UnixStream::pair()?;
        let signal = Arc::new(AtomicUsize::new(0));
        let is_second = Arc::new(AtomicBool::new(false));
        for number in Self::SIGNALS {
            // In this order: the first signal must not find itself to be the second.
            flag::register_conditional_default(number, Arc::clone(&is_second))?;
            flag::register(number, Arc::clone(&is_second))?;
            flag::register_usize(number, Arc::clone(&signal), usize::try_from(number).unwrap_or_default())?;
            low_level::pipe::register(number, ringer.try_clone()?)?;
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
