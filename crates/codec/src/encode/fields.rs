//! Parts of a packet as bytes, and how long they are.

use std::borrow::Cow;

use crate::packet::header::{CHECKSUM, SIGNATURE};
use crate::packet::number;
use crate::packet::timestamp::Timestamp;

/// The bytes around the fields, at the most: signature, flags, length and checksum.
pub(crate) const MOST_AROUND: usize = 3 + 4 + CHECKSUM;

/// The length of a packet whose fields take `fields` bytes, and the width of the number that says
/// it.
pub(crate) fn packet_length(fields: usize) -> (usize, usize) {
    let fixed = 3 + fields + CHECKSUM;
    let is_enough = |width: &usize| fixed + width <= number::most(*width);
    let width = (1..=3).find(is_enough).unwrap_or(4);
    (fixed + width, width)
}

/// Writes what comes before the fields, which take `fields` bytes.
pub(crate) fn write_header(flags: u16, fields: usize, out: &mut Vec<u8>) {
    let (length, width) = packet_length(fields);
    let [high, low] = flags.to_be_bytes();
    out.extend_from_slice(&[SIGNATURE, high, low]);
    number::write_in(length_number(length), width, out);
}

/// Writes what comes after the fields of the packet that begins at `start`.
pub(crate) fn write_checksum(start: usize, out: &mut Vec<u8>) {
    let checksum = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&checksum.to_be_bytes());
}

/// The bytes that a timestamp takes.
pub(crate) fn timestamp_length(time: Timestamp) -> usize {
    4 + number::width(time.nanoseconds())
}

pub(crate) fn write_timestamp(time: Timestamp, out: &mut Vec<u8>) {
    out.extend_from_slice(&time.seconds().to_be_bytes());
    number::write(time.nanoseconds(), out);
}

/// The bytes that tags take.
pub(crate) fn tags_length(tags: &[Cow<'_, str>]) -> usize {
    number_length(tags.len()) + tags.iter().map(|tag| string_length(tag)).sum::<usize>()
}

pub(crate) fn write_tags(tags: &[Cow<'_, str>], out: &mut Vec<u8>) {
    number::write(length_number(tags.len()), out);
    for tag in tags {
        write_bytes(tag.as_bytes(), out);
    }
}

/// The bytes that a string takes.
pub(crate) fn string_length(string: &str) -> usize {
    number_length(string.len()) + string.len()
}

/// The bytes that a length takes, which may be too long for a packet.
pub(crate) fn number_length(length: usize) -> usize {
    number::width(u32::try_from(length).unwrap_or(number::MAX))
}

/// A length in a packet as the protocol's number.
pub(crate) fn length_number(length: usize) -> u32 {
    u32::try_from(length).expect("lengths were checked against the packet limit")
}

#[inline]
pub(crate) fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    number::write(length_number(bytes.len()), out);
    out.extend_from_slice(bytes);
}
