//! The options about outcomes and text, of which the last one wins.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use subunit_cli::NoPassthrough;
use subunit_codec::Status;

/// What the flags say in the end.
pub(crate) struct OutcomeFlags {
    /// Outcomes that are left out.
    pub(crate) excluded: Vec<Status>,
    /// Whether text between packets is forwarded.
    pub(crate) passes_text: bool,
}

/// The flags in the order of the help: short name, long name, help.
const FLAGS: [(Option<char>, &str, &str); 13] = [
    (None, ALL, "Keep every outcome"),
    (Some('s'), "success", "Keep successes"),
    (None, "no-success", "Drop successes [default]"),
    (None, "xfail", "Keep expected failures"),
    (None, "no-xfail", "Drop expected failures [default]"),
    (None, "failure", "Keep failures [default]"),
    (Some('f'), "no-failure", "Drop failures"),
    (None, "no-skip", "Drop skips"),
    (None, "no-uxsuccess", "Drop unexpected successes"),
    (Some('F'), ONLY_FAILURES, "Drop success, skip, xfail and text"),
    (None, "error", "Ignored (version 2 has no errors)"),
    (Some('e'), "no-error", "Ignored (version 2 has no errors)"),
    (None, "passthrough", "Keep non-test output [default]"),
];

const ALL: &str = "all";
const ONLY_FAILURES: &str = "only-genuine-failures";

impl Args for OutcomeFlags {
    fn augment_args(command: Command) -> Command {
        let flags = FLAGS.map(|(short, long, help)| {
            let flag = Arg::new(long).long(long).help(help).action(ArgAction::SetTrue);
            if let Some(short) = short { flag.short(short) } else { flag }
        });
        NoPassthrough::augment_args(command.args(flags))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for OutcomeFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let place = |name| place(matches, name);
        let (all, only_failures) = (place(ALL), place(ONLY_FAILURES));
        // Each with the places of what drops it and of what keeps it. Place 0, before all others,
        // is the default.
        let rules = [
            (Status::Success, only_failures.max(place("no-success")).or(Some(0)), place("success")),
            (Status::ExpectedFailure, only_failures.max(place("no-xfail")).or(Some(0)), place("xfail")),
            (Status::Fail, place("no-failure"), place("failure")),
            (Status::Skip, only_failures.max(place("no-skip")), None),
            (Status::UnexpectedSuccess, place("no-uxsuccess"), None),
        ];
        let excluded = rules.into_iter().filter(|(_, drops, keeps)| *drops > all.max(*keeps));
        Ok(Self {
            excluded: excluded.map(|(status, ..)| status).collect(),
            passes_text: only_failures.max(place("no_passthrough")) <= place("passthrough"),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The last place of a flag on the command line; `None` if absent, which is less than any place.
fn place(matches: &ArgMatches, name: &str) -> Option<usize> {
    let is_given = matches.value_source(name) == Some(ValueSource::CommandLine);
    matches.indices_of(name).filter(|_| is_given)?.max()
}
