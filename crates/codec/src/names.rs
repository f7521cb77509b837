//! The words that producers and readers of streams agree on.
//!
//! The protocol leaves names of attachments, tags and MIME types to those who write streams. These
//! are the words that have a meaning to the tools, each with the program that it comes from.
//!
//! ```
//! use subunit_codec::{Event, names};
//!
//! let event = Event::global_file(names::STDOUT, &b"make: Entering directory\n"[..]);
//! assert_eq!(event.file.ok_or("a file")?.name, "stdout");
//! # Ok::<(), &str>(())
//! ```

/// The test id under which damage is reported. From python-subunit's `ByteStreamToStreamResult`.
pub const PARSER_TEST_ID: &str = "subunit.parser";

/// The attachment of [`PARSER_TEST_ID`] with the damaged bytes. From python-subunit.
pub const PACKET_DATA: &str = "Packet data";

/// The attachment of [`PARSER_TEST_ID`] that says what is wrong with them. From python-subunit.
pub const PARSER_ERROR: &str = "Parser Error";

/// What a program printed: without a test id, text that stood between packets. python-subunit's
/// filters wrap text under this name.
pub const STDOUT: &str = "stdout";

/// What a program printed to standard error. From oslotest, whose tests attach what they capture.
pub const STDERR: &str = "stderr";

/// How a command that ran as a test ended. From subunit-exec.
pub const EXIT: &str = "exit";

/// Why a test failed, in the words of its language. From testtools, and from python-subunit for a
/// failure of version 1 in brackets.
pub const TRACEBACK: &str = "traceback";

/// Why a test was skipped. From testtools, and from python-subunit for a skip of version 1 in
/// brackets. These tools also say under this name why they fail a test themselves.
pub const REASON: &str = "reason";

/// What a successful test has to say. From python-subunit, for a success of version 1 in brackets.
pub const MESSAGE: &str = "message";

/// The comments that belong to a test point. From python-subunit's tap2subunit.
pub const TAP_COMMENT: &str = "tap comment";

/// What tap2subunit says itself. From python-subunit, which says so what is wrong with a plan.
pub const TAP_META: &str = "tap meta";

/// Without a test id, why modules could not be imported, so that a list of tests lacks theirs. From
/// `python -m subunit.run --list`.
pub const IMPORT_ERRORS: &str = "import errors";

/// What the tags of workers begin with; a number follows. From testrepository, whose successor
/// stestr tags tests in the same way.
pub const WORKER_PREFIX: &str = "worker-";

/// The tag of a test that passed after it had failed. From subunit-attempts.
pub const FLAKY: &str = "flaky";

/// The MIME type of bytes of any kind, also of an attachment without a type. From python-subunit,
/// for [`PACKET_DATA`].
pub const OCTET_STREAM: &str = "application/octet-stream";

/// The MIME type of text. From python-subunit, for [`PARSER_ERROR`].
pub const UTF8_TEXT: &str = "text/plain;charset=utf8";

/// The MIME type of text that comes from TAP. From python-subunit's tap2subunit.
pub const TAP_TEXT: &str = "text/plain; charset=UTF8";

/// What the MIME types of tracebacks begin with; parameters follow. From testtools.
pub const TRACEBACK_TYPE: &str = "text/x-traceback";
