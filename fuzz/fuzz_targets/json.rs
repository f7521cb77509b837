//! Every test of a stream is a line of JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Assembler, Decoder, Item, Packet, Protocol, Test};
use subunit_formats::json;

fuzz_target!(|stream: &[u8]| {
    let mut tests = Assembler::keeping_files();
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(stream);
    decoder.end();
    while let Some(item) = decoder.next() {
        match item {
            Item::Packet(packet) => tests.push(&packet).into_iter().for_each(check),
            Item::Damage(damage) => check(tests.push_damage(&damage)),
            // Streams of version 1 and TAP are seeds, too: their lines are names here.
            Item::Text(text) => {
                let Ok(name) = str::from_utf8(text) else { continue };
                let mut packet = Vec::new();
                let event = subunit_codec::Event::test(name).status(subunit_codec::Status::Fail).file("log", text);
                if subunit_codec::encode(&event, &mut packet).is_ok()
                    && let Ok(packet) = Packet::parse(&packet)
                {
                    tests.push(&packet).into_iter().for_each(check);
                }
            }
        }
    }
    tests.finish().iter().for_each(check);
});

fn check(test: &Test) {
    for line in [json::test(test), json::test_with_details(test)] {
        assert!(!line.trim_end_matches('\n').contains('\n'), "{line}");
        let value: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(value["id"], *test.id);
    }
}
