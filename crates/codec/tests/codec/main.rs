//! The tests of the codec as its users see it.

mod items;
mod properties;
mod strategies;
