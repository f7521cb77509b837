//! The translator of version 1 takes any bytes without panic, and the bytes that are not translated
//! come out in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::Packet;
use testkit::items::{Owned, translate};

fuzz_target!(|stream: &[u8]| {
    // Packets may be made; text and damage are bytes of the stream. Directives between two texts
    // are left out, so that the texts come as one.
    let mut rest = stream.iter();
    for item in translate(stream) {
        match item {
            Owned::Packet(bytes) => assert!(Packet::parse(&bytes).is_ok(), "a packet parses"),
            Owned::Text(bytes) | Owned::Damage { bytes, .. } => {
                assert!(bytes.iter().all(|byte| rest.any(|other| other == byte)), "bytes come in order");
            }
        }
    }
});
