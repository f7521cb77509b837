//! The least that a reader of the protocol has to do.

use std::error::Error;
use std::io::Read;

/// Reads a stream that holds nothing but packets, checks the checksum of each and counts them.
pub(crate) fn packets(mut file: impl Read) -> Result<u64, Box<dyn Error>> {
    let mut buffer = vec![0; 1 << 18];
    let (mut filled, mut packets) = (0, 0);
    loop {
        let read = file.read(&mut buffer[filled..])?;
        if read == 0 {
            return Ok(packets);
        }
        filled += read;
        let mut start = 0;
        while let Some(length) = length(&buffer[start..filled]).filter(|length| start + length <= filled) {
            let (content, checksum) = buffer[start..start + length].split_at(length - 4);
            if crc32fast::hash(content).to_be_bytes() != checksum {
                return Err(format!("packet {packets} is broken").into());
            }
            packets += 1;
            start += length;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
    }
}

/// The length that the header of a packet tells.
fn length(bytes: &[u8]) -> Option<usize> {
    let bytes = bytes.get(3..6)?;
    let first = usize::from(bytes[0] & 0x3f);
    let length = match bytes[0] >> 6 {
        0 => first,
        1 => first << 8 | usize::from(bytes[1]),
        _ => first << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]),
    };
    Some(length.max(8))
}
