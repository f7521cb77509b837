//! Formats beside subunit: attachments as text, tests as JSON and JUnit XML, TAP and
//! the output of `go test` as tests.
//!
//! | module | holds |
//! |---|---|
//! | [`text`] | attachments as text for people |
//! | [`excerpt`] | texts that are cut in the middle |
//! | [`failure`] | what a test says of its failure |
//! | [`go_test`] | the output of `go test -json` |
//! | [`html`] | HTML and the JSON in it |
//! | [`json`] | tests as JSON |
//! | [`item_json`] | packets, text and damage as JSON, and back |
//! | [`junit`], [`junit_reader`] | tests as JUnit XML, and back |
//! | [`tap`] | the Test Anything Protocol |
//! | [`names`] | distinct names in little memory |
//! | [`number`], [`hex_dump`] | numbers and bytes for people |
//! | [`repeated_name`] | names that are written again and again |
//! | [`slowest`] | the slowest tests of a run |
//! | [`worker`] | the workers that ran tests |

pub mod excerpt;
pub mod failure;
pub mod go_test;
pub mod hex_dump;
pub mod html;
pub mod item_json;
pub mod json;
pub mod junit;
pub mod junit_reader;
pub mod names;
pub mod number;
pub mod repeated_name;
pub mod slowest;
pub mod tap;
pub mod text;
pub mod worker;
