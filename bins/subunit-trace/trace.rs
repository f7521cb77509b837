//! What becomes of each item of the stream.

use std::time::{Duration, Instant};

use subunit_cli::{LiveOutput, Seen, Spill, TextOutput, Trouble, report_damage};
use subunit_codec::{Damage, Packet, Stage, Status, Tracker};

use crate::idle::Idle;
use crate::record::Record;
use crate::reporter::Reporter;

/// Follows tests, and shows how they do.
#[derive(Debug)]
pub(crate) struct Trace {
    tests: Tracker<Record>,
    spill: Spill,
    reporter: Reporter,
    idle: Option<Idle>,
    output: TextOutput,
    /// When the packet came that was read last; `None` if more may have come since.
    now: Option<Instant>,
}

impl Trace {
    /// `idle` is how long a test may be silent until it is named.
    pub(crate) fn new(output: TextOutput, reporter: Reporter, idle: Option<Duration>) -> Self {
        let spill = Spill::new(1 << 20, 64 << 10);
        Self { tests: Tracker::new(), spill, reporter, idle: idle.map(Idle::new), output, now: None }
    }

    pub(crate) fn output(&mut self) -> &mut TextOutput {
        &mut self.output
    }

    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let now = *self.now.get_or_insert_with(Instant::now);
        let stage = self.tests.push(packet);
        let is_end = matches!(stage, Stage::Ended(_) | Stage::Single(_));
        let Some(flight) = stage.flight() else { return Ok(()) };
        if packet.status() == Some(Status::Exists) {
            self.reporter.listed(flight.id());
            flight.value.attachments.forget(&mut self.spill);
            return Ok(());
        }
        flight.value.add(packet, now, &mut self.spill)?;
        if is_end {
            self.reporter.test(flight, &self.spill, &mut self.output)?;
            flight.value.attachments.forget(&mut self.spill);
        } else if let Some(idle) = &mut self.idle {
            idle.packet(now);
        }
        if let Some(mut evicted) = self.tests.take_evicted() {
            evicted.value.attachments.forget(&mut self.spill);
        }
        self.reporter.packet(now);
        Ok(())
    }

    /// Shows damage as a filter would report it.
    pub(crate) fn damage(&mut self, damage: &Damage<'_>) -> Result<(), Trouble> {
        report_damage(damage, |packet| self.packet(packet))
    }

    /// Shows the tests that never finished.
    pub(crate) fn end_stream(&mut self) -> Result<(), Trouble> {
        for mut flight in self.tests.drain() {
            if flight.has_status() {
                self.reporter.test(&flight, &self.spill, &mut self.output)?;
            }
            flight.value.attachments.forget(&mut self.spill);
        }
        Ok(())
    }

    /// Shows what is left at the end of the run.
    pub(crate) fn finish(self, has_summary: bool, lists_slowest: bool) -> Result<Seen, Trouble> {
        let Self { reporter, mut output, .. } = self;
        let seen = reporter.finish(has_summary, lists_slowest, &mut output)?;
        output.finish()?;
        Ok(seen)
    }
}

impl LiveOutput for Trace {
    fn flush(&mut self) -> Result<(), Trouble> {
        self.now = None;
        if let Some(idle) = &mut self.idle {
            idle.tell(&mut self.tests, &mut self.output)?;
        }
        let Self { tests, reporter, output, .. } = self;
        output.flush_with_status(|line| reporter.show_progress(tests, line))
    }

    fn patience(&self) -> Option<Duration> {
        let idle = self.idle.as_ref().and_then(Idle::patience);
        self.output.patience().into_iter().chain(idle).min()
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        self.output.make_way_for_message()
    }
}
