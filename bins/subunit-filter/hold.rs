//! Packets that wait for a decision.

use std::fs::File;
use std::io;
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

/// A packet that waits. Give it back to its [`Hold`].
#[derive(Debug)]
pub(crate) enum Held {
    InMemory(Box<[u8]>),
    InFile { part: usize, start: u64, length: usize },
}

impl Hold {
    /// How many bytes of packets are kept in memory, all tests together.
    const MOST_IN_MEMORY: usize = 8 << 20;
    /// When a file has this many bytes, the next one begins.
    const FULL: u64 = 64 << 20;

    /// Keeps a packet.
    pub(crate) fn keep(&mut self, packet: &[u8]) -> Result<Held, Trouble> {
        if self.in_memory + packet.len() <= Self::MOST_IN_MEMORY {
            self.in_memory += packet.len();
            return Ok(Held::InMemory(packet.into()));
        }
        self.keep_in_file(packet).map_err(|cause| Trouble::with("temporary file", &cause))
    }

    fn keep_in_file(&mut self, packet: &[u8]) -> io::Result<Held> {
        if !matches!(self.files.last(), Some(Some(part)) if part.length < Self::FULL) {
            self.files.push(Some(Part { file: tempfile::tempfile()?, length: 0, waiting: 0 }));
        }
        let index = self.files.len() - 1;
        let part = self.files[index].as_mut().expect("the last file has room");
        part.file.write_all_at(packet, part.length)?;
        let held = Held::InFile { part: index, start: part.length, length: packet.len() };
        part.length += packet.len() as u64;
        part.waiting += packet.len() as u64;
        Ok(held)
    }

    /// Gives a packet back.
    pub(crate) fn take(&mut self, held: Held) -> Result<Box<[u8]>, Trouble> {
        match held {
            Held::InMemory(packet) => {
                self.in_memory -= packet.len();
                Ok(packet)
            }
            Held::InFile { part, start, length } => {
                let packet = self.read(part, start, length);
                self.forget_in_file(part, length);
                packet.map_err(|cause| Trouble::with("temporary file", &cause))
            }
        }
    }

    /// Lets go of a packet.
    pub(crate) fn forget(&mut self, held: &Held) {
        match held {
            Held::InMemory(packet) => self.in_memory -= packet.len(),
            Held::InFile { part, length, .. } => self.forget_in_file(*part, *length),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_beyond_the_bound_wait_in_files_and_come_back_whole() {
        let mut hold = Hold::default();
        let packets: Vec<Vec<u8>> = (0..150_u8).map(|n| vec![n; 1 << 20]).collect();
        let waiting: Vec<Held> = packets.iter().map(|packet| hold.keep(packet).unwrap()).collect();
        assert_eq!(hold.in_memory, Hold::MOST_IN_MEMORY, "memory is used up to the bound");
        assert_eq!(hold.files.len(), 3, "142 MB in files of 64");
        for (held, packet) in waiting.into_iter().zip(&packets) {
            assert!(*hold.take(held).unwrap() == **packet, "the packet that was kept");
        }
        assert_eq!((hold.in_memory, hold.files.len()), (0, 0), "nothing is left");
    }

    #[test]
    fn one_long_wait_keeps_one_file() {
        let mut hold = Hold::default();
        let packet = vec![0; 1 << 20];
        let mut waiting: Vec<Held> = (0..300).map(|_| hold.keep(&packet).unwrap()).collect();
        let long = waiting.swap_remove(20);
        for held in &waiting {
            hold.forget(held);
        }
        let lengths: Vec<_> = hold.files.iter().flatten().map(|part| part.length).collect();
        assert_eq!(lengths, [Hold::FULL], "the file of the packet that waits");
        hold.forget(&long);
        assert!(hold.files.is_empty());
    }
}
