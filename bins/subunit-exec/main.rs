//! Runs a command as a test.

mod args;
mod channels;
mod outer_test;
mod results;

use std::io::{self, IsTerminal, PipeReader};
use std::mem;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use subunit_cli::{
    self as cli, Children, Ending, Output, SharedOutput, SourceFailure, Trouble, Verdict, pass_descriptor, say_cut,
    start_failure_reason,
};
use subunit_codec::names::{EXIT, REASON, STDERR, STDOUT};
use subunit_codec::{Protocol, Status};

use crate::args::{Args, TOOL};
use crate::channels::Channels;
use crate::outer_test::OuterTest;

fn main() -> ExitCode {
    cli::main(run)
}

fn run(mut args: Args) -> Result<Verdict, Trouble> {
    if args.fd.is_none() && args.version.protocol.is_some() {
        return Err(Trouble::message("--protocol is for --fd; see --help"));
    }
    let output = SharedOutput::new(Output::for_packets()?);
    let test = Arc::new(OuterTest {
        id: args.bounded_test_id(),
        tags: mem::take(&mut args.tag),
        route_code: args.bounded_route_code(),
        is_runnable: !args.not_runnable,
    });
    Children::run(|children| run_test(&args, &test, output, children))
}

fn run_test(
    args: &Args,
    test: &Arc<OuterTest>,
    mut output: SharedOutput,
    children: &Arc<Children>,
) -> Result<Verdict, Trouble> {
    write(&mut output, |out| test.begin(out))?;
    let (mut command, results) = command(args).map_err(|cause| Trouble::with("pipes", &cause))?;
    let started = children.start(&mut command);
    // A pipe ends when nobody else has it open.
    drop(command);
    let mut child = match started {
        Ok(child) => child,
        Err(cause) => {
            write(&mut output, |out| test.end(Status::Fail, REASON, &start_failure_reason(&cause), out))?;
            return Ok(verdict(args.exit_status, true, shell_status(&cause)));
        }
    };
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let running = children.watch(child, args.time_limit())?;
    let channels = Channels::new(test, &output);
    if let Some(stdout) = stdout {
        let stdout = running.output(stdout);
        if args.fd.is_some() { channels.bytes(STDOUT, stdout) } else { channels.bytes_and_packets(STDOUT, stdout) }?;
    }
    if let Some(stderr) = stderr {
        channels.bytes(STDERR, running.output(stderr))?;
    }
    if let Some((number, results)) = args.fd.zip(results) {
        let protocol = args.version.protocol.unwrap_or(Protocol::Auto);
        channels.results(format!("descriptor {number}"), running.output(results), protocol)?;
    }
    let ended = channels.join()?;
    if ended.is_cut {
        say_cut(TOOL, args.command_line());
    }
    let ending = running.end().map_err(|cause| Trouble::with(args.command_line(), &cause))?;
    let status = status(args, &ending, ended.is_unfinished);
    let unfinished = if ended.is_unfinished { ", a reported test did not finish" } else { "" };
    let exit = format!("{ending}{unfinished}\n");
    write(&mut output, |out| {
        if status == Status::Skip {
            test.attach(EXIT, &exit, out);
            test.end(status, REASON, &exit, out);
        } else {
            test.end(status, EXIT, &exit, out);
        }
    })?;
    Ok(verdict(args.exit_status, status == Status::Fail, ending.code()))
}

/// The command to start, and the pipe for its results if they have one.
fn command(args: &Args) -> io::Result<(Command, Option<PipeReader>)> {
    let mut words = args.command.iter();
    let mut command = Command::new(words.next().map(|word| &**word).unwrap_or_default());
    command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped());
    if io::stdin().is_terminal() {
        // A process group of its own is in the background, and stopped when it reads a terminal.
        command.stdin(Stdio::null());
    }
    let Some(number) = args.fd else { return Ok((command, None)) };
    let (reader, writer) = io::pipe()?;
    pass_descriptor(&mut command, writer, number)?;
    command.env("SUBUNIT_FD", number.to_string());
    Ok((command, Some(reader)))
}

/// What became of the test.
fn status(args: &Args, ending: &Ending, has_unfinished_tests: bool) -> Status {
    let is_by_itself = ending.timeout.is_none() && ending.interruption.is_none();
    let is_skip = |code| args.skip_status.iter().any(|skip| i32::from(*skip) == code);
    if has_unfinished_tests || !is_by_itself {
        Status::Fail
    } else if ending.status.success() {
        Status::Success
    } else if ending.status.code().is_some_and(is_skip) {
        Status::Skip
    } else {
        Status::Fail
    }
}

/// The verdict on the test, or the exit status `code` of the command, which is never 0 if the test
/// failed.
fn verdict(is_code: bool, has_failed: bool, code: u8) -> Verdict {
    if is_code && (code > 0 || !has_failed) { Verdict::Command(code) } else { Verdict::failure_if(has_failed) }
}

/// What a shell says of a command that did not start.
fn shell_status(cause: &io::Error) -> u8 {
    if cause.kind() == io::ErrorKind::NotFound { 127 } else { 126 }
}

/// Writes whole packets at once.
fn write(output: &mut SharedOutput, append: impl FnOnce(&mut Vec<u8>)) -> Result<(), Trouble> {
    output.push(append).and_then(|()| output.flush()).map_err(SourceFailure::into_trouble)
}
