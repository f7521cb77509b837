//! The converter of `go test -json` takes any bytes without panic, its events can be written, and a
//! run that is cut off is not green.

#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Event, Packet, encode};
use subunit_formats::go_test::Converter;

const RUN: &[u8] = br#"{"Action":"run","Package":"p","Test":"TestCut"}"#;

fuzz_target!(|input: &[u8]| {
    let mut out = |event: &Event<'_>| {
        let mut packets = Vec::new();
        encode(event, &mut packets).expect("events can be written");
        let mut rest = &packets[..];
        while !rest.is_empty() {
            (_, rest) = Packet::split_first(rest).expect("events are written as packets");
        }
        Ok::<(), Infallible>(())
    };
    let mut go = Converter::new();
    for (number, line) in input.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if number % 3 == 1 {
            let Ok(()) = go.pause(&mut out);
        }
        let Ok(()) = go.line(line, &mut out);
    }
    let Ok(()) = go.line(RUN, &mut out);
    let Ok(()) = go.end(&mut out);
    assert!(go.has_failed(), "a test never finished");
});
