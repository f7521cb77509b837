//! What each suite holds, put on disk in sorted runs.

use std::fs::File;
use std::io::{self, Write};
use std::mem;

use subunit_cli::{SpillFile, Trouble};

use crate::text_store::utf8;

/// What a suite holds of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Section {
    pub(crate) suite: u32,
    pub(crate) kind: Kind,
}

/// A kind of what a suite holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Test cases, as XML.
    Cases,
    /// What was printed by no test.
    Output,
    Errors,
    /// Routes and tags of its tests, each with a NUL behind it.
    Routes,
    Tags,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Cases, Self::Output, Self::Errors, Self::Routes, Self::Tags];
}

/// What all suites hold. It comes suite by suite in any order, and is read when all of it is there.
///
/// Pieces are gathered in memory. When that is full, they go to a file, sorted by section: the
/// pieces of a section are a run, and each run has before it where the one before of its suite is.
/// So a suite takes the memory of one number, however much it holds, and is read in few pieces.
#[derive(Debug, Default)]
pub(crate) struct SuiteStore {
    pieces: String,
    frames: Vec<Frame>,
    file: SpillFile,
    /// For each suite, where its last run begins in the file, plus one; 0 without any.
    last_runs: Vec<u64>,
    /// The suite that is read, and its runs.
    opened: Option<(u32, Vec<(Kind, Run)>)>,
}

/// Pieces of a section in the file.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: u64,
    length: u64,
}

/// A piece in memory.
#[derive(Clone, Copy, Debug)]
struct Frame {
    section: Section,
    start: usize,
    end: usize,
}

/// What is written before a run: where the one before of its suite begins, plus one, how long this
/// one is, and its kind.
const HEADER: usize = 24;

impl SuiteStore {
    /// How many bytes are gathered.
    const MOST_IN_MEMORY: usize = 1 << 20;
    /// How many pieces are.
    const MOST_FRAMES: usize = 16 << 10;

    /// Adds a piece to what a suite holds.
    pub(crate) fn add(&mut self, section: Section, piece: &str) -> Result<(), Trouble> {
        let start = self.pieces.len();
        self.pieces.push_str(piece);
        match self.frames.last_mut() {
            Some(last) if last.section == section => last.end += piece.len(),
            _ => self.frames.push(Frame { section, start, end: start + piece.len() }),
        }
        if self.pieces.len() > Self::MOST_IN_MEMORY || self.frames.len() > Self::MOST_FRAMES {
            self.spill()?;
        }
        Ok(())
    }

    /// Makes ready to be read.
    pub(crate) fn complete(&mut self) -> Result<(), Trouble> {
        if !self.file.is_empty() {
            return self.spill();
        }
        // The sort is stable: pieces of a section stay in order.
        self.frames.sort_by_key(|frame| frame.section);
        Ok(())
    }

    /// How many bytes are in a section, once the store is complete.
    pub(crate) fn len(&mut self, section: Section) -> Result<u64, Trouble> {
        let runs = self.runs(section).map_err(|cause| Trouble::temporary(&cause))?;
        let in_memory = self.in_memory(section).map(|piece| piece.len() as u64);
        Ok(runs.iter().map(|run| run.length).chain(in_memory).sum())
    }

    /// Shows what is in a section, piece by piece, once the store is complete.
    pub(crate) fn read(
        &mut self,
        section: Section,
        mut show: impl FnMut(&str) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let runs = self.runs(section).map_err(|cause| Trouble::temporary(&cause))?;
        let mut buffer = Vec::new();
        for run in runs {
            // Each is about as long as all that is gathered, at the most.
            buffer.resize(usize::try_from(run.length).unwrap_or(usize::MAX), 0);
            self.file.read_at(&mut buffer, run.start).map_err(|cause| Trouble::temporary(&cause))?;
            show(utf8(&buffer)?)?;
        }
        self.in_memory(section).try_for_each(show)
    }

    /// Writes what is in a section, once the store is complete.
    pub(crate) fn copy(&mut self, section: Section, target: &mut File) -> io::Result<()> {
        let runs = self.runs(section)?;
        runs.iter().try_for_each(|run| self.file.copy(run.start, run.length, target))?;
        self.in_memory(section).try_for_each(|piece| target.write_all(piece.as_bytes()))
    }

