//! What is merged, and what it is called.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use subunit_cli::Trouble;

/// The longest route code, in bytes: it is on every packet.
const MOST_CODE: usize = 256;

/// A source of packets and its route code.
pub(crate) struct Source {
    pub(crate) code: String,
    /// Whether the user gave it the code.
    pub(crate) is_named: bool,
    pub(crate) origin: Origin,
}

pub(crate) enum Origin {
    /// The name of a file; `-` is standard input.
    File(OsString),
    /// What a shell is to run.
    Command(OsString),
}

impl Source {
    /// The sources in the arguments, numbered in this order; standard input if there is none.
    ///
    /// # Errors
    ///
    /// If a route code is not UTF-8 or longer than 256 bytes, two sources have the same, or
    /// standard input is to be read twice.
    pub(crate) fn all(
        commands: Vec<OsString>,
        mut files: Vec<OsString>,
        is_stdin_taken: bool,
    ) -> Result<Vec<Self>, Trouble> {
        if commands.is_empty() && files.is_empty() {
            files.push("-".into());
        }
        let commands = commands.into_iter().map(|argument| (argument, Origin::Command as fn(_) -> _));
        let files = files.into_iter().map(|argument| (argument, Origin::File as fn(_) -> _));
        let mut codes = HashSet::new();
        let mut is_stdin_taken = is_stdin_taken;
        let mut sources = Vec::new();
        for (number, (argument, origin)) in commands.chain(files).enumerate() {
            let (code, rest) = split(&argument);
            let is_named = code.is_some();
            let code = code.map_or_else(|| Ok(number.to_string()), |code| text_of(code, &argument))?;
            if rest.is_empty() {
                let argument = argument.display();
                return Err(Trouble::message(format_args!("'{argument}' names no file and no command")));
            }
            let origin = origin(rest);
            if matches!(&origin, Origin::File(name) if name == "-") && std::mem::replace(&mut is_stdin_taken, true) {
                return Err(Trouble::message("standard input can be read once only"));
            }
            if code.len() > MOST_CODE {
                let start: String = code.chars().take(60).collect();
                let problem = format_args!("the route code '{start}...' is longer than {MOST_CODE} bytes");
                return Err(Trouble::message(problem));
            }
            if !codes.insert(code.clone()) {
                return Err(Trouble::message(format_args!("two sources have the route code '{code}'")));
            }
            sources.push(Self { code, is_named, origin });
        }
        Ok(sources)
    }
}

/// Splits an argument into its route code and the rest. There is no route code if the part before
/// the first `=` contains white space or a slash, as in `./a=b` and `env A=b make`, or if it is
/// empty.
fn split(argument: &OsStr) -> (Option<&[u8]>, OsString) {
    let bytes = argument.as_bytes();
    let Some(equals) = bytes.iter().position(|byte| *byte == b'=') else { return (None, argument.to_owned()) };
    let (code, rest) = (&bytes[..equals], OsString::from_vec(bytes[equals + 1..].to_vec()));
    if code.iter().any(|byte| *byte == b'/' || byte.is_ascii_whitespace()) {
        return (None, argument.to_owned());
    }
    (Some(code).filter(|code| !code.is_empty()), rest)
}

fn text_of(code: &[u8], argument: &OsStr) -> Result<String, Trouble> {
    let text = std::str::from_utf8(code).map(str::to_owned);
    text.map_err(|_| Trouble::message(format_args!("{}: the route code is not UTF-8", Path::new(argument).display())))
}
