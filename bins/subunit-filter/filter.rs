//! Puts each packet where the rules want it: through, away, or aside until they can tell.

use std::mem;

use subunit_cli::{Output, Trouble};
use subunit_codec::{InFlight, Key, PARSER_TEST_ID, Packet, PacketEdit, Status};

use crate::recent_decisions::RecentDecisions;
use crate::rules::{Decision, RuleState, Rules};
use crate::search::Search;
use crate::spill::{Held, Spill};

/// Filters a stream of packets.
pub(crate) struct Filter {
    gate: Outlet,
    tests: InFlight<Test>,
    /// For attachments that come late.
    ended: RecentDecisions,
}

/// A test in flight.
struct Test {
    /// Whether it began with an attachment after a run of the same test that was dropped. Without a status to come, that is where
    /// the attachment belongs.
    is_late: bool,
    has_status: bool,
    state: State,
}

enum State {
    Decided(Decision),
    Undecided(Box<Undecided>),
}

/// What a test is waiting with.
struct Undecided {
    standing: RuleState,
    search: Search,
    held: Held,
}

impl Filter {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            gate: Outlet { rules, hold: Spill::default(), spare: Vec::new() },
            tests: InFlight::new(),
            ended: RecentDecisions::default(),
        }
    }

    /// Filters a packet. Reports of damage always pass.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let Some(key) = self.tests.key(packet) else {
            return self.gate.pass(packet, self.gate.rules.judge_global(packet), output);
        };
        let status = packet.status();
        let test = match self.tests.get_mut(&key) {
            // A test that exists is not one of the same name that runs.
            Some(test) if test.has_status && status == Some(Status::Exists) => {
                return self.gate.single(packet, output);
            }
            Some(test) => test,
            None if packet.is_about(PARSER_TEST_ID) => return output.forward(packet),
            None if status.is_some() => self.tests.begin(&key, self.gate.begin(packet)),
            None => match self.ended.get(key.hash()) {
                Some(Decision::Keep) => return self.gate.pass(packet, Decision::Keep, output),
                Some(Decision::Drop) => return self.begin_loose(&key, packet, true, output),
                None => return self.begin_loose(&key, packet, false, output),
            },
        };
        if let Some(decision) = self.gate.take_in(test, packet, output)?
            && is_over(status)
        {
            self.tests.close(&key);
            self.ended.remember(key.hash(), decision);
        }
        Ok(())
    }

    /// Begins to keep a test with an attachment: early, or when `is_late` says that a run of the same test was dropped, perhaps late.
    fn begin_loose(
        &mut self,
        key: &Key<'_>,
        packet: &Packet<'_>,
        is_late: bool,
        output: &mut Output,
    ) -> Result<(), Trouble> {
        let test = self.tests.begin(key, Test { is_late, ..self.gate.begin(packet) });
        self.gate.take_in(test, packet, output)?;
        match self.tests.note_loose(key, |test| !test.has_status) {
            Some(mut oldest) => self.gate.leave(&mut oldest.value, output),
            None => Ok(()),
        }
    }

    /// The stream ended: decides on the tests that did not finish.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<(), Trouble> {
        self.ended = RecentDecisions::default();
        for mut flight in self.tests.drain() {
            self.gate.leave(&mut flight.value, output)?;
        }
        Ok(())
    }
}

impl Test {
    /// Whether it is nothing but attachments that came after a run that was dropped.
    fn belongs_to_dropped_run(&self) -> bool {
        self.is_late && !self.has_status
    }

    /// What becomes of the test and this packet of it, if that is certain by now.
    fn decide(&mut self, rules: &Rules, packet: &Packet<'_>) -> Option<Decision> {
        self.has_status |= packet.status().is_some();
        let waiting = match &mut self.state {
            State::Decided(decision) => return Some(*decision),
            State::Undecided(waiting) => waiting,
        };
        rules.take_in(&mut waiting.standing, packet);
        if rules.wants_text(&waiting.standing) {
            waiting.search.take_in(packet, rules, &mut waiting.standing);
        }
        if is_over(packet.status()) {
            Some(waiting.decide(rules, rules.corrected_status(packet)))
        } else {
            let early = rules.decide_early(&waiting.standing, self.has_status);
            early.filter(|_| !self.belongs_to_dropped_run())
        }
    }
}

impl Undecided {
    /// The decision on a test that is over, or will never be.
    fn decide(&mut self, rules: &Rules, outcome: Option<Status>) -> Decision {
        self.search.finish(rules, &mut self.standing);
        rules.decide(&self.standing, outcome)
    }
}

