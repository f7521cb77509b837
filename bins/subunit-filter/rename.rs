//! New test ids for old.

use regex::{Captures, Regex};
use subunit_cli::Trouble;
use subunit_codec::MAX_LENGTH;

use crate::patterns::bad_pattern;

/// A substitution in test ids, with the replacement in Python's syntax.
pub(crate) struct Rename {
    from: Regex,
    to: Vec<Piece>,
}

/// A part of a replacement.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// What the group of this number matched.
    Group(usize),
}

/// A new id is too long for a packet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Rename {
    /// Replaces every match of the regular expression `from` with `to`, in which `\1` and
    /// `\g<name>` are groups.
    pub(crate) fn new(from: &str, to: &str) -> Result<Self, Trouble> {
        let regex = Regex::new(from).map_err(|error| bad_pattern("--rename", from, &error))?;
        let to = pieces(to, &regex).map_err(|problem| Trouble::message(format!("--rename to '{to}': {problem}")))?;
        Ok(Self { from: regex, to })
    }

    /// The new id, if it is another.
    ///
    /// # Errors
    ///
    /// If it is too long. That shows while it grows, before all of it is in memory.
    pub(crate) fn apply(&self, id: &str) -> Result<Option<String>, TooLong> {
        let mut renamed = String::new();
        let mut end = 0;
        let mut is_other = false;
        // To find groups takes longer than to find matches.
        if self.to.iter().any(|piece| matches!(piece, Piece::Group(1..))) {
            for captures in self.from.captures_iter(id) {
                let found = captures.get_match();
                append(&mut renamed, &id[end..found.start()])?;
                self.expand(&captures, &mut renamed)?;
                (end, is_other) = (found.end(), true);
            }
        } else {
            for found in self.from.find_iter(id) {
                append(&mut renamed, &id[end..found.start()])?;
                for piece in &self.to {
                    append(&mut renamed, if let Piece::Text(text) = piece { text } else { found.as_str() })?;
                }
                (end, is_other) = (found.end(), true);
            }
        }
        if !is_other {
            return Ok(None);
        }
        append(&mut renamed, &id[end..])?;
        Ok(Some(renamed))
    }

    fn expand(&self, captures: &Captures<'_>, renamed: &mut String) -> Result<(), TooLong> {
        self.to.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => append(renamed, text),
            Piece::Group(number) => append(renamed, captures.get(*number).map_or("", |group| group.as_str())),
        })
    }
}

fn append(id: &mut String, text: &str) -> Result<(), TooLong> {
    if id.len() + text.len() > MAX_LENGTH {
        return Err(TooLong);
    }
    id.push_str(text);
    Ok(())
}

/// The pieces of a replacement in Python's syntax.
fn pieces(python: &str, regex: &Regex) -> Result<Vec<Piece>, String> {
    let group = |name: &str| {
        let number = match name.parse::<usize>() {
            Ok(number) => Some(number).filter(|number| *number < regex.captures_len()),
            Err(_) => regex.capture_names().position(|known| known == Some(name)),
        };
        number.map(Piece::Group).ok_or_else(|| format!("there is no group {name}"))
    };
    let mut pieces = Vec::new();
    let mut rest = python;
    while let Some((text, after)) = rest.split_once('\\') {
        pieces.push(Piece::Text(text.to_owned()));
        let next = after.chars().next().ok_or("it ends in a backslash")?;
        let (piece, used) = match next {
            '\\' => (Piece::Text("\\".to_owned()), 1),
            'n' => (Piece::Text("\n".to_owned()), 1),
            'r' => (Piece::Text("\r".to_owned()), 1),
            't' => (Piece::Text("\t".to_owned()), 1),
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
        pieces.push(piece);
        rest = &after[used..];
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(from: &str, to: &str, id: &str) -> Option<String> {
        Rename::new(from, to).unwrap().apply(id).unwrap()
    }

    #[test]
    fn replacements_are_read_as_python_reads_them() {
        assert_eq!(renamed("^", "worker0.", "a.b").as_deref(), Some("worker0.a.b"));
        assert_eq!(renamed(r"(\w+)\.(\w+)", r"\2.\1", "a.b").as_deref(), Some("b.a"));
        assert_eq!(renamed(r"(?P<case>b)", r"[\g<case>\g<1>]$1\\", "a.b").as_deref(), Some(r"a.[bb]$1\"));
        assert_eq!(renamed("b", r"\\n\t", "a.b").as_deref(), Some("a.\\n\t"));
        assert_eq!(renamed("[ab]", r"<\g<0>>", "a.b").as_deref(), Some("<a>.<b>"));
        assert_eq!(renamed("(x)?b", r"\1c", "a.b").as_deref(), Some("a.c"), "a group may match nothing");
    }

    #[test]
    fn an_id_without_a_match_stays() {
        assert_eq!(renamed("x", "y", "a.b"), None);
        assert_eq!(renamed("(x)", r"\1", "a.b"), None);
    }

    #[test]
    fn a_replacement_that_makes_no_sense_is_refused() {
        for to in [r"\2", r"\g<x>", r"\q", r"\", r"\g", r"\g<x"] {
            assert!(Rename::new("(a)", to).is_err(), "{to:?}");
        }
    }

    #[test]
    fn an_id_stops_growing_when_it_is_too_long() {
        let id = "a".repeat(MAX_LENGTH / 2 - 1);
        assert_eq!(renamed("a", "aa", &id).map(|id| id.len()), Some(MAX_LENGTH / 2 * 2 - 2));
        // All of it would take 8 TB.
        let most = r"\1".repeat(1_000);
        for (from, to) in [("a", &*"b".repeat(1_000)), ("(a*)", &most), ("a*", r"\g<0>\g<0>\g<0>")] {
            assert_eq!(Rename::new(from, to).unwrap().apply(&id), Err(TooLong), "{from}");
        }
    }
}
