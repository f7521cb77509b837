//! Finds the tests that break another one.

mod args;
mod bisection;
mod progress;
mod report;
mod results;
mod search;
mod state;
mod trial;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use subunit_cli::{self as cli, Children, Output, TextOutput, Trouble, Verdict, escape, read_test_list};
use subunit_codec::Protocol;

use crate::args::{Args, TOOL};
use crate::bisection::Bisection;
use crate::search::Verdict as Found;
use crate::state::State;
use crate::trial::Runner;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    if args.report {
        return show_report(&args);
    }
    let settings = args.settings();
    let jobs = args.jobs();
    let test = args.test.unwrap_or_default();
    let mut candidates = read_test_list(&args.candidates, false)?;
    if let Some(place) = candidates.iter().position(|id| *id == test) {
        candidates.truncate(place);
    }
    if candidates.is_empty() {
        return Err(Trouble::message(format_args!("no test is listed before {test}")));
    }
    let mut output = TextOutput::to(Output::new()?);
    let state = State::open(args.state, test.clone(), candidates, settings)?;
    let name = state.name.clone();
    let all = state.candidates.iter().cloned().collect();
    let finished = Children::run(|children| {
        let runner = Runner {
            children: Arc::clone(children),
            command: args.command,
            setup: args.setup,
            timeout: args.timeout,
            matching: args.matching,
            protocol: args.version.protocol.unwrap_or(Protocol::Auto),
            test,
            candidates: all,
        };
        Bisection::new(state, runner, jobs).run()
    })?;
    let Some((state, found)) = finished else {
        tell(&format!("interrupted; the same command goes on with the trials in {name}"));
        return Ok(Verdict::Incomplete);
    };
    if let Found::Cause(set) = &found {
        for id in state.ids(set) {
            output.lines(&format!("{}\n", escape(id)))?;
        }
    }
    output.finish()?;
    report::lines(&state).lines().for_each(tell);
    Ok(Verdict::failure_if(found == Found::NotReproduced))
}

fn show_report(args: &Args) -> Result<Verdict, Trouble> {
    let mut output = TextOutput::to(Output::new()?);
    let state = State::read(args.state.as_deref().unwrap_or(Path::new(".")))?;
    output.lines(&if args.json { report::json(&state) } else { report::lines(&state) })?;
    output.finish()?;
    let verdict = report::verdict(&state.search());
    Ok(Verdict::failure_if(matches!(verdict, None | Some(Found::NotReproduced))))
}

/// Prints a line on standard error.
fn tell(line: &str) {
    let _ = Trouble::message(line).reported(TOOL);
}
