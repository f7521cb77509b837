//! Packets that wait for a decision.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use subunit_cli::Trouble;

/// Keeps packets in memory up to a bound, and beyond it in a temporary file that no folder lists.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    in_memory: usize,
    file: Option<File>,
    /// The length of the file.
    end: u64,
    /// How many bytes of the file are still waited for.
    in_file: u64,
}

/// A packet that waits. Give it back to its [`Hold`].
#[derive(Debug)]
pub(crate) enum Held {
    InMemory(Box<[u8]>),
    InFile { start: u64, length: usize },
}

impl Hold {
    /// How many bytes of packets are kept in memory, all tests together.
    const MOST_IN_MEMORY: usize = 8 << 20;

    /// Keeps a packet.
    pub(crate) fn keep(&mut self, packet: &[u8]) -> Result<Held, Trouble> {
        if self.in_memory + packet.len() <= Self::MOST_IN_MEMORY {
            self.in_memory += packet.len();
            return Ok(Held::InMemory(packet.into()));
        }
        self.keep_in_file(packet).map_err(|cause| Trouble::with("temporary file", &cause))
    }

    fn keep_in_file(&mut self, packet: &[u8]) -> io::Result<Held> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all_at(packet, self.end)?;
        let held = Held::InFile { start: self.end, length: packet.len() };
        self.end += packet.len() as u64;
        self.in_file += packet.len() as u64;
        Ok(held)
    }

    /// Gives a packet back.
    pub(crate) fn take(&mut self, held: Held) -> Result<Box<[u8]>, Trouble> {
        let in_file = self.read(&held).map_err(|cause| Trouble::with("temporary file", &cause))?;
        self.forget(&held)?;
        Ok(match held {
            Held::InMemory(packet) => packet,
            Held::InFile { .. } => in_file,
        })
    }

    /// Lets go of a packet.
    pub(crate) fn forget(&mut self, held: &Held) -> Result<(), Trouble> {
        match held {
            Held::InMemory(packet) => self.in_memory -= packet.len(),
            Held::InFile { length, .. } => self.in_file -= *length as u64,
        }
        match &self.file {
            Some(file) if self.in_file == 0 && self.end > 0 => {
                self.end = 0;
                file.set_len(0).map_err(|cause| Trouble::with("temporary file", &cause))
            }
            _ => Ok(()),
        }
    }

    /// The bytes of a packet that is in the file; of one in memory, none.
    fn read(&self, held: &Held) -> io::Result<Box<[u8]>> {
        let mut bytes = Box::default();
        if let (Held::InFile { start, length }, Some(file)) = (held, &self.file) {
            bytes = vec![0; *length].into_boxed_slice();
            file.read_exact_at(&mut bytes, *start)?;
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_beyond_the_bound_wait_in_a_file_and_come_back_whole() {
        let mut hold = Hold::default();
        let packets: Vec<Vec<u8>> = (0..30_u8).map(|n| vec![n; 1 << 20]).collect();
        let waiting: Vec<Held> = packets.iter().map(|packet| hold.keep(packet).unwrap()).collect();
        assert_eq!(hold.in_memory, Hold::MOST_IN_MEMORY, "memory is used up to the bound");
        for (held, packet) in waiting.into_iter().zip(&packets) {
            assert!(*hold.take(held).unwrap() == **packet, "the packet that was kept");
        }
        assert_eq!((hold.in_memory, hold.in_file, hold.end), (0, 0, 0), "nothing is left, in the file neither");
    }
}
