//! The messages of the RPC, and their encoding as packets.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use subunit_codec::{Event, Packet, encode};

/// The test that messages are attached to.
const RPC_TEST_ID: &str = "testrepository-rpc";
const JSON: &str = "application/json";
const FILE_NAME: &str = "rpc";
/// The most bytes of a message in one packet.
const PIECE: usize = 1 << 20;
/// The longest message, in bytes.
const LONGEST: usize = 16 << 20;
/// The most bytes kept of unfinished messages, on all routes together.
const MOST_KEPT: usize = 2 * LONGEST;

/// A message to a server.
#[derive(Debug, Serialize)]
#[serde(tag = "msg")]
pub(crate) enum Request<'a> {
    /// The range of versions that the client speaks.
    Hello { min: u64, max: u64 },
    /// Run these tests.
    Run { tests: &'a [String], nonce: &'a str },
    /// No tests are left.
    Goodbye,
}

/// A message from a server. Unknown keys are ignored.
#[derive(Debug, Deserialize)]
#[serde(tag = "msg")]
pub(crate) enum Reply {
    /// The range of versions that the server speaks.
    Hello { min: u64, max: u64 },
    /// A run has ended.
    Done { nonce: String, error: Option<String> },
    /// Something else.
    #[serde(other)]
    Other,
}

impl Request<'_> {
    /// Encodes the message.
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

/// Whether a packet is a message or a part of one. With a status, it is the result of a test that
/// happens to have the same id.
pub(crate) fn is_message(packet: &Packet<'_>) -> bool {
    packet.is_about(RPC_TEST_ID) && packet.status().is_none()
}

/// Unfinished messages, by route code.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    parts: HashMap<Option<String>, Vec<u8>>,
    /// The bytes of all parts and route codes.
    length: usize,
}

impl Messages {
    /// Adds a packet, and returns the message that it completes.
    ///
    /// # Errors
    ///
    /// If the message is too long or is not JSON of the RPC; a phrase that follows the name of the
    /// worker.
    pub(crate) fn add(&mut self, packet: &Packet<'_>) -> Result<Option<Reply>, String> {
        let route_code = packet.route_code().map(str::to_owned);
        let bytes = packet.file_bytes().unwrap_or_default();
        let part = self.parts.entry(route_code).or_insert_with_key(|route_code| {
            self.length += cost(route_code.as_deref());
            Vec::new()
        });
        self.length += bytes.len();
        if part.len() + bytes.len() > LONGEST || self.length > MOST_KEPT {
            return Err("sent a message of more than 16 MiB".to_owned());
        }
        part.extend_from_slice(bytes);
        if !packet.is_eof() {
            return Ok(None);
        }
        let message = std::mem::take(part);
        let route_code = packet.route_code();
        self.parts.remove(&route_code.map(str::to_owned));
        self.length -= message.len() + cost(route_code);
        let reply = serde_json::from_slice(&message);
        reply.map(Some).map_err(|error| format!("sent what is no message: {error}"))
    }
}

/// The memory of an unfinished message besides its text.
fn cost(route_code: Option<&str>) -> usize {
    route_code.map_or(0, str::len) + size_of::<(Option<String>, Vec<u8>)>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(route_code: &str, text: &[u8], is_last: bool) -> Vec<u8> {
        let event = Event::test(RPC_TEST_ID).file("any", text).mime_type(JSON).route_code(route_code);
        let mut bytes = Vec::new();
        encode(&if is_last { event.eof() } else { event }, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn parts_of_messages_on_other_routes_do_not_get_mixed() {
        let mut messages = Messages::default();
        let mut add = |route_code: &str, text: &[u8], is_last| {
            let bytes = packet(route_code, text, is_last);
            let added = messages.add(&Packet::parse(&bytes).unwrap());
            (added, messages.length)
        };
        assert!(matches!(add("0", br#"{"msg":"Done","#, false), (Ok(None), _)));
        assert!(matches!(add("1", br#"{"msg":"Hel"#, false), (Ok(None), _)));
        let (done, _) = add("0", br#""nonce":"7","new":[1]}"#, true);
        assert!(matches!(done, Ok(Some(Reply::Done { nonce, error: None })) if nonce == "7"));
        let (hello, left) = add("1", br#"lo","min":1,"max":2}"#, true);
        assert!(matches!(hello, Ok(Some(Reply::Hello { min: 1, max: 2 }))));
        assert_eq!(left, 0, "nothing is kept");
        assert!(matches!(add("", br#"{"msg":"News"}"#, true), (Ok(Some(Reply::Other)), 0)));
    }

    #[test]
    fn what_a_server_does_not_finish_is_bounded() {
        let mut messages = Messages::default();
        let mut number = 0;
        while messages.add(&Packet::parse(&packet(&number.to_string(), b"", false)).unwrap()).is_ok() {
            number += 1;
        }
        assert!(number < MOST_KEPT / 32, "{number} messages have begun");
        let mut messages = Messages::default();
        let text = vec![b' '; PIECE];
        let count = (0..).take_while(|_| messages.add(&Packet::parse(&packet("0", &text, false)).unwrap()).is_ok());
        assert_eq!(count.count(), LONGEST / PIECE, "16 MiB are allowed");
    }
}
