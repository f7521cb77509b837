//! The tests that began and did not end.

use hashbrown::HashMap;

use crate::packet::timestamp::Timestamp;
use crate::v1::line::Outcome;
use crate::v1::packets::{Subject, text};
use crate::v1::tags::TestTags;

/// A test that has no outcome yet.
#[derive(Debug)]
pub(super) struct OpenTest {
    id: String,
    /// The label, if it differs from the id because it is not UTF-8 or holds NUL.
    label: Option<Vec<u8>>,
    pub(super) tags: TestTags,
    pub(super) interrupted: Option<Box<Interruption>>,
    /// What became of its subtests.
    subtests: Subtests,
    /// How many tests began before it.
    number: u64,
}

/// The test that began while another was the current one, and when.
#[derive(Debug)]
pub(super) struct Interruption {
    pub(super) id: String,
    pub(super) time: Option<Timestamp>,
}

/// What became of the subtests that a test had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Subtests {
    #[default]
    None,
    /// Some were skipped, and none failed.
    Skipped,
    Failed,
}

impl OpenTest {
    pub(super) fn new(label: &[u8], tags: TestTags) -> Self {
        let id = text(label).into_owned();
        let label = Some(label).filter(|label| id.as_bytes() != *label).map(<[u8]>::to_vec);
        Self { id, label, tags, interrupted: None, subtests: Subtests::None, number: 0 }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn label(&self) -> &[u8] {
        self.label.as_deref().unwrap_or(self.id.as_bytes())
    }

    /// The test at that time, for a packet.
    pub(super) fn at(&self, time: Option<Timestamp>) -> Subject<'_> {
        Subject { id: &self.id, time }
    }

    /// Whether the test is over though it has no outcome: unittest reports none for a test in which
    /// a subtest was skipped. The runner is content with it if no subtest failed.
    pub(super) fn is_skipped_by_subtests(&self) -> bool {
        self.subtests == Subtests::Skipped
    }

    fn has_subtest(&self, label: &[u8]) -> bool {
        is_subtest(self.label(), label)
    }
}

/// Whether `label` is one that unittest gives to subtests of the test `parent`: the label of the
/// test, a space, and a message in brackets, parameters in parentheses, or both.
pub(super) fn is_subtest(parent: &[u8], label: &[u8]) -> bool {
    matches!(label.strip_prefix(parent), Some([b' ', b'(' | b'[', .., b')' | b']']))
}

/// The tests that began and did not end, found by their labels. The one that began last is the
/// current one as long as it is open; most streams have no other.
#[derive(Debug, Default)]
pub(super) struct OpenTests {
    current: Option<OpenTest>,
    others: HashMap<Vec<u8>, OpenTest>,
    begun: u64,
}

impl OpenTests {
    pub(super) fn is_empty(&self) -> bool {
        self.current.is_none() && self.others.is_empty()
    }

    pub(super) fn contains(&self, label: &[u8]) -> bool {
        self.is_current(label) || (!self.others.is_empty() && self.others.contains_key(label))
    }

    fn is_current(&self, label: &[u8]) -> bool {
        self.current.as_ref().is_some_and(|test| test.label() == label)
    }

    /// The test that directives without a label are about.
    pub(super) fn current(&mut self) -> Option<&mut OpenTest> {
        self.current.as_mut()
    }

    /// Adds a test that is not there yet, as the current one. It interrupts the one before.
    pub(super) fn begin(&mut self, mut test: OpenTest, now: Option<Timestamp>) {
        test.number = self.begun;
        self.begun += 1;
        if let Some(mut before) = self.current.take() {
            before.interrupted = Some(Box::new(Interruption { id: test.id.clone(), time: now }));
            self.others.insert(before.label().to_vec(), before);
        }
        self.current = Some(test);
    }

    /// Takes out the test of this label.
    pub(super) fn remove(&mut self, label: &[u8]) -> Option<OpenTest> {
        if self.is_current(label) {
            return self.current.take();
        }
        if self.others.is_empty() { None } else { self.others.remove(label) }
    }

    /// Takes note of an outcome, which may be that of a subtest.
    pub(super) fn note(&mut self, label: &[u8], outcome: Outcome) {
        if self.is_empty() {
            return;
        }
        let Some(test) = self.parent(label) else { return };
        if outcome.is_failure() {
            test.subtests = Subtests::Failed;
        } else if outcome == Outcome::Skip && test.subtests == Subtests::None {
            test.subtests = Subtests::Skipped;
        }
    }

    /// Whether `label` is that of a subtest of one of the tests.
    pub(super) fn have_subtest(&self, label: &[u8]) -> bool {
        self.current.as_ref().is_some_and(|test| test.has_subtest(label)) || self.other_parent(label).is_some()
    }

    /// The test that `label` is a subtest of.
    fn parent(&mut self, label: &[u8]) -> Option<&mut OpenTest> {
        if self.current.as_ref().is_some_and(|test| test.has_subtest(label)) {
            return self.current.as_mut();
        }
        let parent = self.other_parent(label)?;
        self.others.get_mut(parent)
    }

    /// The label of the test that `label` is a subtest of, if that is not the current one.
    fn other_parent<'a>(&self, label: &'a [u8]) -> Option<&'a [u8]> {
        /// A label has few places where a description may begin. To look at each would take long in
        /// one that is made of them.
        const MOST_PLACES: usize = 8;
        if self.others.is_empty() {
            return None;
        }
        let places = label.windows(2).enumerate().filter(|(_, pair)| matches!(pair, [b' ', b'(' | b'[']));
        let mut parents = places.take(MOST_PLACES).map(|(place, _)| &label[..place]);
        parents.find(|parent| self.others.get(*parent).is_some_and(|test| test.has_subtest(label)))
    }

    /// Takes out all tests, in the order in which they began.
    pub(super) fn drain(&mut self) -> Vec<OpenTest> {
        let mut tests: Vec<_> = self.others.drain().map(|(_, test)| test).chain(self.current.take()).collect();
        tests.sort_unstable_by_key(|test| test.number);
        tests
    }
}
