//! The arguments.

use std::ffi::OsString;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Options, Parser};
use subunit_cli::{self as cli, Trouble};
use subunit_codec::{Status, Timestamp};

/// Write one event as subunit packets: a status, tags, a file
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
pub(crate) struct Args {
    #[command(flatten)]
    statuses: Statuses,

    /// File to attach; - is standard input
    #[arg(long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) attach_file: Option<OsString>,

    /// Name of the attachment [default: FILE, stdin]
    #[arg(long, value_name = "NAME", requires = "attach_file", allow_hyphen_values = true)]
    pub(crate) file_name: Option<String>,

    /// MIME type of the attachment
    #[arg(long, value_name = "TYPE", requires = "attach_file")]
    pub(crate) mimetype: Option<String>,

    /// Tag of the test; may be repeated
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    pub(crate) tag: Vec<String>,

    /// Route code of the packets
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) route_code: Option<String>,

    /// Say that the test cannot be run alone
    #[arg(long)]
    pub(crate) not_runnable: bool,

    /// RFC 3339 time, or none [default: now]
    #[arg(long, value_name = "TIME", value_parser = stamp)]
    pub(crate) timestamp: Option<Stamp>,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-output --success net.Ping --tag slow > run.subunit", "make 2>&1 | subunit-output --attach-file -"];

/// What is written as the time of packets.
#[derive(Clone, Copy)]
pub(crate) enum Stamp {
    At(Timestamp),
    Nothing,
}

/// The statuses, of which one may be given.
#[derive(Options)]
struct Statuses {
    /// Test ID exists and was not run
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    exists: Vec<String>,

    /// Test ID begins
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    inprogress: Vec<String>,

    /// Test ID passed
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    success: Vec<String>,

    /// Test ID failed
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    fail: Vec<String>,

    /// Test ID was skipped
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    skip: Vec<String>,

    /// Test ID failed, as expected
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    xfail: Vec<String>,

    /// Test ID passed and should have failed
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    uxsuccess: Vec<String>,
}

impl Args {
    /// The status that was given, and the id of its test.
    ///
    /// # Errors
    ///
    /// If several were given, or nothing that an event can be made of.
    pub(crate) fn status(&self) -> Result<Option<(Status, &str)>, Trouble> {
        let Statuses { exists, inprogress, success, fail, skip, xfail, uxsuccess } = &self.statuses;
        let all = [exists, inprogress, success, uxsuccess, skip, fail, xfail];
        let given: Vec<_> = Status::ALL
            .into_iter()
            .zip(all)
            .flat_map(|(status, ids)| ids.iter().map(move |id| (status, &**id)))
            .collect();
        match given[..] {
            [] if self.tag.is_empty() && self.attach_file.is_none() => {
                Err(Trouble::message("nothing to write: no status, no --tag and no --attach-file; see --help"))
            }
            [] => Ok(None),
            [only] => Ok(Some(only)),
            [(first, _), (second, _), ..] => Err(Trouble::message(format_args!(
                "--{first} and --{second}: only one status can be given; see --help"
            ))),
        }
    }
}

fn stamp(value: &str) -> Result<Stamp, String> {
    match value {
        "none" => Ok(Stamp::Nothing),
        _ => value.parse().map(Stamp::At).map_err(|error: subunit_codec::TimestampError| error.to_string()),
    }
}
