//! The decoder takes any bytes without panic, its items cover them in order, and the packets are
//! those that are sound.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Assembler, Decoder, Item, Protocol};
use testkit::items::{cover, decode, packets};
use testkit::oracle::sound_packets;

fuzz_target!(|stream: &[u8]| {
    let items = decode(stream);
    assert_eq!(cover(&items), stream);
    assert_eq!(packets(&items), sound_packets(stream));

    let mut tests = Assembler::keeping_files();
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(stream);
    decoder.end();
    while let Some(item) = decoder.next() {
        match item {
            Item::Packet(packet) => _ = tests.push(&packet),
            Item::Damage(damage) => _ = tests.push_damage(&damage),
            Item::Text(_) => {}
        }
    }
    tests.finish();
});
