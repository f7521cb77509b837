//! Events that are of no worker.

use subunit_cli::{Trouble, ended_test};
use subunit_codec::{Event, Status, Timestamp, encode};

/// Makes sure that ids can be written, to packets and in lists of lines.
pub(crate) fn check(ids: &[String], in_lines: bool) -> Result<(), Trouble> {
    let mut packet = Vec::new();
    for id in ids {
        packet.clear();
        if let Err(error) = encode(&Event::test(&**id).status(Status::Exists), &mut packet) {
            return Err(Trouble::message(format_args!("the list of tests: {error}")));
        }
        if in_lines && id.contains('\n') {
            return Err(Trouble::message(format_args!("{id}: an id holds a newline, which only --rpc can hand on")));
        }
    }
    Ok(())
}

/// Appends that there is a test.
pub(crate) fn announce(id: &str, out: &mut Vec<u8>) {
    append(&Event::test(id).status(Status::Exists), out);
}

/// Appends that a test has failed without having run.
pub(crate) fn fail(id: &str, reason: &str, out: &mut Vec<u8>) {
    append(&Event { timestamp: Timestamp::now(), ..ended_test(id, Status::Fail, reason) }, out);
}

/// Ids that fit into no packet are refused when they are read.
fn append(event: &Event<'_>, out: &mut Vec<u8>) {
    let _ = encode(event, out);
}