    /// The pieces of a section that are in memory.
    fn in_memory(&self, section: Section) -> impl Iterator<Item = &str> {
        let first = self.frames.partition_point(|frame| frame.section < section);
        let frames = self.frames[first..].iter().take_while(move |frame| frame.section == section);
        frames.map(|frame| &self.pieces[frame.start..frame.end])
    }

    /// Where the runs of a section are, in order.
    fn runs(&mut self, section: Section) -> io::Result<Vec<Run>> {
        let all = match self.opened.take() {
            Some((suite, all)) if suite == section.suite => all,
            _ => self.all_runs(section.suite)?,
        };
        let runs = all.iter().filter(|(kind, _)| *kind == section.kind).map(|(_, run)| *run).collect();
        self.opened = Some((section.suite, all));
        Ok(runs)
    }

    /// The runs of a suite, in order.
    fn all_runs(&self, suite: u32) -> io::Result<Vec<(Kind, Run)>> {
        let mut runs = Vec::new();
        let mut next = self.last_runs.get(suite as usize).copied().unwrap_or_default();
        while let Some(start) = next.checked_sub(1) {
            let mut header = [0; HEADER];
            self.file.read_at(&mut header, start)?;
            let [before, length, kind] =
                [0, 8, 16].map(|at| header[at..].first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes)));
            let kind = Kind::ALL.into_iter().find(|other| *other as u64 == kind);
            runs.extend(kind.map(|kind| (kind, Run { start: start + HEADER as u64, length })));
            next = before;
        }
        runs.reverse();
        Ok(runs)
    }

    /// Writes what was gathered to the file, as a run for each section.
    fn spill(&mut self) -> Result<(), Trouble> {
        self.frames.sort_by_key(|frame| frame.section);
        let mut bytes = Vec::with_capacity(self.pieces.len() + HEADER);
        for run in self.frames.chunk_by(|one, other| one.section == other.section) {
            let Some(Frame { section, .. }) = run.first() else { continue };
            let suite = section.suite as usize;
            if self.last_runs.len() <= suite {
                self.last_runs.resize(suite + 1, 0);
            }
            let start = self.file.len() + bytes.len() as u64 + 1;
            let before = mem::replace(&mut self.last_runs[suite], start);
            let length: usize = run.iter().map(|frame| frame.end - frame.start).sum();
            bytes.extend(before.to_ne_bytes());
            bytes.extend((length as u64).to_ne_bytes());
            bytes.extend((section.kind as u64).to_ne_bytes());
            for frame in run {
                bytes.extend_from_slice(&self.pieces.as_bytes()[frame.start..frame.end]);
            }
        }
        self.file.append(&bytes).map_err(|cause| Trouble::temporary(&cause))?;
        self.pieces.clear();
        self.frames.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::*;

    #[test]
    fn what_comes_in_any_order_is_read_suite_by_suite() {
        for rounds in [1, 3000_u32] {
            let mut store = SuiteStore::default();
            let mut expected = vec![vec![String::new(); Kind::ALL.len()]; 100];
            for round in 0..rounds {
                for number in 0..100_u32 {
                    let kind = Kind::ALL[((round * number) % 5) as usize];
                    let piece = format!("{round} ö {number};");
                    store.add(Section { suite: number, kind }, &piece).unwrap();
                    expected[number as usize][kind as usize].push_str(&piece);
                }
                assert!(store.pieces.len() <= SuiteStore::MOST_IN_MEMORY, "memory has a bound");
            }
            store.complete().unwrap();
            assert_eq!(!store.file.is_empty(), rounds > 1, "little makes no file");
            let mut target = tempfile::tempfile().unwrap();
            let mut copied = String::new();
            for (suite, expected) in (0..).zip(&expected) {
                for (kind, expected) in Kind::ALL.into_iter().zip(expected) {
                    let (section, mut found) = (Section { suite, kind }, String::new());
                    store
                        .read(section, |piece| {
                            found.push_str(piece);
                            Ok(())
                        })
                        .unwrap();
                    assert!(found == *expected, "{section:?}");
                    assert_eq!(store.len(section).unwrap(), expected.len() as u64);
                    store.copy(section, &mut target).unwrap();
                    copied.push_str(expected);
                }
            }
            target.rewind().unwrap();
            let mut found = String::new();
            target.read_to_string(&mut found).unwrap();
            assert!(found == copied);
            let nothing = Section { suite: 1000, kind: Kind::Cases };
            assert_eq!(store.len(nothing).unwrap(), 0);
        }
    }
}
