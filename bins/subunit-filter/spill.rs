//! Packets that wait for a decision, in memory and in spill files.

use std::fs::File;
use std::io;
use std::mem;
use std::os::unix::fs::FileExt;

use subunit_cli::Trouble;

/// Keeps packets in memory up to a bound, and the rest in temporary files without a name.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    /// Bytes that wait in memory.
    in_memory: usize,
    /// A file is closed once no packet in it waits, so that one long wait keeps one file.
    files: Vec<Option<Part>>,
}

/// A temporary file.
#[derive(Debug)]
struct Part {
    file: File,
    length: u64,
    /// Bytes of it that still wait.
    waiting: u64,
}

/// The packets of a test that wait: those in files come first. They go back to their [`Spill`].
#[derive(Debug, Default)]
pub(crate) struct Held {
    in_files: Vec<Run>,
    in_memory: Vec<u8>,
}

/// Consecutive packets in a file.
#[derive(Debug)]
struct Run {
    part: usize,
    start: u64,
    length: usize,
}

impl Spill {
    /// Bytes of packets that are kept in memory, all tests together, and up to a run more for each
    /// test.
    const MOST_IN_MEMORY: usize = 8 << 20;
    /// Packets of a test go to a file in runs of this many bytes or more: the index takes memory,
    /// too.
    const SHORTEST_RUN: usize = 1 << 12;
    /// A file of this many bytes is full.
    const FULL: u64 = 64 << 20;

    /// Keeps one more packet of a test.
    pub(crate) fn keep(&mut self, packet: &[u8], held: &mut Held) -> Result<(), Trouble> {
        let is_run = held.in_memory.len() + packet.len() >= Self::SHORTEST_RUN;
        let goes_to_file = is_run && self.in_memory + packet.len() > Self::MOST_IN_MEMORY;
        // The vector by itself would reserve room for more, which the file does not need.
        let room = if goes_to_file {
            held.in_memory.try_reserve_exact(packet.len())
        } else {
            held.in_memory.try_reserve(packet.len())
        };
        room.map_err(|_| Trouble::message("out of memory"))?;
        self.in_memory += packet.len();
        held.in_memory.extend_from_slice(packet);
        if goes_to_file {
            held.in_files.push(self.keep_in_file(&held.in_memory).map_err(trouble)?);
            self.empty(&mut held.in_memory);
        }
        Ok(())
    }

    fn keep_in_file(&mut self, packets: &[u8]) -> io::Result<Run> {
        if !matches!(self.files.last(), Some(Some(part)) if part.length < Self::FULL) {
            self.files.push(Some(Part { file: tempfile::tempfile()?, length: 0, waiting: 0 }));
        }
        let index = self.files.len() - 1;
        let part = self.files[index].as_mut().expect("the last file has room");
        part.file.write_all_at(packets, part.length)?;
        let run = Run { part: index, start: part.length, length: packets.len() };
        part.length += packets.len() as u64;
        part.waiting += packets.len() as u64;
        Ok(run)
    }

    /// Gives the packets of a test to `pass`, a run at a time, and frees them.
    pub(crate) fn give(
        &mut self,
        held: &mut Held,
        mut pass: impl FnMut(&[u8]) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let from_files = held.in_files.iter().try_for_each(|run| pass(&self.read(run).map_err(trouble)?));
        let result = from_files.and_then(|()| pass(&held.in_memory));
        self.forget(held);
        result
    }

    /// Frees the packets of a test.
    pub(crate) fn forget(&mut self, held: &mut Held) {
        for run in mem::take(&mut held.in_files) {
            self.forget_in_file(&run);
        }
        self.empty(&mut held.in_memory);
    }

    /// Frees packets in memory, and keeps a little room for the next ones.
    fn empty(&mut self, packets: &mut Vec<u8>) {
        self.in_memory -= packets.len();
        packets.clear();
        packets.shrink_to(Self::SHORTEST_RUN);
    }

    fn read(&self, run: &Run) -> io::Result<Box<[u8]>> {
        let part = self.files[run.part].as_ref().expect("a file stays while a packet in it waits");
        let mut packets = vec![0; run.length].into_boxed_slice();
        part.file.read_exact_at(&mut packets, run.start)?;
        Ok(packets)
    }

