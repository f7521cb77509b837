//! Formats beside subunit: attachments and times as text, tests as JSON.
//!
//! | module | holds |
//! |---|---|
//! | [`text`] | attachments as text for people |
//! | [`time`] | timestamps as text |
//! | [`json`] | tests as JSON |

pub mod json;
pub mod text;
pub mod time;
