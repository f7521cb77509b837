//! The options that come in pairs, of which the last one wins.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use subunit_codec::Status;

/// What the switches say in the end.
pub(crate) struct OutcomeFlags {
    /// Outcomes that are left out.
    pub(crate) excluded: Vec<Status>,
    /// Whether text between packets is forwarded.
    pub(crate) passes_text: bool,
}

/// The switches in the order of the help: short name, long name, help.
const SWITCHES: [(Option<char>, &str, &str); 13] = [
    (None, "error", "No effect: errors come as failures"),
    (Some('e'), "no-error", "No effect: errors come as failures"),
    (None, "failure", "Include failures [default]"),
    (Some('f'), "no-failure", "Exclude failures"),
    (Some('s'), "success", "Include successes"),
    (None, "no-success", "Exclude successes [default]"),
    (None, "no-skip", "Exclude skips"),
    (None, "xfail", "Include expected failures"),
    (None, "no-xfail", "Exclude expected failures [default]"),
    (None, "no-uxsuccess", "Exclude unexpected successes"),
    (Some('F'), ONLY_FAILURES, "Exclude success, skip, xfail and text"),
    (None, "passthrough", "Forward text as file stdout [default]"),
    (None, "no-passthrough", "Drop text that is not subunit"),
];

const ONLY_FAILURES: &str = "only-genuine-failures";

impl Args for OutcomeFlags {
    fn augment_args(command: Command) -> Command {
        command.args(SWITCHES.map(|(short, long, help)| {
            let arg = Arg::new(long).long(long).help(help).action(ArgAction::SetTrue);
            if let Some(short) = short { arg.short(short) } else { arg }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OutcomeFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let on = |name| place(matches, name);
        let only_failures = on(ONLY_FAILURES);
        let rules = [
            (Status::Success, only_failures.max(on("no-success")).or(Some(0)) > on("success")),
            (Status::ExpectedFailure, only_failures.max(on("no-xfail")).or(Some(0)) > on("xfail")),
            (Status::Fail, on("no-failure") > on("failure")),
            (Status::Skip, only_failures.or(on("no-skip")).is_some()),
            (Status::UnexpectedSuccess, on("no-uxsuccess").is_some()),
        ];
        let excluded = rules.into_iter().filter(|(_, is_excluded)| *is_excluded).map(|(status, _)| status);
        Ok(Self {
            excluded: excluded.collect(),
            passes_text: only_failures.max(on("no-passthrough")) <= on("passthrough"),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Where on the command line a switch stands last; `None`, which comes before any place, when it does not.
fn place(matches: &ArgMatches, name: &str) -> Option<usize> {
    let is_given = matches.value_source(name) == Some(ValueSource::CommandLine);
    matches.indices_of(name).filter(|_| is_given)?.max()
}
