//! Packets as they leave if their test is kept: renamed, and with their status corrected.

use std::borrow::Cow;

use subunit_cli::{IdList, Trouble};
use subunit_codec::{Packet, PacketEdit, Status};

use crate::rename::Rename;

/// What is to be different about packets.
pub(crate) struct Edits {
    pub(crate) renames: Vec<Rename>,
    /// Renamed ids of the tests that are expected to fail.
    pub(crate) expected_failures: IdList,
}

/// A packet with its edits.
pub(crate) struct Edited<'a> {
    pub(crate) packet: &'a Packet<'a>,
    /// The new test id, if it is another.
    renamed: Option<String>,
    /// The corrected status.
    pub(crate) status: Option<Status>,
}

impl Edits {
    /// Edits a packet of a test.
    ///
    /// # Errors
    ///
    /// If its new id is too long for a packet.
    pub(crate) fn edit<'a>(&self, packet: &'a Packet<'a>) -> Result<Edited<'a>, Trouble> {
        let mut edited = Edited { packet, renamed: None, status: packet.status() };
        for rename in &self.renames {
            let next = rename.apply(edited.id()).map_err(|_| too_long(packet))?;
            edited.renamed = next.or(edited.renamed);
        }
        if !self.expected_failures.is_empty() && self.expected_failures.contains(edited.id()) {
            edited.status = edited.status.map(as_expected_to_fail);
        }
        Ok(edited)
    }
}

impl Edited<'_> {
    /// The id that the test goes by.
    pub(crate) fn id(&self) -> &str {
        self.renamed.as_deref().or(self.packet.test_id()).unwrap_or_default()
    }

    /// The packet as it leaves; as two, if a longer id leaves too little room for its file.
    ///
    /// # Errors
    ///
    /// If the new id is too long for a packet.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>, Trouble> {
        if self.renamed.is_none() && self.status == self.packet.status() {
            return Ok(self.packet.as_bytes().into());
        }
        let mut edit = PacketEdit::new();
        if let Some(id) = &self.renamed {
            edit = edit.test_id(id);
        }
        if let Some(status) = self.status {
            edit = edit.status(status);
        }
        let mut bytes = Vec::new();
        edit.encode(self.packet, &mut bytes).map_err(|_| too_long(self.packet))?;
        Ok(bytes.into())
    }
}

/// The status of a test that was expected to fail.
fn as_expected_to_fail(status: Status) -> Status {
    match status {
        Status::Fail => Status::ExpectedFailure,
        Status::Success => Status::UnexpectedSuccess,
        other => other,
    }
}

fn too_long(packet: &Packet<'_>) -> Trouble {
    const MOST: usize = 60;
    let id = packet.test_id().unwrap_or_default();
    let start: String = id.chars().take(MOST).collect();
    let rest = if start.len() < id.len() { "..." } else { "" };
    Trouble::message(format_args!("--rename: the new id of '{start}{rest}' is too long for a packet"))
}
