//! Forwards, drops or holds each packet, as the rules decide on its test.

use subunit_cli::{Held, Output, Spill, Trouble};
use subunit_codec::{Flight, PARSER_TEST_ID, Packet, Renew, Stage, Status, Tracker};

use crate::edits::{Edited, Edits};
use crate::rules::{Decision, RuleState, Rules};
use crate::search::Search;

/// Filters a stream of packets.
pub(crate) struct Filter {
    edits: Edits,
    tests: Tracker<Test>,
    outlet: Outlet,
}

/// A test in flight.
#[derive(Default)]
struct Test {
    /// `None` while its packets wait.
    decision: Option<Decision>,
    rules: RuleState,
    search: Search,
    held: Held,
}

impl Renew for Test {
    /// Keeps the memory of the packets that waited: the decision has let go of them.
    fn renew(&mut self) {
        self.decision = None;
    }
}

impl Filter {
    pub(crate) fn new(rules: Rules, edits: Edits) -> Self {
        let outlet = Outlet { rules, spill: Spill::new(Outlet::MOST_IN_MEMORY, usize::MAX) };
        Self { edits, tests: Tracker::new(), outlet }
    }

    /// Filters a packet. Reports of damage always pass.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        if packet.is_about(PARSER_TEST_ID) {
            return output.forward(packet);
        }
        let (is_first, is_last, test) = match self.tests.push(packet) {
            Stage::NoTest => {
                return match self.outlet.rules.decide_global(packet) {
                    Decision::Keep => output.forward(packet),
                    Decision::Drop => Ok(()),
                };
            }
            Stage::Begun(test) => (true, false, test),
            Stage::Continued(test) => (false, false, test),
            Stage::Ended(test) => (false, true, test),
            Stage::Single(test) => (true, true, test),
        };
        let edited = self.edits.edit(packet)?;
        if is_first {
            test.value.rules = self.outlet.rules.begin(&edited);
        }
        self.outlet.packet(test, &edited, is_last, output)?;
        match self.tests.take_evicted() {
            Some(mut test) => self.outlet.end(&mut test, output),
            None => Ok(()),
        }
    }

    /// Decides on the tests that did not finish: the stream has ended.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<(), Trouble> {
        self.tests.drain().iter_mut().try_for_each(|test| self.outlet.end(test, output))
    }
}

impl Test {
    /// The decision on a test of which nothing more comes.
    fn decide_at_end(&mut self, rules: &Rules, outcome: Option<Status>) -> Decision {
        self.search.finish(rules, &mut self.rules);
        rules.decide(&self.rules, outcome)
    }
}

/// Carries out decisions.
struct Outlet {
    rules: Rules,
    /// The packets that wait for a decision.
    spill: Spill,
}

impl Outlet {
    /// Bytes of packets that wait in memory.
    const MOST_IN_MEMORY: usize = 8 << 20;

    /// Forwards or drops a packet of a test, or holds it until the decision is certain.
    fn packet(
        &mut self,
        test: &mut Flight<Test>,
        edited: &Edited<'_>,
        is_last: bool,
        output: &mut Output,
    ) -> Result<(), Trouble> {
        if test.value.decision.is_none()
            && let Some(decision) = self.decide(test, edited, is_last)
        {
            self.settle(&mut test.value, decision, output)?;
            if !is_last {
                // Nothing of it waits any more, however long it goes on.
                test.value.held = Held::default();
            }
        }
        match test.value.decision {
            Some(Decision::Keep) => output.bytes(&edited.bytes()?),
            Some(Decision::Drop) => Ok(()),
            None => self.spill.add(&mut test.value.held, &edited.bytes()?),
        }
    }

    /// The decision on a test, if it is certain by this packet.
    fn decide(&self, test: &mut Flight<Test>, edited: &Edited<'_>, is_last: bool) -> Option<Decision> {
        let (rules, has_status) = (&self.rules, test.has_status());
        let test = &mut test.value;
        rules.note_packet(&mut test.rules, edited.packet);
        if rules.wants_text(&test.rules) {
            test.search.packet(edited.packet, rules, &mut test.rules);
        }
        if is_last {
            Some(test.decide_at_end(rules, edited.status))
        } else {
            rules.decide_early(&test.rules, has_status)
        }
    }

    /// Decides on a test that did not finish.
    fn end(&mut self, test: &mut Flight<Test>, output: &mut Output) -> Result<(), Trouble> {
        if test.value.decision.is_some() {
            return Ok(());
        }
        let outcome = test.has_status().then_some(Status::InProgress);
        let decision = test.value.decide_at_end(&self.rules, outcome);
        self.settle(&mut test.value, decision, output)
    }

    /// Carries out a decision on the packets that waited for it.
    fn settle(&mut self, test: &mut Test, decision: Decision, output: &mut Output) -> Result<(), Trouble> {
        test.decision = Some(decision);
        test.search = Search::default();
        if decision == Decision::Keep {
            self.spill.read(&test.held, |packets| output.bytes(packets))?;
        }
        self.spill.forget(&mut test.held);
        Ok(())
    }
}
