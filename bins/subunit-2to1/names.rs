//! Names that a line of version 1 can hold.

use std::borrow::Cow;
use std::fmt::Write;

use subunit_cli::escape;
use subunit_codec::v1::Directive;
use subunit_formats::repeated_name::bound;

/// A line may be about four times as long.
const LONGEST: usize = 64 << 10;

/// A test id as a label.
pub(crate) fn label(id: &str) -> Cow<'_, str> {
    let mut label = short(escape(id));
    if label.is_empty() {
        return "-".into();
    }
    if label.trim_ascii().is_empty() {
        label.to_mut().replace_range(..1, "\\x20");
    }
    // It would announce details.
    for end in [" [", " [ multipart"] {
        if let Some(start) = label.strip_suffix(end) {
            return format!("{start}{}", end.replace('[', "\\x5b")).into();
        }
    }
    label
}

/// The name of an attachment.
pub(crate) fn attachment(name: &str) -> Cow<'_, str> {
    let name = short(escape(name));
    // Details end at a directive.
    if Directive::parse(name.as_bytes()).is_some() { format!(" {name}").into() } else { name }
}

/// A tag, which is a word and does not begin with a dash.
pub(crate) fn tag(tag: &str) -> String {
    let mut word = String::with_capacity(tag.len());
    for character in short(escape(tag)).chars() {
        // Writing to a string cannot fail.
        let _ = match character {
            '-' if word.is_empty() => word.write_str("\\x2d"),
            ' '..='\u{ff}' if character.is_whitespace() => write!(word, "\\x{:02x}", u32::from(character)),
            _ if character.is_whitespace() => write!(word, "\\u{:04x}", u32::from(character)),
            _ => word.write_char(character),
        };
    }
    word
}

fn short(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.len() <= LONGEST {
        return name;
    }
    let mut name = name.into_owned();
    bound(&mut name);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_a_line_can_hold() {
        for (id, expected) in [
            ("m.C.ok", "m.C.ok"),
            (" two  blanks ", " two  blanks "),
            ("a\nsuccess: evil", "a\\nsuccess: evil"),
            ("a\r", "a\\r"),
            ("", "-"),
            ("  ", "\\x20 "),
            ("a [", "a \\x5b"),
            ("a [ multipart", "a \\x5b multipart"),
            ("a[", "a["),
        ] {
            assert_eq!(label(id), expected);
        }
        assert_eq!(label(&"x".repeat(1 << 20)).len(), 256);
        assert_eq!((attachment("test: a"), attachment("log")), (" test: a".into(), "log".into()));
        for (name, expected) in
            [("slow", "slow"), ("-a-b", "\\x2da-b"), ("a b\tc", "a\\x20b\\tc"), ("a\u{3000}\u{a0}", "a\\u3000\\xa0")]
        {
            assert_eq!(tag(name), expected);
        }
    }
}
