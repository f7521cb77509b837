//! Bytes for people.

use std::fmt::Write;

/// Bytes in rows of sixteen: offset, bytes, characters.
///
/// ```
/// use subunit_formats::hex_dump::hex_dump;
///
/// let row = "00000000  b3 29 01 0c 03 66 6f 6f                          .)...foo\n";
/// assert_eq!(hex_dump(b"\xb3\x29\x01\x0c\x03foo"), row);
/// ```
#[must_use]
pub fn hex_dump(bytes: &[u8]) -> String {
    let mut dump = String::new();
    for (row, bytes) in bytes.chunks(16).enumerate() {
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown: String =
            bytes.iter().map(|byte| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' }).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(dump, "{:08x}  {:47}  {shown}", row * 16, hex.join(" "));
    }
    dump
}
