//! Bytes that wait, in memory up to a bound and beyond it in temporary files.

use std::borrow::Cow;

use crate::spill_file::SpillFile;
use crate::trouble::Trouble;

/// Keeps bytes that wait, of many owners side by side. Each owner has a [`Held`], to which bytes
/// are added, and which gives them back in that order.
///
/// ```
/// use subunit_cli::{Held, Spill};
///
/// let mut spill = Spill::new(1 << 20, 1 << 20);
/// let mut held = Held::default();
/// spill.add(&mut held, b"one ")?;
/// spill.add(&mut held, b"two")?;
/// let mut read = Vec::new();
/// spill.read(&held, |bytes| {
///     read.extend_from_slice(bytes);
///     Ok(())
/// })?;
/// spill.forget(&mut held);
/// assert_eq!(read, b"one two");
/// # Ok::<(), subunit_cli::Trouble>(())
/// ```
#[derive(Debug)]
pub struct Spill {
    most_in_memory: usize,
    most_of_one: usize,
    in_memory: usize,
    /// A file is closed once no byte in it waits, so that one long wait keeps one file.
    files: Vec<Option<Part>>,
}

/// Bytes that wait: those in files come first. They belong to the [`Spill`] that they were added
/// to, which is to [forget](Spill::forget) them.
#[derive(Debug, Default)]
pub struct Held {
    in_files: Vec<Run>,
    in_memory: Vec<u8>,
    length: u64,
}

/// A temporary file, and how many of its bytes still wait.
#[derive(Debug, Default)]
struct Part {
    file: SpillFile,
    waiting: u64,
}

/// Consecutive bytes in a file.
#[derive(Debug)]
struct Run {
    part: usize,
    start: u64,
    length: usize,
}

