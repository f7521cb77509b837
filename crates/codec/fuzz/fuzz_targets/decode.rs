//! The decoder takes any bytes without panic, and its items cover them in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Assembler, Decoder, Item};
use testkit::items::{cover, decode};

fuzz_target!(|stream: &[u8]| {
    assert_eq!(cover(&decode(stream)), stream);

    let mut tests = Assembler::keeping_files();
    let mut decoder = Decoder::new();
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
