//! What the ids of a document begin with, bounded: it is written again for each of its tests.

use crate::repeated_name;

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
        let is_cut = repeated_name::bound(&mut id);
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
    fn a_longer_one_is_cut() {
        let cut = Prefix::below("x".repeat(257));
        assert_eq!(cut.as_str().len(), 256 + 1);
        assert!(cut.is_cut());
    }
}
