//! The arguments.

use std::ffi::OsString;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as Options, Parser};
use subunit_cli::{self as cli, Trouble};
use subunit_codec::{Event, Status, Timestamp, TimestampError};

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
    file_name: Option<String>,

    /// MIME type of the attachment
    #[arg(long, value_name = "TYPE", requires = "attach_file")]
    mimetype: Option<String>,

    /// Tag of the test; may be repeated
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    tag: Vec<String>,

    /// Route code of the packets
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new())]
    route_code: Option<String>,

    /// Say that the test cannot be run alone
    #[arg(long)]
    not_runnable: bool,

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
    /// The status that was given, and an event with all else but a time and a file.
    ///
    /// # Errors
    ///
    /// If several statuses were given, or nothing that an event can be made of.
    pub(crate) fn into_event(self) -> Result<(Option<Status>, Event<'static>), Trouble> {
        let has_file = self.attach_file.is_some();
        let mut event = Event { runnable: !self.not_runnable, ..Event::default() };
        event.mime_type = self.mimetype.map(Into::into);
        event.route_code = self.route_code.map(Into::into);
        if !self.tag.is_empty() {
            event = event.tags(self.tag);
        }
        let mut given = self.statuses.given();
        match (given.pop(), given.pop()) {
            (None, _) if event.tags.is_none() && !has_file => {
                Err(Trouble::message("nothing to write: no status, no --tag and no --attach-file; see --help"))
            }
            (None, _) => Ok((None, event)),
            (Some((status, id)), None) => Ok((Some(status), Event { test_id: Some(id.into()), ..event })),
            (Some((second, _)), Some((first, _))) => Err(Trouble::message(format_args!(
                "--{first} and --{second}: only one status can be given; see --help"
            ))),
        }
    }

    /// The name of the attachment: as it was given, or the path, or `stdin`.
    pub(crate) fn file_name(&self) -> String {
        let path = self.attach_file.as_deref().unwrap_or_default();
        match &self.file_name {
            Some(name) if !name.is_empty() => name.clone(),
            _ if path == "-" => "stdin".to_owned(),
            _ => path.to_string_lossy().into_owned(),
        }
    }
}

impl Statuses {
    fn given(self) -> Vec<(Status, String)> {
        let Self { exists, inprogress, success, fail, skip, xfail, uxsuccess } = self;
        let all = [exists, inprogress, success, uxsuccess, skip, fail, xfail];
        Status::ALL.into_iter().zip(all).flat_map(|(status, ids)| ids.into_iter().map(move |id| (status, id))).collect()
    }
}

impl Stamp {
    /// The time to write, if the user gave `stamp`.
    pub(crate) fn time(stamp: Option<Self>) -> Option<Timestamp> {
        match stamp {
            None => Timestamp::now(),
            Some(Self::At(time)) => Some(time),
            Some(Self::Nothing) => None,
        }
    }
}

fn stamp(value: &str) -> Result<Stamp, String> {
    match value {
        "none" => Ok(Stamp::Nothing),
        _ => value.parse().map(Stamp::At).map_err(|error: TimestampError| error.to_string()),
    }
}
