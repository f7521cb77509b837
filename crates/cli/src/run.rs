//! How a tool starts and ends.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, io};

use anstream::{AutoStream, ColorChoice};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Parser};
use signal_hook::consts::SIGXFSZ;

use crate::completions;
use crate::output::Output;
use crate::signals;
use crate::trouble::Trouble;

/// What a tool that ran to its end has to say of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Success: exit status 0.
    Success,
    /// The stream holds failures: exit status 1. Only tools that judge say so.
    Failure,
    /// Something was reported and left out, and the tool went on: exit status 2.
    Incomplete,
    /// The exit status of a command that ran in the place of the tool.
    Command(u8),
}

impl Verdict {
    /// The verdict on a stream that does or does not hold failures.
    #[must_use]
    pub fn failure_if(holds_failures: bool) -> Self {
        if holds_failures { Self::Failure } else { Self::Success }
    }
}

/// Runs a tool: parses its arguments, calls `run`, and turns what comes back into an exit status.
///
/// | status | meaning |
/// |---|---|
/// | 0 | success |
/// | 1 | the stream holds failures |
/// | 2 | trouble: usage, reading, writing |
/// | 129, 130, 143 | SIGHUP, SIGINT or SIGTERM ended the input, and the tool has finished its output |
/// | 141 | the output pipe was closed |
///
/// Inputs and commands see to the signals themselves.
///
/// `--help` and `--version` are output like any other: a full disk is trouble for them, too.
pub fn main<Args: Parser>(run: impl FnOnce(Args) -> Result<Verdict, Trouble>) -> ExitCode {
    main_with(|_, arguments| arguments, run)
}

/// Runs a tool as [`main`] does, but `rewrite` changes the arguments before clap reads them: for
/// command lines of python-subunit that clap reads otherwise.
///
/// The first argument is the name of the program. The [`Command`] is complete: it has `--help` and
/// `--version`.
pub fn main_with<Args: Parser>(
    rewrite: impl FnOnce(&Command, Vec<OsString>) -> Vec<OsString>,
    run: impl FnOnce(Args) -> Result<Verdict, Trouble>,
) -> ExitCode {
    // A file that may not grow is an error in writing, to be reported, not a reason to be killed.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
    let result = match completions::shell(env::args_os()) {
        Some(shell) => completions::write(shell, Args::command()).map(|()| Verdict::Success),
        None => match Args::try_parse_from(rewrite(&complete(Args::command()), env::args_os().collect())) {
            Ok(args) => signals::install().map_err(|cause| Trouble::with("signals", &cause)).and_then(|()| run(args)),
            Err(error) => answer(&error, Args::command()),
        },
    };
    match (result, signals::received()) {
        (Err(trouble), _) if trouble.is_closed_pipe() => ExitCode::from(141),
        (Err(trouble), _) if !trouble.is_interrupted() => {
            let _ = trouble.reported(Args::command().get_name());
            ExitCode::from(2)
        }
        // As a shell says of a program that a signal ended.
        (_, Some(signal)) => ExitCode::from(128 | signal),
        (Ok(Verdict::Success), None) => ExitCode::SUCCESS,
        (Ok(Verdict::Failure), None) => ExitCode::from(1),
        (Ok(Verdict::Command(code)), None) => ExitCode::from(code),
        (Ok(Verdict::Incomplete) | Err(_), None) => ExitCode::from(2),
    }
}

/// The command with `--help` and `--version`, which clap adds last.
fn complete(mut command: Command) -> Command {
    command.build();
    command
}

/// Answers a call for help or for the version, or says in a line what is wrong with the arguments.
fn answer(error: &clap::Error, command: Command) -> Result<Verdict, Trouble> {
    let text = error.render();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let mut output = Output::new()?;
        let is_plain = AutoStream::choice(&io::stdout()) == ColorChoice::Never;
        let text = if is_plain { text.to_string() } else { text.ansi().to_string() };
        output.bytes(text.as_bytes())?;
        output.finish()?;
        return Ok(Verdict::Success);
    }
    Err(Trouble::message(problem(error, command)))
}

/// What is wrong with the arguments, in a line: clap's first paragraph, and what the user may have
/// meant.
fn problem(error: &clap::Error, command: Command) -> String {
    if let Some(ambiguity) = ambiguity(error, command) {
        return format!("{ambiguity}; see --help");
    }
    if error.kind() == ErrorKind::InvalidUtf8
        && let Some(argument) = env::args_os().find(|argument| argument.to_str().is_none())
    {
        return format!("'{}' is not UTF-8", argument.display());
    }
    let text = error.render().to_string();
    let first: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let first = first.join(" ");
    let problem = first.strip_prefix("error: ").unwrap_or(&first);
    let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let similar: Vec<&str> = tips.filter(|tip| tip.contains("similar ")).collect();
    let advice = if similar.is_empty() { "see --help".to_owned() } else { similar.join("; ") };
    format!("{problem}; {advice}")
}

/// What is wrong with an option that was shortened so far that it may be several, of which the
/// error says that it is none.
fn ambiguity(error: &clap::Error, command: Command) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    let start = argument.strip_prefix("--").filter(|_| error.kind() == ErrorKind::UnknownArgument)?;
    let command = complete(command);
    let mut options: Vec<_> = command.get_arguments().filter_map(Arg::get_long).collect();
    options.retain(|option| option.starts_with(start));
    options.sort_unstable();
    (options.len() > 1).then(|| format!("ambiguous option: {argument} (--{}?)", options.join(", --")))
}
