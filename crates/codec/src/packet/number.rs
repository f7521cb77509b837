//! Numbers of one to four bytes, most significant first.
//!
//! The two high bits of the first byte tell how many bytes follow it (protocol, version 2,
//! "numbers"). Any width is read; the shortest is written.
#![expect(clippy::inline_always, reason = "a number is most often one byte")]

/// The largest value that a number can hold: 2³⁰ - 1.
pub(crate) const MAX: u32 = (1 << 30) - 1;

/// Reads a number at the start of `bytes`: its value and its width in bytes, or `None` when `bytes`
/// ends inside it.
#[inline(always)]
pub(crate) fn read(bytes: &[u8]) -> Option<(u32, usize)> {
    match *bytes {
        [a @ 0..0x40, ..] => Some((u32::from(a), 1)),
        [a @ 0x40..0x80, b, ..] => Some((u32::from_be_bytes([0, 0, a & 0x3f, b]), 2)),
        [a, b, c, d, ..] if a >= 0xc0 => Some((u32::from_be_bytes([a & 0x3f, b, c, d]), 4)),
        [a @ 0x80..0xc0, b, c, ..] => Some((u32::from_be_bytes([0, a & 0x3f, b, c]), 3)),
        _ => None,
    }
}

/// Splits `bytes` that begin with a number into as many bytes as it says and the rest; `None` when
/// they end before.
#[inline]
pub(crate) fn split_counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, width) = read(bytes)?;
    bytes[width..].split_at_checked(count as usize)
}

/// The width in bytes of the number that starts with `first`.
#[inline]
pub(crate) fn width_from_first(first: u8) -> usize {
    usize::from(first >> 6) + 1
}

/// The shortest width in bytes for `value`, which must be at most [`MAX`].
#[inline(always)]
pub(crate) fn width(value: u32) -> usize {
    match value {
        0..0x40 => 1,
        0x40..0x4000 => 2,
        0x4000..0x40_0000 => 3,
        _ => 4,
    }
}

/// The largest value that `width` bytes can hold.
pub(crate) fn most(width: usize) -> usize {
    (1 << (8 * width - 2)) - 1
}

/// Appends `value`, which must be at most [`MAX`], in its shortest width.
#[inline(always)]
pub(crate) fn write(value: u32, out: &mut Vec<u8>) {
    debug_assert!(value <= MAX, "{value} does not fit 30 bits");
    write_in(value, width(value), out);
}

/// Appends `value` in `width` bytes, which must be enough for it.
#[inline(always)]
pub(crate) fn write_in(value: u32, width: usize, out: &mut Vec<u8>) {
    let [a, b, c, d] = value.to_be_bytes();
    match width {
        1 => out.push(d),
        2 => out.extend_from_slice(&[0x40 | c, d]),
        3 => out.extend_from_slice(&[0x80 | b, c, d]),
        _ => out.extend_from_slice(&[0xc0 | a, b, c, d]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges of every width, as the protocol's table has them.
    const EDGES: [(u32, &[u8]); 8] = [
        (0, &[0x00]),
        (63, &[0x3f]),
        (64, &[0x40, 0x40]),
        (16383, &[0x7f, 0xff]),
        (16384, &[0x80, 0x40, 0x00]),
        (4_194_303, &[0xbf, 0xff, 0xff]),
        (4_194_304, &[0xc0, 0x40, 0x00, 0x00]),
        (MAX, &[0xff, 0xff, 0xff, 0xff]),
    ];

    #[test]
    fn the_edges_of_every_width_are_written_and_read() {
        for (value, bytes) in EDGES {
            let mut out = Vec::new();
            write(value, &mut out);
            assert_eq!(out, bytes, "{value} in its shortest width");
            assert!(value as usize <= most(bytes.len()), "{value} fits its width");
            assert_eq!(read(bytes), Some((value, bytes.len())), "{bytes:02x?} read back");
        }
    }

    #[test]
    fn a_number_wider_than_it_needs_to_be_is_read() {
        assert_eq!(read(&[0x40, 0x05]), Some((5, 2)));
        assert_eq!(read(&[0xc0, 0x00, 0x00, 0x05, 0x99]), Some((5, 4)));
    }

    #[test]
    fn a_number_cut_short_is_not_read() {
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0x40]), None);
        assert_eq!(read(&[0xc0, 0, 0]), None);
    }
}
