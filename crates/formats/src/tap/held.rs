//! Failures in subtests that the test point of the parent may excuse.

use subunit_codec::{Event, Status, Timestamp};

use super::events::Out;

/// Failed tests of subtests whose parents have no test point yet.
///
/// To Perl's `TAP::Parser`, the lines of a subtest mean nothing, and the parent's test point says
/// all: if it is one to do, what failed in the subtest was to be expected. Such a test is written
/// as in progress when its line comes, and gets its outcome with the parent's test point.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The deeper ones are behind the others.
    failures: Vec<Failure>,
    /// Whether a test failed for good.
    pub(super) has_failed: bool,
}

#[derive(Debug)]
struct Failure {
    id: String,
    time: Option<Timestamp>,
    /// A test point at fewer levels than this is one of a parent.
    depth: usize,
}

impl Held {
    /// Writes a failed test of a subtest at this depth as one in progress, and keeps its outcome.
    pub(super) fn hold<E>(&mut self, event: &Event<'_>, depth: usize, out: &mut Out<'_, E>) -> Result<(), E> {
        self.rise(depth);
        let id = event.test_id.as_deref().unwrap_or_default().to_owned();
        self.failures.push(Failure { id, time: event.timestamp, depth });
        out(&Event { status: Some(Status::InProgress), ..event.clone() })
    }

    /// A test point at this depth ends the subtests that are deeper: if it is one to do, all that
    /// failed in them was expected. Else that is up to the parents of this one, if it has any.
    pub(super) fn parent<E>(&mut self, depth: usize, is_to_do: bool, out: &mut Out<'_, E>) -> Result<(), E> {
        if !is_to_do && depth > 1 {
            self.rise(depth);
            return Ok(());
        }
        let status = if is_to_do { Status::ExpectedFailure } else { Status::Fail };
        let first = self.failures.partition_point(|failure| failure.depth <= depth);
        for Failure { id, time, .. } in self.failures.drain(first..) {
            self.has_failed |= !is_to_do;
            out(&Event { timestamp: time, ..Event::test(id).not_runnable().status(status) })?;
        }
        Ok(())
    }

    /// The document has ended: nothing excuses what is left.
    pub(super) fn end<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        self.parent(0, false, out)
    }

    /// What was held of deeper subtests is from now on held for one of this depth.
    fn rise(&mut self, depth: usize) {
        for failure in self.failures.iter_mut().rev().take_while(|failure| failure.depth > depth) {
            failure.depth = depth;
        }
    }
}
