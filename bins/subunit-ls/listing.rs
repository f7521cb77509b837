//! What is listed, and how.

use clap::Args;
use memchr::memchr;
use subunit_cli::{NoPassthrough, Output, Trouble};
use subunit_codec::{Assembler, Status, Test};
use subunit_formats::json;

/// The arguments that choose what is listed.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub(crate) struct Choice {
    /// Show how many seconds each test took
    #[arg(long)]
    times: bool,

    /// List tests that exist and were not run, too
    #[arg(long)]
    exists: bool,

    /// List only these statuses: fail,skip and so on
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    status: Vec<Status>,

    /// List a JSON object for each test
    #[arg(long)]
    json: bool,

    /// End each line with NUL, not newline
    #[arg(short = '0', long)]
    null: bool,

    #[command(flatten)]
    text: NoPassthrough,
}

/// Lists tests, and remembers what it saw.
pub(crate) struct Listing {
    choice: Choice,
    has_failures: bool,
    is_empty: bool,
    /// The line that is being made.
    line: String,
}

impl Listing {
    pub(crate) fn new(choice: Choice) -> Self {
        Self { choice, has_failures: false, is_empty: true, line: String::new() }
    }

    /// What puts together as much of each test as is listed.
    pub(crate) fn assembler(&self) -> Assembler {
        if self.choice.json { Assembler::new() } else { Assembler::without_files() }
    }

    /// Whether a test failed, listed or not.
    pub(crate) fn has_failures(&self) -> bool {
        self.has_failures
    }

    /// Whether there was no test, listed or not.
    pub(crate) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Shows text, unless it would stand between records that a program reads.
    pub(crate) fn text(&self, text: &[u8], output: &mut Output) -> Result<(), Trouble> {
        if self.choice.text.no_passthrough || self.choice.json || self.choice.null {
            Ok(())
        } else {
            output.bytes(text)
        }
    }

    /// Lists a test, if it is one to list.
    pub(crate) fn test(&mut self, test: &Test, output: &mut Output) -> Result<(), Trouble> {
        self.is_empty = false;
        self.has_failures |= test.is_failure();
        if !self.lists(test.status) {
            return Ok(());
        }
        self.line.clear();
        self.write_line(test);
        self.line.push(if self.choice.null { '\0' } else { '\n' });
        output.bytes(self.line.as_bytes())
    }

    fn lists(&self, status: Status) -> bool {
        if self.choice.status.is_empty() {
            status != Status::Exists || self.choice.exists
        } else {
            self.choice.status.contains(&status)
        }
    }

    fn write_line(&mut self, test: &Test) {
        if self.choice.json {
            self.line.push_str(&json::test(test));
            return;
        }
        // One line for one test, whatever its id holds; -0 shows the id as it is.
        let first_newline = memchr(b'\n', test.id.as_bytes()).filter(|_| !self.choice.null);
        let (start, rest) = test.id.split_at(first_newline.unwrap_or(test.id.len()));
        self.line.push_str(start);
        if !rest.is_empty() {
            self.line.push_str(&rest.replace('\n', "\\n"));
        }
        if self.choice.times {
            let times = format_args!(" {:.3}", test.span().signed_seconds().unwrap_or(0.0)).to_string();
            self.line.push_str(&times);
        }
    }
}
