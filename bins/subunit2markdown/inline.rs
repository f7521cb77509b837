//! Text that is shown as it is, whatever a reader of Markdown would make of it.

use std::fmt::Write;

use subunit_cli::escape;

/// So many characters of an id or message are shown.
const LONGEST: usize = 200;

/// A text on one line as code: in this element nobody looks for mentions and numbers of issues.
/// Punctuation is written as character references, which are text in Markdown and in HTML.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", plain(text))
}

/// A text on one line, with punctuation as character references.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    let shown = escape(text);
    let mut after_www = 0;
    for (count, character) in shown.chars().enumerate() {
        if count == LONGEST {
            plain.push('\u{2026}');
            break;
        }
        let is_link = character == '.' && after_www >= 3;
        after_www = if character.eq_ignore_ascii_case(&'w') { after_www + 1 } else { 0 };
        let is_plain = character.is_ascii_alphanumeric() || matches!(character, ' ' | '.' | '-' | ',');
        if !character.is_ascii() || is_plain && !is_link {
            plain.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(plain, "&#{};", u32::from(character));
        }
    }
    plain
}

/// Lines as a block of code: the fence is longer than any in the text.
pub(crate) fn block(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: String = text.lines().map(|line| escaped_line(line) + "\n").collect();
    format!("{fence}text\n{lines}{fence}\n")
}

/// A line with its tabs, and with all other control characters made visible.
fn escaped_line(line: &str) -> String {
    line.split('\t').map(escape).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_no_markup() {
        assert_eq!(code("a.b-c, d"), "<code>a.b-c, d</code>");
        assert_eq!(code("<b>|`@x #1"), "<code>&#60;b&#62;&#124;&#96;&#64;x &#35;1</code>");
        assert_eq!(code("www.x\n\u{e9}"), "<code>www&#46;x&#92;n\u{e9}</code>");
        assert_eq!(code(&"x".repeat(300)).len(), "<code></code>".len() + 200 + "\u{2026}".len());
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(block("a\tb\x1b\n"), "```text\na\tb\\x1b\n```\n");
        assert_eq!(block("````\n</details>"), "`````text\n````\n</details>\n`````\n");
    }
}
