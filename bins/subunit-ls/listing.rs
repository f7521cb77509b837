//! What is listed, and how.

use std::fmt::Write;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use subunit_cli::{self as cli, NoPassthrough, Seen, TestRow, TextOutput, Trouble, escape};
use subunit_codec::{Assembler, Status, Test};
use subunit_formats::json;
use subunit_formats::worker::Worker;

/// The arguments that choose what is listed.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub(crate) struct Choice {
    /// Show status, duration, worker and id
    #[arg(short, long)]
    long: bool,

    /// Show how many seconds each test took
    #[arg(long)]
    times: bool,

    /// Also list tests that exist and were not run
    #[arg(long)]
    exists: bool,

    /// List only these statuses: fail,uxsuccess,inprogress
    #[arg(long, value_name = "LIST", value_delimiter = ',', hide_possible_values = true)]
    #[arg(value_parser = PossibleValuesParser::new(Status::ALL.map(Status::name)).try_map(|name| name.parse::<Status>()))]
    status: Vec<Status>,

    /// List a JSON object for each test
    #[arg(long)]
    json: bool,

    /// Add texts to the objects, each cut to BYTES
    #[arg(long, value_name = "BYTES", requires = "json", value_parser = cli::count)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "4096")]
    details: Option<usize>,

    /// End each line with NUL, not newline
    #[arg(short = '0', long)]
    null: bool,

    #[command(flatten)]
    text: NoPassthrough,
}

/// Lists tests, and remembers what it saw.
pub(crate) struct Listing {
    choice: Choice,
    pub(crate) seen: Seen,
    /// The line that is being made.
    line: String,
}

impl Listing {
    pub(crate) fn new(choice: Choice) -> Self {
        Self { choice, seen: Seen::default(), line: String::new() }
    }

    /// What puts together as much of each test as is listed.
    pub(crate) fn assembler(&self) -> Assembler {
        match self.choice {
            Choice { details: Some(most), .. } => Assembler::keeping_heads(most),
            Choice { json: true, .. } => Assembler::new(),
            _ => Assembler::without_files(),
        }
    }

    /// Whether lines are only for people. Others answer a question, and hold nothing but the
    /// answer.
    fn is_for_people(&self) -> bool {
        !self.choice.json && !self.choice.null && self.choice.status.is_empty()
    }

    /// Shows non-test output, unless it would be taken for the answer.
    pub(crate) fn text(&self, text: &[u8], output: &mut TextOutput) -> Result<(), Trouble> {
        if self.choice.text.no_passthrough || !self.is_for_people() { Ok(()) } else { output.text(text) }
    }

    /// Lists a test, if it is one to list. If the test reports damage, `damage` says where it is
    /// and what.
    pub(crate) fn test(&mut self, test: &Test, damage: &str, output: &mut TextOutput) -> Result<(), Trouble> {
        self.seen.tests = true;
        self.seen.failures |= test.is_failure();
        if !self.lists(test.status) {
            return Ok(());
        }
        self.line.clear();
        self.write_line(test, damage);
        self.line.push(if self.choice.null { '\0' } else { '\n' });
        output.lines(&self.line)
    }

    fn lists(&self, status: Status) -> bool {
        if self.choice.status.is_empty() {
            status != Status::Exists || self.choice.exists
        } else {
            self.choice.status.contains(&status)
        }
    }

    fn write_line(&mut self, test: &Test, damage: &str) {
        let Choice { json, details, long, times, null, .. } = self.choice;
        if json {
            let object = if details.is_some() { json::test_with_details(test) } else { json::test(test) };
            self.line.push_str(&object);
            return;
        }
        // -0 shows ids as they are, for programs.
        let is_named = !damage.is_empty() && !null && (long || self.is_for_people());
        // Writing to a string cannot fail.
        let _ = if long {
            let worker = Worker::of(test).to_string();
            let row = TestRow { status: test.status.name(), duration: test.duration(), worker: &worker, id: "" };
            write!(self.line, "{row}")
        } else {
            Ok(())
        };
        self.line.push_str(&if null { test.id.as_str().into() } else { escape(&test.id) });
        if is_named {
            let _ = write!(self.line, " ({})", escape(damage));
        }
        if times && !long {
            let _ = write!(self.line, " {:.3}", test.span().signed_seconds().unwrap_or(0.0));
        }
    }
}
