//! What a stream leaves on standard output while it is counted.

use subunit_cli::{TextOutput, Trouble};
use subunit_codec::{Damage, Packet};

/// What is passed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Routing {
    /// The stream, with its text wrapped.
    pub(crate) stream: bool,
    /// Text and files of the whole run.
    pub(crate) text: bool,
}

impl Routing {
    pub(crate) fn text(self, text: &[u8], output: &mut TextOutput) -> Result<(), Trouble> {
        match self {
            Self { text: false, .. } => Ok(()),
            Self { stream: true, .. } => output.raw().wrapped(text),
            Self { stream: false, .. } => output.text(text),
        }
    }

    /// A packet that is about no test: a file of the whole run, mostly.
    pub(crate) fn global(self, packet: &Packet<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        match self {
            Self { text: false, .. } => Ok(()),
            Self { stream: true, .. } => output.raw().forward(packet),
            Self { stream: false, .. } => output.text(packet.file_bytes().unwrap_or_default()),
        }
    }

    pub(crate) fn packet(self, packet: &Packet<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        if self.stream { output.raw().forward(packet) } else { Ok(()) }
    }

    pub(crate) fn damage(self, damage: &Damage<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        if self.stream { output.raw().damage(damage) } else { Ok(()) }
    }
}
