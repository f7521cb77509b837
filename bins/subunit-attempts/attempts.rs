//! Tells results that may leave from those that wait for another attempt.

use std::mem;

use subunit_cli::{Held, Identity, Output, Spill, TestKey, Trouble};
use subunit_codec::names::{FLAKY, UTF8_TEXT};
use subunit_codec::{Event, File, Flight, PARSER_TEST_ID, Packet, PacketEdit, Renew, Stage, Status, Tracker};
use subunit_formats::repeated_name;

use crate::Flaky;
use crate::waiting::{Attempt, Failed, Waiting};

/// Follows the attempts of tests.
pub(crate) struct Attempts {
    tests: Tracker<Running>,
    outlet: Outlet,
}

/// An attempt that runs.
#[derive(Default)]
struct Running {
    tags: Vec<String>,
    /// The packet that said so, if it has left already.
    start: Vec<u8>,
    /// The packets that wait for the result.
    held: Held,
}

impl Renew for Running {
    /// Keeps memory: the packets have left, or wait elsewhere.
    fn renew(&mut self) {
        self.tags.clear();
        self.start.clear();
    }
}

impl Attempts {
    pub(crate) fn new(identity: Identity, flaky: Flaky) -> Self {
        let spill = Spill::new(Outlet::MOST_IN_MEMORY, Outlet::MOST_OF_ONE);
        Self { tests: Tracker::new(), outlet: Outlet { identity, flaky, waiting: Waiting::default(), spill } }
    }

    /// Passes a packet on, or has it wait. Reports of damage always pass.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        if packet.is_about(PARSER_TEST_ID) {
            return output.forward(packet);
        }
        let (is_end, test) = match self.tests.push(packet) {
            Stage::NoTest => return output.forward(packet),
            Stage::Begun(test) | Stage::Continued(test) => (false, test),
            Stage::Ended(test) | Stage::Single(test) => (true, test),
        };
        if let Some(tags) = packet.tags() {
            test.value.tags.clear();
            test.value.tags.extend(tags.map(str::to_owned));
        }
        if is_end {
            self.outlet.result(test, packet, output)?;
        } else {
            self.outlet.packet(test, packet, output)?;
        }
        match self.tests.take_evicted() {
            Some(mut test) => self.outlet.release(&mut test.value.held, output),
            None => Ok(()),
        }
    }

    /// A stream has ended: its tests in flight will not finish.
    pub(crate) fn end_stream(&mut self, output: &mut Output) -> Result<(), Trouble> {
        for mut test in self.tests.drain() {
            if test.has_status() {
                let start = mem::take(&mut test.value.start);
                self.outlet.wait(&mut test, start);
            } else {
                self.outlet.release(&mut test.value.held, output)?;
            }
        }
        Ok(())
    }

    /// Passes on the failures that no later attempt has made good.
    pub(crate) fn finish(&mut self, output: &mut Output) -> Result<(), Trouble> {
        for (key, mut failed) in self.outlet.waiting.drain() {
            let route_code = failed.last.route_code.take();
            self.outlet.attach(failed.earlier, &key.id, route_code.as_deref(), output)?;
            self.outlet.release(&mut failed.last.packets, output)?;
        }
        Ok(())
    }
}

/// Passes packets on, or has them wait.
struct Outlet {
    identity: Identity,
    flaky: Flaky,
    waiting: Waiting,
    /// The packets that wait, of attempts that run and of failures.
    spill: Spill,
}

impl Outlet {
    /// Bytes of packets that wait in memory.
    const MOST_IN_MEMORY: usize = 4 << 20;
    /// Bytes of one attempt that wait in memory.
    const MOST_OF_ONE: usize = 64 << 10;

    /// A packet that ends no attempt.
    fn packet(&mut self, test: &mut Flight<Running>, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let says_only_that_it_runs = packet.status().is_some() && packet.file_name().is_none();
        // Without routes, the result may come by another one, where the test does not run.
        if !says_only_that_it_runs || self.identity.any_route {
            return self.spill.add(&mut test.value.held, packet.as_bytes());
        }
        test.value.start.clear();
        test.value.start.extend_from_slice(packet.as_bytes());
        output.forward(packet)
    }

