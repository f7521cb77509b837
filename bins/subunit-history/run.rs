//! Reads runs.

use std::ffi::OsStr;

use subunit_cli::{Identity, Stream, Trouble};
use subunit_codec::{Assembler, Item, PARSER_TEST_ID, Packet, Protocol, Test};
use subunit_formats::failure::first_line;
use subunit_formats::number::counted;
use subunit_formats::worker::Worker;

use crate::history::{Detail, History, Kind};

/// Reads runs into a history.
pub(crate) struct Reader {
    identity: Identity,
    protocol: Protocol,
    /// The test that is read, if it is a single one.
    test: Option<String>,
    /// Damaged packets, and runs with any.
    damaged: (u64, u64),
}

impl Reader {
    /// The number of bytes of an attachment that are searched for a message.
    const LONGEST_ATTACHMENT: usize = 64 << 10;

    pub(crate) fn new(identity: Identity, protocol: Protocol, test: Option<String>) -> Self {
        Self { identity, protocol, test, damaged: (0, 0) }
    }

    /// The test that is read, if it is a single one.
    pub(crate) fn test(&self) -> Option<&str> {
        self.test.as_deref()
    }

    /// Adds the run of this number. If it cannot be read to its end, the results before that are
    /// added.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a subunit stream.
    pub(crate) fn read(&mut self, name: &OsStr, number: usize, history: &mut History) -> Result<(), Trouble> {
        let mut stream = Stream::open(name, self.protocol)?;
        let mut tests = match self.test {
            Some(_) => Assembler::keeping_heads(Self::LONGEST_ATTACHMENT),
            None => Assembler::without_files(),
        };
        let before = self.damaged.0;
        let read = loop {
            let item = match stream.next_after(|| Ok::<(), Trouble>(())) {
                Ok(Some(item)) => item,
                end => break end.map(drop),
            };
            match item {
                Item::Packet(packet) if self.is_read(&packet) => {
                    if let Some(test) = tests.push(&packet) {
                        self.add(test, history);
                    }
                }
                Item::Damage(_) => self.damaged.0 += 1,
                Item::Packet(_) | Item::Text(_) => {}
            }
        };
        // After a signal or a read error, these tests may have finished.
        if read.is_ok() && !stream.is_cut() {
            tests.finish().iter().for_each(|test| self.add(test, history));
        }
        history.end_run(number);
        self.damaged.1 += u64::from(self.damaged.0 > before);
        if stream.is_foreign() { Err(Trouble::already_reported()) } else { read }
    }

    /// Whether a packet tells of a test that is read, or of damage.
    fn is_read(&self, packet: &Packet<'_>) -> bool {
        self.test.as_ref().is_none_or(|test| packet.is_about(test) || packet.is_about(PARSER_TEST_ID))
    }

    fn add(&mut self, test: &Test, history: &mut History) {
        let kind = Kind::of(test.status);
        if test.id == PARSER_TEST_ID {
            self.damaged.0 += u64::from(kind == Kind::Bad);
            return;
        }
        if kind == Kind::Absent {
            return;
        }
        let keeps = history.keeps();
        let is_timed = keeps.details || keeps.seconds && kind == Kind::Good;
        let seconds = test.duration().filter(|_| is_timed).map(|duration| duration.as_secs_f32());
        let detail = keeps.details.then(|| Detail {
            status: test.status,
            seconds,
            worker: Worker::of(test).to_string(),
            message: if test.is_failure() { first_line(test) } else { String::new() },
            differs: false,
        });
        let route = test.route_code.as_deref().filter(|_| !self.identity.any_route).unwrap_or_default();
        let profile = self.identity.profile(&test.tags);
        history.attempt(&test.id, &profile, route, kind, seconds, detail);
    }

    /// What to say of damage, if there was any.
    pub(crate) fn damage(&self) -> Option<String> {
        let (packets, runs) = self.damaged;
        let said = || format!("{} in {}", counted(packets, "damaged packet"), counted(runs, "run"));
        (packets > 0).then(said)
    }
}
