//! Command lines as Python's optparse reads them, if clap would read them otherwise.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use clap::{Arg, Command};

/// The option that is short for several: python-subunit reads those when the bundle is over.
const LAST: u8 = b'F';

/// Spells out bundles of short options, and values behind an `=` that are not the only ones of
/// their option.
///
/// `-Fs` is `-s -F`. In `-m=a` the value is `=a`. `--rename=FROM TO` is `--rename FROM TO`.
pub(crate) fn spelled_out(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::new();
    let mut values_to_come = 0_usize;
    let mut is_over = false;
    for (position, argument) in arguments.into_iter().enumerate() {
        let is_option = argument.as_bytes().starts_with(b"-") && argument != "-";
        if position == 0 || is_over || values_to_come > 0 || !is_option {
            values_to_come = values_to_come.saturating_sub(1);
            out.push(argument);
        } else if argument == "--" {
            is_over = true;
            out.push(argument);
        } else if argument.as_bytes().starts_with(b"--") {
            values_to_come = spell_out_long(argument, command, &mut out);
        } else {
            values_to_come = spell_out_bundle(argument, command, &mut out);
        }
    }
    out
}

/// Appends a long option to `out`, and says how many values of it are to come.
fn spell_out_long(argument: OsString, command: &Command, out: &mut Vec<OsString>) -> usize {
    let name_and_value = argument.as_bytes()[2..].split(|byte| *byte == b'=').next().map(|name| name.len() + 2);
    let (name, value) = argument.as_bytes().split_at(name_and_value.unwrap_or(argument.len()));
    let values = std::str::from_utf8(&name[2..]).map_or(0, |name| values_of_long(name, command));
    match value {
        [] => {
            out.push(argument);
            values
        }
        [_, value @ ..] if values > 1 => {
            out.extend([name, value].map(|part| OsStr::from_bytes(part).to_owned()));
            values - 1
        }
        _ => {
            out.push(argument);
            0
        }
    }
}

/// How many values the long option of this name has, which may be shortened.
fn values_of_long(name: &str, command: &Command) -> usize {
    let long = |arg: &&Arg| arg.get_long().is_some_and(|long| long == name);
    let shortened = |arg: &&Arg| arg.get_long().is_some_and(|long| long.starts_with(name));
    command.get_opts().find(long).or_else(|| command.get_opts().find(shortened)).map_or(0, values_of)
}

/// Appends a bundle of short options to `out` one by one, and says how many values of the last one
/// are to come.
fn spell_out_bundle(argument: OsString, command: &Command, out: &mut Vec<OsString>) -> usize {
    let bundle = argument.as_bytes();
    let (mut flags, mut lasts, mut with_value) = (Vec::new(), Vec::new(), Vec::new());
    let mut values_to_come = 0;
    for (at, letter) in bundle.iter().enumerate().skip(1) {
        let Some(arg) = command.get_arguments().find(|arg| arg.get_short() == Some(char::from(*letter))) else {
            // Clap knows what to say of it.
            out.push(argument);
            return 0;
        };
        let option = OsString::from_vec(vec![b'-', *letter]);
        values_to_come = values_of(arg);
        if values_to_come > 0 {
            with_value.push(option);
            let value = &bundle[at + 1..];
            if !value.is_empty() {
                with_value.push(OsStr::from_bytes(value).to_owned());
                values_to_come -= 1;
            }
            break;
        }
        if *letter == LAST { lasts.push(option) } else { flags.push(option) }
    }
    out.extend(flags.into_iter().chain(lasts).chain(with_value));
    values_to_come
}

fn values_of(arg: &Arg) -> usize {
    arg.get_num_args().map_or(0, |count| count.min_values())
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;

    use super::*;

    fn spelled(arguments: &str) -> String {
        let flag = |(name, letter)| Arg::new(name).short(letter).action(ArgAction::SetTrue);
        let mut command =
            Command::new("tool").version("1").args([("F", 'F'), ("s", 's'), ("e", 'e')].map(flag)).args([
                Arg::new("with").short('m').long("with"),
                Arg::new("with-tag").long("with-tag"),
                Arg::new("rename").long("rename").num_args(2),
            ]);
        command.build();
        let arguments = ["-Fs"].into_iter().chain(arguments.split(' ')).map(OsString::from);
        let out = spelled_out(&command, arguments.collect());
        out[1..].join(OsStr::new(" ")).into_string().expect("it is text")
    }

    #[test]
    fn a_bundle_is_spelled_out_with_the_option_that_is_short_for_several_last() {
        for (arguments, expected) in [
            ("-Fs", "-s -F"),
            ("-sFe", "-s -e -F"),
            ("-F -s", "-F -s"),
            ("-Fsmx", "-s -F -m x"),
            ("-Fm -Fs -Fs", "-F -m -Fs -s -F"),
            ("-m=a", "-m =a"),
            ("-sh", "-s -h"),
            ("-Fz", "-Fz"),
            ("- -Fs", "- -s -F"),
            ("-- -Fs", "-- -Fs"),
        ] {
            assert_eq!(spelled(arguments), expected, "{arguments}");
        }
    }

    #[test]
    fn values_are_left_alone() {
        for arguments in
            ["--with -Fs", "-m -Fs", "--with-t -Fs", "--rename -Fs -Fs", "--ren -Fs x", "--with=-Fs", "--wrong -s"]
        {
            assert_eq!(spelled(&format!("{arguments} -Fs")), format!("{arguments} -s -F"), "{arguments}");
        }
        assert_eq!(spelled("--rename=a=b -Fs -Fs"), "--rename a=b -Fs -s -F");
        assert_eq!(spelled("--rename= x"), "--rename  x");
    }
}
