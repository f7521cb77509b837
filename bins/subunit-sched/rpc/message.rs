//! The messages of the RPC, in packets.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use subunit_codec::{Event, Packet, encode};

/// The test that messages are attached to.
const RPC_TEST_ID: &str = "testrepository-rpc";
const JSON: &str = "application/json";
const FILE_NAME: &str = "rpc";
/// A packet holds so much of a message at most.
const PIECE: usize = 1 << 20;
/// A message is no longer than that.
const LONGEST: usize = 16 << 20;

/// What is said to a server.
#[derive(Debug, Serialize)]
#[serde(tag = "msg")]
pub(crate) enum Request<'a> {
    /// The versions that are understood.
    Hello { min: u64, max: u64 },
    /// Run these tests.
    Run { tests: &'a [String], nonce: &'a str },
    /// There is nothing left to do.
    Goodbye,
}

/// What a server says. Other keys do not matter.
#[derive(Debug, Deserialize)]
#[serde(tag = "msg")]
pub(crate) enum Reply {
    /// The versions that it understands.
    Hello { min: u64, max: u64 },
    /// A run has ended.
    Done { nonce: String, error: Option<String> },
    /// Something else.
    #[serde(other)]
    Other,
}

impl Request<'_> {
    /// The message in packets.
    pub(crate) fn packets(&self) -> Vec<u8> {
        // Strings and numbers can always be written.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut packets = Vec::new();
        let last = json.len().div_ceil(PIECE);
        for (number, piece) in (1..).zip(json.chunks(PIECE)) {
            let event = Event { runnable: false, ..Event::test(RPC_TEST_ID).file(FILE_NAME, piece).mime_type(JSON) };
            // A piece and these names fit into a packet.
            let _ = encode(&if number == last { event.eof() } else { event }, &mut packets);
        }
        packets
    }
}

/// Whether a packet is a message or a part of one. A status makes it the result of a test that is
/// called like messages.
pub(crate) fn is_message(packet: &Packet<'_>) -> bool {
    packet.is_about(RPC_TEST_ID) && packet.status().is_none()
}

/// Messages in parts, by route code.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    parts: HashMap<Option<String>, Vec<u8>>,
    length: usize,
}

impl Messages {
    /// Adds a packet: the message that it completes.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub(crate) fn add(&mut self, packet: &Packet<'_>) -> Result<Option<Reply>, String> {
        let bytes = packet.file_bytes().unwrap_or_default();
        self.length += bytes.len();
        if self.length > LONGEST {
            return Err("sent a message of more than 16 MiB".to_owned());
        }
        let route_code = packet.route_code().map(str::to_owned);
        let part = self.parts.entry(route_code.clone()).or_default();
        part.extend_from_slice(bytes);
        if !packet.is_eof() {
            return Ok(None);
        }
        let message = self.parts.remove(&route_code).unwrap_or_default();
        self.length -= message.len();
        let reply = serde_json::from_slice(&message);
        reply.map(Some).map_err(|error| format!("sent what is no message: {error}"))
    }
}
