//! Shows tests that are over, and keeps what the end of the run needs.

use std::fmt::Write;
use std::time::Instant;

use subunit_cli::{RunDurations, Seen, Spill, StatusLine, TestRow, TextOutput, Trouble};
use subunit_codec::{Flight, Status, Tracker};
use subunit_formats::slowest::{SlowTest, Slowest};

use crate::captured::{Captured, reason};
use crate::change::Change;
use crate::failures::Failures;
use crate::outcome_line::{OutcomeCharacter, OutcomeLine};
use crate::progress::Progress;
use crate::record::Record;
use crate::summary::Totals;
use crate::worker_balance::WorkerBalance;
use crate::worker_label::WorkerLabel;

/// How tests are shown.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Style {
    pub(crate) is_colored: bool,
    /// One character a test.
    pub(crate) abbreviates: bool,
    pub(crate) failures_only: bool,
    /// Whether failures are shown with their attachments.
    pub(crate) details_failures: bool,
    /// Whether all tests are shown with all their attachments.
    pub(crate) details_all: bool,
    pub(crate) change: Option<Change>,
}

/// Shows tests that are over.
#[derive(Debug)]
pub(crate) struct Reporter {
    style: Style,
    failures: Option<Failures>,
    totals: Totals,
    balance: WorkerBalance,
    slowest: Slowest,
    progress: Progress,
    durations: RunDurations,
    /// The label of the worker of the test that is shown, and its line, kept for their memory.
    label: String,
    line: String,
}

/// The test by which testr tells the exit status of a worker. It has no line, as in os-testr.
const EXIT_STATUS_OF_WORKER: &str = "process-returncode";

impl Reporter {
    /// `shows_again` has failures shown once more at the end.
    pub(crate) fn new(style: Style, shows_again: bool, slowest: usize, durations: RunDurations) -> Self {
        Self {
            style,
            failures: shows_again.then(Failures::new),
            totals: Totals::default(),
            balance: WorkerBalance::default(),
            slowest: Slowest::new(slowest),
            progress: Progress::default(),
            durations,
            label: String::new(),
            line: String::new(),
        }
    }

    /// Takes note of a packet that came at this time.
    pub(crate) fn packet(&mut self, now: Instant) {
        self.progress.began(now);
    }

    /// Makes the status line. These tests are running.
    pub(crate) fn show_progress(&self, tests: &mut Tracker<Record>, line: &mut StatusLine) {
        self.progress.show(tests, self.style.is_colored, line);
    }

    /// Takes note of a test that exists.
    pub(crate) fn listed(&mut self, id: &str) {
        self.progress.listed(self.durations.get(id));
    }

    /// Shows a test that is over.
    pub(crate) fn test(
        &mut self,
        flight: &Flight<Record>,
        spill: &Spill,
        output: &mut TextOutput,
    ) -> Result<(), Trouble> {
        let (id, record) = (flight.id(), &flight.value);
        let Some(status) = record.status else { return Ok(()) };
        let (worker, duration) = (record.worker(flight.route_code()), record.span.duration());
        self.label.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.label, "{}", WorkerLabel(worker));
        self.totals.add(status, record.span);
        self.balance.add(&self.label, record.span);
        self.progress.done(status, self.durations.get(id));
        self.slowest.add(duration, || SlowTest {
            id: id.to_owned(),
            route_code: flight.route_code().map(str::to_owned),
            worker: (!worker.is_unknown()).then(|| worker.to_string()),
            status,
        });
        if id == EXIT_STATUS_OF_WORKER {
            return Ok(());
        }
        let attachments = record.attachments.as_slice();
        if let Some(failures) = self.failures.as_mut().filter(|_| status.is_failure()) {
            failures.add(id, attachments, spill)?;
        }
        if self.style.failures_only && !status.is_failure() {
            return Ok(());
        }
        let is_colored = self.style.is_colored;
        if self.style.abbreviates {
            return output.part_of_line(&OutcomeCharacter { status, is_colored }.to_string());
        }
        let reason = if status == Status::Skip { reason(attachments, spill)? } else { String::new() };
        let is_good = matches!(status, Status::Success | Status::ExpectedFailure);
        let change = self.style.change.filter(|_| is_good);
        let change = change.and_then(|change| change.of(duration, self.durations.get(id)));
        self.line.clear();
        let line = OutcomeLine { worker: &self.label, id, status, duration, change, reason: &reason, is_colored };
        let _ = write!(self.line, "{line}");
        output.lines(&self.line)?;
        let captured = self.style.captured(status);
        captured.show(attachments, spill, &mut |text| output.text(text.as_bytes()))
    }

    /// Shows what is left at the end of the run.
    pub(crate) fn finish(
        self,
        has_summary: bool,
        lists_slowest: bool,
        output: &mut TextOutput,
    ) -> Result<Seen, Trouble> {
        let totals = &self.totals;
        let mut seen = Seen { failures: totals.failures() > 0, tests: totals.tests > 0, foreign: false };
        if !seen.tests {
            output.lines("The test run didn't actually run any tests\n")?;
            return Ok(seen);
        }
        if let Some(failures) = &self.failures {
            failures.show(output)?;
        }
        if has_summary {
            paragraph(output, &totals.to_string())?;
            paragraph(output, &self.balance.to_string())?;
        }
        if has_summary || lists_slowest {
            show_slowest(&self.slowest, output)?;
        }
        if totals.count([Status::Success, Status::ExpectedFailure]) == 0 {
            seen.failures = true;
            paragraph(output, "No tests were successful during the run\n")?;
        }
        Ok(seen)
    }
}

impl Style {
    /// The attachments that a test of this status is shown with.
    fn captured(self, status: Status) -> Captured {
        match status {
            _ if status.is_failure() && !self.details_failures => Captured::Nothing,
            _ if status.is_failure() => Captured::Texts,
            Status::Skip if self.details_all => Captured::TextsWithoutReason,
            Status::Skip => Captured::Nothing,
            _ if self.details_all => Captured::Texts,
            _ => Captured::Output,
        }
    }
}

fn show_slowest(slowest: &Slowest, output: &mut TextOutput) -> Result<(), Trouble> {
    let mut table = "=============\nSlowest Tests\n=============\n".to_owned();
    let start = table.len();
    for (duration, SlowTest { id, worker, status, .. }) in slowest.in_order() {
        let worker = worker.as_deref().unwrap_or("-");
        let row = TestRow { status: status.name(), duration: Some(duration), worker, id };
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{row}");
    }
    if table.len() > start { paragraph(output, &table) } else { Ok(()) }
}

/// Shows lines after an empty one, or after the end of a line that is not finished.
fn paragraph(output: &mut TextOutput, lines: &str) -> Result<(), Trouble> {
    output.text(b"\n")?;
    output.lines(lines)
}