    /// A packet that ends an attempt.
    fn result(&mut self, test: &mut Flight<Running>, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        match packet.status() {
            Some(Status::Fail | Status::UnexpectedSuccess) => {
                self.spill.add(&mut test.value.held, packet.as_bytes())?;
                self.wait(test, Vec::new());
                Ok(())
            }
            Some(Status::Success | Status::ExpectedFailure) => {
                if !self.waiting.is_empty()
                    && let Some(failed) = self.waiting.remove(&self.key(test))
                {
                    return self.flaky(failed, test, packet, output);
                }
                self.release(&mut test.value.held, output)?;
                output.forward(packet)
            }
            _ => {
                self.release(&mut test.value.held, output)?;
                output.forward(packet)?;
                // A test that hung still does, whatever was skipped since.
                match self.waiting.last(&self.key(test)) {
                    Some(hung) => output.bytes(&hung.start),
                    None => Ok(()),
                }
            }
        }
    }

    /// Passes on an attempt that was good after others that were not.
    fn flaky(
        &mut self,
        failed: Failed,
        test: &mut Flight<Running>,
        packet: &Packet<'_>,
        output: &mut Output,
    ) -> Result<(), Trouble> {
        let Failed { mut earlier, last, .. } = failed;
        earlier.push(last.packets);
        self.attach(earlier, test.id(), test.route_code(), output)?;
        self.release(&mut test.value.held, output)?;
        let tags = test.value.tags.iter().map(String::as_str).filter(|tag| *tag != FLAKY);
        let mut edit = PacketEdit::new().tags(tags.chain([FLAKY]));
        if self.flaky == Flaky::Fail {
            edit = edit.status(Status::Fail);
        }
        let mut bytes = Vec::new();
        edit.encode(packet, &mut bytes).map_err(Trouble::message)?;
        output.bytes(&bytes)
    }

    /// Attaches what earlier attempts have attached.
    fn attach(
        &mut self,
        earlier: Vec<Held>,
        id: &str,
        route_code: Option<&str>,
        output: &mut Output,
    ) -> Result<(), Trouble> {
        for (number, mut attempt) in (1..).zip(earlier) {
            let (mut status, mut has_file) = (Status::InProgress, false);
            self.spill.read(&attempt, |mut bytes| {
                while !bytes.is_empty() {
                    let (packet, rest) = Packet::split_first(bytes).map_err(Trouble::message)?;
                    bytes = rest;
                    status = packet.status().unwrap_or(status);
                    let Some(File { name, bytes }) = packet.to_event().file else { continue };
                    has_file = true;
                    let mut name = format!("attempt-{number}/{name}");
                    repeated_name::bound(&mut name);
                    output.event(&Event {
                        file: Some(File { name: name.into(), bytes }),
                        mime_type: packet.mime_type().map(Into::into),
                        eof: packet.is_eof(),
                        runnable: packet.is_runnable(),
                        route_code: route_code.map(Into::into),
                        ..Event::test(id)
                    })?;
                }
                Ok(())
            })?;
            self.spill.forget(&mut attempt);
            if status != Status::Fail || !has_file {
                // No attachment shows the status of the attempt.
                let name = format!("attempt-{number}/outcome");
                let mut event = Event::test(id).file(name, status.to_string().into_bytes()).mime_type(UTF8_TEXT).eof();
                event.route_code = route_code.map(Into::into);
                output.event(&event)?;
            }
        }
        Ok(())
    }

    /// Has an attempt wait that failed or did not finish.
    fn wait(&mut self, test: &mut Flight<Running>, start: Vec<u8>) {
        let (key, route_code) = (self.key(test), test.route_code().map(str::to_owned));
        self.waiting.add(key, Attempt { route_code, packets: mem::take(&mut test.value.held), start });
    }

    /// Passes on packets that waited.
    fn release(&mut self, held: &mut Held, output: &mut Output) -> Result<(), Trouble> {
        self.spill.read(held, |packets| output.bytes(packets))?;
        self.spill.forget(held);
        Ok(())
    }

    fn key(&self, test: &Flight<Running>) -> TestKey {
        self.identity.key(test.id(), test.route_code(), &test.value.tags)
    }
}
