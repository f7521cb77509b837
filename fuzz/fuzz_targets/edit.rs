//! Every packet of a stream can be changed, and is what it was but for the changes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Decoder, Item, Packet, PacketEdit, Protocol, Status};

fuzz_target!(|stream: &[u8]| {
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(stream);
    decoder.end();
    while let Some(item) = decoder.next() {
        let Item::Packet(packet) = item else { continue };
        let mut changed = Vec::new();
        let edit = PacketEdit::new().test_id("other").status(Status::Skip).tags(["a", "b"]).route_code("0/1");
        if edit.encode(&packet, &mut changed).is_err() {
            continue;
        }
        // A file that grows out of its packet goes on in another.
        let (first, rest) = Packet::split_first(&changed).expect("changed packets are packets");
        if !rest.is_empty() {
            continue;
        }
        let mut event = packet.to_event();
        event.test_id = Some("other".into());
        event.status = Some(Status::Skip);
        event.tags = Some(["a", "b"].map(Into::into).into());
        event.route_code = Some("0/1".into());
        assert_eq!(first.to_event(), event);
    }
});
