//! The way of packets to the one output.

use std::sync::{Arc, Mutex, PoisonError};

use subunit_cli::{Output, Trouble};
use subunit_codec::Item;

/// Why a source ends early.
pub(crate) enum Failure {
    /// It cannot be read on. The others go on.
    Source(Trouble),
    /// All end: nothing can be written any more, or there are no threads to go on with.
    All(Trouble),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Source(trouble)
    }
}

/// The output that all sources share. Each source buffers packets of its own and writes whole ones;
/// while one writes, the others wait, and so do their writers in the end.
#[derive(Clone)]
pub(crate) struct SharedOutput {
    output: Arc<Mutex<Output>>,
    packets: Vec<u8>,
}

impl SharedOutput {
    /// Packets are handed on when there are so many bytes of them.
    const FULL: usize = 1 << 16;

    pub(crate) fn new(output: Output) -> Self {
        Self { output: Arc::new(Mutex::new(output)), packets: Vec::new() }
    }

    /// Hands on what `append` appends to whole packets, now or with others.
    pub(crate) fn push(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> Result<(), Failure> {
        append(&mut self.packets);
        if self.packets.len() < Self::FULL { Ok(()) } else { self.write(|_| Ok(())) }
    }

    /// Makes room for what becomes of an item. A system that is out of memory ends all sources with
    /// a line.
    pub(crate) fn make_room(&mut self, item: &Item<'_>) -> Result<(), Failure> {
        try_reserve(&mut self.packets, item)
    }

    /// Has all that was pushed written.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.packets.is_empty() { Ok(()) } else { self.write(Output::flush) }
    }

    fn write(&mut self, and: impl FnOnce(&mut Output) -> Result<(), Trouble>) -> Result<(), Failure> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let result = output.bytes(&self.packets).and_then(|()| and(&mut output));
        self.packets.clear();
        result.map_err(Failure::All)
    }
}

/// Makes room for what becomes of an item that may be large.
pub(crate) fn try_reserve(packets: &mut Vec<u8>, item: &Item<'_>) -> Result<(), Failure> {
    let length = match item {
        Item::Packet(packet) => packet.as_bytes().len(),
        Item::Text(text) => text.len(),
        Item::Damage(damage) => damage.bytes.len(),
    };
    // Besides: route code, tag and what else a label is.
    let room = packets.try_reserve(length + length / 1024 + 256);
    room.map_err(|_| Failure::All(Trouble::message("out of memory")))
}
