//! Forwards, drops or holds each packet, as the rules decide on its test.

use std::mem;

use subunit_cli::{Held, Output, Spill, Trouble};
use subunit_codec::{InFlight, PARSER_TEST_ID, Packet, Status};

use crate::edits::{Edited, Edits};
use crate::rules::{Decision, RuleState, Rules};
use crate::search::Search;

/// Filters a stream of packets.
pub(crate) struct Filter {
    edits: Edits,
    outlet: Outlet,
    tests: InFlight<Test>,
}

/// A test in flight.
struct Test {
    has_status: bool,
    state: State,
}

enum State {
    Decided(Decision),
    Undecided(Box<Undecided>),
}

/// A test that waits for a decision.
struct Undecided {
    rules: RuleState,
    search: Search,
    held: Held,
}

impl Filter {
    pub(crate) fn new(rules: Rules, edits: Edits) -> Self {
        let outlet = Outlet { rules, spill: Spill::new(Outlet::MOST_IN_MEMORY, usize::MAX), spare: Vec::new() };
        Self { edits, outlet, tests: InFlight::new() }
    }

    /// Filters a packet. Reports of damage always pass.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let Some(key) = self.tests.key(packet) else {
            return match self.outlet.rules.decide_global(packet) {
                Decision::Keep => output.forward(packet),
                Decision::Drop => Ok(()),
            };
        };
        if packet.is_about(PARSER_TEST_ID) {
            return output.forward(packet);
        }
        let edited = self.edits.edit(packet)?;
        let (is_new, test) = match self.tests.get_mut(&key) {
            // A test that exists is not one of the same name that runs.
            Some(test) if test.has_status && packet.status() == Some(Status::Exists) => {
                let mut single = self.outlet.begin(&edited);
                return self.outlet.packet(&mut single, &edited, output).map(drop);
            }
            Some(test) => (false, test),
            None => (true, self.tests.begin(&key, self.outlet.begin(&edited))),
        };
        let is_decided = self.outlet.packet(test, &edited, output)?;
        if is_decided && is_over(packet.status()) {
            self.tests.close(&key);
        } else if is_new && packet.status().is_none() {
            // Of the attachments for which no status has come, the last thousands wait.
            if let Some(mut oldest) = self.tests.note_loose(&key, |test| !test.has_status) {
                self.outlet.end(&mut oldest.value, output)?;
            }
        }
        Ok(())
    }

    /// Decides on the tests that did not finish: the stream has ended.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<(), Trouble> {
        self.tests.drain().into_iter().try_for_each(|mut flight| self.outlet.end(&mut flight.value, output))
    }
}

/// Whether a status ends a test.
fn is_over(status: Option<Status>) -> bool {
    status.is_some_and(Status::is_final)
}

impl Test {
    /// The decision on the test and this packet of it, if it is certain by now.
    fn decide(&mut self, rules: &Rules, edited: &Edited<'_>) -> Option<Decision> {
        let packet = edited.packet;
        self.has_status |= packet.status().is_some();
        let undecided = match &mut self.state {
            State::Decided(decision) => return Some(*decision),
            State::Undecided(undecided) => undecided,
        };
        rules.note_packet(&mut undecided.rules, packet);
        if rules.wants_text(&undecided.rules) {
            undecided.search.packet(packet, rules, &mut undecided.rules);
        }
        if is_over(packet.status()) {
            Some(undecided.decide(rules, edited.status))
        } else {
            rules.decide_early(&undecided.rules, self.has_status)
        }
    }
}

impl Undecided {
    /// The decision on a test of which nothing more comes.
    fn decide(&mut self, rules: &Rules, outcome: Option<Status>) -> Decision {
        self.search.finish(rules, &mut self.rules);
        rules.decide(&self.rules, outcome)
    }
}

/// Carries out decisions.
struct Outlet {
    rules: Rules,
    /// The packets that wait for a decision.
    spill: Spill,
    /// Free list.
    #[expect(clippy::vec_box, reason = "they come from tests and go back there")]
    spare: Vec<Box<Undecided>>,
}

impl Outlet {
    /// Bytes of packets that wait in memory.
    const MOST_IN_MEMORY: usize = 8 << 20;
    /// Boxes in the free list.
    const MOST_SPARE: usize = 64;

    /// A test before its first packet.
    fn begin(&mut self, first: &Edited<'_>) -> Test {
        let rules = self.rules.begin(first);
        let undecided = match self.spare.pop() {
            Some(mut undecided) => {
                undecided.rules = rules;
                undecided
            }
            None => Box::new(Undecided { rules, search: Search::default(), held: Held::default() }),
        };
        Test { has_status: false, state: State::Undecided(undecided) }
    }

    /// Forwards, drops or holds a packet of a test; says whether the test is decided by now.
    fn packet(&mut self, test: &mut Test, edited: &Edited<'_>, output: &mut Output) -> Result<bool, Trouble> {
        let decision = test.decide(&self.rules, edited);
        if let Some(decision) = decision {
            self.settle(test, decision, output)?;
        }
        match (decision, &mut test.state) {
            (Some(Decision::Keep), _) => output.bytes(&edited.bytes()?)?,
            (Some(Decision::Drop), _) | (None, State::Decided(_)) => {}
            (None, State::Undecided(undecided)) => self.spill.add(&mut undecided.held, &edited.bytes()?)?,
        }
        Ok(decision.is_some())
    }

    /// Decides on a test that did not finish.
    fn end(&mut self, test: &mut Test, output: &mut Output) -> Result<(), Trouble> {
        let outcome = test.has_status.then_some(Status::InProgress);
        let State::Undecided(undecided) = &mut test.state else { return Ok(()) };
        let decision = undecided.decide(&self.rules, outcome);
        self.settle(test, decision, output)
    }

    /// Carries out a decision on the packets that waited for it.
    fn settle(&mut self, test: &mut Test, decision: Decision, output: &mut Output) -> Result<(), Trouble> {
        let State::Undecided(mut undecided) = mem::replace(&mut test.state, State::Decided(decision)) else {
            return Ok(());
        };
        if decision == Decision::Keep {
            self.spill.read(&undecided.held, |packets| output.bytes(packets))?;
        }
        self.spill.forget(&mut undecided.held);
        undecided.search = Search::default();
        if self.spare.len() < Self::MOST_SPARE {
            self.spare.push(undecided);
        }
        Ok(())
    }
}
