//! Threads, of which the system may have no more.

use std::thread::{Builder, JoinHandle};

use crate::trouble::Trouble;

/// Starts a thread.
///
/// # Errors
///
/// When the system starts no more.
pub fn spawn<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<JoinHandle<T>, Trouble> {
    Builder::new().spawn(run).map_err(|cause| Trouble::with("threads", &cause))
}
