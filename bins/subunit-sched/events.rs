//! Events that belong to no worker.

use subunit_cli::{Trouble, ended_test};
use subunit_codec::{Event, Status, Timestamp, encode};

/// Checks that ids fit into packets and, if they are handed on `in_lines`, that they hold no
/// newline.
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

/// Appends a packet that lists a test.
pub(crate) fn announce(id: &str, out: &mut Vec<u8>) {
    append(&Event::test(id).status(Status::Exists), out);
}

/// Appends the failure of a test that never ran.
pub(crate) fn fail(id: &str, reason: &str, out: &mut Vec<u8>) {
    append(&Event { timestamp: Timestamp::now(), ..ended_test(id, Status::Fail, reason) }, out);
}

/// Encoding cannot fail: [`check`] has refused ids that do not fit.
fn append(event: &Event<'_>, out: &mut Vec<u8>) {
    let _ = encode(event, out);
}
