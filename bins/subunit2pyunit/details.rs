//! The attachments of a test as text, laid out as testtools does.

use std::borrow::Cow;

use subunit_cli::escape;
use subunit_codec::names::{OCTET_STREAM, REASON};
use subunit_codec::{Attachment, Status, Test};
use subunit_formats::text::{is_text_attachment, kept};

/// What is attached to a test: the names of what is no text, then the texts by name, the `last` one
/// at the end, without its name. Empty if there is nothing.
pub(crate) fn details(test: &Test, last: Option<&str>) -> String {
    // To testtools, one without a byte is none.
    let mut files: Vec<&Attachment> = test.attachments.iter().filter(|file| file.size > 0).collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let (texts, binary): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| is_text_attachment(&file.name, file.mime_type.as_deref()));
    let (mut empty, mut shown, mut at_end) = (Vec::new(), Vec::new(), None);
    for file in texts {
        let content = kept(file);
        match content.trim() {
            "" => empty.push(format!("  {}\n", escape(&file.name))),
            end if last == Some(&*file.name) => at_end = Some(format!("{end}\n")),
            lines if lines.contains('\n') => shown.push(format!("{}: {{{{{{\n{lines}\n}}}}}}\n", escape(&file.name))),
            line => shown.push(format!("{}: {{{{{{{line}}}}}}}", escape(&file.name))),
        }
    }
    if shown.last().is_some_and(|text| !text.ends_with('\n')) {
        shown.push(String::new());
    }
    shown.extend(at_end);
    let binary: Vec<String> = binary.into_iter().map(named_with_type).collect();
    let mut details = [("Binary content:\n", &binary), ("Empty attachments:\n", &empty)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .fold(String::new(), |all, (heading, names)| all + heading + &names.concat());
    if !details.is_empty() && !shown.is_empty() {
        details.push('\n');
    }
    details + &shown.join("\n")
}

/// Why a test was skipped.
pub(crate) fn skip_reason(test: &Test) -> String {
    let reason = test.attachments.iter().find(|file| file.name == REASON && file.size > 0);
    reason.map_or_else(|| details(test, None), kept)
}

/// How a test ended, in the words of unittest.
pub(crate) fn outcome(test: &Test) -> Cow<'static, str> {
    match test.status {
        Status::Skip => format!("skipped {}", quoted(&skip_reason(test))).into(),
        Status::Fail => "FAIL".into(),
        Status::ExpectedFailure => "expected failure".into(),
        Status::UnexpectedSuccess => "unexpected success".into(),
        Status::InProgress => "did not finish".into(),
        Status::Success | Status::Exists => "ok".into(),
    }
}

fn named_with_type(file: &Attachment) -> String {
    let mime_type = file.mime_type.as_deref().unwrap_or(OCTET_STREAM);
    format!("  {} ({})\n", escape(&file.name), escape(mime_type))
}

/// Text in quotes, as Python writes it.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let text = text.replace('\\', r"\\");
    let text = if quote == '\'' { text.replace('\'', r"\'") } else { text };
    format!("{quote}{}{quote}", escape(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_as_python_does() {
        for (text, expected) in [
            ("why", "'why'"),
            ("", "''"),
            ("it's", "\"it's\""),
            ("it's \"so\"", r#"'it\'s "so"'"#),
            ("a\\b\n\t\u{1b}é", r"'a\\b\n\t\x1bé'"),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
