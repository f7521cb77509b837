//! A test that runs.

use subunit_codec::names::TAP_TEXT;
use subunit_codec::{Event, Status, Timestamp};

/// The attachment with what a test, a package or the compiler prints. From python-subunit.
const OUTPUT: &str = "go test output";
/// The attachment that says how long a test waited for others.
const PAUSED: &str = "paused";

/// A test that runs, or a package or build that is a test if it fails.
#[derive(Debug, Default)]
pub(super) struct Running {
    pub(super) id: String,
    pub(super) is_runnable: bool,
    /// What it printed and has not left.
    printed: String,
    /// Whether some of it has left.
    is_begun: bool,
    /// The end of what it printed, if that is no whole line.
    line: String,
    paused_at: Option<Timestamp>,
    /// How it ended, by a line of its output that Go itself does not count.
    pub(super) claim: Option<Status>,
}

impl Running {
    /// So many bytes wait for the next ones.
    const MOST: usize = 16 << 10;
    /// So many bytes stay.
    const MOST_KEPT: usize = 64 << 10;
    /// The longest line that is searched for a result.
    const LONGEST_LINE: usize = 4 << 10;

    pub(super) fn new(id: &str) -> Self {
        Self { is_runnable: true, ..Self::not_runnable(id) }
    }

    /// What cannot be run by itself. A NUL, which no packet holds, is replaced.
    pub(super) fn not_runnable(id: &str) -> Self {
        Self { id: id.replace('\0', "\u{fffd}"), ..Self::default() }
    }

    pub(super) fn event(&self, timestamp: Option<Timestamp>) -> Event<'_> {
        Event { timestamp, runnable: self.is_runnable, ..Event::test(&*self.id) }
    }

    /// Adds output, of which some leaves if it has become much.
    pub(super) fn print<E>(
        &mut self,
        output: &str,
        out: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.printed.len() + output.len() > Self::MOST {
            self.release(out)?;
        }
        self.printed.push_str(output);
        Ok(())
    }

    /// Adds output that stays, as long as there is room.
    pub(super) fn keep(&mut self, output: &str) {
        if self.printed.len() + output.len() <= Self::MOST_KEPT {
            self.printed.push_str(output);
        }
    }

    /// Has all output leave that waits.
    pub(super) fn release<E>(&mut self, out: &mut impl FnMut(&Event<'_>) -> Result<(), E>) -> Result<(), E> {
        if self.printed.is_empty() {
            return Ok(());
        }
        out(&self.with_output(self.event(None)))?;
        self.is_begun = true;
        self.printed.clear();
        Ok(())
    }

    /// The event that ends the test, with the output that waits.
    pub(super) fn ended(&self, status: Status, timestamp: Option<Timestamp>) -> Event<'_> {
        let event = self.event(timestamp).status(status);
        if self.printed.is_empty() && !self.is_begun { event } else { self.with_output(event).eof() }
    }

    fn with_output<'a>(&'a self, event: Event<'a>) -> Event<'a> {
        let event = event.file(OUTPUT, self.printed.as_bytes());
        if self.is_begun { event } else { event.mime_type(TAP_TEXT) }
    }

    pub(super) fn pause(&mut self, timestamp: Option<Timestamp>) {
        self.paused_at = timestamp;
    }

    /// It goes on. If it has waited for long, an attachment says so.
    pub(super) fn resume<E>(
        &mut self,
        timestamp: Option<Timestamp>,
        out: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some((from, to)) = self.paused_at.take().zip(timestamp) else { return Ok(()) };
        let seconds = to.seconds_since(from);
        if seconds <= 1.0 {
            return Ok(());
        }
        let text = format!("{seconds:.3} s\n");
        out(&self.event(None).file(PAUSED, text.as_bytes()).mime_type(TAP_TEXT).eof())
    }

    /// Adds output to the line that it continues, and calls `found` with each line that is whole.
    pub(super) fn lines(&mut self, output: &str, mut found: impl FnMut(&str)) {
        for piece in output.split_inclusive('\n') {
            let Some(end) = piece.strip_suffix('\n') else {
                if self.line.len() + piece.len() <= Self::LONGEST_LINE {
                    self.line.push_str(piece);
                }
                continue;
            };
            if self.line.is_empty() {
                found(end);
            } else {
                self.line.push_str(end);
                found(&self.line);
                self.line.clear();
            }
        }
    }
}
