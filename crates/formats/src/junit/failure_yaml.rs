//! What a block of YAML below a result in TAP says of it.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::exception_name::is_exception;

/// What tells most in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagnostics {
    /// Empty where the block tells the name alone.
    pub(super) message: String,
    /// The class of the exception, as Node and AVA name it.
    pub(super) name: Option<String>,
}

impl Diagnostics {
    /// Reads a text whose first line is `---`, where it has a message or the name of an exception.
    /// Of what is no YAML, or was cut, the part before that counts.
    pub(super) fn read(text: &str) -> Option<Self> {
        text.trim_start().lines().next().filter(|line| line.trim_end() == "---")?;
        let (mut message, mut error, mut name) = (None, None, None);
        for (key, value) in entries(text) {
            match &*key {
                "message" => message = message.or(Some(value)),
                "error" => error = error.or(Some(value)),
                "name" => name = name.or(Some(value)),
                _ => {}
            }
        }
        let name = name.filter(|name| is_exception(name)).map(Cow::into_owned);
        let message = message.or(error).map(|message| message.trim().to_owned());
        (message.is_some() || name.is_some()).then(|| Self { message: message.unwrap_or_default(), name })
    }
}

/// The keys of the outermost mapping and their values, where both are scalars that say something.
/// An `error` that is a mapping, as Vitest has it, counts as part of the outermost one.
fn entries(text: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let mut events = Parser::new_from_str(text).map_while(|event| event.ok().map(|(event, _)| event));
    let mut depth = 0;
    // The key whose value comes next.
    let mut key: Option<Cow<'_, str>> = None;
    let mut errors = 0;
    std::iter::from_fn(move || {
        loop {
            let outside = depth;
            let node = match events.next()? {
                Event::Scalar(value, ScalarStyle::Plain, ..) if matches!(&*value, "~" | "null") => Cow::from(""),
                Event::Scalar(value, ..) => value,
                Event::Alias(_) => Cow::from(""),
                Event::MappingStart(..) if depth == 1 && key.take_if(|key| key == "error").is_some() => {
                    errors += 1;
                    continue;
                }
                Event::MappingEnd if depth == 1 && errors > 0 => {
                    errors -= 1;
                    continue;
                }
                Event::MappingStart(..) | Event::SequenceStart(..) => {
                    depth += 1;
                    Cow::from("")
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    depth -= 1;
                    continue;
                }
                Event::DocumentEnd => return None,
                _ => continue,
            };
            if outside != 1 {
                continue;
            }
            match key.take() {
                None => key = Some(node),
                Some(key) if !node.trim().is_empty() => return Some((key, node)),
                Some(_) => {}
            }
        }
    })
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
        check("\n---\nvalues:\n  message: inner\nmessage: a\n...", Some("a"));
        check("---\nvalues: [message, inner]\n? {message: inner}\n: message\nerror: outer\n", Some("outer"));
        check("---\nwanted: 1\nfound: 2\n...\n", None);
        check("---\nmessage:\n  text: nested\nerror: boom\n...\n", Some("boom"));
        check(
            "---\nerror:\n  stack: [1, {error: {message: a}}]\n  message: boom\nat: b\nmessage: late\n",
            Some("boom"),
        );
        check("---\nerror: {error: {message: boom}}\n", Some("boom"));
        check("---\nerror: {a: b}\nmessage: boom\n", Some("boom"));
        check("---\nerror: boom\nmessage: first\n", Some("first"));
        check("---\nfirst: &a boom\nmessage: *a\n", None);
        check("message: no block\n", None);
        check("---\n", None);
        check("---\nboom\n", None);
        check("", None);
    }

    #[test]
    fn values_are_those_of_yaml() {
        check("---\nmessage: 'it''s # here'\n", Some("it's # here"));
        check("---\nmessage: \"a \\\"b\\\"\\n\\x41\"\n", Some("a \"b\"\nA"));
        check("---\nmessage: |-\n  first\n  second\n...\n", Some("first\nsecond"));
        check("---\nmessage: >\n  first\n  second\n...\n", Some("first second"));
        for nothing in ["", "~", "null", "''", "\"  \"", "|"] {
            check(&format!("---\nmessage: {nothing}\nerror: boom\n...\n"), Some("boom"));
        }
    }

    #[test]
    fn what_stands_before_the_yaml_breaks_counts() {
        check("---\nmessage: boom\nstack: |\n  at a\nb: 'cut off", Some("boom"));
        check("---\nmessage: `boom`\nerror: boom\n", None);
    }

    #[test]
    fn node_names_the_class_of_the_exception() {
        let node = "---\nduration_ms: 0.5\ntype: 'test'\nlocation: 'x.js:3:1'\nfailureType: 'testCodeFailure'\n\
            error: 'boom'\ncode: 'ERR_TEST_FAILURE'\nname: 'AssertionError'\nexpected: 1\n...\n";
        let expected = Diagnostics { message: "boom".to_owned(), name: Some("AssertionError".to_owned()) };
        assert_eq!(Diagnostics::read(node), Some(expected));
    }

    #[test]
    fn hostile_blocks_take_no_time() {
        for part in ["[", "{", "- ", "a: [", "&a ", "? ", "!", "'", "- - ", "a:\n "] {
            let _ = Diagnostics::read(&("---\n".to_owned() + &part.repeat((64 << 10) / part.len())));
        }
    }
}
