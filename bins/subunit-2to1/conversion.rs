//! Packets to directives.

use subunit_cli::{Output, Spill, Trouble};
use subunit_codec::v1::Outcome;
use subunit_codec::{Damage, Flight, PARSER_TEST_ID, Packet, Stage, Status, Tracker};

use crate::directives::Directives;
use crate::pending::Pending;

/// Writes each test when it has ended: version 1 shows one test after the other.
pub(crate) struct Conversion {
    tests: Tracker<Pending>,
    /// The content of attachments to come.
    store: Spill,
    pub(crate) directives: Directives,
}

impl Conversion {
    /// How many bytes of attachments are kept in memory, all together.
    const MOST_IN_MEMORY: usize = 4 << 20;
    /// How many of one are.
    const MOST_OF_ONE: usize = 64 << 10;

    pub(crate) fn new() -> Self {
        let store = Spill::new(Self::MOST_IN_MEMORY, Self::MOST_OF_ONE);
        Self { tests: Tracker::new(), store, directives: Directives::new() }
    }

    /// Adds a packet of a test.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let Self { tests, store, directives } = self;
        match tests.push(packet) {
            Stage::NoTest => {}
            Stage::Begun(test) | Stage::Continued(test) => test.value.add(packet, store)?,
            Stage::Ended(test) | Stage::Single(test) => {
                test.value.add(packet, store)?;
                end(test, store, directives, output)?;
            }
        }
        if let Some(mut test) = tests.take_evicted() {
            test.value.forget(store);
        }
        Ok(())
    }

    /// Writes damage as the failed test that reports it.
    pub(crate) fn damage(&mut self, damage: &Damage<'_>, output: &mut Output) -> Result<(), Trouble> {
        let mut test = Pending::default();
        for event in damage.report() {
            test.add_event(&event, &mut self.store)?;
        }
        self.directives.test(PARSER_TEST_ID, Outcome::Failure, &test, &self.store, output)?;
        test.forget(&mut self.store);
        Ok(())
    }

    /// A stream ended: what is in flight will not finish.
    pub(crate) fn end_stream(&mut self, output: &mut Output) -> Result<(), Trouble> {
        let mut tests = self.tests.drain();
        tests.iter_mut().try_for_each(|test| end(test, &mut self.store, &mut self.directives, output))
    }
}

/// Writes a test, if it is one, and forgets it.
fn end(
    test: &mut Flight<Pending>,
    store: &mut Spill,
    directives: &mut Directives,
    output: &mut Output,
) -> Result<(), Trouble> {
    let losses = &mut directives.losses;
    if test.value.status == Some(Status::Exists) {
        losses.exists += 1;
    } else if let Some(outcome) = test.value.status.and_then(outcome) {
        losses.route_codes += u64::from(test.route_code().is_some());
        losses.not_runnable += u64::from(test.value.is_not_runnable);
        directives.test(test.id(), outcome, &test.value, store, output)?;
    }
    test.value.forget(store);
    Ok(())
}

/// The outcome for a status. Nothing but an unfinished test is an error.
fn outcome(status: Status) -> Option<Outcome> {
    Some(match status {
        Status::Exists => return None,
        Status::InProgress => Outcome::Error,
        Status::Success => Outcome::Success,
        Status::UnexpectedSuccess => Outcome::UnexpectedSuccess,
        Status::Skip => Outcome::Skip,
        Status::Fail => Outcome::Failure,
        Status::ExpectedFailure => Outcome::ExpectedFailure,
    })
}
