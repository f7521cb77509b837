//! The fields of a packet as they are written.

use crate::packet::Packet;
use crate::packet::header::{CHECKSUM, flag};
use crate::packet::number;

/// The fields of a packet as they are written, lengths included; empty where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) timestamp: &'a [u8],
    pub(crate) test_id: &'a [u8],
    pub(crate) tags: &'a [u8],
    /// MIME type, name and content.
    pub(crate) file: &'a [u8],
    pub(crate) route_code: &'a [u8],
    /// Bytes after the last field.
    pub(crate) rest: &'a [u8],
}

impl<'a> Packet<'a> {
    #[inline]
    pub(crate) fn flags(&self) -> u16 {
        let [_, high, low, ..] = *self.as_bytes() else { return 0 };
        u16::from_be_bytes([high, low])
    }

    /// Whether the packet has the field of this flag.
    #[inline]
    pub(crate) fn has(&self, flag: u16) -> bool {
        self.flags() & flag != 0
    }

    /// The fields as they are written, cut where one may be taken out or put in.
    pub(crate) fn parts(&self) -> Parts<'a> {
        let (test_id, tags, mime_type) = (self.test_id_start(), self.tags_start(), self.mime_type_start());
        let (bytes, route_code) = (self.as_bytes(), self.route_code_start());
        let end = if self.has(flag::ROUTE_CODE) { self.after_counted(route_code) } else { route_code };
        Parts {
            timestamp: &bytes[self.timestamp_start()..test_id],
            test_id: &bytes[test_id..tags],
            tags: &bytes[tags..mime_type],
            file: &bytes[mime_type..route_code],
            route_code: &bytes[route_code..end],
            rest: &bytes[end..bytes.len() - CHECKSUM],
        }
    }

    /// Where the header ends.
    #[inline]
    fn timestamp_start(&self) -> usize {
        self.after_number(3)
    }

    #[inline]
    fn test_id_start(&self) -> usize {
        self.layout().test_id()
    }

    #[inline]
    fn tags_start(&self) -> usize {
        let at = self.test_id_start();
        if self.has(flag::TEST_ID) { self.after_counted(at) } else { at }
    }

    #[inline]
    fn mime_type_start(&self) -> usize {
        self.layout().mime_type()
    }

    #[inline]
    fn file_start(&self) -> usize {
        let at = self.mime_type_start();
        if self.has(flag::MIME_TYPE) { self.after_counted(at) } else { at }
    }

    #[inline]
    fn route_code_start(&self) -> usize {
        self.layout().route_code()
    }

    /// The end of a number.
    #[inline]
    fn after_number(&self, at: usize) -> usize {
        at + number::width_from_first(self.as_bytes().get(at).copied().unwrap_or_default())
    }

    /// The end of bytes that come after their number.
    #[inline]
    fn after_counted(&self, at: usize) -> usize {
        let (count, width) = self.as_bytes().get(at..).and_then(number::read).unwrap_or_default();
        at + width + count as usize
    }

    /// The bytes from the start of a field on, if the packet has it.
    #[inline]
    fn field(&self, flag: u16, start: usize) -> Option<&'a [u8]> {
        if self.has(flag) { self.as_bytes().get(start..) } else { None }
    }

    /// The content of a field that is bytes after their number.
    #[inline]
    fn counted(&self, flag: u16, start: usize) -> Option<&'a [u8]> {
        Some(number::split_counted(self.field(flag, start)?)?.0)
    }

    /// The timestamp and what follows it.
    #[inline]
    pub(crate) fn timestamp_field(&self) -> Option<&'a [u8]> {
        self.field(flag::TIMESTAMP, self.timestamp_start())
    }

    /// The bytes of the test id.
    #[inline]
    pub(crate) fn test_id_bytes(&self) -> Option<&'a [u8]> {
        self.counted(flag::TEST_ID, self.test_id_start())
    }

    /// The tags as they are written, their number first: for those who compare the tags of packets.
    #[inline]
    #[must_use]
    pub fn tags_field(&self) -> Option<&'a [u8]> {
        if self.has(flag::TAGS) { self.as_bytes().get(self.tags_start()..self.mime_type_start()) } else { None }
    }

    /// The bytes of the MIME type.
    #[inline]
    pub(crate) fn mime_type_bytes(&self) -> Option<&'a [u8]> {
        self.counted(flag::MIME_TYPE, self.mime_type_start())
    }

    /// The name and content of the file.
    #[inline]
    pub(crate) fn file(&self) -> Option<(&'a [u8], &'a [u8])> {
        if !self.has(flag::FILE) {
            return None;
        }
        let (name, rest) = number::split_counted(self.as_bytes().get(self.file_start()..)?)?;
        Some((name, number::split_counted(rest)?.0))
    }

    /// The bytes of the route code.
    #[inline]
    pub(crate) fn route_code_bytes(&self) -> Option<&'a [u8]> {
        self.counted(flag::ROUTE_CODE, self.route_code_start())
    }
}
