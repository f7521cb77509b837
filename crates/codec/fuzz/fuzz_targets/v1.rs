//! The translator of version 1 takes any bytes without panic, where they are cut makes no difference, and what is not translated
//! comes out in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Packet, Protocol};
use testkit::items::{Owned, in_pieces, translate};

fuzz_target!(|input: (&[u8], [u8; 3])| {
    let (stream, sizes) = input;
    let whole = translate(stream);
    assert_eq!(in_pieces(stream, &sizes.map(usize::from), Protocol::V1), whole);
    assert_eq!(in_pieces(stream, &[1], Protocol::V1), whole);

    // Packets may be made; text and damage are bytes of the stream.
    let mut rest = stream;
    for item in &whole {
        match item {
            Owned::Packet(bytes) => assert!(Packet::parse(bytes).is_ok(), "a packet parses"),
            Owned::Text(bytes) | Owned::Damage { bytes, .. } => {
                let at = rest.windows(bytes.len()).position(|window| window == bytes).expect("bytes come in order");
                rest = &rest[at + bytes.len()..];
            }
        }
    }
});
