//! What a decoder should find, found the slow way.

use subunit_codec::{Packet, SIGNATURE};

/// The sound packets of a stream that do not lie inside an earlier one, in order.
///
/// Tries each 0xB3 byte with the length that is written behind it. Takes quadratic time.
#[must_use]
pub fn sound_packets(stream: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        match claimed(&stream[at..]).filter(|bytes| Packet::parse(bytes).is_ok()) {
            Some(packet) => {
                packets.push(packet);
                at += packet.len();
            }
            None => at += 1,
        }
    }
    packets
}

/// The bytes that belong to the packet that `bytes` begin with, if they begin with one, by its
/// length.
fn claimed(bytes: &[u8]) -> Option<&[u8]> {
    let [SIGNATURE, _, _, length @ ..] = bytes else { return None };
    let width = usize::from(length.first()? >> 6) + 1;
    let number = length.get(..width)?.iter().fold(0, |number: usize, byte| number << 8 | usize::from(*byte));
    bytes.get(..number & ((1 << (8 * width - 2)) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::{good_tests, with_flip};

    #[test]
    fn broken_packets_are_left_out() {
        let good = good_tests(1);
        assert_eq!(sound_packets(&good).concat(), good);
        let stream = [&b"text \xb3"[..], &with_flip(good.clone(), 5, 1), b"\xb3", &good].concat();
        assert_eq!(sound_packets(&stream).len(), 3);
    }
}
