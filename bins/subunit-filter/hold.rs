//! Packets that wait for a decision.

use std::fs::File;
use std::io;
use std::mem;
use std::os::unix::fs::FileExt;

use subunit_cli::Trouble;

/// Keeps packets in memory up to a bound, and beyond it in temporary files that no folder lists.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    in_memory: usize,
    /// Each file is let go of when no packet in it is waited for, so that one long wait does not keep the rest.
    files: Vec<Option<Part>>,
}

/// A temporary file.
#[derive(Debug)]
struct Part {
    file: File,
    length: u64,
    /// How many bytes of it are still waited for.
    waiting: u64,
}

/// The packets of a test that wait. Give them back to their [`Hold`].
#[derive(Debug, Default)]
pub(crate) struct Held {
    in_memory: Vec<u8>,
    /// The lengths of the packets in memory.
    lengths: Vec<usize>,
    /// Those that came after these.
    in_files: Vec<InFile>,
}

/// Where in a file a packet is.
#[derive(Debug)]
struct InFile {
    part: usize,
    start: u64,
    length: usize,
}

impl Hold {
    /// How many bytes of packets are kept in memory, all tests together.
    const MOST_IN_MEMORY: usize = 8 << 20;
    /// When a file has this many bytes, the next one begins.
    const FULL: u64 = 64 << 20;
    /// A test has at most this much memory for packets left for the next one.
    const MOST_TO_USE_AGAIN: usize = 1 << 12;

    /// Keeps one more packet of a test.
    pub(crate) fn keep(&mut self, packet: &[u8], held: &mut Held) -> Result<(), Trouble> {
        if held.in_files.is_empty() && self.in_memory + packet.len() <= Self::MOST_IN_MEMORY {
            self.in_memory += packet.len();
            held.in_memory.extend_from_slice(packet);
            held.lengths.push(packet.len());
            return Ok(());
        }
        let in_file = self.keep_in_file(packet).map_err(|cause| Trouble::with("temporary file", &cause))?;
        held.in_files.push(in_file);
        Ok(())
    }

    fn keep_in_file(&mut self, packet: &[u8]) -> io::Result<InFile> {
        if !matches!(self.files.last(), Some(Some(part)) if part.length < Self::FULL) {
            self.files.push(Some(Part { file: tempfile::tempfile()?, length: 0, waiting: 0 }));
        }
        let index = self.files.len() - 1;
        let part = self.files[index].as_mut().expect("the last file has room");
        part.file.write_all_at(packet, part.length)?;
        let in_file = InFile { part: index, start: part.length, length: packet.len() };
        part.length += packet.len() as u64;
        part.waiting += packet.len() as u64;
        Ok(in_file)
    }

    /// Has `pass` take the packets of a test, as many as there are in one go, and lets go of them.
    pub(crate) fn give(
        &mut self,
        held: &mut Held,
        mut pass: impl FnMut(Packets<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let mut result = pass(Packets { bytes: &held.in_memory, lengths: &held.lengths });
        for InFile { part, start, length } in &held.in_files {
            result = result.and_then(|()| {
                let packet =
                    self.read(*part, *start, *length).map_err(|cause| Trouble::with("temporary file", &cause))?;
                pass(Packets { bytes: &packet, lengths: &[*length] })
            });
        }
        self.forget(held);
        result
    }

    /// Lets go of the packets of a test.
    pub(crate) fn forget(&mut self, held: &mut Held) {
        self.in_memory -= held.in_memory.len();
        held.in_memory.clear();
        held.in_memory.shrink_to(Self::MOST_TO_USE_AGAIN);
        held.lengths.clear();
        held.lengths.shrink_to(Self::MOST_TO_USE_AGAIN);
        for InFile { part, length, .. } in mem::take(&mut held.in_files) {
            self.forget_in_file(part, length);
        }
    }

    fn read(&self, part: usize, start: u64, length: usize) -> io::Result<Box<[u8]>> {
        let part = self.files[part].as_ref().expect("a file stays while a packet in it waits");
        let mut packet = vec![0; length].into_boxed_slice();
        part.file.read_exact_at(&mut packet, start)?;
        Ok(packet)
    }

    fn forget_in_file(&mut self, index: usize, length: usize) {
        let part = self.files[index].as_mut().expect("a file stays while a packet in it waits");
        part.waiting -= length as u64;
        if part.waiting == 0 {
            self.files[index] = None;
        }
        while let Some(None) = self.files.last() {
            self.files.pop();
        }
    }
}

/// Packets that waited, one behind the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packets<'a> {
    pub(crate) bytes: &'a [u8],
    lengths: &'a [usize],
}

impl<'a> Packets<'a> {
    /// Each of them.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.bytes;
        self.lengths.iter().map(move |length| {
            let (packet, others) = rest.split_at(*length);
            rest = others;
            packet
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(hold: &mut Hold, packets: &[&[u8]]) -> Held {
        let mut waiting = Held::default();
        for packet in packets {
            hold.keep(packet, &mut waiting).unwrap();
        }
        waiting
    }

    #[test]
    fn packets_beyond_the_bound_wait_in_files_and_come_back_whole() {
        let mut hold = Hold::default();
        let packets: Vec<Vec<u8>> = (0..150_u8).map(|n| vec![n; 1 << 20]).collect();
        let waiting: Vec<Held> = packets.iter().map(|packet| kept(&mut hold, &[packet])).collect();
        assert_eq!(hold.in_memory, Hold::MOST_IN_MEMORY, "memory is used up to the bound");
        assert_eq!(hold.files.len(), 3, "142 MB in files of 64");
        for (mut held, packet) in waiting.into_iter().zip(&packets) {
            let mut given = Vec::new();
            let pass = |packets: Packets<'_>| {
                given.extend_from_slice(packets.bytes);
                Ok(())
            };
            hold.give(&mut held, pass).unwrap();
            assert!(given == *packet, "the packet that was kept");
        }
        assert_eq!((hold.in_memory, hold.files.len()), (0, 0), "nothing is left");
    }

    #[test]
    fn packets_come_back_in_order_from_wherever_they_wait() {
        let mut hold = Hold::default();
        let (small, large) = (vec![1; 1 << 20], vec![2; 3 << 20]);
        let packets: [&[u8]; 5] = [&small, &large, &large, &large, &small];
        let mut waiting = kept(&mut hold, &packets);
        let mut given: Vec<Vec<u8>> = Vec::new();
        let pass = |packets: Packets<'_>| {
            given.extend(packets.iter().map(<[u8]>::to_vec));
            Ok(())
        };
        hold.give(&mut waiting, pass).unwrap();
        assert!(given == packets, "each packet, in order");
    }

    #[test]
    fn one_long_wait_keeps_one_file() {
        let mut hold = Hold::default();
        let packet = vec![0; 1 << 20];
        let mut waiting: Vec<Held> = (0..300).map(|_| kept(&mut hold, &[&packet])).collect();
        let mut long = waiting.swap_remove(20);
        for held in &mut waiting {
            hold.forget(held);
        }
        let lengths: Vec<_> = hold.files.iter().flatten().map(|part| part.length).collect();
        assert_eq!(lengths, [Hold::FULL], "the file of the packet that waits");
        hold.forget(&mut long);
        assert!(hold.files.is_empty());
    }
}
