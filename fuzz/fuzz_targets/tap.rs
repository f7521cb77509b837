//! The translator of TAP takes any bytes without panic, its events can be written, and pauses
//! change no test.

#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use subunit_codec::{Event, Packet, Status, encode};
use subunit_formats::tap::Translator;

fuzz_target!(|input: &[u8]| {
    let (lines, has_failed) = tests(input, |_| None);
    let (paused, has_paused_failed) = tests(input, |number| (number % 3 != 0).then_some(number % 8));
    assert_eq!(paused, lines, "a pause changes no test");
    assert_eq!(has_paused_failed, has_failed, "a pause changes no verdict");
});

/// The tests and their statuses, and whether one failed. `pause_in` gives the number of bytes of a
/// line after which a pause comes.
fn tests(input: &[u8], pause_in: impl Fn(usize) -> Option<usize>) -> (Vec<(String, Status)>, bool) {
    let mut tests = Vec::new();
    let mut out = |event: &Event<'_>| {
        let mut packets = Vec::new();
        encode(event, &mut packets).expect("events can be written");
        let mut rest = &packets[..];
        while !rest.is_empty() {
            (_, rest) = Packet::split_first(rest).expect("events are written as packets");
        }
        tests.extend(event.test_id.as_deref().map(str::to_owned).zip(event.status));
        Ok::<(), Infallible>(())
    };
    let mut tap = Translator::new("");
    for (number, line) in input.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (start, rest) = line.split_at(pause_in(number).unwrap_or(0).min(line.len() - 1));
        let Ok(is_text) = pause_in(number).map_or(Ok(false), |_| tap.pause(start, &mut out));
        let Ok(()) = if is_text { tap.rest(rest, &mut out) } else { tap.line(line, None, &mut out) };
    }
    let Ok(()) = tap.end(&mut out);
    let has_failed = tap.has_failed();
    (tests, has_failed)
}
