//! The tests of the tools.
