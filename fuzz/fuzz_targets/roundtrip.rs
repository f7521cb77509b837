//! An event reads back as it was written.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use subunit_codec::{EncodeErrorKind, Event, File, Packet, Status, Timestamp, encode};

#[derive(Arbitrary, Debug)]
struct Fields<'a> {
    timestamp: Option<(u32, u32)>,
    test_id: Option<&'a str>,
    status: Option<u8>,
    tags: Option<Vec<&'a str>>,
    is_runnable: bool,
    mime_type: Option<&'a str>,
    file: Option<(&'a str, &'a [u8])>,
    is_eof: bool,
    route_code: Option<&'a str>,
}

fuzz_target!(|fields: Fields<'_>| {
    let event = Event {
        timestamp: fields.timestamp.and_then(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds)),
        test_id: fields.test_id.map(Into::into),
        status: fields.status.map(|status| Status::ALL[usize::from(status) % Status::ALL.len()]),
        tags: fields.tags.map(|tags| tags.into_iter().map(Into::into).collect()),
        runnable: fields.is_runnable,
        mime_type: fields.mime_type.map(Into::into),
        file: fields.file.map(|(name, bytes)| File { name: name.into(), bytes: bytes.into() }),
        eof: fields.is_eof,
        route_code: fields.route_code.map(Into::into),
    };
    let mut out = Vec::new();
    match encode(&event, &mut out) {
        Ok(()) => {
            let packet = Packet::parse(&out).expect("what was written is a packet");
            assert_eq!(packet.to_event(), event);
        }
        Err(error) => {
            assert_eq!(error.kind(), EncodeErrorKind::Nul);
            assert!(out.is_empty());
        }
    }
});
