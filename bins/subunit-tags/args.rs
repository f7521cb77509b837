//! The arguments: nearly all are tags.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, Command, Parser};
use subunit_cli::{self as cli, ProtocolVersion};

/// Add tags to all tests, or remove tags from them
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, disable_help_flag = true, disable_version_flag = true)]
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

/// The arguments with the tags behind the options and a `--`: to clap, `-TAG` would be an option.
pub(crate) fn tags_last(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut arguments = arguments.into_iter();
    let mut options: Vec<OsString> = arguments.next().into_iter().collect();
    let mut tags = vec![OsString::from("--")];
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            tags.extend(arguments);
            break;
        }
        let Some(option) = option(command, &argument) else {
            tags.push(argument);
            continue;
        };
        let has_value = argument.as_encoded_bytes().contains(&b'=');
        options.push(argument);
        if option.get_action().takes_values() && !has_value {
            options.extend(arguments.next());
        }
    }
    options.append(&mut tags);
    options
}

/// The option that an argument is, with its value behind an `=` or without. A flag has no value.
fn option<'a>(command: &'a Command, argument: &OsStr) -> Option<&'a Arg> {
    let long = argument.to_str()?.strip_prefix("--")?;
    let named = |name| command.get_arguments().find(|option| option.get_long() == Some(name));
    let before_value = long.split_once('=').and_then(|(name, _)| named(name));
    named(long).or(before_value.filter(|option| option.get_action().takes_values()))
}