impl Held {
    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl Spill {
    /// Bytes go to a file in runs of this many or more: the index takes memory, too.
    const SHORTEST_RUN: usize = 1 << 12;
    /// A file of this many bytes is full.
    const FULL: u64 = 64 << 20;

    /// Keeps `most_in_memory` bytes in memory, all owners together, and up to 4 KiB more for each
    /// owner; of one owner, `most_of_one`.
    #[must_use]
    pub fn new(most_in_memory: usize, most_of_one: usize) -> Self {
        Self { most_in_memory, most_of_one, in_memory: 0, files: Vec::new() }
    }

    /// Adds bytes to those of an owner.
    ///
    /// # Errors
    ///
    /// When memory is out, or a temporary file cannot be made or written.
    pub fn add(&mut self, held: &mut Held, bytes: &[u8]) -> Result<(), Trouble> {
        let length = held.in_memory.len() + bytes.len();
        let is_full = self.in_memory + bytes.len() > self.most_in_memory;
        let goes_to_file = is_full && length >= Self::SHORTEST_RUN || length > self.most_of_one;
        held.length += bytes.len() as u64;
        if goes_to_file && held.in_memory.is_empty() {
            held.in_files.push(self.write(bytes)?);
            return Ok(());
        }
        // The vector by itself would reserve room for more, which the file does not need.
        let room = if goes_to_file {
            held.in_memory.try_reserve_exact(bytes.len())
        } else {
            held.in_memory.try_reserve(bytes.len())
        };
        room.map_err(|_| Trouble::message("out of memory"))?;
        held.in_memory.extend_from_slice(bytes);
        self.in_memory += bytes.len();
        if goes_to_file {
            held.in_files.push(self.write(&held.in_memory)?);
            self.in_memory -= held.in_memory.len();
            held.in_memory = Vec::new();
        }
        Ok(())
    }

    /// Shows the bytes of an owner in pieces, each of which holds whole what was
    /// [added](Self::add) at once.
    ///
    /// # Errors
    ///
    /// When reading fails, or `show` does.
    pub fn read(&self, held: &Held, mut show: impl FnMut(&[u8]) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let mut buffer = Vec::new();
        for run in &held.in_files {
            buffer.resize(run.length, 0);
            self.read_run(run, 0, &mut buffer)?;
            show(&buffer)?;
        }
        if held.in_memory.is_empty() { Ok(()) } else { show(&held.in_memory) }
    }

    /// The last bytes of an owner, at most so many.
    ///
    /// # Errors
    ///
    /// When reading fails.
    pub fn last<'a>(&self, held: &'a Held, most: usize) -> Result<Cow<'a, [u8]>, Trouble> {
        let skipped = held.length.saturating_sub(most as u64);
        let mut skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        if held.in_files.is_empty() {
            return Ok(held.in_memory[skipped..].into());
        }
        let mut last = Vec::new();
        for run in &held.in_files {
            let before = skipped.min(run.length);
            skipped -= before;
            let start = last.len();
            last.resize(start + run.length - before, 0);
            if start < last.len() {
                self.read_run(run, before, &mut last[start..])?;
            }
        }
        last.extend_from_slice(&held.in_memory[skipped..]);
        Ok(last.into())
    }

    /// Frees the bytes of an owner, which holds none then. A little room for the next ones stays.
    pub fn forget(&mut self, held: &mut Held) {
        for run in held.in_files.drain(..) {
            self.forget_run(&run);
        }
        held.in_files = Vec::new();
        self.in_memory -= held.in_memory.len();
        held.in_memory.clear();
        held.in_memory.shrink_to(Self::SHORTEST_RUN);
        held.length = 0;
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Run, Trouble> {
        if !matches!(self.files.last(), Some(Some(part)) if part.file.len() < Self::FULL) {
            self.files.push(Some(Part::default()));
        }
        let part = self.files.len() - 1;
        let last = self.files[part].as_mut().expect("the last file has room");
        let start = last.file.append(bytes).map_err(|cause| Trouble::temporary(&cause))?;
        last.waiting += bytes.len() as u64;
        Ok(Run { part, start, length: bytes.len() })
    }

    /// Reads a run without its first bytes.
    fn read_run(&self, run: &Run, skipped: usize, buffer: &mut [u8]) -> Result<(), Trouble> {
        let part = self.files[run.part].as_ref().expect("a file stays while a byte in it waits");
        part.file.read_at(buffer, run.start + skipped as u64).map_err(|cause| Trouble::temporary(&cause))
    }

    fn forget_run(&mut self, run: &Run) {
        let is_last = run.part + 1 == self.files.len();
        let part = self.files[run.part].as_mut().expect("a file stays while a byte in it waits");
        part.waiting -= run.length as u64;
        match part.waiting {
            0 if is_last => part.file.clear(),
            0 => self.files[run.part] = None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 8 << 20;

    fn spill() -> Spill {
        Spill::new(MOST, usize::MAX)
    }

    fn held(spill: &mut Spill, pieces: &[&[u8]]) -> Held {
        let mut held = Held::default();
        for piece in pieces {
            spill.add(&mut held, piece).unwrap();
        }
        held
    }

    fn whole(spill: &Spill, held: &Held) -> Vec<u8> {
        let mut whole = Vec::new();
        spill
            .read(held, |bytes| {
                whole.extend_from_slice(bytes);
                Ok(())
            })
            .unwrap();
        whole
    }

    fn waiting(spill: &Spill) -> (usize, u64) {
        (spill.in_memory, spill.files.iter().flatten().map(|part| part.waiting).sum())
    }

    #[test]
    fn bytes_that_fit_in_memory_make_no_file() {
        let mut spill = spill();
        let held = held(&mut spill, &[b"one ", b"", b"two"]);
        assert!(spill.files.is_empty());
        assert_eq!(whole(&spill, &held), b"one two");
    }

    #[test]
    fn bytes_beyond_the_bound_wait_in_files_and_come_back_whole() {
        let mut spill = spill();
        let pieces: Vec<Vec<u8>> = (0..150_u8).map(|n| vec![n; 1 << 20]).collect();
        let all: Vec<Held> = pieces.iter().map(|piece| held(&mut spill, &[piece])).collect();
        assert_eq!(spill.in_memory, MOST, "memory is used up to the bound");
        let room: usize = all.iter().map(|held| held.in_memory.capacity()).sum();
        assert_eq!(room, MOST, "owners whose bytes are in a file take none");
        assert_eq!(spill.files.len(), 3, "142 MB in files of 64");
        for (mut held, piece) in all.into_iter().zip(&pieces) {
            assert!(whole(&spill, &held) == *piece, "the bytes that were added");
            spill.forget(&mut held);
            assert!(held.is_empty());
        }
        assert_eq!(waiting(&spill), (0, 0), "nothing is left");
        assert_eq!(spill.files.iter().flatten().count(), 1, "one file is ready for the next bytes");
    }

    #[test]
    fn bytes_come_back_in_order_from_wherever_they_wait_and_in_whole_pieces() {
        let mut spill = spill();
        let (small, large) = (vec![1; 1 << 10], vec![2; 3 << 20]);
        let pieces: [&[u8]; 7] = [&small, &large, &large, &large, &small, &large, &[3]];
        let held = held(&mut spill, &pieces);
        let mut rest = pieces.iter();
        spill
            .read(&held, |mut bytes| {
                while !bytes.is_empty() {
                    let piece = rest.next().expect("no more pieces than were added");
                    bytes = bytes.strip_prefix(*piece).expect("the next piece is whole");
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(rest.len(), 0, "each piece, in order");
    }

    #[test]
    fn small_pieces_of_owners_side_by_side_go_to_files_in_runs() {
        let mut spill = spill();
        let mut owners = [Held::default(), Held::default()];
        for n in 0..1_000_000 {
            spill.add(&mut owners[n % 2], &[u8::try_from(n % 251).unwrap(); 17]).unwrap();
        }
        assert!(spill.in_memory <= MOST + 2 * Spill::SHORTEST_RUN);
        for (first, mut held) in owners.into_iter().enumerate() {
            let runs = held.in_files.len();
            assert!(runs < 500_000 * 17 / Spill::SHORTEST_RUN, "{runs} runs are in the index");
            let each = (first..1_000_000).step_by(2).map(|n| u8::try_from(n % 251).unwrap());
            assert!(whole(&spill, &held).into_iter().eq(each.flat_map(|n| [n; 17])), "each piece, in order");
            spill.forget(&mut held);
        }
        assert_eq!(waiting(&spill), (0, 0), "nothing is left");
    }

    #[test]
    fn one_long_wait_keeps_one_file() {
        let mut spill = spill();
        let piece = vec![0; 1 << 20];
        let mut all: Vec<Held> = (0..300).map(|_| held(&mut spill, &[&piece])).collect();
        let mut long = all.swap_remove(20);
        for held in &mut all {
            spill.forget(held);
        }
        let lengths: Vec<_> = spill.files.iter().flatten().map(|part| part.file.len()).collect();
        assert_eq!(lengths, [Spill::FULL, 0], "the file of the bytes that wait, and one for the next");
        spill.forget(&mut long);
        assert_eq!(waiting(&spill), (0, 0));
    }

    #[test]
    fn one_owner_has_a_bound_of_its_own() {
        let mut spill = Spill::new(MOST, 1 << 10);
        let mut held = Held::default();
        for _ in 0..100 {
            spill.add(&mut held, &[7; 100]).unwrap();
            assert!(spill.in_memory <= 1 << 10);
        }
        assert_eq!(whole(&spill, &held), [7; 10_000]);
    }

    #[test]
    fn the_last_bytes_are_found_wherever_they_wait() {
        let mut spill = Spill::new(MOST, 1 << 10);
        let mut held = Held::default();
        for n in 0..100_u8 {
            spill.add(&mut held, &vec![n; usize::from(n) * 10]).unwrap();
            let all = whole(&spill, &held);
            assert_eq!(held.len(), all.len() as u64);
            for most in [0, 1, 999, 1000, 5000, all.len().saturating_sub(1), all.len(), usize::MAX] {
                let last = &all[all.len().saturating_sub(most)..];
                assert!(*spill.last(&held, most).unwrap() == *last, "the last {most} of {}", all.len());
            }
        }
    }
}
