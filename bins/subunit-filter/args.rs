//! The arguments.

use std::path::PathBuf;

use clap::Parser;
use regex::bytes::{Regex, RegexBuilder};
use subunit_cli::{IdList, Input, Trouble};

use crate::outcome_flags::OutcomeFlags;
use crate::rename::Rename;
use crate::rules::{Patterns, Rules};

/// Select tests in a subunit stream; by default, no success and no xfail
#[derive(Parser)]
#[command(name = "subunit-filter", version, args_override_self = true, infer_long_args = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) input: Input,

    #[command(flatten)]
    pub(crate) switches: OutcomeFlags,

    /// Include tests that have all of the tags
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    with_tag: Vec<String>,

    /// Exclude tests that have one of the tags
    #[arg(long, value_name = "TAG", allow_hyphen_values = true)]
    without_tag: Vec<String>,

    /// Include tests that match, in id or text
    #[arg(short = 'm', long, value_name = "REGEX", allow_hyphen_values = true)]
    with: Vec<String>,

    /// Exclude tests that match, in id or text
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    without: Vec<String>,

    /// Include tests from one of the routes
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    with_route: Vec<String>,

    /// Exclude tests from one of the routes
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    without_route: Vec<String>,

    /// Include tests whose ids FILE lists
    #[arg(long, value_name = "FILE")]
    load_list: Vec<PathBuf>,

    /// Include tests that can be run alone
    #[arg(long)]
    runnable: bool,

    /// Ids of tests that are expected to fail
    #[arg(long, value_name = "FILE")]
    fixup_expected_failures: Vec<PathBuf>,

    /// Take # in id lists for a part of an id
    #[arg(long)]
    whole_lines: bool,

    /// Replace matches of FROM by TO in ids
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"], allow_hyphen_values = true)]
    rename: Vec<String>,
}

impl Args {
    /// The rules that the arguments make.
    pub(crate) fn rules(&self) -> Result<Rules, Trouble> {
        let with = Patterns::new(compile("--with", &self.with)?);
        let without = Patterns::new(compile("--without", &self.without)?);
        let listed =
            (!self.load_list.is_empty()).then(|| IdList::read(&self.load_list, self.whole_lines)).transpose()?;
        Ok(Rules {
            excluded: self.switches.excluded.clone(),
            with,
            without,
            with_tags: self.with_tag.clone(),
            without_tags: self.without_tag.clone(),
            with_routes: self.with_route.clone(),
            without_routes: self.without_route.clone(),
            listed,
            only_runnable: self.runnable,
            expected_failures: IdList::read(&self.fixup_expected_failures, self.whole_lines)?,
            renames: self
                .rename
                .chunks_exact(2)
                .map(|pair| Rename::new(&pair[0], &pair[1]))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Compiles regular expressions that match in lines, as python-subunit's do.
fn compile(option: &str, patterns: &[String]) -> Result<Vec<Regex>, Trouble> {
    let compile = |pattern: &String| {
        let regex = RegexBuilder::new(pattern).multi_line(true).build();
        regex.map_err(|error| bad_pattern(option, pattern, &error))
    };
    patterns.iter().map(compile).collect()
}

/// What is wrong with a pattern, in a line.
pub(crate) fn bad_pattern(option: &str, pattern: &str, error: &regex::Error) -> Trouble {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    let reason = reason.trim().trim_start_matches("error: ");
    Trouble::message(format!(
        "{option} '{pattern}': {reason} (regular expressions are Rust's, without look-around and back-references)"
    ))
}
