//! Which lines are the stream itself.

use std::borrow::Cow;
use std::mem;

use memchr::memchr;
use subunit_codec::Protocol;
use subunit_codec::v1::Directive;

/// Tells a stream of version 1, whose lines are all kept, from text around packets.
pub(crate) struct Version {
    protocol: Protocol,
    /// Text that may be lines of version 1: in the first line, or from the first directive on.
    held: Vec<u8>,
    /// How much of that was looked at.
    looked_at: usize,
    /// Whether the first line was no directive.
    is_behind_text: bool,
    /// Whether what is held begins with a directive.
    has_directive: bool,
}

impl Version {
    /// Without a packet among so many bytes behind a directive, they are version 1.
    const MOST_HELD: usize = 1 << 16;

    pub(crate) fn new(protocol: Protocol) -> Self {
        Self { protocol, held: Vec::new(), looked_at: 0, is_behind_text: false, has_directive: false }
    }

    /// The lines of version 1 in `text` and in what was held before it, if there are any.
    pub(crate) fn lines<'a>(&mut self, text: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match self.protocol {
            Protocol::V1 => Some(text.into()),
            Protocol::V2 => None,
            _ => {
                self.held.extend_from_slice(text);
                self.settle();
                (self.protocol == Protocol::V1).then(|| mem::take(&mut self.held).into())
            }
        }
    }

    /// Notes a packet: if nothing before it was version 1, all text is text.
    pub(crate) fn packet(&mut self) {
        if self.protocol == Protocol::Auto {
            (self.protocol, self.held) = (Protocol::V2, Vec::new());
        }
    }

    /// The lines of version 1 that were held at the end of the input.
    pub(crate) fn last_lines(&mut self) -> Vec<u8> {
        let held = mem::take(&mut self.held);
        if self.has_directive || is_strong(&held) { held } else { Vec::new() }
    }

    /// Finds out whether what is held is version 1, and drops text before its first directive.
    fn settle(&mut self) {
        if !self.is_behind_text {
            match Protocol::detect(&self.held, false) {
                Some(Protocol::V2) => self.is_behind_text = true,
                Some(protocol) => self.protocol = protocol,
                None => {}
            }
        }
        if !self.is_behind_text {
            return;
        }
        while let Some(length) = memchr(b'\n', &self.held[self.looked_at..]) {
            let line = &self.held[self.looked_at..self.looked_at + length];
            let is_outcome = matches!(Directive::parse(line), Some(Directive::Outcome(..)));
            if !self.has_directive && is_strong(line) {
                self.has_directive = true;
                self.held.drain(..self.looked_at);
                self.looked_at = 0;
            }
            self.looked_at += length + 1;
            if self.has_directive && is_outcome {
                self.protocol = Protocol::V1;
                return;
            }
        }
        if !self.has_directive {
            self.held.drain(..self.looked_at);
            self.looked_at = 0;
        }
        if self.held.len() > Self::MOST_HELD {
            if self.has_directive {
                self.protocol = Protocol::V1;
            } else {
                // The line is too long for a directive of any use.
                self.held.clear();
            }
        }
    }
}

/// Whether a line is a directive with its colon.
fn is_strong(line: &[u8]) -> bool {
    let word = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.ends_with(b":") && Directive::parse(line).is_some()
}
