//! The arguments of a command, with their variables replaced.

use std::ffi::{OsStr, OsString};

use crate::config::Command;

/// What variables stand for.
pub(crate) struct Variables<'a> {
    pub(crate) lists: bool,
    /// The tests to run, and the file that lists them.
    pub(crate) ids: Option<(&'a [String], &'a OsStr)>,
}

const ID_LIST: &str = "$IDLIST";
const ID_FILE: &str = "$IDFILE";

impl Command {
    /// The arguments. Those that hold variables are split at white space, as testr splits them;
    /// `$IDLIST` by itself is an argument for each id, whatever it holds.
    pub(crate) fn expanded(&self, variables: &Variables<'_>) -> Vec<OsString> {
        let list_option = self.list_option.as_deref().filter(|_| variables.lists).unwrap_or_default();
        let id_option = self.id_option.as_deref().filter(|_| variables.ids.is_some()).unwrap_or_default();
        let mut arguments = Vec::new();
        for argument in &self.argv {
            let has_variable = ["$LISTOPT", "$IDOPTION", ID_LIST, ID_FILE].iter().any(|name| argument.contains(name));
            if !has_variable {
                arguments.push(OsString::from(argument));
                continue;
            }
            let text = argument.replace("$LISTOPT", list_option).replace("$IDOPTION", id_option);
            for word in text.split_whitespace() {
                match (word, variables.ids) {
                    (ID_LIST, ids) => arguments.extend(ids.unwrap_or_default().0.iter().map(OsString::from)),
                    (word, ids) => {
                        let (ids, file) = ids.unwrap_or_default();
                        let word = with_file(&word.replace(ID_LIST, &ids.join(" ")), file);
                        arguments.extend((!word.is_empty()).then_some(word));
                    }
                }
            }
        }
        arguments
    }
}

/// A word with the path of a file, which may be any bytes.
fn with_file(word: &str, file: &OsStr) -> OsString {
    let mut parts = word.split(ID_FILE);
    let mut expanded = OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        expanded.push(file);
        expanded.push(part);
    }
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(argv: &[&str], lists: bool, ids: Option<&[&str]>) -> Vec<String> {
        let command = Command {
            argv: argv.iter().map(|argument| (*argument).to_owned()).collect(),
            prefix: String::new(),
            list_option: Some("--list all".to_owned()),
            id_option: Some("--load-list $IDFILE".to_owned()),
            cwd: None,
            env: None,
        };
        let ids: Option<Vec<String>> = ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
        let ids = ids.as_deref().map(|ids| (ids, OsStr::new("/tmp/a b")));
        let arguments = command.expanded(&Variables { lists, ids });
        arguments.into_iter().map(|argument| argument.into_string().unwrap()).collect()
    }

    #[test]
    fn variables_are_replaced_and_empty_ones_disappear() {
        let argv = ["run", "a b", "$LISTOPT", "$IDOPTION", "-x $IDLIST", "--f=$IDFILE"];
        assert_eq!(expanded(&argv, false, None), ["run", "a b", "-x", "--f="]);
        assert_eq!(
            expanded(&argv, true, Some(&["one", "two words"])),
            ["run", "a b", "--list", "all", "--load-list", "/tmp/a b", "-x", "one", "two words", "--f=/tmp/a b"]
        );
        assert_eq!(expanded(&["run", "--only=$IDLIST"], false, Some(&["a", "b"])), ["run", "--only=a b"]);
        assert_eq!(expanded(&["run", "$HOME", "$IDFILE"], false, None), ["run", "$HOME"]);
    }
}
