//! What the command writes, and to where.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use subunit_cli::{InterruptibleInput, SharedOutput, SourceFailure, Stream, Trouble, spawn};
use subunit_codec::{Item, Protocol};

use crate::outer_test::{OuterTest, Printed};
use crate::results::Results;

/// How a channel ended.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ended {
    /// Reading ended before the last writer did.
    pub(crate) is_cut: bool,
    /// A test that was reported there has not ended.
    pub(crate) is_unfinished: bool,
}

/// The channels of a command, each read in a thread of its own.
pub(crate) struct Channels {
    test: Arc<OuterTest>,
    output: SharedOutput,
    news: Sender<Result<Ended, SourceFailure>>,
    ends: Receiver<Result<Ended, SourceFailure>>,
}

impl Channels {
    pub(crate) fn new(test: &Arc<OuterTest>, output: &SharedOutput) -> Self {
        let (news, ends) = channel();
        Self { test: Arc::clone(test), output: output.clone(), news, ends }
    }

    /// Reads what the command prints, without a look at it.
    pub(crate) fn bytes(&self, name: &'static str, mut input: InterruptibleInput) -> Result<(), Trouble> {
        self.start(move |test, output| {
            let mut printed = Printed::new(test, name);
            output.copy(&mut input, name, |bytes, out| printed.append(bytes, out))?;
            output.push(|out| printed.end(out))?;
            Ok(Ended { is_cut: input.is_cut(), is_unfinished: false })
        })
    }

    /// Reads what the command prints, and takes out the packets.
    pub(crate) fn bytes_and_packets(&self, name: &'static str, input: InterruptibleInput) -> Result<(), Trouble> {
        self.start(move |test, output| {
            let mut printed = Printed::new(test, name);
            let mut results = Results::new(test.route_code.as_deref());
            let mut stream = Stream::of_command(name.to_owned(), input, Protocol::V2);
            output.relay(&mut stream, |item, out| match item {
                Item::Packet(packet) => results.packet(packet, out),
                Item::Text(text) => printed.append(text, out),
                Item::Damage(damage) => results.damage(damage, out),
            })?;
            output.push(|out| printed.end(out))?;
            Ok(Ended { is_cut: stream.is_cut(), is_unfinished: results.are_unfinished() })
        })
    }

    /// Reads a stream of results.
    pub(crate) fn results(&self, name: String, input: InterruptibleInput, protocol: Protocol) -> Result<(), Trouble> {
        self.start(move |test, output| {
            let mut results = Results::new(test.route_code.as_deref());
            let mut stream = Stream::of_command(name, input, protocol);
            output.relay(&mut stream, |item, out| match item {
                Item::Packet(packet) => results.packet(packet, out),
                Item::Text(text) => results.text(text, out),
                Item::Damage(damage) => results.damage(damage, out),
            })?;
            Ok(Ended { is_cut: stream.is_cut(), is_unfinished: results.are_unfinished() })
        })
    }

    /// Waits until all channels have ended, or one cannot go on.
    pub(crate) fn join(self) -> Result<Ended, Trouble> {
        drop(self.news);
        self.ends.into_iter().try_fold(Ended::default(), |all, end| {
            let end = end.map_err(SourceFailure::into_trouble)?;
            let is_unfinished = all.is_unfinished | end.is_unfinished;
            Ok(Ended { is_cut: all.is_cut | end.is_cut, is_unfinished })
        })
    }

    fn start(
        &self,
        read: impl FnOnce(&OuterTest, &mut SharedOutput) -> Result<Ended, SourceFailure> + Send + 'static,
    ) -> Result<(), Trouble> {
        let (test, mut output, news) = (Arc::clone(&self.test), self.output.clone(), self.news.clone());
        spawn(move || {
            let end = read(&test, &mut output).and_then(|end| output.flush().map(|()| end));
            // If another channel has failed, nobody listens.
            let _ = news.send(end);
        })
        .map(drop)
    }
}
