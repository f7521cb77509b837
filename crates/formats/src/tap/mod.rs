//! The Test Anything Protocol, versions 12, 13 and 14, and the kernel's.
//!
//! [`Translator`] turns lines into events. Sources: the specifications of TAP 12, 13 and 14 and of
//! KTAP 1, and where those leave room, `TAP::Parser`, `tap-parser`, the kernel's `kunit_parser.py`,
//! and what producers write.
//!
//! A file knows only those below it:
//!
//! | file | holds |
//! |---|---|
//! | `translator` | the layers that a line goes through, and pauses |
//! | `log_prefix`, `prefix_pattern` | the first layer: the prefix of a log before each line |
//! | `scripts`, `prove` | the second: the scripts that prove runs |
//! | `interpreter`, `diagnostics` | the third: which test a line is about, and what became of it |
//! | `stack`, `document`, `ranges` | the documents that are being read, and what each lacks |
//! | `held` | failures in subtests that the test point of the parent may excuse |
//! | `pending` | a result that may still get diagnostics, and diagnostics before their result |
//! | `kernel` | the signs of the kernel's test frameworks |
//! | `input`, `line`, `point`, `lex` | a line and its syntax |
//! | `prefix`, `text`, `events` | ids, escapes, and events that are no test point's |

mod diagnostics;
mod document;
mod events;
mod held;
mod input;
mod interpreter;
mod kernel;
mod lex;
mod line;
mod log_prefix;
mod pending;
mod point;
mod prefix;
mod prefix_pattern;
mod prove;
mod ranges;
mod scripts;
mod stack;
mod text;
mod translator;

pub use translator::Translator;
