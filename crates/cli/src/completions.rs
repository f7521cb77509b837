//! Completions for shells, which `scripts/install` and packages put in place.

use std::ffi::OsString;

use clap::Command;
use clap_complete::aot::{Shell, generate};

use crate::output::Output;
use crate::trouble::Trouble;

/// The shell that the arguments ask completions for: `--generate complete-bash` and so on, and
/// nothing else.
///
/// This is for those who install the tools, and in no help.
pub(crate) fn shell(mut args: impl Iterator<Item = OsString>) -> Option<Shell> {
    let (flag, value) = (args.nth(1)?, args.next()?);
    if flag != "--generate" || args.next().is_some() {
        return None;
    }
    match value.to_str()? {
        "complete-bash" => Some(Shell::Bash),
        "complete-fish" => Some(Shell::Fish),
        "complete-zsh" => Some(Shell::Zsh),
        _ => None,
    }
}

/// Writes the completions of a tool to standard output.
pub(crate) fn write(shell: Shell, mut command: Command) -> Result<(), Trouble> {
    let (name, mut script) = (command.get_name().to_owned(), Vec::new());
    generate(shell, &mut command, name, &mut script);
    let mut output = Output::new()?;
    output.bytes(&script)?;
    output.finish()
}
