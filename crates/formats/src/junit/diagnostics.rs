//! What a block of YAML below a result in TAP says of it.
//!
//! This is no reader of YAML: producers write a line for each key, and simple values for those that tell what the matter is.

use std::borrow::Cow;

/// What tells most in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagnostics<'a> {
    pub(super) message: Cow<'a, str>,
    /// Node and AVA name the class of the exception.
    pub(super) name: Option<Cow<'a, str>>,
}

impl<'a> Diagnostics<'a> {
    /// Reads a text whose first line is `---`, where it has a message.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.next().filter(|line| line.trim() == "---")?;
        let lines: Vec<&str> = lines.collect();
        Some(Self { message: value(&lines, &["message", "error"])?, name: value(&lines, &["name"]) })
    }
}

/// The value of the first of these keys that has one. What is indented further than the first line is part of another value.
fn value<'a>(lines: &[&'a str], keys: &[&str]) -> Option<Cow<'a, str>> {
    let own = indent(lines.first()?);
    lines.iter().enumerate().filter(|(_, line)| indent(line) == own).find_map(|(index, line)| {
        let (_, value) = line.trim().split_once(':').filter(|(key, _)| keys.contains(key))?;
        let value = match value.trim() {
            block if block.starts_with(['|', '>']) => {
                let first = lines.get(index + 1).filter(|line| indent(line) > own)?;
                Cow::from(first.trim())
            }
            value => unquoted(value),
        };
        Some(value).filter(|value| !value.is_empty())
    })
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn unquoted(value: &str) -> Cow<'_, str> {
    let between = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(inner) = between('\'') {
        Cow::from(inner.replace("''", "'"))
    } else if let Some(inner) = between('"') {
        Cow::from(unescaped(inner))
    } else {
        Cow::from(value)
    }
}

/// The text between double quotes. What is seldom used of the escapes stays as it is.
fn unescaped(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match (character, characters.as_str().chars().next()) {
            ('\\', Some(escaped @ ('"' | '\\' | '/' | 'n' | 't'))) => {
                characters.next();
                text.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    other => other,
                });
            }
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, message: Option<&str>) {
        assert_eq!(Diagnostics::read(text).map(|found| found.message).as_deref(), message, "{text}");
    }

    #[test]
    fn the_message_is_that_of_the_block_itself() {
        check("---\nmessage: boom\nseverity: fail\n...\n", Some("boom"));
        check("\n  ---\n    values:\n      message: inner\n    message: a: b\n  ...", Some("a: b"));
        check("---\nwanted: 1\nfound: 2\n...\n", None);
        check("---\nmessage:\n  text: nested\nerror: boom\n...\n", Some("boom"));
        check("message: no block\n", None);
        check("---\n", None);
        check("", None);
    }

    #[test]
    fn values_may_be_quoted_or_blocks() {
        check("---\nmessage: 'it''s # here'\n", Some("it's # here"));
        check("---\nmessage: \"a \\\"b\\\"\\n\\\\n \\x41\"\n", Some("a \"b\"\n\\n \\x41"));
        check("---\nmessage: '\n", Some("'"));
        check("---\nmessage: ''\nerror: \"\"\n", None);
        for block in ["|", "|-", ">", ">-"] {
            check(&format!("---\nmessage: {block}\n\n  first\n  second\n...\n"), Some("first"));
            check(&format!("---\nmessage: {block}\nerror: boom\n...\n"), Some("boom"));
        }
    }

    #[test]
    fn node_names_the_class_of_the_exception() {
        let node = "---\nduration_ms: 0.5\ntype: 'test'\nlocation: 'x.js:3:1'\nfailureType: 'testCodeFailure'\n\
            error: 'boom'\ncode: 'ERR_TEST_FAILURE'\nname: 'AssertionError'\nexpected: 1\n...\n";
        let expected = Diagnostics { message: Cow::from("boom"), name: Some(Cow::from("AssertionError")) };
        assert_eq!(Diagnostics::read(node), Some(expected));
    }
}
