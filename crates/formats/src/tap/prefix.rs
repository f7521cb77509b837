//! What the ids of a document begin with, bounded: it is written again for each of its tests.

/// The longest prefix, in bytes, without the slash at its end.
const MOST: usize = 256;
/// As much of a longer one is kept. A tilde and the digest follow.
const KEPT: usize = 239;

/// What the ids of a document begin with: the id of its parent and a slash, or nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefix {
    text: String,
    is_cut: bool,
}

impl Prefix {
    /// The prefix of tests below one with this id. More than 256 bytes are cut to 239, a tilde and
    /// 16 digits of a digest, so that different ids have different prefixes.
    pub(super) fn below(mut id: String) -> Self {
        let is_cut = id.len() > MOST;
        if is_cut {
            let digest = digest(id.as_bytes());
            let kept = (0..=KEPT).rev().find(|at| id.is_char_boundary(*at)).unwrap_or_default();
            id.truncate(kept);
            id.extend(["~", &format!("{digest:016x}")]);
        }
        id.push('/');
        Self { text: id, is_cut }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the id was too long to be repeated.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// The FNV-1a hash: the same in every version of the tool, unlike that of the standard library.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_of_up_to_256_bytes_is_the_id() {
        for id in [String::new(), "test 1 - a".to_owned(), "x".repeat(256)] {
            let prefix = Prefix::below(id.clone());
            assert_eq!((prefix.as_str(), prefix.is_cut()), (&*(id + "/"), false));
        }
    }

    #[test]
    fn a_longer_one_is_cut_and_has_a_digest() {
        let long = "x".repeat(257);
        let cut = Prefix::below(long.clone());
        assert_eq!(cut.as_str(), format!("{}~{:016x}/", &long[..239], digest(long.as_bytes())));
        assert!(cut.is_cut());
        assert_ne!(cut.as_str(), Prefix::below(long + "x").as_str(), "other ids have other prefixes");
        let umlauts = Prefix::below("ö".repeat(200));
        assert_eq!(umlauts.as_str().len(), 238 + 18, "no character is cut in two");
    }

    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
