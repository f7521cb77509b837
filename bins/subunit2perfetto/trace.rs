//! The trace, event by event.

use serde::Serialize;
use subunit_cli::{ReportDraft, TextOutput, Trouble};
use subunit_codec::{Status, Test, Timestamp};
use subunit_formats::failure::first_line;
use subunit_formats::worker::Worker;

use crate::lanes::Lanes;

/// A trace that grows.
pub(crate) struct Trace {
    draft: ReportDraft,
    lanes: Lanes,
    /// Times are counted from here.
    origin: Option<Timestamp>,
    is_begun: bool,
    without_times: u64,
    buffer: Vec<u8>,
}

/// An event, as the Trace Event Format of Chrome describes it.
#[derive(Serialize)]
struct TraceEvent<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cat: Option<&'static str>,
    ph: &'static str,
    /// In microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<i64>,
    pid: u64,
    tid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<TraceArgs<'a>>,
}

#[derive(Serialize)]
struct TraceArgs<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "String::is_empty")]
    message: String,
}

/// The process of tests without a route code.
const NO_ROUTE: &str = "tests";
/// The thread of tests without a worker.
const NO_WORKER: &str = "no worker";

impl Trace {
    /// So many bytes are gathered before they are handed on.
    const AT_ONCE: usize = 64 << 10;

    pub(crate) fn new(draft: ReportDraft) -> Self {
        let buffer = b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[".to_vec();
        Self { draft, lanes: Lanes::default(), origin: None, is_begun: false, without_times: 0, buffer }
    }

    /// Takes note of when a packet was written: times are counted from the first one.
    pub(crate) fn packet(&mut self, time: Option<Timestamp>) {
        self.origin = self.origin.or(time);
    }

    /// Adds a test that is over, or never will be.
    pub(crate) fn test(&mut self, test: &Test) -> Result<(), Trouble> {
        if test.status == Status::Exists {
            return Ok(());
        }
        let is_unfinished = test.status == Status::InProgress;
        let (Some(start), stop) = (test.start, test.stop) else {
            self.without_times += 1;
            return Ok(());
        };
        if stop.is_none() && !is_unfinished {
            self.without_times += 1;
            return Ok(());
        }
        let origin = *self.origin.get_or_insert(start);
        let worker = Worker::of(test);
        let (route, thread) = (worker.route_code.unwrap_or(NO_ROUTE), worker.tag.unwrap_or(NO_WORKER));
        // A clock that goes back makes no test end before it begins.
        let stop = stop.map(|stop| stop.max(start));
        let place = self.lanes.place(route, thread, start, stop);
        let named = |name: String| TraceArgs { name: Some(name), outcome: None, tags: &[], message: String::new() };
        let about =
            |name| TraceEvent { name, cat: None, ph: "M", ts: None, pid: place.process, tid: place.thread, args: None };
        if place.is_new_process {
            self.event(&TraceEvent { args: Some(named(route.to_owned())), ..about("process_name") })?;
        }
        if let Some(number) = place.new_lane {
            let name = if number == 1 { thread.to_owned() } else { format!("{thread} ({number})") };
            self.event(&TraceEvent { args: Some(named(name)), ..about("thread_name") })?;
        }
        let outcome = test.status.name();
        let message = if test.is_failure() || test.status == Status::Skip { first_line(test) } else { String::new() };
        let args = TraceArgs { name: None, outcome: Some(outcome), tags: &test.tags, message };
        let at = |time| Some(microseconds(origin, time));
        let begin = TraceEvent { cat: Some(outcome), ph: "B", ts: at(start), args: Some(args), ..about(&test.id) };
        self.event(&begin)?;
        match stop {
            Some(stop) => self.event(&TraceEvent { cat: Some(outcome), ph: "E", ts: at(stop), ..about(&test.id) }),
            None => Ok(()),
        }
    }

    /// Writes the trace, and says how many tests had no times.
    pub(crate) fn finish(mut self, output: &mut TextOutput) -> Result<u64, Trouble> {
        self.draft.add(&self.buffer)?;
        self.draft.complete([b"", b""], b"\n]}\n")?.write(output)?;
        Ok(self.without_times)
    }

    fn event(&mut self, event: &TraceEvent<'_>) -> Result<(), Trouble> {
        self.buffer.extend_from_slice(if std::mem::replace(&mut self.is_begun, true) { b",\n" } else { b"\n" });
        // Writing to a vector cannot fail, and the keys are strings.
        let _ = serde_json::to_writer(&mut self.buffer, event);
        if self.buffer.len() >= Self::AT_ONCE {
            self.draft.add(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

/// The time between two timestamps, which may go back.
fn microseconds(origin: Timestamp, time: Timestamp) -> i64 {
    let micros = |time: Timestamp| i64::try_from(time.since_epoch().as_micros()).unwrap_or(i64::MAX);
    micros(time) - micros(origin)
}
