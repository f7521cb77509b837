//! A script to be run.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::{Command, Stdio};
use std::sync::Arc;

use subunit_cli::{Children, LineReader, Trouble, Verdict, failure_reason, say_cut};

use crate::conversion::Conversion;

/// Runs a command and translates what it prints to standard output. Its standard error is ours, its
/// standard input is empty.
pub(crate) fn run(words: &[OsString], conversion: Conversion) -> Result<Verdict, Trouble> {
    Children::run(|children| translate(words, conversion, children))
}

fn translate(words: &[OsString], mut conversion: Conversion, children: &Arc<Children>) -> Result<Verdict, Trouble> {
    let name = words.join(OsStr::new(" ")).to_string_lossy().into_owned();
    let [program, arguments @ ..] = words else { return Ok(Verdict::Success) };
    let named = |cause: io::Error| Trouble::with(program.to_string_lossy(), &cause);
    let (reader, writer) = io::pipe().map_err(named)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(writer);
    let child = children.start(&mut command).map_err(named)?;
    // The end of the output is when nobody else has it open.
    drop(command);
    let running = children.watch(child, None)?;
    let mut lines = LineReader::new(name.clone(), running.output(reader));
    conversion.begin()?;
    conversion.read(&mut lines)?;
    if lines.is_cut() {
        say_cut(env!("CARGO_BIN_NAME"), &name);
    }
    let status = running.end().map_err(named)?.status;
    let failure = (!status.success()).then(|| failure_reason(status));
    conversion.end_command(&name, failure.as_deref())?;
    Ok(Verdict::failure_if(failure.is_some()))
}
