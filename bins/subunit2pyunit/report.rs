//! The report, as unittest prints it.

use subunit_cli::{Held, LiveOutput, Output, Routing, Spill, TextOutput, Trouble, escape};
use subunit_codec::names::TRACEBACK;
use subunit_codec::{Item, Span, Status, Test};

use crate::details::{details, outcome};

const DOUBLE_LINE: &str = "======================================================================";
const LINE: &str = "----------------------------------------------------------------------";

/// The report on standard error, and the text of the stream on standard output.
pub(crate) struct Report {
    lines: TextOutput,
    text: TextOutput,
    routing: Routing,
    spill: Spill,
    /// What comes at the end: failures, and unexpected successes.
    failures: Held,
    successes: Held,
    counts: Counts,
    span: Span,
}

/// How many tests there were, in all and of some kinds.
#[derive(Default)]
struct Counts {
    run: usize,
    failures: usize,
    skipped: usize,
    expected_failures: usize,
    unexpected_successes: usize,
}

impl Report {
    /// So many bytes of failures are kept in memory.
    const MOST_IN_MEMORY: usize = 4 << 20;

    pub(crate) fn new(passes_text: bool) -> Result<Self, Trouble> {
        Ok(Self {
            lines: TextOutput::on_standard_error()?,
            // If nobody reads it, the report is written all the same.
            text: TextOutput::to(Output::new()?.optional(true)),
            routing: Routing { stream: false, text: passes_text },
            spill: Spill::new(Self::MOST_IN_MEMORY, Self::MOST_IN_MEMORY),
            failures: Held::default(),
            successes: Held::default(),
            counts: Counts::default(),
            span: Span::default(),
        })
    }

    /// Prints the text of an item, and counts its time.
    pub(crate) fn item(&mut self, item: &Item<'_>) -> Result<(), Trouble> {
        let is_text = match item {
            Item::Packet(packet) => {
                let time = packet.timestamp();
                self.span.cover(Span { start: time, stop: time });
                !packet.has_test_id()
            }
            Item::Text(_) => true,
            Item::Damage(_) => false,
        };
        if is_text {
            self.lines.raw().flush()?;
            self.routing.item(item, &mut self.text)?;
        }
        Ok(())
    }

    /// Prints that a test begins.
    pub(crate) fn begin(&mut self, id: &str) -> Result<(), Trouble> {
        self.line(&format!("{}\n", escape(id)))
    }

    /// Prints how a test ended, and keeps what is to be said of it at the end.
    pub(crate) fn end(&mut self, test: &Test) -> Result<(), Trouble> {
        let id = escape(&test.id);
        self.line(&format!("{id} ... {}\n", outcome(test)))?;
        self.counts.run += 1;
        match test.status {
            Status::Skip => self.counts.skipped += 1,
            Status::ExpectedFailure => self.counts.expected_failures += 1,
            Status::UnexpectedSuccess => {
                self.counts.unexpected_successes += 1;
                self.spill.add(&mut self.successes, format!("UNEXPECTED SUCCESS: {id}\n{id}\n").as_bytes())?;
            }
            Status::Fail | Status::InProgress => {
                self.counts.failures += 1;
                let unfinished = if test.status == Status::InProgress { "did not finish\n" } else { "" };
                let section = format!(
                    "{DOUBLE_LINE}\nFAIL: {id}\n{id}\n{LINE}\n{unfinished}{}\n\n",
                    details(test, Some(TRACEBACK))
                );
                self.spill.add(&mut self.failures, section.as_bytes())?;
            }
            Status::Success | Status::Exists => {}
        }
        Ok(())
    }

    /// Prints failures, counts and the verdict.
    pub(crate) fn finish(mut self, is_good: bool) -> Result<(), Trouble> {
        self.line("\n")?;
        self.spill.read(&self.failures, |bytes| self.lines.text(bytes))?;
        if !self.successes.is_empty() {
            self.lines.lines(&format!("{DOUBLE_LINE}\n"))?;
            self.spill.read(&self.successes, |bytes| self.lines.text(bytes))?;
        }
        let tests = if self.counts.run == 1 { "test" } else { "tests" };
        let seconds = self.span.duration().unwrap_or_default().as_secs_f64();
        let summary = self.counts.summary(is_good);
        self.lines.lines(&format!("{LINE}\nRan {} {tests} in {seconds:.3}s\n\n{summary}\n", self.counts.run))?;
        self.lines.finish()?;
        self.text.finish()
    }

    /// Whether a test did not do as it should.
    pub(crate) fn has_failures(&self) -> bool {
        self.counts.failures + self.counts.unexpected_successes > 0
    }

    /// Whether there was a test.
    pub(crate) fn has_tests(&self) -> bool {
        self.counts.run > 0
    }

    fn line(&mut self, line: &str) -> Result<(), Trouble> {
        self.text.make_way_for_message()?;
        self.lines.lines(line)
    }
}

impl LiveOutput for Report {
    fn flush(&mut self) -> Result<(), Trouble> {
        self.lines.flush()?;
        self.text.flush()
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        self.lines.flush()?;
        self.text.make_way_for_message()
    }
}

impl Counts {
    fn summary(&self, is_good: bool) -> String {
        let verdict = if is_good { "OK" } else { "FAILED" };
        let counts = [
            ("failures", self.failures),
            ("skipped", self.skipped),
            ("expected failures", self.expected_failures),
            ("unexpected successes", self.unexpected_successes),
        ];
        let counts: Vec<String> =
            counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name}={count}")).collect();
        if counts.is_empty() { verdict.to_owned() } else { format!("{verdict} ({})", counts.join(", ")) }
    }
}
