//! The workers that ran tests.

use std::fmt;

use subunit_codec::Test;
use subunit_codec::names::WORKER_PREFIX;

/// Who ran a test: a route code and the tag of a worker, either of which may be missing.
///
/// testr and stestr tag tests `worker-0`, `worker-1` and so on, and each machine of a run counts
/// from 0. The route code tells the machines apart.
///
/// ```
/// use subunit_formats::worker::Worker;
///
/// let worker = Worker::new(Some("web"), ["slow", "worker-1"]);
/// assert_eq!(worker.to_string(), "web/worker-1");
/// assert_eq!(Worker::new(None, ["slow"]).to_string(), "-");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Worker<'a> {
    /// The whole route code.
    pub route_code: Option<&'a str>,
    /// The tag of the worker.
    pub tag: Option<&'a str>,
}

impl<'a> Worker<'a> {
    /// The worker of a test with this route code and these tags.
    ///
    /// A worker's tag is `worker-` and a number. Of several, one that subunit-mux made of a part of
    /// the route code gives way to the others, then the lowest number counts. Without any, and
    /// without a route code, the first tag counts that begins with `worker-`.
    #[must_use]
    pub fn new(route_code: Option<&'a str>, tags: impl IntoIterator<Item = &'a str>) -> Self {
        let mut best: Option<(bool, usize, &str)> = None;
        let mut other = None;
        for tag in tags {
            let Some(name) = tag.strip_prefix(WORKER_PREFIX) else { continue };
            if is_number(name) {
                let is_of_route = route_code.is_some_and(|code| code.split('/').any(|part| part == name));
                // Numbers of one length compare as their digits do.
                let rank = (is_of_route, name.len(), tag);
                best = Some(best.map_or(rank, |best| best.min(rank)));
            } else if route_code.is_none() && other.is_none() {
                other = Some(tag);
            }
        }
        Self { route_code, tag: best.map(|(_, _, tag)| tag).or(other) }
    }

    /// The worker of a test.
    #[must_use]
    pub fn of(test: &'a Test) -> Self {
        Self::new(test.route_code.as_deref(), test.tags.iter().map(String::as_str))
    }

    /// Whether neither route code nor tag is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.route_code.is_none() && self.tag.is_none()
    }
}

impl fmt::Display for Worker<'_> {
    /// `worker-0`, `web`, `web/worker-0`, or `-` if neither is known. Control characters are not
    /// escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.route_code, self.tag) {
            (Some(code), Some(tag)) => write!(f, "{code}/{tag}"),
            (Some(name), None) | (None, Some(name)) => f.write_str(name),
            (None, None) => f.write_str("-"),
        }
    }
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a tag begins as those of workers do.
///
/// ```
/// use subunit_formats::worker::is_worker;
///
/// assert!(is_worker("worker-0") && !is_worker("slow"));
/// ```
#[must_use]
pub fn is_worker(tag: &str) -> bool {
    tag.starts_with(WORKER_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_its_route_and_the_tag_of_its_own() {
        for (route, tags, name) in [
            (None, &[][..], "-"),
            (None, &["slow", "worker-3"], "worker-3"),
            (None, &["worker-10", "worker-9"], "worker-9"),
            (None, &["worker-db"], "worker-db"),
            (None, &["worker-db", "worker-2"], "worker-2"),
            (Some("web"), &[], "web"),
            (Some("web"), &["worker-web"], "web"),
            (Some("web"), &["worker-web", "worker-0"], "web/worker-0"),
            (Some("0"), &["worker-0"], "0/worker-0"),
            (Some("0"), &["worker-0", "worker-1"], "0/worker-1"),
            (Some("0/1"), &["worker-0", "worker-1", "worker-7"], "0/1/worker-7"),
            (Some("0"), &["worker-", "worker-1x"], "0"),
        ] {
            assert_eq!(Worker::new(route, tags.iter().copied()).to_string(), name, "{route:?} {tags:?}");
        }
    }
}
