//! What a stream leaves on standard output while it is counted.

use subunit_cli::{Output, Trouble};
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
    pub(crate) fn text(self, text: &[u8], output: &mut Output) -> Result<(), Trouble> {
        match self {
            Self { text: false, .. } => Ok(()),
            Self { stream: true, .. } => output.wrapped(text),
            Self { stream: false, .. } => output.bytes(text),
        }
    }

    /// A packet that is about no test: a file of the whole run, mostly.
    pub(crate) fn global(self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        match self {
            Self { text: false, .. } => Ok(()),
            Self { stream: true, .. } => output.forward(packet),
            Self { stream: false, .. } => output.bytes(packet.file_bytes().unwrap_or_default()),
        }
    }

    pub(crate) fn packet(self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        if self.stream { output.forward(packet) } else { Ok(()) }
    }

    pub(crate) fn damage(self, damage: &Damage<'_>, output: &mut Output) -> Result<(), Trouble> {
        if self.stream { output.damage(damage) } else { Ok(()) }
    }
}
