//! Version 1: lines of text, translated to and from the events of version 2.
//!
//! Protocol, version 1. Any line is a directive, text, or part of details:
//!
//! | module | holds |
//! |---|---|
//! | `line` | the syntax of one line |
//! | `time` | the times of `time:` |
//! | `parse` | what lines mean one after the other |
//! | `packets` | the events they stand for, with clock and tags |
//! | `translate` | all of it together: items out of bytes |
//! | `write` | directives as text |

mod line;
mod packets;
mod parse;
mod time;
mod translate;
mod write;

pub use line::{Directive, LineError, LineErrorKind, Outcome};
pub(crate) use line::{begins_directive, could_be_directive};
pub use translate::Translator;
pub use write::{Detail, Writer};
