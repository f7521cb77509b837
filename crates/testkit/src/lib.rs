//! What the tests of the suite are made with: streams in a line of code, awkward readers, commands
//! and pipelines with deadlines.
//!
//! Everything is a function of its arguments: what looks random comes from a seed.

pub mod finished;
pub mod hostile;
pub mod items;
pub mod oracle;
pub mod pipeline;
mod program;
pub mod random;
pub mod reader;
pub mod stream;
