//! Any bytes are read as a report without panic, and what comes of them can be written.

#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Event, Packet, encode};
use subunit_formats::junit_reader::read;

fuzz_target!(|input: &[u8]| {
    check(input);
    // Most bytes are no XML: between elements, they are text.
    let mut inside = b"<testsuite timestamp='2026-11-26T10:00:00'><testcase name='a' time='1'>".to_vec();
    inside.extend_from_slice(input);
    check(&inside);
});

fn check(xml: &[u8]) {
    let mut has_tests = false;
    let report = read(xml, "report.xml", |event: &Event<'_>| {
        let mut packets = Vec::new();
        encode(event, &mut packets).expect("events can be written");
        let mut rest = &packets[..];
        while !rest.is_empty() {
            (_, rest) = Packet::split_first(rest).expect("events are written as packets");
        }
        has_tests |= event.status.is_some();
        Ok::<(), Infallible>(())
    });
    let report = report.expect("memory can be read");
    assert_eq!(report.has_tests, has_tests);
}
