//! A line of `go test -json`.

use std::borrow::Cow;

use serde::Deserialize;
use subunit_codec::Timestamp;

/// What a line says, as `go doc test2json` has it.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub(super) action: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) time: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) package: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) import_path: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) test: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) output: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) output_type: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) failed_build: Cow<'a, str>,
}

impl<'a> Record<'a> {
    /// Reads a line; `None` if it is none of `go test -json`.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        if !line.starts_with(b"{") {
            return None;
        }
        let record: Self = match serde_json::from_slice(line) {
            Ok(record) => record,
            Err(_) => serde_json::from_str::<Record<'_>>(&repaired(line)).ok()?.into_owned(),
        };
        Some(record).filter(|record| !record.action.is_empty())
    }

    pub(super) fn timestamp(&self) -> Option<Timestamp> {
        self.time.parse().ok()
    }

    /// Whether it is the word of the test framework that a test waits, or goes on.
    pub(super) fn is_about_a_pause(&self) -> bool {
        let is_frame = matches!(&*self.output_type, "" | "frame");
        is_frame && ["=== PAUSE ", "=== CONT  "].iter().any(|start| self.output.starts_with(start))
    }

    fn into_owned<'b>(self) -> Record<'b> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Record {
            action: owned(self.action),
            time: owned(self.time),
            package: owned(self.package),
            import_path: owned(self.import_path),
            test: owned(self.test),
            output: owned(self.output),
            output_type: owned(self.output_type),
            failed_build: owned(self.failed_build),
        }
    }
}

/// A line with U+FFFD for bytes that are not UTF-8 and for halves of surrogate pairs.
fn repaired(line: &[u8]) -> String {
    const REPLACEMENT: &str = "fffd";
    let mut text = String::from_utf8_lossy(line).into_owned();
    let mut at = 0;
    // Bytes, since what follows a backslash may be any character.
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found + 2;
        if text.as_bytes().get(at - 1) != Some(&b'u') {
            continue;
        }
        let Some(first) = unit(&text, at) else { continue };
        let pair = text.get(at + 4..at + 6).filter(|escape| *escape == "\\u").and_then(|_| unit(&text, at + 6));
        match (first, pair) {
            (0xd800..0xdc00, Some(0xdc00..0xe000)) => at += 10,
            (0xd800..0xe000, _) => text.replace_range(at..at + 4, REPLACEMENT),
            _ => {}
        }
    }
    text
}

/// The four hexadecimal digits at this place.
fn unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    u32::from_str_radix(digits?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_pairs_and_bytes_that_are_no_text_are_replaced() {
        for (line, output) in [
            (&br#"{"Action":"output","Output":"a\ud83d\ude00b"}"#[..], "a\u{1f600}b"),
            (br#"{"Action":"output","Output":"a\ud83db\ude00"}"#, "a\u{fffd}b\u{fffd}"),
            (br#"{"Action":"output","Output":"\\ud83d \ud83d\ud83d\ude00"}"#, "\\ud83d \u{fffd}\u{1f600}"),
            (b"{\"Action\":\"output\",\"Output\":\"a\xffb\"}", "a\u{fffd}b"),
        ] {
            assert_eq!(Record::parse(line).unwrap().output, output);
        }
    }

    #[test]
    fn other_lines_are_no_records() {
        for line in [
            &b""[..],
            b"ok",
            b"{",
            b"{}",
            br#"{"Action":""}"#,
            br#"{"Action":1}"#,
            br#"["output"]"#,
            b"{\\",
            b"{\\\xff\\u",
        ] {
            assert_eq!(Record::parse(line), None, "{line:?}");
        }
    }
}
