//! What a stream leaves on standard output while it is reported.

use subunit_codec::{Item, Packet};

use crate::text_output::TextOutput;
use crate::trouble::Trouble;

/// What a tool passes on of the stream that it reports.
#[derive(Clone, Copy, Debug)]
pub struct Routing {
    /// The stream, with its text wrapped.
    pub stream: bool,
    /// Text and files of the whole run.
    pub text: bool,
}

impl Routing {
    /// Passes on an item, or its text, or nothing.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn item(self, item: &Item<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        match item {
            Item::Packet(packet) if !packet.has_test_id() => self.global(packet, output),
            Item::Text(_) if !self.text => Ok(()),
            Item::Text(text) if self.stream => output.raw().wrapped(text),
            Item::Text(text) => output.text(text),
            Item::Packet(packet) if self.stream => output.raw().forward(packet),
            Item::Damage(damage) if self.stream => output.raw().damage(damage),
            Item::Packet(_) | Item::Damage(_) => Ok(()),
        }
    }

    /// A packet that is about no test: a file of the whole run, mostly.
    fn global(self, packet: &Packet<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        match self {
            Self { text: false, .. } => Ok(()),
            Self { stream: true, .. } => output.raw().forward(packet),
            Self { stream: false, .. } => output.text(packet.file_bytes().unwrap_or_default()),
        }
    }
}
