//! Where the fields of a packet are that was checked.

use crate::fields::flag;
use crate::number;

/// The bytes of a packet, to find fields in: each starts where the one before ends, one that is not there where the next one does.
///
/// A packet is checked by all and asked for few of its fields by most, so where these are is not kept but found again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a>(pub(crate) &'a [u8]);

impl Layout<'_> {
    #[inline]
    pub(crate) fn flags(&self) -> u16 {
        let [_, high, low, ..] = *self.0 else { return 0 };
        u16::from_be_bytes([high, low])
    }

    /// Whether the packet has the field of this flag.
    #[inline]
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags() & flag != 0
    }

    #[inline]
    pub(crate) fn timestamp(&self) -> usize {
        self.after_number(3)
    }

    #[inline]
    pub(crate) fn test_id(&self) -> usize {
        let at = self.timestamp();
        if self.has(flag::TIMESTAMP) { self.after_number(at + 4) } else { at }
    }

    #[inline]
    pub(crate) fn tags(&self) -> usize {
        let at = self.test_id();
        if self.has(flag::TEST_ID) { self.after_counted(at) } else { at }
    }

    #[inline]
    pub(crate) fn mime_type(&self) -> usize {
        let mut at = self.tags();
        if self.has(flag::TAGS) {
            let (count, width) = self.number(at);
            at += width;
            for _ in 0..count {
                at = self.after_counted(at);
            }
        }
        at
    }

    #[inline]
    pub(crate) fn file(&self) -> usize {
        let at = self.mime_type();
        if self.has(flag::MIME_TYPE) { self.after_counted(at) } else { at }
    }

    #[inline]
    pub(crate) fn route_code(&self) -> usize {
        let at = self.file();
        if self.has(flag::FILE) { self.after_counted(self.after_counted(at)) } else { at }
    }

    /// Where the last field ends.
    #[inline]
    pub(crate) fn end(&self) -> usize {
        let at = self.route_code();
        if self.has(flag::ROUTE_CODE) { self.after_counted(at) } else { at }
    }

    #[inline]
    fn number(&self, at: usize) -> (usize, usize) {
        let (value, width) = self.0.get(at..).and_then(number::read).unwrap_or_default();
        (value as usize, width)
    }

    #[inline]
    fn after_number(&self, at: usize) -> usize {
        at + number::width_from_first(self.0.get(at).copied().unwrap_or_default())
    }

    /// The end of bytes that come after their number.
    #[inline]
    fn after_counted(&self, at: usize) -> usize {
        let (count, width) = self.number(at);
        at + width + count
    }
}
