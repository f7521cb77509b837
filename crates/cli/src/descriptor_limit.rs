//! How many descriptors a tool may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of descriptors to `count`, if it is lower, or as far as the hard limit
/// allows. The commands of the tool get the same limit, so it is not raised further than needed.
///
/// # Examples
///
/// ```
/// subunit_cli::allow_descriptors(2000);
/// ```
pub fn allow_descriptors(count: u64) {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(count, |maximum| maximum.min(count));
    if limit.current.is_some_and(|current| current < wanted) {
        // If this fails, the descriptors that are there may be enough.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
    }
}
