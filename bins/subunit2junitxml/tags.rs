//! The tags of a test.

use subunit_codec::Packet;

/// Tags in one string, and room to keep those of another test.
#[derive(Debug, Default)]
pub(crate) struct TagList {
    /// A NUL ends each; tags hold none.
    text: String,
    /// The field of the packet that they are from. Most tests have the tags of one that ended
    /// before, and most packets those of the packet before.
    field: Vec<u8>,
    /// Whether they are of this test.
    is_set: bool,
}

impl TagList {
    /// Room for longer tags than these is not kept for other tests, whose are hardly ever as long.
    const MOST_TO_USE_AGAIN: usize = 1 << 10;

    /// Learns the tags of a packet, if it has any.
    pub(crate) fn learn(&mut self, packet: &Packet<'_>) {
        let Some(field) = packet.tags_field() else { return };
        self.is_set = true;
        if self.field != field {
            self.field.clear();
            self.field.extend_from_slice(field);
            self.text.clear();
            for tag in packet.tags().into_iter().flatten() {
                self.text.push_str(tag);
                self.text.push('\0');
            }
        }
    }

    /// Forgets the tags.
    pub(crate) fn clear(&mut self) {
        self.is_set = false;
        if self.field.len() > Self::MOST_TO_USE_AGAIN {
            *self = Self::default();
        }
    }

    /// All tags, with a NUL behind each.
    pub(crate) fn as_str(&self) -> &str {
        if self.is_set { &self.text } else { "" }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.as_str().split_terminator('\0')
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}
