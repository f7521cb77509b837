//! The tests of the codec as its users see it.

mod assemble;
mod damage;
#[cfg(feature = "tokio")]
mod framed;
mod live;
mod owned;
mod properties;
mod recovery;
mod strategies;
mod tracker;
mod v1;
mod v1_behind_text;
mod v1_details;
mod v1_detection;
mod v1_lines;
mod v1_properties;
mod v1_recorded;
