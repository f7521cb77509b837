//! Version 1: lines of text, translated to and from the events of version 2.
//!
//! Protocol, version 1. Any line is a directive, text, or part of details:
//!
//! | module | holds |
//! |---|---|
//! | `input` | the input, a line at a time |
//! | `line` | the syntax of one line |
//! | `time`, `tags` | what `time:` and `tags:` say |
//! | `glued` | directives behind text on a line |
//! | `ahead` | lines behind a line that counts only if the right ones follow |
//! | `open_tests` | the tests that began and did not end |
//! | `labels` | tests that ended, and starts that nobody is sure of |
//! | `details` | details of outcomes, and where they end |
//! | `marks` | lines in details that look as if they belonged outside |
//! | `parse` | what lines mean one after the other |
//! | `parse::behind_text` | which directives behind text count |
//! | `detect` | whether a stream is version 1 at all |
//! | `packets` | the packets that directives stand for |
//! | `translate` | all of it together: items out of bytes |
//! | `fault` | what can be wrong |
//! | `write` | directives as text |

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
mod tags;
mod time;
mod translate;
mod write;

pub use fault::{LineError, LineErrorKind};
pub use line::{Directive, Outcome};
pub(crate) use line::{begins_directive, could_be_directive};
pub use translate::Translator;
pub use write::{Detail, Writer};
