//! The tags of a test in flight, which are repeated beside the tag of its source.

use subunit_codec::Packet;

/// The tags that the packets of a test gave last, the one of the source not counted.
///
/// A packet that states no tags leaves its test those that it has. One that is to have the tag of
/// the source must state the others, too, since the tags of a packet replace those before. That is
/// done as long as it makes the output no longer than twice the input and [a little](Self::MOST)
/// for each test.
#[derive(Debug, Default)]
pub(crate) struct TestTags {
    tags: Vec<String>,
    /// How long they are together.
    length: usize,
    /// Bytes of tags that were repeated, less the bytes of packets since then.
    repeated: usize,
}

impl TestTags {
    /// So many bytes of tags are repeated for a test.
    const MOST: usize = 1 << 12;

    /// Takes over the tags that a packet states.
    pub(crate) fn note<'a>(&mut self, stated: impl Iterator<Item = &'a str> + Clone) {
        self.length = stated.clone().map(str::len).sum();
        if self.length > Self::MOST {
            self.tags = Vec::new();
        } else if !stated.clone().eq(self.tags.iter().map(String::as_str)) {
            self.tags = stated.map(str::to_owned).collect();
        }
    }

    /// Whether a packet of the test that states no tags may repeat them, beside the one of the
    /// source.
    pub(crate) fn pay(&mut self, packet: &Packet<'_>, source: &str) -> bool {
        self.repeated = self.repeated.saturating_sub(packet.as_bytes().len());
        let repeated = self.repeated + self.length + source.len();
        let is_paid = repeated <= Self::MOST;
        if is_paid {
            self.repeated = repeated;
        }
        is_paid
    }

    /// The tags, if there are not too many to be repeated at all.
    pub(crate) fn repeatable(&self) -> Option<&[String]> {
        (self.length <= Self::MOST).then_some(&self.tags)
    }
}

#[cfg(test)]
mod tests {
    use subunit_codec::{Event, encode};

    use super::*;

    fn packet(event: &Event<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(event, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn tags_are_repeated_while_packets_pay_for_them() {
        let (short, long) = (packet(&Event::test("a")), packet(&Event::test("a").file("log", vec![b'x'; 5_000])));
        let source = "a source of thirty-two letters.";
        let mut tags = TestTags::default();
        tags.note(["slow"].into_iter());
        let packet = Packet::parse(&short).unwrap();
        let repeated = (0..10_000).filter(|_| tags.pay(&packet, source)).count();
        let most = (10_000 * short.len() + TestTags::MOST) / (4 + source.len());
        assert!((most - 1..=most).contains(&repeated), "{repeated} of at most {most}");
        let packet = Packet::parse(&long).unwrap();
        assert!(tags.pay(&packet, source), "that pays for all");
    }

    #[test]
    fn too_many_tags_are_not_kept() {
        let silent = packet(&Event::test("a").file("log", vec![b'x'; 100_000]));
        let silent = Packet::parse(&silent).unwrap();
        let mut tags = TestTags::default();
        tags.note(std::iter::repeat_n("x", TestTags::MOST + 1));
        assert_eq!((tags.pay(&silent, "web"), tags.repeatable(), tags.tags.len()), (false, None, 0));
        tags.note(["few"].into_iter());
        assert_eq!(tags.repeatable(), Some(&["few".to_owned()][..]), "the next ones replace them");
    }
}
