//! The Test Anything Protocol, versions 12, 13 and 14, and the kernel's.
//!
//! [`Translator`] turns lines into events. Sources: the specifications of TAP 12, 13 and 14 and of KTAP 1, and where those leave
//! room, `TAP::Parser`, `tap-parser` and what producers write.
//!
//! | file | holds |
//! |---|---|
//! | `line`, `point` | the syntax of a line |
//! | `text` | its escapes, and ids |
//! | `prefix` | what the kernel's log puts before it |
//! | `prove` | what prove puts around the TAP of scripts |
//! | `document`, `numbers` | what a TAP document has said, and what it lacks |
//! | `open` | a result that may still get diagnostics |
//! | `translate`, `subtests` | from lines to events, into subtests and out of them |

mod document;
mod line;
mod pending;
mod point;
mod printk;
mod prove;
mod ranges;
mod subtests;
mod text;
mod translate;

pub use translate::Translator;
