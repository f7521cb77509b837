//! The file that says what became of a test.

use std::io;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use subunit_codec::{Span, Status, Timestamp};

/// What is known of a test beside its attachments. The keys are those of python-subunit, in order,
/// and the route code if there is one.
#[derive(Serialize)]
pub(crate) struct Summary<'a> {
    details: Vec<&'a str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route_code: Option<&'a str>,
    start: Option<String>,
    status: &'static str,
    stop: Option<String>,
    tags: Vec<&'a str>,
}

impl<'a> Summary<'a> {
    pub(crate) fn new(
        id: &'a str,
        route_code: Option<&'a str>,
        status: Status,
        span: Span,
        tags: &'a [String],
        attachments: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut summary = Self {
            details: attachments.collect(),
            id,
            route_code,
            start: span.start.map(time),
            status: status.name(),
            stop: span.stop.map(time),
            tags: tags.iter().map(String::as_str).collect(),
        };
        summary.details.sort_unstable();
        summary.tags.sort_unstable();
        summary
    }

    /// JSON on one line, without a newline.
    pub(crate) fn json(&self) -> Vec<u8> {
        let mut json = Vec::new();
        // Writing to a vector cannot fail, and the keys are strings.
        let _ = self.serialize(&mut Serializer::with_formatter(&mut json, Spaced));
        json
    }
}

/// A time as Python writes it: with microseconds if there are any.
fn time(time: Timestamp) -> String {
    let time = DateTime::<Utc>::from(time);
    let format =
        if time.timestamp_subsec_micros() == 0 { "%Y-%m-%d %H:%M:%S+00:00" } else { "%Y-%m-%d %H:%M:%S%.6f+00:00" };
    time.format(format).to_string()
}

/// JSON with spaces, as Python writes it.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}