    fn forget_in_file(&mut self, run: &Run) {
        let part = self.files[run.part].as_mut().expect("a file stays while a packet in it waits");
        part.waiting -= run.length as u64;
        if part.waiting == 0 {
            self.files[run.part] = None;
        }
        while let Some(None) = self.files.last() {
            self.files.pop();
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an error to be mapped")]
fn trouble(cause: io::Error) -> Trouble {
    Trouble::temporary(&cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(hold: &mut Spill, packets: &[&[u8]]) -> Held {
        let mut waiting = Held::default();
        for packet in packets {
            hold.keep(packet, &mut waiting).unwrap();
        }
        waiting
    }

    #[test]
    fn packets_beyond_the_bound_wait_in_files_and_come_back_whole() {
        let mut hold = Spill::default();
        let packets: Vec<Vec<u8>> = (0..150_u8).map(|n| vec![n; 1 << 20]).collect();
        let waiting: Vec<Held> = packets.iter().map(|packet| kept(&mut hold, &[packet])).collect();
        assert_eq!(hold.in_memory, Spill::MOST_IN_MEMORY, "memory is used up to the bound");
        assert_eq!(hold.files.len(), 3, "142 MB in files of 64");
        for (mut held, packet) in waiting.into_iter().zip(&packets) {
            let mut given = Vec::new();
            let pass = |packets: &[u8]| {
                given.extend_from_slice(packets);
                Ok(())
            };
            hold.give(&mut held, pass).unwrap();
            assert!(given == *packet, "the packet that was kept");
        }
        assert_eq!((hold.in_memory, hold.files.len()), (0, 0), "nothing is left");
    }

    #[test]
    fn packets_come_back_in_order_from_wherever_they_wait() {
        let mut hold = Spill::default();
        let (small, large) = (vec![1; 1 << 10], vec![2; 3 << 20]);
        let packets: [&[u8]; 7] = [&small, &large, &large, &large, &small, &large, &[3]];
        let mut waiting = kept(&mut hold, &packets);
        let mut given = Vec::new();
        let pass = |packets: &[u8]| {
            given.extend_from_slice(packets);
            Ok(())
        };
        hold.give(&mut waiting, pass).unwrap();
        assert!(given == packets.concat(), "each packet, in order");
    }

    #[test]
    fn small_packets_of_tests_side_by_side_go_to_files_in_runs() {
        let mut hold = Spill::default();
        let mut waiting = [Held::default(), Held::default()];
        for n in 0..1_000_000 {
            hold.keep(&[u8::try_from(n % 251).unwrap(); 17], &mut waiting[n % 2]).unwrap();
        }
        assert!(hold.in_memory <= Spill::MOST_IN_MEMORY + 2 * Spill::SHORTEST_RUN);
        for (first, mut held) in waiting.into_iter().enumerate() {
            let runs = held.in_files.len();
            assert!(runs < 500_000 * 17 / Spill::SHORTEST_RUN, "{runs} runs are what is kept count of");
            let mut given = Vec::new();
            let pass = |packets: &[u8]| {
                given.extend_from_slice(packets);
                Ok(())
            };
            hold.give(&mut held, pass).unwrap();
            let each = (first..1_000_000).step_by(2).map(|n| u8::try_from(n % 251).unwrap());
            assert!(given.iter().copied().eq(each.flat_map(|n| [n; 17])), "each packet, in order");
        }
        assert_eq!((hold.in_memory, hold.files.len()), (0, 0), "nothing is left");
    }

    #[test]
    fn one_long_wait_keeps_one_file() {
        let mut hold = Spill::default();
        let packet = vec![0; 1 << 20];
        let mut waiting: Vec<Held> = (0..300).map(|_| kept(&mut hold, &[&packet])).collect();
        let mut long = waiting.swap_remove(20);
        for held in &mut waiting {
            hold.forget(held);
        }
        let lengths: Vec<_> = hold.files.iter().flatten().map(|part| part.length).collect();
        assert_eq!(lengths, [Spill::FULL], "the file of the packet that waits");
        hold.forget(&mut long);
        assert!(hold.files.is_empty());
    }
}
