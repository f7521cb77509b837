//! What the page shows, gathered from the stream.

use subunit_cli::{Record, Spill, Trouble};
use subunit_codec::{Flight, Packet, Span, Stage, Tracker};

use crate::article::{Article, message, most_kept, telling};
use crate::outcome::Outcome;
use crate::part::Part;
use crate::rows::Rows;
use crate::run_files::RunFiles;
use crate::timeline::Timeline;
use crate::totals::Totals;

/// The parts of the page. Memory follows the tests in flight, the bars of the timeline and the
/// names of workers and tags, not the length of the stream.
pub(crate) struct Report {
    tests: Tracker<Record>,
    /// Attachments of the tests in flight.
    spill: Spill,
    drops_text: bool,
    pub(crate) totals: Totals,
    pub(crate) articles: Part,
    article_count: u64,
    pub(crate) timeline: Timeline,
    pub(crate) rows: Rows,
    pub(crate) run_files: RunFiles,
    /// From the first time that a test started to the last time that the stream told.
    pub(crate) span: Span,
}

impl Report {
    /// So many failures are unfolded from the start.
    const MOST_OPEN: u64 = 10;

    pub(crate) fn new(drops_text: bool) -> Self {
        Self {
            tests: Tracker::new(),
            spill: Spill::new(1 << 20, 64 << 10),
            drops_text,
            totals: Totals::default(),
            articles: Part::new(),
            article_count: 0,
            timeline: Timeline::default(),
            rows: Rows::new(),
            run_files: RunFiles::default(),
            span: Span::default(),
        }
    }

    /// Adds text that stood between packets.
    pub(crate) fn text(&mut self, text: &[u8]) {
        if !self.drops_text {
            self.run_files.text(text);
        }
    }

    /// Adds what a packet says.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        self.span.stop = self.span.stop.max(packet.timestamp());
        let stage = self.tests.push(packet);
        let is_end = matches!(stage, Stage::Ended(_) | Stage::Single(_));
        let Some(flight) = stage.flight() else {
            if !self.drops_text {
                self.run_files.packet(packet);
            }
            return Ok(());
        };
        flight.value.add(packet, &mut self.spill, most_kept)?;
        if is_end {
            let ended = std::mem::take(flight);
            self.test(ended)?;
        }
        if let Some(mut evicted) = self.tests.take_evicted() {
            evicted.value.attachments.forget(&mut self.spill);
        }
        Ok(())
    }

    /// A stream ended: what is in flight will not finish.
    pub(crate) fn end_stream(&mut self) -> Result<(), Trouble> {
        for mut flight in self.tests.drain() {
            if flight.has_status() {
                self.test(flight)?;
            } else {
                flight.value.attachments.forget(&mut self.spill);
            }
        }
        self.run_files.end_stream();

        Ok(())
    }

    /// Adds a test that is over.
    fn test(&mut self, mut test: Flight<Record>) -> Result<(), Trouble> {
        let Some(status) = test.value.status else { return Ok(()) };
        let outcome = Outcome::of(test.id(), status);
        let (id, record, row) = (test.id(), &test.value, self.rows.count);
        self.totals.add(outcome);
        self.span.start = self.span.start.into_iter().chain(record.span.start).min();
        let telling = telling(outcome, record, &self.spill)?;
        let message =
            telling.as_ref().map(|(index, text)| message(outcome, &record.attachments.as_slice()[*index].name, text));
        let message = message.unwrap_or_default();
        let worker = self.rows.worker(test.route_code(), record);
        self.rows.add(id, outcome, record, worker, &message)?;
        self.timeline.add(id, outcome, record, worker, row);
        if outcome.is_failure() {
            let article = Article {
                row,
                is_open: self.article_count < Self::MOST_OPEN,
                outcome,
                test: &test,
                worker: self.rows.last_worker(),
                message: &message,
                telling,
                now: self.span.stop,
            };
            article.write(&self.spill, &mut self.articles)?;
            self.article_count += 1;
        }
        test.value.attachments.forget(&mut self.spill);
        Ok(())
    }
}
