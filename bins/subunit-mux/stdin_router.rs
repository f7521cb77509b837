//! Routes standard input to the commands.

use std::collections::HashMap;
use std::sync::mpsc::{self, Receiver, SyncSender};

use subunit_cli::{Stream, Trouble};
use subunit_codec::{Item, Packet, PacketEdit, Protocol};

/// The queue of input for one command. It holds 4 MiB, as much as the longest packet: a command
/// that does not read its input then blocks the others.
pub(crate) struct Delivery {
    /// `None` once the command's input has ended.
    queue: Option<SyncSender<Vec<u8>>>,
}

impl Delivery {
    const CHUNK: usize = 1 << 12;
    const CHUNKS: usize = 1 << 10;

    /// A delivery, and what is delivered.
    pub(crate) fn new() -> (Self, Receiver<Vec<u8>>) {
        let (queue, input) = mpsc::sync_channel(Self::CHUNKS);
        (Self { queue: Some(queue) }, input)
    }

    /// Delivers bytes. A command that has ended, or reads no more, does not mind.
    fn send(&self, bytes: &[u8]) {
        for chunk in bytes.chunks(Self::CHUNK) {
            if self.queue.as_ref().is_none_or(|queue| queue.send(chunk.to_vec()).is_err()) {
                return;
            }
        }
    }
}

/// Passes each packet of standard input on to the command whose code its route code begins with,
/// without that code. If nothing is left of the route code, a file named `stdin` is delivered as
/// its bytes, and its end closes the input of the command.
///
/// Tells when standard input cannot be read, and of the first item of it that is for no command.
pub(crate) fn pass_on(mut deliveries: HashMap<String, Delivery>, tell: impl Fn(Trouble)) {
    let mut is_told = false;
    let mut tell_of = |problem| {
        if !std::mem::replace(&mut is_told, true) {
            tell(Trouble::message(format_args!("standard input: {problem}")));
        }
    };
    let result = Stream::standard_input(Protocol::V2).and_then(|mut stream| {
        while let Some(item) = stream.next_after(|| Ok::<_, Trouble>(()))? {
            match &item {
                Item::Packet(packet) => deliver(packet, &mut deliveries).unwrap_or_else(&mut tell_of),
                Item::Text(_) => tell_of("text is for no command".to_owned()),
                Item::Damage(damage) => tell_of(damage.fault.to_string()),
            }
        }
        Ok(())
    });
    result.unwrap_or_else(tell);
}

fn deliver(packet: &Packet<'_>, deliveries: &mut HashMap<String, Delivery>) -> Result<(), String> {
    let Some(route_code) = packet.route_code() else { return Err("a packet has no route code".to_owned()) };
    let (code, rest) = route_code.split_once('/').map_or((route_code, None), |(code, rest)| (code, Some(rest)));
    let delivery = deliveries.get_mut(code).ok_or_else(|| format!("no command has the route code {code:?}"))?;
    if rest.is_none() && packet.file_name() == Some("stdin") {
        delivery.send(packet.file_bytes().unwrap_or_default());
        if packet.is_eof() {
            delivery.queue = None;
        }
        return Ok(());
    }
    let changes = match rest {
        Some(rest) => PacketEdit::new().route_code(rest),
        None => PacketEdit::new().without_route_code(),
    };
    let mut bytes = Vec::new();
    changes.encode(packet, &mut bytes).map_err(|error| error.to_string())?;
    delivery.send(&bytes);
    Ok(())
}
