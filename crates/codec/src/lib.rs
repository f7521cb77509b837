//! The subunit protocol: streams of test results, in versions 1 and 2.
//!
//! A stream is bytes: packets that may stand in the middle of ordinary output. This crate finds the
//! packets, says what they mean, writes them, and puts the tests together that they tell of. It
//! does no I/O of its own.
//!
//! ```
//! use subunit_codec::{Assembler, Encoder, Event, Item, Protocol, Reader, Status};
//!
//! // Write a stream: a test begins, something prints, the test fails.
//! let mut encoder = Encoder::new(Vec::new());
//! encoder.write(&Event::test("net.Ping").status(Status::InProgress))?;
//! encoder.write(&Event::test("net.Ping").status(Status::Fail).file("log", &b"no route"[..]).eof())?;
//! encoder.flush()?;
//! let mut stream = encoder.into_inner();
//! stream.splice(0..0, *b"make: Entering directory\n");
//!
//! // Read it back: every byte is part of an item, and the packets make a test.
//! let mut reader = Reader::new(&stream[..], Protocol::Auto);
//! let mut tests = Assembler::new();
//! let mut failed = Vec::new();
//! while let Some(item) = reader.next()? {
//!     match item {
//!         Item::Packet(packet) => {
//!             failed.extend(tests.push(&packet).filter(|test| test.is_failure()).map(|test| test.id.clone()));
//!         }
//!         Item::Text(text) => assert_eq!(text, b"make: Entering directory\n"),
//!         Item::Damage(damage) => panic!("{}", damage.fault),
//!     }
//! }
//! assert_eq!(failed, ["net.Ping"]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! | to | use |
//! |---|---|
//! | check and read the bytes of one packet | [`Packet`] |
//! | see or say what a packet means | [`Event`] |
//! | find packets in bytes, in a file or pipe | [`Decoder`], [`Reader`] |
//! | forward packets and write events | [`Encoder`], [`encode`] |
//! | change tags, route code or time of a packet on its way | [`PacketEdit`] |
//! | put whole tests together | [`Assembler`] |
//! | keep state of your own for each test in flight | [`Tracker`] |
//! | read and write version 1 | [`v1`] |

mod decode;
mod encode;
mod error;
mod event;
mod lifecycle;
mod packet;
pub mod v1;

pub use decode::Item;
pub use decode::damage::{Damage, Fault, PARSER_TEST_ID, summarize_damage};
pub use decode::decoder::Decoder;
pub use decode::protocol::{Protocol, UnknownProtocol};
pub use decode::reader::Reader;
pub use encode::edit::PacketEdit;
pub use encode::encode;
pub use encode::encoder::Encoder;
pub use error::{EncodeError, EncodeErrorKind, PacketError, PacketErrorKind};
pub use event::{Event, File};
pub use lifecycle::assembler::{Assembler, Attachment, Test};
pub use lifecycle::span::Span;
pub use lifecycle::tracker::{Flight, Renew, Stage, Tracker};
pub use packet::Packet;
pub use packet::header::{MAX_LENGTH, SIGNATURE};
pub use packet::status::{Status, UnknownStatus};
pub use packet::tags::Tags;
pub use packet::timestamp::Timestamp;
