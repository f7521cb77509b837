//! What is counted of a run. Memory follows the tags, the groups and the slowest tests, not the
//! length of the stream.

use subunit_codec::{PARSER_TEST_ID, Status, Test};
use subunit_formats::names::Names;
use subunit_formats::slowest::Slowest;

use crate::groups::{By, Groups};
use crate::tally::Tally;

/// What is counted of a run.
#[derive(Debug)]
pub(crate) struct Stats {
    /// Every test but those that only exist.
    pub(crate) all: Tally,
    pub(crate) skipped: u64,
    pub(crate) xfail: u64,
    pub(crate) uxsuccess: u64,
    pub(crate) unfinished: u64,
    /// Reports of damage, from this stream or from tools before.
    pub(crate) damage: u64,
    pub(crate) exists: u64,
    /// Bytes of text between packets and of files of the whole run.
    pub(crate) text_bytes: u64,
    /// The tags, unless they are the names of the groups.
    tags: Names,
    pub(crate) groups: Option<Groups>,
    pub(crate) slowest: Option<Slowest>,
}

impl Stats {
    pub(crate) fn new(by: Option<By>, slowest: Option<usize>) -> Self {
        Self {
            all: Tally::default(),
            skipped: 0,
            xfail: 0,
            uxsuccess: 0,
            unfinished: 0,
            damage: 0,
            exists: 0,
            text_bytes: 0,
            tags: Names::default(),
            groups: by.map(Groups::new),
            slowest: slowest.map(Slowest::new),
        }
    }

    /// Tests that neither failed nor were skipped.
    pub(crate) fn passed(&self) -> u64 {
        self.all.tests - self.all.failures - self.skipped
    }

    /// The tags of the tests that count.
    pub(crate) fn tags(&self) -> &Names {
        match &self.groups {
            Some(groups) if groups.by == By::Tag => &groups.names,
            _ => &self.tags,
        }
    }

    pub(crate) fn text(&mut self, text: &[u8]) {
        self.text_bytes += text.len() as u64;
    }

    pub(crate) fn test(&mut self, test: &Test) {
        match test.status {
            Status::Exists => {
                self.exists += 1;
                return;
            }
            Status::Skip => self.skipped += 1,
            Status::ExpectedFailure => self.xfail += 1,
            Status::UnexpectedSuccess => self.uxsuccess += 1,
            Status::InProgress => self.unfinished += 1,
            Status::Fail if test.id == PARSER_TEST_ID => self.damage += 1,
            Status::Fail | Status::Success => {}
        }
        self.all.add(test);
        match &mut self.groups {
            Some(groups) if groups.by == By::Tag => groups.add(test),
            groups => {
                for tag in &test.tags {
                    self.tags.number(tag);
                }
                if let Some(groups) = groups {
                    groups.add(test);
                }
            }
        }
        if let Some(slowest) = &mut self.slowest {
            slowest.add(test.duration(), || test.into());
        }
    }
}
