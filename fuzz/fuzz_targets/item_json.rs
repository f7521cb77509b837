//! Any line is an item or an error, and a stream comes back from JSON byte for byte.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Decoder, Item, Packet, Protocol};
use subunit_formats::item_json::{Restored, append_line, restore};

fuzz_target!(|input: &[u8]| {
    for line in input.split(|byte| *byte == b'\n') {
        if let Ok(Restored::Packets(packets)) = restore(line) {
            let mut rest = &packets[..];
            while !rest.is_empty() {
                (_, rest) = Packet::split_first(rest).expect("what is restored are packets");
            }
        }
    }
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(input);
    decoder.end();
    let mut restored = Vec::new();
    while let Some(item) = decoder.next() {
        let mut line = Vec::new();
        append_line(&item, matches!(item, Item::Packet(_)), &mut line).expect("there is memory");
        match restore(&line).expect("a line that was written is an item") {
            Restored::Packets(bytes) | Restored::Text(bytes) | Restored::Damage(bytes) => restored.extend(bytes),
        }
    }
    assert!(restored == input, "every byte comes back");
});
