//! Formats beside subunit: attachments as text, tests as JSON and JUnit XML, TAP as tests.
//!
//! | module | holds |
//! |---|---|
//! | [`text`] | attachments as text for people |
//! | [`json`] | tests as JSON |
//! | [`junit`] | tests as JUnit XML |
//! | [`tap`] | the Test Anything Protocol |
//! | [`repeated_name`] | names that are written again and again |
//! | [`slowest`] | the slowest tests of a run |
//! | [`worker`] | the workers that ran tests |

pub mod json;
pub mod junit;
pub mod repeated_name;
pub mod slowest;
pub mod tap;
pub mod text;
pub mod worker;
