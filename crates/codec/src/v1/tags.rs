//! Tags: those in force outside tests, and what a test makes of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::v1::fault::{LineError, LineErrorKind};
use crate::v1::packets::text;

/// A set of tags that knows the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    /// The number of each tag: how many were added before it.
    numbers: HashMap<Arc<str>, u64>,
    /// The same the other way around.
    tags: BTreeMap<u64, Arc<str>>,
    added: u64,
    /// The length of all tags.
    bytes: usize,
}

/// More bytes of tags than this are refused: they have to fit a packet.
const MOST: usize = 1 << 16;
/// A test repeats no more bytes of the tags in force outside tests: output is linear in the input.
const MOST_RESTATED: usize = 1 << 12;

impl Tags {
    /// Adds and removes the tags on a line.
    ///
    /// # Errors
    ///
    /// If there would be too many.
    pub(super) fn apply(&mut self, line: &[u8]) -> Result<(), LineError> {
        check(self.bytes, line)?;
        let line = text(line);
        for tag in added(&line) {
            self.add(tag);
        }
        for tag in removed(&line) {
            self.remove(tag);
        }
        Ok(())
    }

    /// Adds a tag, as the last.
    fn add(&mut self, tag: &str) {
        let number = self.added;
        self.added += 1;
        let tag = match self.numbers.remove_entry(tag) {
            Some((tag, before)) => {
                self.tags.remove(&before);
                tag
            }
            None => {
                self.bytes += tag.len();
                tag.into()
            }
        };
        self.tags.insert(number, Arc::clone(&tag));
        self.numbers.insert(tag, number);
    }

    fn remove(&mut self, tag: &str) {
        if let Some(number) = self.numbers.remove(tag) {
            self.tags.remove(&number);
            self.bytes -= tag.len();
        }
    }

    fn contains(&self, tag: &str) -> bool {
        self.numbers.contains_key(tag)
    }

    /// Whether a line only takes back tags that are set.
    pub(super) fn are_taken_back_by(&self, line: &[u8]) -> bool {
        let line = text(line);
        added(&line).next().is_none() && removed(&line).all(|tag| self.contains(tag))
    }
}

fn check(bytes: usize, line: &[u8]) -> Result<(), LineError> {
    if bytes + line.len() > MOST { Err(LineError::new(LineErrorKind::Tags)) } else { Ok(()) }
}

fn added(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace().filter(|tag| !tag.starts_with('-'))
}

fn removed(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace().filter_map(|tag| tag.strip_prefix('-'))
}

/// The tags of a test: those in force when it began, and its own changes.
#[derive(Debug, Default)]
pub(super) struct TestTags {
    inherited: Arc<Tags>,
    added: Tags,
    removed: HashSet<String>,
}

impl TestTags {
    pub(super) fn inherited(tags: &Arc<Tags>) -> Self {
        Self { inherited: Arc::clone(tags), ..Self::default() }
    }

    /// Adds and removes the tags on a line, for this test only.
    ///
    /// # Errors
    ///
    /// If there would be too many.
    pub(super) fn apply(&mut self, line: &[u8]) -> Result<(), LineError> {
        check(self.inherited.bytes + self.added.bytes, line)?;
        let line = text(line);
        for tag in added(&line) {
            self.removed.remove(tag);
            self.added.add(tag);
        }
        for tag in removed(&line) {
            self.added.remove(tag);
            if self.inherited.contains(tag) {
                self.removed.insert(tag.to_owned());
            }
        }
        Ok(())
    }

    /// Whether a line only takes back tags that the test has.
    pub(super) fn are_taken_back_by(&self, line: &[u8]) -> bool {
        let line = text(line);
        let has = |tag: &str| self.added.contains(tag) || (self.inherited.contains(tag) && !self.removed.contains(tag));
        added(&line).next().is_none() && removed(&line).all(has)
    }

    /// The tags in the order in which they came, and whether inherited ones were left out because
    /// they are too many to repeat. Those that came last are kept: they say most about this test.
    pub(super) fn list(&self) -> (Vec<&str>, bool) {
        let (mut list, mut bytes, mut is_cut) = (Vec::new(), 0, false);
        for tag in self.inherited.tags.values().rev() {
            bytes += tag.len();
            if bytes > MOST_RESTATED {
                is_cut = true;
                break;
            }
            if !self.removed.contains(&**tag) && !self.added.contains(tag) {
                list.push(&**tag);
            }
        }
        list.reverse();
        list.extend(self.added.tags.values().map(|tag| &**tag));
        (list, is_cut)
    }
}
