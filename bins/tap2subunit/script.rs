//! A script to be run.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use signal_hook::consts::SIGTERM;
use subunit_cli::{Children, Lines, Stop, Trouble, Until, Verdict, failure_reason};

use crate::conversion::Conversion;

/// Runs a command and translates what it prints to standard output. Its standard error is ours, its standard input is empty.
pub(crate) fn run(words: &[OsString], mut conversion: Conversion) -> Result<Verdict, Trouble> {
    let name = words.join(OsStr::new(" ")).to_string_lossy().into_owned();
    let [program, arguments @ ..] = words else { return Ok(Verdict::Success) };
    let named = |cause: io::Error| Trouble::with(program.to_string_lossy(), &cause);
    let children = Arc::new(Children::default());
    let stop = {
        let children = Arc::clone(&children);
        Stop::telling(move |signal| children.signal(signal))?
    };
    let (reader, writer) = io::pipe().map_err(named)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(writer);
    let child = children.start(&mut command).map_err(named)?;
    // The end of the output is when nobody else has it open.
    drop(command);
    let (end, bell) = io::pipe().map_err(named)?;
    let waiting = {
        let children = Arc::clone(&children);
        thread::spawn(move || {
            let status = children.wait(child);
            drop(bell);
            status
        })
    };

    let until = Until::new(File::from(OwnedFd::from(reader)), Some(Arc::new(OwnedFd::from(end))));
    let mut lines = Lines::new(name.clone(), until);
    conversion.expect_tests();
    let read = conversion.begin().and_then(|()| conversion.read(&mut lines));
    if read.is_err() {
        // Nobody listens to it any more.
        children.signal(SIGTERM);
        read?;
    }
    if lines.is_cut() {
        let trouble = Trouble::usage(format_args!("{name}: what it left running is not read any more"));
        let _ = trouble.reported(env!("CARGO_BIN_NAME"));
    }
    let status = waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map_err(named)?;
    let failure = (!status.success()).then(|| failure_reason(status));
    conversion.end_command(&name, failure.as_deref())?;
    Ok(stop.verdict(Verdict::failure_if(failure.is_some())))
}
