//! Which lines are the stream itself.

use std::borrow::Cow;

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
                self.detect(false).map(Cow::Owned)
            }
        }
    }

    /// What was held and is a line of version 1 after all, now that something else than text follows.
    pub(crate) fn settle(&mut self) -> Option<Vec<u8>> {
        if self.protocol == Protocol::Auto { self.detect(true) } else { None }
    }

    fn detect(&mut self, is_last: bool) -> Option<Vec<u8>> {
        self.protocol = Protocol::detect(&self.held, is_last).unwrap_or_default();
        if self.protocol == Protocol::Auto {
            return None;
        }
        let held = std::mem::take(&mut self.held);
        (self.protocol == Protocol::V1).then_some(held)
    }
}
