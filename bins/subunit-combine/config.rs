//! The configuration.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::path::PathBuf;

use serde::Deserialize;
use subunit_cli::{Trouble, open_input};

/// The commands to run.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a mapping with the key commands")]
pub(crate) struct Config {
    pub(crate) commands: Vec<Command>,
}

/// A command to run.
#[derive(Clone, Debug, Deserialize)]
#[serde(expecting = "a mapping with the key argv")]
pub(crate) struct Command {
    /// With `$LISTOPT`, `$IDOPTION`, `$IDFILE` and `$IDLIST` in it.
    pub(crate) argv: Vec<String>,
    /// What its test ids begin with in the combined stream.
    #[serde(default)]
    pub(crate) prefix: String,
    pub(crate) list_option: Option<String>,
    pub(crate) id_option: Option<String>,
    pub(crate) cwd: Option<PathBuf>,
    #[serde(default)]
    pub(crate) env: Option<BTreeMap<String, String>>,
}

/// A longer prefix would be on every packet.
const LONGEST_PREFIX: usize = 256;

impl Config {
    /// Reads a file, or standard input for `-`.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is of another shape.
    pub(crate) fn read(file: &OsStr) -> Result<Self, Trouble> {
        let (name, mut input) = open_input(file)?;
        let mut yaml = String::new();
        input.read_to_string(&mut yaml).map_err(|cause| Trouble::with(&name, &cause))?;
        let config: Self = serde_yaml_ng::from_str(&yaml).map_err(|error| {
            let error = error.to_string();
            Trouble::message(format_args!("{name}: {}", error.lines().next().unwrap_or_default()))
        })?;
        match config.problem() {
            Some(problem) => Err(Trouble::message(format_args!("{name}: {problem}"))),
            None => Ok(config),
        }
    }

    /// What is wrong with values that have the right type.
    fn problem(&self) -> Option<String> {
        if self.commands.is_empty() {
            return Some("commands: the list is empty".to_owned());
        }
        self.commands.iter().enumerate().find_map(|(number, command)| {
            if command.argv.is_empty() {
                return Some(format!("commands[{number}].argv: the list is empty"));
            }
            let is_bad = command.prefix.len() > LONGEST_PREFIX || command.prefix.contains('\0');
            is_bad.then(|| format!("commands[{number}].prefix: longer than {LONGEST_PREFIX} bytes, or with a NUL"))
        })
    }
}

impl Command {
    /// Whether it can be asked to list its tests. Otherwise it would run them.
    pub(crate) fn can_list(&self) -> bool {
        self.argv.iter().any(|argument| argument.contains("$LISTOPT"))
    }

    /// Its tests among others, by the ids that it knows them by.
    pub(crate) fn own(&self, ids: &[String]) -> Vec<String> {
        ids.iter().filter_map(|id| id.strip_prefix(&*self.prefix)).map(str::to_owned).collect()
    }
}
