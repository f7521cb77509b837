//! Formats beside subunit: attachments and times as text, tests as JSON and JUnit XML.
//!
//! | module | holds |
//! |---|---|
//! | [`text`] | attachments as text for people |
//! | [`time`] | timestamps as text |
//! | [`json`] | tests as JSON |
//! | [`junit`] | tests as JUnit XML |

pub mod json;
pub mod junit;
pub mod text;
pub mod time;
