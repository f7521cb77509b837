//! Lists of tests that are to be run.

use std::collections::HashSet;
use std::ffi::OsStr;

use subunit_codec::names::IMPORT_ERRORS;
use subunit_codec::{Decoder, Item, PARSER_TEST_ID, Protocol, SIGNATURE};

use crate::id_list::{bytes_of, ids_in};
use crate::input;
use crate::trouble::Trouble;

/// The ids in a list of tests, in its order: the file of this name, or standard input for `-`. One
/// that is listed twice counts once, at its first place.
///
/// A list is ids, as [`IdList::ordered`](crate::IdList::ordered) reads them, or a stream, as
/// `python -m subunit.run --list` writes it: the tests that it names, whatever it says of them. It
/// is a stream if it begins like a packet, or if text comes before packets. With `whole_lines`,
/// nothing but the line end is taken off a line of ids.
///
/// # Errors
///
/// If it cannot be read, if it is a stream that is damaged or that tells of modules which could not
/// be imported, or if an id is not UTF-8: without the tests that are missing, a run looks complete.
pub fn read_test_list(name: &OsStr, whole_lines: bool) -> Result<Vec<String>, Trouble> {
    let (name, file) = input::open_input(name)?;
    let bytes = bytes_of(&name, file)?;
    ids(&bytes, whole_lines).map_err(|problem| Trouble::message(format_args!("{name}: {problem}")))
}

/// The ids in a list, or what is wrong with it.
fn ids(bytes: &[u8], whole_lines: bool) -> Result<Vec<String>, String> {
    let mut ids = if is_stream(bytes) {
        in_stream(bytes)?
    } else {
        let text = |id: &[u8]| String::from_utf8(id.to_vec()).map_err(|_| "an id is not UTF-8");
        ids_in(bytes, whole_lines).map(text).collect::<Result<_, _>>()?
    };
    let mut seen = HashSet::with_capacity(ids.len());
    let mut are_new = ids.iter().map(|id| seen.insert(id.as_str())).collect::<Vec<_>>().into_iter();
    ids.retain(|_| are_new.next().unwrap_or(true));
    Ok(ids)
}

fn is_stream(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SIGNATURE) || str::from_utf8(bytes).is_err() && holds_packet(bytes)
}

fn holds_packet(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(bytes);
    decoder.end();
    while decoder.next().is_some() {}
    decoder.is_recognized()
}

/// The tests that a stream names, in the order of their first packets with a status.
fn in_stream(bytes: &[u8]) -> Result<Vec<String>, String> {
    const AT_ONCE: usize = 1 << 16;
    let mut decoder = Decoder::new(Protocol::V2);
    let mut ids = Vec::new();
    for chunk in bytes.chunks(AT_ONCE).map(Some).chain([None]) {
        match chunk {
            Some(chunk) => decoder.feed(chunk),
            None => decoder.end(),
        }
        while let Some(item) = decoder.next() {
            let packet = match item {
                Item::Text(_) => continue,
                Item::Damage(damage) => return Err(incomplete(&damage.summary())),
                Item::Packet(packet) => packet,
            };
            match packet.test_id() {
                Some(PARSER_TEST_ID) => return Err(incomplete("it was damaged")),
                Some(id) if packet.status().is_some() => ids.push(id.to_owned()),
                None if packet.file_name() == Some(IMPORT_ERRORS) => return Err(incomplete("it has import errors")),
                _ => {}
            }
        }
    }
    Ok(ids)
}

fn incomplete(problem: &str) -> String {
    format!("{problem}; a list has to be complete")
}

#[cfg(test)]
mod tests {
    use subunit_codec::{Event, Status, encode};

    use super::*;

    fn stream(events: &[Event<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for event in events {
            encode(event, &mut bytes).unwrap();
        }
        bytes
    }

    #[test]
    fn a_list_is_lines_or_ends_ids_with_nul() {
        let lines = b"# all of it
a#1
b 

#c
a#1
last";
        assert_eq!(ids(lines, false).unwrap(), ["a#1", "b", "last"]);
        assert_eq!(ids(lines, true).unwrap(), ["# all of it", "a#1", "b ", "#c", "last"]);
        assert_eq!(ids(b"a\nb\0# c\0\0a\nb\0d", false).unwrap(), ["a\nb", "# c", "d"]);
        assert!(ids(b"", false).unwrap().is_empty());
        assert_eq!(ids(b"a\n\xff\n", false).unwrap_err(), "an id is not UTF-8");
    }

    #[test]
    fn a_list_may_be_a_stream() {
        let log = || Event::test("rpc").file("rpc", &b"{}"[..]);
        let listed = ["b", "a#1", "b", "two\nlines"].map(|id| Event::test(id).status(Status::Exists));
        let ran = [Status::InProgress, Status::Fail].map(|status| Event::test("ran").status(status));
        let bytes = stream(&[&listed[..], &[log()], &ran].concat());
        let expected = ["b", "a#1", "two\nlines", "ran"];
        assert_eq!(ids(&bytes, false).unwrap(), expected);
        assert_eq!(ids(&[b"DeprecationWarning: x\n", &bytes[..]].concat(), false).unwrap(), expected);
        let many: Vec<String> = (0..20_000).map(|number| format!("test {number}")).collect();
        let events: Vec<_> = many.iter().map(|id| Event::test(id).status(Status::Exists)).collect();
        assert_eq!(ids(&stream(&events), false).unwrap(), many);
    }

    #[test]
    fn a_stream_that_lacks_tests_is_no_list() {
        let bytes = stream(&[Event::test("a").status(Status::Exists), Event::test("b").status(Status::Exists)]);
        let error = |bytes: &[u8]| ids(bytes, false).unwrap_err();
        assert!(error(&bytes[..bytes.len() - 1]).ends_with("; a list has to be complete"));
        let errors = Event::global_file(IMPORT_ERRORS, &b"ImportError: x"[..]);
        assert_eq!(
            error(&[bytes.clone(), stream(&[errors])].concat()),
            "it has import errors; a list has to be complete"
        );
        let damage = Event::test(PARSER_TEST_ID).status(Status::Fail);
        assert_eq!(error(&[bytes, stream(&[damage])].concat()), "it was damaged; a list has to be complete");
    }
}
