//! The arguments.

use std::path::PathBuf;

use clap::Parser;
use subunit_cli::{self as cli, IdList, Input, Trouble};

use crate::edits::Edits;
use crate::outcome_flags::OutcomeFlags;
use crate::patterns::Patterns;
use crate::rename::Rename;
use crate::rules::Rules;

/// Select tests; successes and expected failures are dropped unless -s, --xfail
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, None))]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) flags: OutcomeFlags,

    /// Keep tests that have all of the tags
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    with_tag: Vec<String>,

    /// Drop tests that have one of the tags
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    without_tag: Vec<String>,

    /// Keep tests that match, in id or text
    #[arg(short = 'm', long, value_name = "REGEX", allow_hyphen_values = true)]
    with: Vec<String>,

    /// Drop tests that match, in id or text
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    without: Vec<String>,

    /// Keep tests from one of the routes
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    with_route: Vec<String>,

    /// Drop tests from one of the routes
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    without_route: Vec<String>,

    /// Keep tests whose ids FILE lists
    #[arg(long, value_name = "FILE")]
    load_list: Vec<PathBuf>,

    /// Keep tests that can be run alone
    #[arg(long)]
    runnable: bool,

    /// Turn failures of ids in FILE into xfail
    #[arg(long, value_name = "FILE")]
    fixup_expected_failures: Vec<PathBuf>,

    /// In id lists, do not treat # as a comment
    #[arg(long)]
    whole_lines: bool,

    /// Replace regex FROM with TO in test ids
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"], allow_hyphen_values = true)]
    rename: Vec<String>,

    #[command(flatten)]
    pub(crate) input: Input,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["subunit-filter run.subunit | subunit-ls", "subunit-filter --all --with-tag worker-0 run.subunit | subunit-stats"];

impl Args {
    /// The rules that the arguments make.
    pub(crate) fn rules(&self) -> Result<Rules, Trouble> {
        let with = Patterns::new("--with", &self.with)?;
        let without = Patterns::new("--without", &self.without)?;
        let read = |lists: &[PathBuf]| IdList::read(lists, self.whole_lines);
        Ok(Rules {
            excluded: self.flags.excluded.clone(),
            with,
            without,
            with_tags: self.with_tag.clone(),
            without_tags: self.without_tag.clone(),
            with_routes: self.with_route.clone(),
            without_routes: self.without_route.clone(),
            listed: Some(&self.load_list[..]).filter(|lists| !lists.is_empty()).map(read).transpose()?,
            only_runnable: self.runnable,
        })
    }

    /// The edits that the arguments ask for.
    pub(crate) fn edits(&self) -> Result<Edits, Trouble> {
        let renames = self.rename.chunks_exact(2).map(|pair| Rename::new(&pair[0], &pair[1]));
        Ok(Edits {
            renames: renames.collect::<Result<_, _>>()?,
            expected_failures: IdList::read(&self.fixup_expected_failures, self.whole_lines)?,
        })
    }
}
