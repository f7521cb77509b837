//! Tags: those in force outside tests, and what a test makes of them.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::v1::fault::{LineError, LineErrorKind};
use crate::v1::packets::text;

/// A set of tags that knows the order in which they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    /// The tags, the last one last. Those that were removed leave a gap.
    list: Vec<Option<Box<str>>>,
    count: usize,
    /// Where each tag is, if they are many.
    places: Option<Box<HashMap<Box<str>, usize>>>,
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
        for change in changes(&text(line)) {
            match change {
                Change::Add(tag) => self.add(tag),
                Change::Remove(tag) => self.remove(tag),
            }
        }
        Ok(())
    }

    /// Adds a tag, as the last.
    fn add(&mut self, tag: &str) {
        let tag = self.take(tag).unwrap_or_else(|| tag.into());
        self.close_gaps();
        if let Some(places) = &mut self.places {
            places.insert(tag.clone(), self.list.len());
        }
        self.count += 1;
        self.bytes += tag.len();
        self.list.push(Some(tag));
    }

    fn remove(&mut self, tag: &str) {
        self.take(tag);
    }

    fn contains(&self, tag: &str) -> bool {
        self.place(tag).is_some()
    }

    fn place(&self, tag: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(tag).copied(),
            None => self.list.iter().position(|known| known.as_deref() == Some(tag)),
        }
    }

    fn take(&mut self, tag: &str) -> Option<Box<str>> {
        let tag = self.place(tag).and_then(|place| self.list[place].take())?;
        if let Some(places) = &mut self.places {
            places.remove(&tag);
        }
        self.count -= 1;
        self.bytes -= tag.len();
        while self.list.pop_if(|last| last.is_none()).is_some() {}
        Some(tag)
    }

    /// Closes the gaps if there are as many as tags, which takes no longer than to make them did.
    fn close_gaps(&mut self) {
        /// A look at so few tags takes no longer than a hash.
        const FEW: usize = 16;
        if self.list.len() >= FEW && self.list.len() >= 2 * self.count {
            self.list.retain(Option::is_some);
            self.places = None;
        }
        if self.places.is_none() && self.list.len() >= FEW {
            let places = self.list.iter().enumerate();
            let places = places.filter_map(|(place, tag)| Some((tag.clone()?, place)));
            self.places = Some(Box::new(places.collect()));
        }
    }

    /// The tags, the last one first.
    fn newest_first(&self) -> impl Iterator<Item = &str> {
        self.list.iter().rev().filter_map(|tag| tag.as_deref())
    }

    /// Whether a line only takes back tags that are set.
    pub(super) fn are_taken_back_by(&self, line: &[u8]) -> bool {
        only_removes(&text(line), |tag| self.contains(tag))
    }
}

fn check(bytes: usize, line: &[u8]) -> Result<(), LineError> {
    if bytes + line.len() > MOST { Err(LineError::new(LineErrorKind::Tags)) } else { Ok(()) }
}

/// What a word on a line does.
enum Change<'a> {
    Add(&'a str),
    Remove(&'a str),
}

impl<'a> Change<'a> {
    fn read(word: &'a str) -> Self {
        word.strip_prefix('-').map_or(Self::Add(word), Self::Remove)
    }
}

/// The changes on a line: tags are added before others are removed.
fn changes(line: &str) -> impl Iterator<Item = Change<'_>> {
    let words = || line.split_whitespace().map(Change::read);
    let is_added = |change: &Change<'_>| matches!(change, Change::Add(_));
    let removed = words().filter(move |change| !is_added(change));
    words().filter(is_added).chain(removed)
}

/// Whether a line only removes tags, and `has` them all.
fn only_removes(line: &str, has: impl Fn(&str) -> bool) -> bool {
    line.split_whitespace().all(|word| matches!(Change::read(word), Change::Remove(tag) if has(tag)))
}

