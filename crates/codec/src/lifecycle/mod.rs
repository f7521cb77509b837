//! The life of tests: their packets, from the first to the last.

pub(crate) mod assembler;
pub(crate) mod span;
pub(crate) mod tracker;
