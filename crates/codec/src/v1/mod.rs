//! Version 1: lines of text, translated to and from the events of version 2.
//!
//! A [`Decoder`](crate::Decoder) translates directives into packets. Other lines are text. Packets
//! of version 2 between the lines pass unchanged.
//!
//! A `test:` becomes a packet with status `inprogress`. An outcome becomes a packet or more for
//! each attachment, then one with the final status and the tags in force. Bracketed details become
//! an attachment `traceback`, for a skip `reason`, for a success `message`. Events have a timestamp
//! only after a `time:`; output is a function of the input. `progress:` has no meaning in version 2
//! and is dropped. Labels, names and tags that are not UTF-8 get replacement characters.
//!
//! Several tests may be open. One that is open when the input ends fails with an attachment
//! `reason`, unless it is to be [left open](crate::Decoder::leaving_open). Which lines count as
//! directives, and how a reader gets over details without an end, is in subunit(7), "Which lines
//! count" and "How it is translated".
//!
//! Attachments are passed on as they come, in packets of about a megabyte. Time is linear in the
//! input. Memory is bounded by the longest packet, the tests that are open and the last 4096 that
//! ended.
//!
//! ```
//! use subunit_codec::{Decoder, Item, Protocol, Status};
//!
//! let mut decoder = Decoder::new(Protocol::V1);
//! decoder.feed(b"test: a\nsuccess: a\n");
//! decoder.end();
//! let mut statuses = Vec::new();
//! while let Some(item) = decoder.next() {
//!     if let Item::Packet(packet) = item {
//!         statuses.push(packet.status());
//!     }
//! }
//! assert_eq!(statuses, [Some(Status::InProgress), Some(Status::Success)]);
//! ```
//!
//! This module has the syntax of a line, and a writer.

// The files, in the order in which they build on one another:
//
// | module | holds |
// |---|---|
// | `fault` | what can be wrong |
// | `input` | the input, a line at a time |
// | `line` | the syntax of one line |
// | `time`, `tags` | what `time:` and `tags:` say |
// | `glued` | directives behind text on a line |
// | `ahead` | lines behind a line that counts only if the right ones follow |
// | `open_tests` | the tests that began and did not end |
// | `labels` | tests that ended, and starts that nobody is sure of |
// | `marks` | lines in details that look as if they belonged outside |
// | `details` | details of outcomes, and where they end |
// | `parse` | what lines mean one after the other |
// | `parse::behind_text` | which directives behind text count |
// | `detect` | whether a stream is version 1 at all |
// | `packets` | the packets that directives stand for |
// | `translate` | all of it together: items out of bytes |
// | `quote` | text that is not to be read as directives |
// | `write` | directives and text, as text |

mod ahead;
mod details;
mod detect;
mod fault;
mod glued;
mod input;
mod labels;
mod line;
mod marks;
mod open_tests;
mod packets;
mod parse;
mod quote;
mod tags;
mod time;
mod translate;
mod write;

pub use fault::{LineError, LineErrorKind};
pub use line::{Directive, Outcome};
pub(crate) use line::{begins_directive, could_be_directive};
pub(crate) use translate::Translator;
pub use write::{Detail, Writer};
