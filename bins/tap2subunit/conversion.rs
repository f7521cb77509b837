//! From lines of TAP to packets.

use std::mem;
use std::time::Duration;

use subunit_cli::{LineReader, Output, Piece, Trouble};
use subunit_codec::names::{TAP_META, TAP_TEXT};
use subunit_codec::{Event, Status, Timestamp};
use subunit_formats::tap::Translator;

/// How long a result waits for diagnostics when nothing else comes either.
const PATIENCE: Duration = Duration::from_millis(200);

/// TAP on its way to standard output.
pub(crate) struct Conversion {
    sink: Sink,
    /// The test that all others are below.
    name: Option<String>,
    has_timestamps: bool,
    has_failed: bool,
    has_reported_cut: bool,
}

struct Sink {
    output: Output,
    passes_text: bool,
}

impl Sink {
    fn write(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        let is_text = event.test_id.is_none();
        if is_text && !self.passes_text { Ok(()) } else { self.output.event(event) }
    }
}

impl Conversion {
    pub(crate) fn new(name: Option<String>, has_timestamps: bool, passes_text: bool) -> Result<Self, Trouble> {
        let sink = Sink { output: Output::for_packets()?, passes_text };
        Ok(Self { sink, name, has_timestamps, has_failed: false, has_reported_cut: false })
    }

    /// Begins the test that all others are below, if there is one.
    pub(crate) fn begin(&mut self) -> Result<(), Trouble> {
        let time = self.now();
        let Some(name) = &self.name else { return Ok(()) };
        let event = Event::test(&**name).status(Status::InProgress);
        self.sink.write(&Event { timestamp: time, ..event })
    }

    /// Translates one TAP document.
    pub(crate) fn read(&mut self, lines: &mut LineReader) -> Result<(), Trouble> {
        let mut tap = Translator::new(self.name.as_deref().unwrap_or_default());
        loop {
            let piece = match lines.next(&mut self.sink.output, Some(PATIENCE)) {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                Err(trouble) => {
                    // What came before is no secret.
                    tap.pause(b"", |event| self.sink.write(event))?;
                    return Err(trouble);
                }
            };
            let time = self.now();
            let out = |event: &Event<'_>| self.sink.write(event);
            match piece {
                Piece::Line(line) => tap.line(line, time, out)?,
                Piece::Rest(bytes) => tap.rest(bytes, out)?,
                Piece::Pause(partial) => {
                    if tap.pause(partial, out)? {
                        lines.take_partial();
                    }
                }
            }
        }
        tap.end(|event| self.sink.write(event))?;
        self.has_failed |= tap.has_failed();
        if tap.has_cut_ids() && !mem::replace(&mut self.has_reported_cut, true) {
            let cut = "ids of more than 256 bytes are cut in the ids of the tests below them";
            let _ = Trouble::message(cut).reported(env!("CARGO_BIN_NAME"));
        }
        Ok(())
    }

    /// Tells of a `command` that ended badly, in the test that all others are below or in one of
    /// its own.
    pub(crate) fn end_command(self, command: &str, failure: Option<&str>) -> Result<(), Trouble> {
        match failure {
            Some(reason) if self.name.is_none() => Self { name: Some(command.to_owned()), ..self }.end(Some(reason)),
            failure => self.end(failure),
        }
    }

    /// Ends the test that all others are below, if there is one.
    pub(crate) fn end(mut self, failure: Option<&str>) -> Result<(), Trouble> {
        let time = self.now();
        if let Some(name) = &self.name {
            let has_failed = self.has_failed || failure.is_some();
            let event = Event::test(&**name).status(if has_failed { Status::Fail } else { Status::Success });
            let event = Event { timestamp: time, ..event };
            self.sink.write(&match failure {
                Some(reason) => event.file(TAP_META, reason.as_bytes()).mime_type(TAP_TEXT).eof(),
                None => event,
            })?;
        }
        self.sink.output.finish()
    }

    fn now(&self) -> Option<Timestamp> {
        self.has_timestamps.then(Timestamp::now)?
    }
}
