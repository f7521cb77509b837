//! Merging recorded streams by the times in them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use subunit_cli::{Output, Route, SourceFailure, Stream, Trouble, Verdict, try_reserve};
use subunit_codec::{Item, Protocol, Timestamp};

use crate::labels::SourceLabels;
use crate::source::{Origin, Source};

/// A stream, and what comes next of it.
struct Recorded {
    stream: Stream,
    route: Route,
    /// When the next item happened. Without a time it comes at once, behind the item before it.
    time: Option<Timestamp>,
    packets: Vec<u8>,
}

/// Writes the earliest of the next items of all sources, again and again. The items of a source
/// stay in order. Of items with equal times, the one of the first source comes first.
pub(crate) fn run(sources: Vec<Source>, labels: &SourceLabels, protocol: Protocol) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    let mut trouble = None;
    let mut tell = |told: Trouble| trouble = Some(told.reported(env!("CARGO_BIN_NAME")));
    let (mut recorded, mut next) = (Vec::new(), BinaryHeap::new());
    for Source { code, origin, .. } in sources {
        let Origin::File(name) = origin else { continue };
        match Stream::open(&name, protocol) {
            Ok(stream) => recorded.push(Recorded::new(stream, Route::new(&code, labels.of(&code)))),
            Err(unopened) => tell(unopened),
        }
    }
    let mut turns: Vec<usize> = (0..recorded.len()).collect();
    while let Some(index) = turns.pop() {
        let source = &mut recorded[index];
        match source.advance(&mut output) {
            Ok(true) => next.push(Reverse((source.time, index))),
            Ok(false) => {}
            Err(SourceFailure::Source(unread)) => tell(unread),
            Err(SourceFailure::All(unwritten)) => return Err(unwritten),
        }
        if turns.is_empty()
            && let Some(Reverse((_, index))) = next.pop()
        {
            output.bytes(&recorded[index].packets)?;
            turns.push(index);
        }
    }
    output.finish()?;
    trouble.map_or(Ok(Verdict::Success), Err)
}

impl Recorded {
    fn new(stream: Stream, route: Route) -> Self {
        Self { stream, route, time: None, packets: Vec::new() }
    }

    /// Goes on to the next item; says whether there is one.
    fn advance(&mut self, output: &mut Output) -> Result<bool, SourceFailure> {
        self.packets.clear();
        let Some(item) = self.stream.next_after(|| output.flush().map_err(SourceFailure::All))? else {
            return Ok(false);
        };
        self.time = if let Item::Packet(packet) = &item { packet.timestamp() } else { None };
        try_reserve(&mut self.packets, &item)?;
        self.route.item(&item, &mut self.packets);
        Ok(true)
    }
}
