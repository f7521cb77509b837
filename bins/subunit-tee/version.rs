//! Which lines are the stream itself.

use std::borrow::Cow;
use std::mem;

use subunit_codec::Protocol;

/// Tells a stream of version 1, whose lines are all kept, from text around packets.
pub(crate) struct Version {
    protocol: Protocol,
    /// The start of the input, while it does not say which version it is.
    held: Vec<u8>,
}

impl Version {
    pub(crate) fn new(protocol: Protocol) -> Self {
        Self { protocol, held: Vec::new() }
    }

    /// The lines of version 1 in `text` and in what was held before it, if there are any.
    pub(crate) fn lines<'a>(&mut self, text: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match self.protocol {
            Protocol::V1 => Some(text.into()),
            Protocol::V2 => None,
            Protocol::Auto => {
                self.held.extend_from_slice(text);
                self.protocol = Protocol::detect(&self.held, false)?;
                let held = mem::take(&mut self.held);
                (self.protocol == Protocol::V1).then_some(held.into())
            }
        }
    }

    /// Notes a packet: if nothing before it was version 1, all text is text.
    pub(crate) fn packet(&mut self) {
        if self.protocol == Protocol::Auto {
            (self.protocol, self.held) = (Protocol::V2, Vec::new());
        }
    }
}