/// Whether a status ends a test.
fn is_over(status: Option<Status>) -> bool {
    status.is_some_and(Status::is_final)
}

/// Carries out what the rules say.
struct Outlet {
    rules: Rules,
    hold: Spill,
    /// For tests to wait with.
    #[expect(clippy::vec_box, reason = "they come from tests and go back there")]
    spare: Vec<Box<Undecided>>,
}

impl Outlet {
    /// So much is kept for tests to wait with.
    const MOST_SPARE: usize = 64;

    /// A test before its first packet.
    fn begin(&mut self, packet: &Packet<'_>) -> Test {
        let standing = self.rules.begin(packet);
        let waiting = match self.spare.pop() {
            Some(mut waiting) => {
                waiting.standing = standing;
                waiting
            }
            None => Box::new(Undecided { standing, search: Search::default(), held: Held::default() }),
        };
        Test { is_late: false, has_status: false, state: State::Undecided(waiting) }
    }

    /// Filters a packet that is a test by itself.
    fn single(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let mut test = self.begin(packet);
        self.take_in(&mut test, packet, output).map(drop)
    }

    /// Takes in a packet of a test: the decision on both, if there is one by now.
    fn take_in(
        &mut self,
        test: &mut Test,
        packet: &Packet<'_>,
        output: &mut Output,
    ) -> Result<Option<Decision>, Trouble> {
        let decision = test.decide(&self.rules, packet);
        match (decision, &mut test.state) {
            (Some(decision), _) => {
                self.settle(test, decision, output)?;
                self.pass(packet, decision, output)?;
            }
            (None, State::Undecided(waiting)) => self.hold.keep(packet.as_bytes(), &mut waiting.held)?,
            (None, State::Decided(_)) => {}
        }
        Ok(decision)
    }

    /// Decides on a test that did not finish.
    fn leave(&mut self, test: &mut Test, output: &mut Output) -> Result<(), Trouble> {
        let is_dropped = test.belongs_to_dropped_run();
        let outcome = test.has_status.then_some(Status::InProgress);
        let State::Undecided(waiting) = &mut test.state else { return Ok(()) };
        let decision = waiting.decide(&self.rules, outcome);
        self.settle(test, if is_dropped { Decision::Drop } else { decision }, output)
    }

    /// Carries out a decision on what a test is waiting with.
    fn settle(&mut self, test: &mut Test, decision: Decision, output: &mut Output) -> Result<(), Trouble> {
        let State::Undecided(mut waiting) = mem::replace(&mut test.state, State::Decided(decision)) else {
            return Ok(());
        };
        let Self { rules, hold, spare } = self;
        match decision {
            Decision::Drop => hold.forget(&mut waiting.held),
            Decision::Keep if !rules.rewrites() => hold.give(&mut waiting.held, |packets| output.bytes(packets))?,
            Decision::Keep => hold.give(&mut waiting.held, |mut packets| {
                while !packets.is_empty() {
                    let (packet, rest) = Packet::split_first(packets).expect("what was held are packets");
                    forward(&packet, rules, output)?;
                    packets = rest;
                }
                Ok(())
            })?,
        }
        waiting.search = Search::default();
        if spare.len() < Self::MOST_SPARE {
            spare.push(waiting);
        }
        Ok(())
    }

    /// Carries out a decision on a packet.
    fn pass(&self, packet: &Packet<'_>, decision: Decision, output: &mut Output) -> Result<(), Trouble> {
        if decision == Decision::Keep { forward(packet, &self.rules, output) } else { Ok(()) }
    }
}

/// Forwards a packet as it came, unless its test is renamed or its outcome corrected.
fn forward(packet: &Packet<'_>, rules: &Rules, output: &mut Output) -> Result<(), Trouble> {
    if !rules.rewrites() {
        return output.forward(packet);
    }
    let renamed = packet.test_id().and_then(|id| rules.renamed(id));
    let status = rules.corrected_status(packet);
    if renamed.is_none() && status == packet.status() {
        return output.forward(packet);
    }
    let mut changes = PacketEdit::new();
    if let Some(id) = renamed {
        changes = changes.test_id(id);
    }
    if let Some(status) = status {
        changes = changes.status(status);
    }
    let mut packets = Vec::new();
    changes.encode(packet, &mut packets).map_err(|error| Trouble::message(format_args!("a renamed test: {error}")))?;
    output.bytes(&packets)
}
