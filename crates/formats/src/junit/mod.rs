//! JUnit XML: the reports that Jenkins and most other CI servers read.
//!
//! There is no standard. What is written here is valid for the schema that Jenkins' xUnit plugin
//! holds reports to, and means the same to other readers. Texts are made fit for XML 1.0 first, see
//! [`Cleaner`].
//!
//! ```
//! use std::time::Duration;
//! use subunit_codec::Span;
//! use subunit_formats::junit::{Counts, Markup};
//!
//! let mut xml = Markup::new();
//! let counts = Counts { tests: 1, failures: 1, ..Counts::default() };
//! xml.start_suite("nightly", &counts, Span::default());
//! xml.end_tag();
//! xml.case("net.Ping.test_lost", "nightly", Duration::from_millis(1500), false);
//! xml.open("failure", &[("type", "AssertionError"), ("message", "2 < 3")]);
//! xml.clean_text("Traceback ...");
//! for element in ["failure", "testcase", "testsuite"] {
//!     xml.close(element);
//! }
//! let expected = [
//!     r#"<testsuite name="nightly" tests="1" failures="1" errors="0" time="0.000" skipped="0">"#,
//!     r#"<testcase classname="net.Ping" name="test_lost" time="1.500">"#,
//!     r#"<failure type="AssertionError" message="2 &lt; 3">Traceback ...</failure>"#,
//!     "</testcase></testsuite>",
//! ];
//! assert_eq!(xml.as_str(), expected.concat());
//! ```

mod ansi;
mod byte_search;
mod exception_name;
mod failure;
mod failure_yaml;
mod markup;
mod sanitize;
mod test_id;

pub use exception_name::type_attribute;
pub use failure::{Summary, is_traceback, reason_in_tap, telling_rank};
pub use markup::{Counts, Markup};
pub use sanitize::{Cleaner, clean};
pub use test_id::{package, split};
