//! The tags of a packet.

use std::iter;

use crate::packet::number;
use crate::packet::validate::checked;

/// The tags of a packet, in the order written.
///
/// ```
/// use subunit_codec::{Event, Packet, encode};
///
/// let mut bytes = Vec::new();
/// encode(&Event::test("foo").tags(["slow", "worker-0"]), &mut bytes)?;
/// let tags = Packet::parse(&bytes)?.tags().ok_or("the packet has tags")?;
/// assert!(tags.contains("slow") && !tags.contains("worker"));
/// assert_eq!(tags.collect::<Vec<_>>(), ["slow", "worker-0"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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

    /// Whether this tag is one of those that are left.
    #[must_use]
    pub fn contains(&self, tag: &str) -> bool {
        let mut tags = self.clone();
        iter::from_fn(|| tags.next_bytes()).any(|bytes| bytes == tag.as_bytes())
    }

    #[inline]
    fn next_bytes(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        let (tag, rest) = number::split_counted(self.rest)?;
        self.rest = rest;
        Some(tag)
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.next_bytes().map(checked)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Tags<'_> {}
