//! The tags of workers.

/// Whether a tag names the worker that ran a test, as testr and stestr tag tests: `worker-0` and so on.
///
/// ```
/// use subunit_formats::worker::is_worker;
///
/// assert!(is_worker("worker-0") && !is_worker("slow"));
/// ```
#[must_use]
pub fn is_worker(tag: &str) -> bool {
    tag.starts_with("worker-")
}
