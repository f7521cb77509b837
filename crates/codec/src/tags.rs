//! The tags of a packet.

use crate::number;
use crate::packet::checked;

/// The tags of a packet, in the order written.
#[derive(Clone, Debug)]
pub struct Tags<'a> {
    left: u32,
    rest: &'a [u8],
}

impl<'a> Tags<'a> {
    /// The tags in a field of a packet.
    #[inline]
    pub(crate) fn read(field: &'a [u8]) -> Self {
        let (left, width) = number::read(field).unwrap_or_default();
        Self { left, rest: &field[width..] }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        let (tag, rest) = number::split_counted(self.rest)?;
        self.rest = rest;
        Some(checked(tag))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Tags<'_> {}
