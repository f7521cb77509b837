//! The [subunit protocol](https://github.com/testing-cabal/subunit), versions 1 and 2: streams of
//! test results.
//!
//! A stream is bytes: packets that may stand in the middle of ordinary output. This crate finds the
//! packets, reads and writes them, and puts whole tests together. The README behind the link
//! specifies version 2; [`v1`] says how version 1 is read.
//!
//! # Write
//!
//! An [`Event`] says what happened, an [`Encoder`] writes it. A test begins, and it fails:
//!
//! ```
//! use subunit_codec::{Encoder, Event, Status, Timestamp};
//!
//! let mut encoder = Encoder::new(Vec::new());
//! let ping = |status| Event::test("net.Ping").status(status);
//! let event = |status| Event { timestamp: Timestamp::now(), ..ping(status) };
//! encoder.write(&event(Status::InProgress))?;
//! encoder.flush()?; // A reader sees the test while it runs.
//! let failed = event(Status::Fail).file("log", &b"no route"[..]);
//! encoder.write(&failed.mime_type("text/plain").eof())?;
//! let stream: Vec<u8> = encoder.into_inner()?;
//! # assert_eq!(stream[0], subunit_codec::SIGNATURE);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Read
//!
//! A [`Reader`] gives the [`Item`]s of a file or pipe: each byte is part of a packet, of text, or
//! of damage. An [`Assembler`] makes whole tests of packets.
//!
//! ```
//! use subunit_codec::{Assembler, Item, Protocol, Reader};
//! # use subunit_codec::{Event, Status, encode};
//! # let mut stream = b"make: Entering directory\n".to_vec();
//! # encode(&Event::test("net.Ping").status(Status::InProgress), &mut stream)?;
//! # encode(&Event::test("net.Ping").status(Status::Fail), &mut stream)?;
//!
//! let mut reader = Reader::new(&stream[..], Protocol::Auto);
//! let mut tests = Assembler::new();
//! let mut failed = Vec::new();
//! while let Some(item) = reader.next()? {
//!     match item {
//!         Item::Packet(packet) => {
//!             let failure = tests.push(&packet).filter(|test| test.is_failure());
//!             failed.extend(failure.map(|test| test.id.clone()));
//!         }
//!         Item::Text(text) => assert_eq!(text, b"make: Entering directory\n"),
//!         Item::Damage(damage) => panic!("{}", damage.fault),
//!     }
//! }
//! assert!(tests.finish().is_empty(), "every test finished");
//! assert_eq!(failed, ["net.Ping"]);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Items borrow from the reader, so that nothing is copied. To keep them, iterate over
//! [`OwnedItem`]s or [`Reader::into_events`]. [`Decoder`] does no I/O: it is fed with bytes.
//!
//! # Async
//!
//! With the feature `tokio`, `StreamCodec` is a decoder and encoder of `tokio_util::codec`:
//!
#![cfg_attr(feature = "tokio", doc = "```")]
#![cfg_attr(not(feature = "tokio"), doc = "```ignore")]
//! use subunit_codec::{OwnedItem, StreamCodec};
//! use tokio_stream::StreamExt;
//! use tokio_util::codec::FramedRead;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! # let source = &b"building\n\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b"[..];
//! let mut items = FramedRead::new(source, StreamCodec::default());
//! while let Some(item) = items.next().await {
//!     match item? {
//!         OwnedItem::Packet(packet) => println!("{:?}", packet.as_packet().to_event()),
//!         OwnedItem::Text(text) => println!("{} bytes of output", text.len()),
//!         OwnedItem::Damage(damage) => println!("damage: {}", damage.as_damage().summary()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The folder `examples` has a test runner, a reader and an async reader to begin with. Types of
//! the crates `bytes` 1, `chrono` 0.4 and `tokio-util` 0.7 are part of the API.
//!
//! # Overview
//!
//! | to | use |
//! |---|---|
//! | check and read the bytes of one packet | [`Packet`], or [`OwnedPacket`] to keep them |
//! | see or say what a packet means | [`Event`] |
//! | find packets in bytes, in a file or pipe | [`Decoder`], [`Reader`], `StreamCodec` with tokio |
//! | forward packets and write events | [`Encoder`], [`encode`] |
//! | change tags, route code or time of a packet on its way | [`PacketEdit`] |
//! | put whole tests together | [`Assembler`] |
//! | keep state of your own for each test in flight | [`Tracker`] |
//! | read and write version 1 | [`v1`] |
//! | use the words that producers agree on | [`names`] |

mod decode;
mod encode;
mod error;
mod event;
#[cfg(feature = "tokio")]
mod framed;
mod lifecycle;
pub mod names;
mod packet;
pub mod v1;

pub use decode::Item;
pub use decode::damage::{Damage, Fault, summarize_damage};
pub use decode::decoder::Decoder;
pub use decode::iter::{Events, Items};
pub use decode::owned::{OwnedDamage, OwnedItem};
pub use decode::protocol::{Protocol, UnknownProtocol};
pub use decode::reader::Reader;
pub use encode::edit::PacketEdit;
pub use encode::encode;
pub use encode::encoder::{Encoder, IntoInnerError};
pub use error::{EncodeError, EncodeErrorKind, PacketError, PacketErrorKind};
pub use event::{Event, File};
#[cfg(feature = "tokio")]
pub use framed::StreamCodec;
pub use lifecycle::assembler::{Assembler, Attachment, Test};
pub use lifecycle::span::Span;
pub use lifecycle::tracker::{Flight, Renew, Stage, Tracker};
pub use names::PARSER_TEST_ID;
pub use packet::Packet;
pub use packet::calendar::{TimestampError, TimestampErrorKind};
pub use packet::header::{MAX_LENGTH, SIGNATURE};
pub use packet::owned::OwnedPacket;
pub use packet::status::{Status, UnknownStatus};
pub use packet::tags::Tags;
pub use packet::timestamp::Timestamp;
