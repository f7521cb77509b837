//! Puts each packet where the rules want it: through, away, or aside until they can tell.

use std::hash::BuildHasher;
use std::mem;

use hashbrown::DefaultHashBuilder;
use hashbrown::hash_table::HashTable;
use subunit_cli::{Output, Trouble};
use subunit_codec::{PARSER_TEST_ID, Packet, Status};

use crate::hold::{Held, Hold};
use crate::rules::{Decision, Rules, Standing};
use crate::search::Search;

/// Filters a stream of packets.
pub(crate) struct Filter {
    rules: Rules,
    hold: Hold,
    tests: HashTable<Test>,
    hasher: DefaultHashBuilder,
    /// Tests begun so far.
    begun: u64,
    /// Decisions on tests that ended not long ago, for attachments that come late: each with the hash of its test, in the place
    /// that the hash's low bits say.
    ended: Vec<Option<(u64, Decision)>>,
}

/// A test in flight, known by the id it came with and by its route.
struct Test {
    id: String,
    route_code: Option<String>,
    hash: u64,
    /// How many tests began before it.
    number: u64,
    has_status: bool,
    state: State,
}

enum State {
    Decided(Decision),
    Waiting(Box<Waiting>),
}

/// What a test is waiting with.
struct Waiting {
    standing: Standing,
    search: Search,
    held: Vec<Held>,
}

impl Filter {
    /// How many tests that ended are remembered, at the most.
    const REMEMBERED: u64 = 1 << 12;

    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            hold: Hold::default(),
            tests: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            begun: 0,
            ended: vec![None; usize::try_from(Self::REMEMBERED).unwrap_or_default()],
        }
    }

    /// Filters a packet. Reports of damage always pass.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let Some(id) = packet.test_id() else {
            return self.pass(packet, self.rules.judge_global(packet), output);
        };
        if id == PARSER_TEST_ID {
            return output.forward(packet);
        }
        let hash = self.hasher.hash_one((packet.route_code(), id));
        let mut test = match self.take(packet, id, hash) {
            Some(test) => test,
            None => match self.decided_before(packet, hash) {
                Some(decision) => return self.pass(packet, decision, output),
                None => self.begin(packet, id, hash),
            },
        };
        test.has_status |= packet.status().is_some();
        let is_over = packet.status().is_some_and(|status| status != Status::InProgress);
        match self.decide(&mut test, packet, is_over) {
            Some(decision) => {
                self.settle(&mut test, decision, output)?;
                self.pass(packet, decision, output)?;
                if is_over {
                    self.remember(hash, Some(decision));
                }
            }
            None => {
                if let State::Waiting(waiting) = &mut test.state {
                    waiting.held.push(self.hold.keep(packet.as_bytes())?);
                }
            }
        }
        if !is_over {
            self.tests.insert_unique(hash, test, |test| test.hash);
        }
        Ok(())
    }

    /// The stream ended: decides on the tests that did not finish.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<(), Trouble> {
        let mut unfinished: Vec<Test> = mem::take(&mut self.tests).into_iter().collect();
        unfinished.sort_by_key(|test| test.number);
        for mut test in unfinished {
            if let State::Waiting(waiting) = &mut test.state {
                let outcome = test.has_status.then_some(Status::InProgress);
                let decision = waiting.decide(&self.rules, outcome);
                self.settle(&mut test, decision, output)?;
            }
        }
        self.ended.fill(None);
        Ok(())
    }

    /// Takes out the test that a packet is about. A test that exists is not one of the same name that runs.
    fn take(&mut self, packet: &Packet<'_>, id: &str, hash: u64) -> Option<Test> {
        let is_same = |test: &Test| {
            test.id == id
                && test.route_code.as_deref() == packet.route_code()
                && !(test.has_status && packet.status() == Some(Status::Exists))
        };
        let entry = self.tests.find_entry(hash, is_same).ok()?;
        Some(entry.remove().0)
    }

    fn begin(&mut self, packet: &Packet<'_>, id: &str, hash: u64) -> Test {
        let renamed = self.rules.renamed(id);
        let standing = self.rules.begin(renamed.as_deref().unwrap_or(id), packet.route_code());
        self.begun += 1;
        self.remember(hash, None);
        Test {
            id: id.to_owned(),
            route_code: packet.route_code().map(str::to_owned),
            hash,
            number: self.begun,
            has_status: false,
            state: State::Waiting(Box::new(Waiting { standing, search: Search::default(), held: Vec::new() })),
        }
    }

    /// What becomes of a test and its packet, if that is certain by now.
    fn decide(&mut self, test: &mut Test, packet: &Packet<'_>, is_over: bool) -> Option<Decision> {
        let waiting = match &mut test.state {
            State::Decided(decision) => return Some(*decision),
            State::Waiting(waiting) => waiting,
        };
        self.rules.take_in(&mut waiting.standing, packet);
        if self.rules.wants_text(&waiting.standing) {
            waiting.search.take_in(packet, &self.rules, &mut waiting.standing);
        }
        if !is_over {
            return self.rules.decide_early(&waiting.standing, test.has_status);
        }
        let outcome = packet.status().map(|status| self.rules.corrected(&test.id, status));
        Some(waiting.decide(&self.rules, outcome))
    }

    /// Carries out a decision on what a test is waiting with.
    fn settle(&mut self, test: &mut Test, decision: Decision, output: &mut Output) -> Result<(), Trouble> {
        let State::Waiting(waiting) = mem::replace(&mut test.state, State::Decided(decision)) else { return Ok(()) };
        for held in waiting.held {
            if decision == Decision::Drop {
                self.hold.forget(&held)?;
                continue;
            }
            let bytes = self.hold.take(held)?;
            let packet = Packet::parse(&bytes).expect("what was held is a packet");
            self.pass(&packet, decision, output)?;
        }
        Ok(())
    }

    /// Carries out a decision on a packet: as it came, unless its test is renamed or its outcome corrected.
    fn pass(&self, packet: &Packet<'_>, decision: Decision, output: &mut Output) -> Result<(), Trouble> {
        if decision == Decision::Drop {
            return Ok(());
        }
        let renamed = packet.test_id().and_then(|id| self.rules.renamed(id));
        let status = packet.test_id().zip(packet.status()).map(|(id, status)| self.rules.corrected(id, status));
        if renamed.is_none() && status == packet.status() {
            return output.forward(packet);
        }
        let mut event = packet.to_event();
        event.status = status;
        event.test_id = renamed.map(Into::into).or(event.test_id);
        output.event(&event)
    }

    fn remember(&mut self, hash: u64, decision: Option<Decision>) {
        self.ended[place(hash)] = decision.map(|decision| (hash, decision));
    }

    /// The decision on the test that a late attachment belongs to.
    fn decided_before(&self, packet: &Packet<'_>, hash: u64) -> Option<Decision> {
        let is_late = packet.status().is_none();
        self.ended[place(hash)].filter(|(known, _)| is_late && *known == hash).map(|(_, decision)| decision)
    }
}

/// Where the decision on a test is remembered.
fn place(hash: u64) -> usize {
    usize::try_from(hash % Filter::REMEMBERED).expect("a remainder is smaller than a small divisor")
}

impl Waiting {
    /// The decision on a test that is over, or will never be.
    fn decide(&mut self, rules: &Rules, outcome: Option<Status>) -> Decision {
        self.search.finish(rules, &mut self.standing);
        rules.decide(&self.standing, outcome)
    }
}
