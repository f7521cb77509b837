//! Which tags packets get, and which they lose.

use subunit_cli::{Output, Trouble};
use subunit_codec::{EncodeError, Event, Packet, PacketEdit};

/// Adds tags to packets and removes tags from them.
#[derive(Debug, Default)]
pub(crate) struct Tagger {
    added: Vec<String>,
    removed: Vec<String>,
}

impl Tagger {
    /// Adds and removes what the operands say: `TAG` or `-TAG`. Removing wins.
    ///
    /// # Errors
    ///
    /// If a tag is empty.
    pub(crate) fn new(operands: Vec<String>) -> Result<Self, Trouble> {
        let mut tagger = Self::default();
        for operand in operands {
            let (tag, tags) = match operand.strip_prefix('-') {
                Some(tag) => (tag, &mut tagger.removed),
                None => (&*operand, &mut tagger.added),
            };
            if tag.is_empty() {
                return Err(Trouble::message(format_args!("'{operand}': a tag cannot be empty; see --help")));
            }
            if !tags.iter().any(|known| known == tag) {
                tags.push(tag.to_owned());
            }
        }
        tagger.added.retain(|tag| !tagger.removed.contains(tag));
        Ok(tagger)
    }

    /// Forwards a packet with its tags changed. If none of them changes, it is forwarded byte for
    /// byte.
    pub(crate) fn packet(&self, packet: &Packet<'_>, output: &mut Output) -> Result<(), Trouble> {
        let Some(tags) = self.changed(packet) else { return output.forward(packet) };
        // As in a packet that never had tags: adding a tag and removing it changes nothing.
        let edit = if tags.is_empty() { PacketEdit::new().without_tags() } else { PacketEdit::new().tags(tags) };
        let mut bytes = Vec::new();
        edit.encode(packet, &mut bytes).map_err(too_long)?;
        output.bytes(&bytes)
    }

    /// Writes an event that has no tags yet.
    pub(crate) fn event(&self, event: Event<'_>, output: &mut Output) -> Result<(), Trouble> {
        output.event(&if self.added.is_empty() { event } else { event.tags(&self.added) })
    }

    /// The tags that the packet is to have, if these are others than it has.
    fn changed<'a>(&'a self, packet: &Packet<'a>) -> Option<Vec<&'a str>> {
        let stated = packet.tags();
        let stated = stated.iter().flat_map(Clone::clone);
        let lacks = |tag: &&String| !stated.clone().any(|stated| stated == *tag);
        let is_removed = |tag: &str| self.removed.iter().any(|removed| removed == tag);
        if self.added.iter().all(|tag| !lacks(&tag)) && !stated.clone().any(is_removed) {
            return None;
        }
        let kept = stated.clone().filter(|tag| !is_removed(tag));
        Some(kept.chain(self.added.iter().filter(lacks).map(String::as_str)).collect())
    }
}

fn too_long(_: EncodeError) -> Trouble {
    Trouble::message("the tags are too long for a packet")
}
