//! New test ids for old.

use std::borrow::Cow;

use regex::Regex;
use subunit_cli::Trouble;

use crate::args::bad_pattern;

/// A substitution in test ids, with the replacement in Python's syntax.
pub(crate) struct Rename {
    from: Regex,
    /// The replacement in the syntax of the regex crate.
    to: String,
}

impl Rename {
    /// Every match of the regular expression `from` becomes `to`, in which `\1` and `\g<name>` stand for groups.
    pub(crate) fn new(from: &str, to: &str) -> Result<Self, Trouble> {
        let regex = Regex::new(from).map_err(|error| bad_pattern("--rename", from, &error))?;
        let template =
            template(to, &regex).map_err(|problem| Trouble::message(format!("--rename to '{to}': {problem}")))?;
        Ok(Self { from: regex, to: template })
    }

    /// The new id, if it is another.
    pub(crate) fn apply(&self, id: &str) -> Option<String> {
        match self.from.replace_all(id, &self.to) {
            Cow::Borrowed(_) => None,
            Cow::Owned(renamed) => Some(renamed),
        }
    }
}

/// Translates a replacement from Python's syntax.
fn template(python: &str, regex: &Regex) -> Result<String, String> {
    let group = |name: &str| {
        let exists = match name.parse::<usize>() {
            Ok(number) => number < regex.captures_len(),
            Err(_) => regex.capture_names().flatten().any(|known| known == name),
        };
        if exists { Ok(format!("${{{name}}}")) } else { Err(format!("there is no group {name}")) }
    };
    let mut template = String::new();
    let mut rest = python;
    while let Some(at) = rest.find(['\\', '$']) {
        template += &rest[..at];
        let after = &rest[at + 1..];
        if rest[at..].starts_with('$') {
            template += "$$";
            rest = after;
            continue;
        }
        let next = after.chars().next().ok_or("it ends in a backslash")?;
        let (text, used) = match next {
            '\\' => ("\\".to_owned(), 1),
            'n' => ("\n".to_owned(), 1),
            'r' => ("\r".to_owned(), 1),
            't' => ("\t".to_owned(), 1),
            '1'..='9' => {
                let digits = 1 + usize::from(after[1..].starts_with(|next: char| next.is_ascii_digit()));
                (group(&after[..digits])?, digits)
            }
            'g' => {
                let name = after[1..].strip_prefix('<').and_then(|name| name.split_once('>'));
                let (name, _) = name.ok_or("\\g lacks its <name>")?;
                (group(name)?, name.len() + 3)
            }
            other => return Err(format!("bad escape \\{other}")),
        };
        template += &text;
        rest = &after[used..];
    }
    Ok(template + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(from: &str, to: &str, id: &str) -> Option<String> {
        Rename::new(from, to).unwrap().apply(id)
    }

    #[test]
    fn replacements_are_read_as_python_reads_them() {
        assert_eq!(renamed("^", "worker0.", "a.b").as_deref(), Some("worker0.a.b"));
        assert_eq!(renamed(r"(\w+)\.(\w+)", r"\2.\1", "a.b").as_deref(), Some("b.a"));
        assert_eq!(renamed(r"(?P<case>b)", r"[\g<case>\g<1>]$1\\", "a.b").as_deref(), Some(r"a.[bb]$1\"));
        assert_eq!(renamed("b", r"\\n\t", "a.b").as_deref(), Some("a.\\n\t"));
    }

    #[test]
    fn an_id_without_a_match_stays() {
        assert_eq!(renamed("x", "y", "a.b"), None);
    }

    #[test]
    fn a_replacement_that_makes_no_sense_is_refused() {
        for to in [r"\2", r"\g<x>", r"\q", r"\", r"\g", r"\g<x"] {
            assert!(Rename::new("(a)", to).is_err(), "{to:?}");
        }
    }
}
