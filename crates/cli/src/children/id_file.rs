//! Lists of tests for commands.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

/// The placeholder for the path of the list in the arguments of a command.
const LIST: &[u8] = b"{list}";

/// A command that is given a list of tests: in a file, whose path replaces `{list}` in its
/// arguments, or else as its standard input.
///
/// ```
/// use subunit_cli::ListedCommand;
///
/// let words = ["cat", "{list}"].map(Into::into);
/// let output = ListedCommand::new(&words, ["m.C.test"])?.command.output()?;
/// assert_eq!(output.stdout, b"m.C.test\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct ListedCommand {
    /// The command, ready to start.
    pub command: Command,
    /// Removed when it is dropped.
    _list: Option<NamedTempFile>,
}

impl ListedCommand {
    /// Makes a command of these words, program first, and a list of these ids, one a line.
    ///
    /// Without `{list}` in a word, the list is its standard input: a temporary file, so that nobody
    /// waits for a command that does not read it. Otherwise its standard input is empty, and the
    /// file of the list is removed when this is dropped.
    ///
    /// # Errors
    ///
    /// If no temporary file can be written.
    pub fn new<'a>(words: &[OsString], ids: impl IntoIterator<Item = &'a str>) -> io::Result<Self> {
        let text: String = ids.into_iter().flat_map(|id| [id, "\n"]).collect();
        if !words.iter().any(|word| has_list(word)) {
            let mut file = tempfile::tempfile()?;
            file.write_all(text.as_bytes())?;
            file.rewind()?;
            return Ok(Self { command: command(words.iter().cloned(), file.into()), _list: None });
        }
        let mut list = NamedTempFile::new()?;
        list.write_all(text.as_bytes())?;
        let words = words.iter().map(|word| with_list(word, list.path().as_os_str()));
        Ok(Self { command: command(words, Stdio::null()), _list: Some(list) })
    }

    /// The same with a list in a file of the caller, which is kept.
    ///
    /// # Errors
    ///
    /// If the file becomes the standard input and cannot be opened.
    pub fn with_file(words: &[OsString], list: &OsStr) -> io::Result<Self> {
        let command = if words.iter().any(|word| has_list(word)) {
            command(words.iter().map(|word| with_list(word, list)), Stdio::null())
        } else {
            command(words.iter().cloned(), File::open(list)?.into())
        };
        Ok(Self { command, _list: None })
    }
}

fn command(mut words: impl Iterator<Item = OsString>, input: Stdio) -> Command {
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).stdin(input);
    command
}

fn has_list(word: &OsStr) -> bool {
    memchr::memmem::find(word.as_bytes(), LIST).is_some()
}

/// A word with the path of the list in it.
fn with_list(word: &OsStr, list: &OsStr) -> OsString {
    let mut rest = word.as_bytes();
    let mut bytes = Vec::new();
    while let Some(at) = memchr::memmem::find(rest, LIST) {
        bytes.extend_from_slice(&rest[..at]);
        bytes.extend_from_slice(list.as_bytes());
        rest = &rest[at + LIST.len()..];
    }
    bytes.extend_from_slice(rest);
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn printed(mut listed: ListedCommand) -> String {
        String::from_utf8(listed.command.output().unwrap().stdout).unwrap()
    }

    #[test]
    fn a_list_is_standard_input() {
        let listed = ListedCommand::new(&words(&["cat"]), ["a", "b c"]).unwrap();
        assert_eq!(printed(listed), "a\nb c\n");
    }

    #[test]
    fn a_command_need_not_read_it() {
        let ids: Vec<String> = (0..100_000).map(|number| format!("m.C.test_{number}")).collect();
        let listed = ListedCommand::new(&words(&["echo", "x"]), ids.iter().map(String::as_str)).unwrap();
        assert_eq!(printed(listed), "x\n");
    }

    #[test]
    fn a_list_may_be_a_file_that_is_removed_in_the_end() {
        let script = ["sh", "-c", "cat; cat \"$1\"; echo $0", "x={list}y={list}", "{list}"];
        let listed = ListedCommand::new(&words(&script), ["a"]).unwrap();
        let text = printed(listed);
        let (ids, path) = text.split_once('\n').unwrap();
        let path = path.trim_end().strip_prefix("x=").and_then(|rest| rest.split("y=").next()).unwrap();
        assert_eq!(ids, "a", "standard input is empty");
        assert!(!Path::new(path).exists(), "{path}");
    }

    #[test]
    fn a_list_that_is_kept_is_read_where_it_is() {
        let mut list = NamedTempFile::new().unwrap();
        list.write_all(b"a\n").unwrap();
        for script in [&["cat"][..], &["cat", "{list}"]] {
            let listed = ListedCommand::with_file(&words(script), list.path().as_os_str()).unwrap();
            assert_eq!(printed(listed), "a\n");
        }
    }
}