/// The tags of a test: those in force when it began, and its own changes.
#[derive(Debug, Default)]
pub(super) struct TestTags {
    /// `None` if there were none.
    inherited: Option<Arc<Tags>>,
    added: Tags,
    removed: Option<Box<HashSet<String>>>,
}

impl TestTags {
    pub(super) fn inherited(tags: &Arc<Tags>) -> Self {
        let inherited = (tags.count > 0).then(|| Arc::clone(tags));
        Self { inherited, added: Tags::default(), removed: None }
    }

    /// Adds and removes the tags on a line, for this test only.
    ///
    /// # Errors
    ///
    /// If there would be too many.
    pub(super) fn apply(&mut self, line: &[u8]) -> Result<(), LineError> {
        let inherited = self.inherited.as_ref().map_or(0, |tags| tags.bytes);
        check(inherited + self.added.bytes, line)?;
        for change in changes(&text(line)) {
            match change {
                Change::Add(tag) => {
                    if let Some(removed) = &mut self.removed {
                        removed.remove(tag);
                    }
                    self.added.add(tag);
                }
                Change::Remove(tag) => {
                    self.added.remove(tag);
                    if self.inherited.as_ref().is_some_and(|tags| tags.contains(tag)) {
                        self.removed.get_or_insert_default().insert(tag.to_owned());
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a line only takes back tags that the test has.
    pub(super) fn are_taken_back_by(&self, line: &[u8]) -> bool {
        let inherits = |tag: &str| self.inherited.as_ref().is_some_and(|tags| tags.contains(tag));
        let has = |tag: &str| self.added.contains(tag) || (inherits(tag) && !self.is_removed(tag));
        only_removes(&text(line), has)
    }

    fn is_removed(&self, tag: &str) -> bool {
        self.removed.as_ref().is_some_and(|removed| removed.contains(tag))
    }

    /// The tags in the order in which they came, and whether inherited ones were left out because
    /// they are too many to repeat. Those that came last are kept: they say most about this test.
    pub(super) fn list(&self) -> (Vec<Cow<'_, str>>, bool) {
        let (mut list, mut bytes, mut is_cut) = (Vec::new(), 0, false);
        list.extend(self.added.newest_first().map(Cow::from));
        for tag in self.inherited.iter().flat_map(|tags| tags.newest_first()) {
            bytes += tag.len();
            if bytes > MOST_RESTATED {
                is_cut = true;
                break;
            }
            if !self.is_removed(tag) && !self.added.contains(tag) {
                list.push(tag.into());
            }
        }
        list.reverse();
        (list, is_cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tags: &Tags) -> Vec<&str> {
        let mut list: Vec<_> = tags.newest_first().collect();
        list.reverse();
        list
    }

    #[test]
    fn tags_are_listed_in_the_order_in_which_they_were_last_added() {
        let mut tags = Tags::default();
        let mut expected: Vec<String> = Vec::new();
        for step in 0..5_000_usize {
            let tag = (step * step % 97 % (1 + step / 50)).to_string();
            expected.retain(|known| *known != tag);
            if step % 3 == 0 {
                tags.apply(format!("-{tag}").as_bytes()).expect("it is short");
            } else {
                tags.apply(tag.as_bytes()).expect("they are few");
                expected.push(tag);
            }
            assert_eq!(list(&tags), expected, "step {step}");
            assert_eq!(tags.bytes, expected.concat().len());
        }
    }

    #[test]
    fn a_test_inherits_tags_and_changes_its_own() {
        let mut global = Tags::default();
        global.apply(b"a b c").expect("they are few");
        let mut tags = TestTags::inherited(&Arc::new(global));
        tags.apply(b"d a -b").expect("they are few");
        assert_eq!(tags.list(), (vec!["c".into(), "d".into(), "a".into()], false));
        assert!(tags.are_taken_back_by(b"-a -c") && !tags.are_taken_back_by(b"-b") && !tags.are_taken_back_by(b"-a x"));
        tags.apply(b"b").expect("they are few");
        assert_eq!(tags.list().0.concat(), "cdab", "it may come back");
    }
}
