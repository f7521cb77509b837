//! The arguments: nearly all are tags.

use std::env;
use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Command, CommandFactory, Parser};
use subunit_cli::{self as cli, ProtocolVersion};

/// Add tags to all tests, or remove tags from them
#[derive(clap::Args)]
#[command(version, args_override_self = true, disable_help_flag = true, disable_version_flag = true)]
#[command(override_usage = "subunit-tags [OPTIONS] [TAG | -TAG]...")]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
pub(crate) struct Args {
    /// Tags to add; -TAG removes TAG
    #[arg(value_name = "TAG")]
    pub(crate) tags: Vec<String>,

    /// Tag text and damage reports, too
    #[arg(long)]
    pub(crate) text: bool,

    #[command(flatten)]
    pub(crate) version: ProtocolVersion,

    /// Print help
    #[arg(long, action = ArgAction::Help, display_order = 903)]
    help: Option<bool>,

    /// Print version
    #[arg(long = "version", action = ArgAction::Version, display_order = 904)]
    print_version: Option<bool>,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["run-tests | subunit-tags nightly | subunit-stats", "subunit-tags web -slow < run.subunit > tagged.subunit"];

impl CommandFactory for Args {
    fn command() -> Command {
        <Self as clap::Args>::augment_args(Command::new(TOOL))
    }

    fn command_for_update() -> Command {
        Self::command()
    }
}

impl Parser for Args {
    fn try_parse() -> Result<Self, clap::Error> {
        Self::try_parse_from(env::args_os())
    }

    fn try_parse_from<I, T>(arguments: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let matches = Self::command().try_get_matches_from(tags_last(arguments.into_iter().map(Into::into)))?;
        clap::FromArgMatches::from_arg_matches(&matches)
    }
}

/// The arguments with the tags behind the options and a `--`: to clap, `-TAG` would be an option.
fn tags_last(mut arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut options: Vec<OsString> = arguments.next().into_iter().collect();
    let mut tags = vec![OsString::from("--")];
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            tags.extend(arguments);
            break;
        }
        let is_protocol = argument == "--protocol";
        let is_option = is_protocol || is_option(&argument);
        if is_option { &mut options } else { &mut tags }.push(argument);
        if is_protocol {
            options.extend(arguments.next());
        }
    }
    options.append(&mut tags);
    options
}

fn is_option(argument: &OsStr) -> bool {
    ["--help", "--version", "--text"].iter().any(|option| argument == *option)
        || argument.as_encoded_bytes().starts_with(b"--protocol=")
}
