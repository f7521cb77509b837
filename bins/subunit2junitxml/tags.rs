//! The tags of a test.

/// Tags, in one string: to keep them of every test that runs takes no memory of each.
#[derive(Debug, Default)]
pub(crate) struct TagList {
    /// A NUL ends each; tags hold none.
    text: String,
}

impl TagList {
    /// Room for longer tags than these is not kept for other tests, whose are hardly ever as long.
    const MOST_TO_USE_AGAIN: usize = 1 << 10;

    /// Forgets those that were there for these.
    pub(crate) fn set<'a>(&mut self, tags: impl Iterator<Item = &'a str>) {
        self.clear();
        for tag in tags {
            self.text.push_str(tag);
            self.text.push('\0');
        }
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(Self::MOST_TO_USE_AGAIN);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.text.split_terminator('\0')
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// All of them in one string, for those who compare them.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}
