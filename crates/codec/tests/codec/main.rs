//! The tests of the codec as its users see it.

mod assemble;
mod damage;
mod live;
mod properties;
mod recovery;
mod strategies;
mod v1;
