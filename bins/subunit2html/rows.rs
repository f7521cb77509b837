//! The rows of all tests, as JSON that the script of the page reads.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;
use subunit_cli::{HeldAttachment, Record, ReportDraft, Trouble};
use subunit_formats::html::push_json;
use subunit_formats::names::Names;
use subunit_formats::worker::Worker;

use crate::outcome::Outcome;
use crate::part::Part;

/// All tests, in the order in which they ended.
pub(crate) struct Rows {
    json: Part,
    pub(crate) count: u64,
    pub(crate) workers: Names,
    tags: Names,
    /// The tags of the test that is added, and the name of its worker, kept for their memory.
    tag_numbers: Vec<usize>,
    worker: String,
}

/// What the script knows of all tests.
#[derive(Serialize)]
struct Head<'a> {
    outcomes: Vec<[&'static str; 2]>,
    workers: Vec<&'a str>,
    tags: Vec<&'a str>,
    columns: [&'static str; 8],
}

/// The columns of a row. Times are in microseconds; an unknown one is `null`.
#[derive(Serialize)]
struct Row<'a>(&'a str, usize, Option<u64>, Option<u64>, usize, &'a [usize], &'a str, Vec<File<'a>>);

/// The name of an attachment, its MIME type and its size.
#[derive(Serialize)]
struct File<'a>(&'a str, Option<&'a str>, u64);

const COLUMNS: [&str; 8] = ["id", "outcome", "start", "duration", "worker", "tags", "message", "attachments"];

impl Rows {
    pub(crate) fn new() -> Self {
        Self {
            json: Part::new(),
            count: 0,
            workers: Names::default(),
            tags: Names::default(),
            tag_numbers: Vec::new(),
            worker: String::new(),
        }
    }

    /// The number of the worker of a test.
    pub(crate) fn worker(&mut self, route_code: Option<&str>, record: &Record) -> usize {
        self.worker.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.worker, "{}", Worker::new(route_code, record.tags.iter().map(String::as_str)));
        self.workers.number(&self.worker)
    }

    /// The worker of the last test.
    pub(crate) fn last_worker(&self) -> &str {
        &self.worker
    }

    /// Adds a test. Those that failed have an article, which shows their attachments.
    pub(crate) fn add(
        &mut self,
        id: &str,
        outcome: Outcome,
        record: &Record,
        worker: usize,
        message: &str,
    ) -> Result<(), Trouble> {
        self.tag_numbers.clear();
        self.tag_numbers.extend(record.tags.iter().map(|tag| self.tags.number(tag)));
        let files = if outcome.is_failure() { &[] } else { record.attachments.as_slice() };
        let start = record.span.start.and_then(|start| microseconds(start.since_epoch()));
        let duration = record.span.duration().and_then(microseconds);
        let files = files.iter().map(File::from).collect();
        let row = Row(id, outcome as usize, start, duration, worker, &self.tag_numbers, message, files);
        let separator = if self.count == 0 { "\n" } else { ",\n" };
        self.count += 1;
        self.json.add(|json| {
            json.extend_from_slice(separator.as_bytes());
            push_json(&row, json);
        })
    }

    /// Adds the JSON to the page.
    pub(crate) fn write(&self, page: &mut ReportDraft) -> Result<(), Trouble> {
        let outcomes = Outcome::ALL.map(|outcome| [outcome.class(), outcome.word()]).into();
        let (workers, tags) = (self.workers.iter().collect(), self.tags.iter().collect());
        let mut head = Vec::new();
        push_json(&Head { outcomes, workers, tags, columns: COLUMNS }, &mut head);
        // The list of tests is one more value of the object.
        head.pop();
        head.extend_from_slice(b",\"tests\":[");
        page.add(&head)?;
        self.json.write(page)?;
        page.add(b"]}")
    }
}

impl<'a> From<&'a HeldAttachment> for File<'a> {
    fn from(attachment: &'a HeldAttachment) -> Self {
        Self(&attachment.name, attachment.mime_type.as_deref(), attachment.size)
    }
}

fn microseconds(duration: Duration) -> Option<u64> {
    u64::try_from(duration.as_micros()).ok()
}
