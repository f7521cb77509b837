//! Workers as the command line describes them.

use std::collections::HashSet;
use std::ffi::OsString;

/// The name and command of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Worker {
    pub(crate) name: String,
    /// The program and its arguments.
    pub(crate) words: Vec<OsString>,
    /// Whether it may run on another machine.
    pub(crate) is_remote: bool,
}

/// The longest name, in bytes: it is on every packet.
const MOST_NAME: usize = 256;

impl Worker {
    /// Makes `count` local workers with the same command, named by number.
    pub(crate) fn copies(count: usize, command: &[OsString]) -> Vec<Self> {
        let worker = |number: usize| Self { name: number.to_string(), words: command.to_vec(), is_remote: false };
        (0..count).map(worker).collect()
    }

    /// Makes a worker for each `[NAME=]PREFIX`, with the words of the prefix before the command.
    /// The default name is its number.
    ///
    /// # Errors
    ///
    /// If a quote in a prefix has no end, or a name is too long or used twice.
    pub(crate) fn with_prefixes(prefixes: &[String], command: &[OsString]) -> Result<Vec<Self>, String> {
        let mut names = HashSet::new();
        let mut workers = Vec::new();
        for (number, argument) in prefixes.iter().enumerate() {
            let (name, prefix) = split(argument);
            let name = name.map_or_else(|| number.to_string(), str::to_owned);
            let problem = |problem: &str| Err(format!("--worker '{argument}': {problem}"));
            let Ok(words) = shell_words::split(prefix) else { return problem("a quote has no end") };
            if name.len() > MOST_NAME {
                return problem("the name is longer than 256 bytes");
            }
            if !names.insert(name.clone()) {
                return problem("another worker has this name");
            }
            let words = words.into_iter().map(OsString::from).chain(command.iter().cloned()).collect();
            workers.push(Self { name, words, is_remote: true });
        }
        Ok(workers)
    }

    /// The command line, for people.
    pub(crate) fn command_line(&self) -> String {
        let words: Vec<_> = self.words.iter().map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }

    /// Puts the name of the worker in front of how it ended.
    pub(crate) fn end(&self, words: &str) -> String {
        format!("worker {} {words}", self.name)
    }
}

/// Splits an argument into a name and a prefix. There is no name if the part before the first `=`
/// holds a blank, a slash or a quote, as in `env A=b`.
fn split(argument: &str) -> (Option<&str>, &str) {
    match argument.split_once('=') {
        Some((name, prefix)) if !name.contains(|c: char| c.is_whitespace() || "/'\"\\".contains(c)) => {
            (Some(name).filter(|name| !name.is_empty()), prefix)
        }
        _ => (None, argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_and_words(prefixes: &[&str]) -> Result<Vec<(String, Vec<String>)>, String> {
        let prefixes: Vec<String> = prefixes.iter().map(|&prefix| prefix.to_owned()).collect();
        let workers = Worker::with_prefixes(&prefixes, &["run".into(), "a b".into()]);
        let words = |worker: Worker| worker.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        Ok(workers?.into_iter().map(|worker| (worker.name.clone(), words(worker))).collect())
    }

    #[test]
    fn a_prefix_is_split_at_blanks_unless_they_are_quoted() {
        let found = names_and_words(&["web=ssh -o 'User x' web", "env A=b", "=nice", "here=sh -c"]).unwrap();
        let expected = [
            ("web", &["ssh", "-o", "User x", "web", "run", "a b"][..]),
            ("1", &["env", "A=b", "run", "a b"]),
            ("2", &["nice", "run", "a b"]),
            ("here", &["sh", "-c", "run", "a b"]),
        ];
        let found: Vec<(&str, Vec<&str>)> =
            found.iter().map(|(name, words)| (&**name, words.iter().map(String::as_str).collect())).collect();
        assert_eq!(found, expected.map(|(name, words)| (name, words.to_vec())));
    }

    #[test]
    fn a_worker_may_have_no_prefix_at_all() {
        assert_eq!(names_and_words(&["here="]).unwrap()[0].1, ["run", "a b"]);
    }

    #[test]
    fn names_are_different_and_short() {
        assert!(names_and_words(&["a=x", "a=y"]).unwrap_err().contains("another worker has this name"));
        assert!(names_and_words(&["1=x", "y"]).unwrap_err().contains("another worker has this name"));
        assert!(names_and_words(&["a='x"]).unwrap_err().contains("a quote has no end"));
        assert!(names_and_words(&[&format!("{}=x", "a".repeat(257))]).unwrap_err().contains("longer than 256 bytes"));
    }
}
