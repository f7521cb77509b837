//! Input that holds neither a packet nor a directive: what else it may be.

use std::io::{self, Read};

use subunit_codec::{Decoder, Protocol};

use crate::interruptible::InterruptibleInput;

/// Input whose first bytes are kept, to tell what it is if it is no subunit stream.
#[derive(Debug)]
pub(crate) struct Head {
    input: InterruptibleInput,
    first: Vec<u8>,
}

impl Head {
    /// So many bytes are kept.
    const MOST: usize = 4 << 10;

    pub(crate) fn new(input: InterruptibleInput) -> Self {
        Self { input, first: Vec::new() }
    }

    pub(crate) fn input(&self) -> &InterruptibleInput {
        &self.input
    }

    /// The first bytes, as many as were read and are kept.
    pub(crate) fn first(&self) -> &[u8] {
        &self.first
    }

    /// Whether these are all that was read.
    pub(crate) fn is_whole(&self) -> bool {
        self.first.len() < Self::MOST
    }
}

impl Read for Head {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let room = Self::MOST - self.first.len();
        if room > 0 {
            self.first.extend_from_slice(&buffer[..count.min(room)]);
        }
        Ok(count)
    }
}

/// Files that are known by their first bytes.
const SIGNATURES: [(&[u8], &str); 8] = [
    (b"\x1f\x8b", "gzip data: try zcat"),
    (b"\xfd7zXZ\0", "xz data: try xzcat"),
    (b"\x28\xb5\x2f\xfd", "zstd data: try zstdcat"),
    (b"BZh", "bzip2 data: try bzcat"),
    (b"PK\x03\x04", "zip archive: try unzip -p"),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
    (b"SQLite format 3\0", "SQLite database"),
];

/// What version 1 is that was not read as such.
pub(crate) const VERSION_1: &str = "version 1 of the protocol: try --protocol 1";

const UTF_16: &str = "UTF-16 text: try iconv -f UTF-16 -t UTF-8";

/// What input that begins with `first` looks like, and what may help; `None` for text or bytes that
/// nobody knows. It was read as `protocol`.
pub(crate) fn looks_like(first: &[u8], protocol: Protocol) -> Option<&'static str> {
    if let Some((_, name)) = SIGNATURES.iter().find(|(signature, _)| first.starts_with(signature)) {
        return Some(name);
    }
    if is_utf_16(first) {
        return Some(UTF_16);
    }
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    if protocol != Protocol::V1 && is_version_1(text) {
        return Some(VERSION_1);
    }
    match text {
        [b'{', rest @ ..] if matches!(rest.trim_ascii_start(), [b'"' | b'}', ..]) => Some("JSON"),
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start(), [b'{' | b'[' | b'"' | b']', ..]) => Some("JSON"),
        [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z', ..] => Some("XML"),
        _ if text.split(|byte| *byte == b'\n').any(is_tap) => Some("TAP: try tap2subunit"),
        _ => None,
    }
}

/// Whether text has a directive when it is read as version 1. Its first line is not enough: build
/// tools print `error: no such file`.
fn is_version_1(text: &[u8]) -> bool {
    let mut decoder = Decoder::new(Protocol::V1);
    decoder.feed(text);
    decoder.end();
    while decoder.next().is_some() {}
    decoder.is_recognized()
}

/// Whether text without a byte order mark is UTF-16: every other byte of ASCII text is NUL there.
fn is_utf_16(first: &[u8]) -> bool {
    let pairs: Vec<&[u8]> = first.chunks_exact(2).take(32).collect();
    let all_have_nul_at = |place: usize| pairs.iter().all(|pair| pair[place] == 0 && pair[1 - place] != 0);
    pairs.len() > 1 && (all_have_nul_at(0) || all_have_nul_at(1))
}

/// Whether a line is a version, a plan or a test point of TAP.
fn is_tap(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_plan = || line.strip_prefix(b"1..").is_some_and(|count| count.first().is_some_and(u8::is_ascii_digit));
    [&b"TAP version "[..], b"KTAP version ", b"ok ", b"not ok "].iter().any(|start| line.starts_with(start))
        || is_plan()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_known_by_their_first_bytes() {
        for (first, name) in [
            (&b"\x1f\x8b\x08\0"[..], Some("gzip data: try zcat")),
            (b"\xfd7zXZ\0\0", Some("xz data: try xzcat")),
            (b"\x28\xb5\x2f\xfd\x04", Some("zstd data: try zstdcat")),
            (b"BZh91AY", Some("bzip2 data: try bzcat")),
            (b"PK\x03\x04", Some("zip archive: try unzip -p")),
            (b"\xff\xfet\0e\0", Some(UTF_16)),
            (b"\xfe\xff\0t", Some(UTF_16)),
            (b"t\0e\0s\0t\0", Some(UTF_16)),
            (b"\0t\0e", Some(UTF_16)),
            (b"test: a\nsuccess: a\n", Some(VERSION_1)),
            (b"{\"Action\":\"run\"}\n", Some("JSON")),
            (b"\xef\xbb\xbf {}", Some("JSON")),
            (b"[\n  {\"id\": 1}]", Some("JSON")),
            (b"<?xml version=\"1.0\"?>", Some("XML")),
            (b"\n<testsuites>", Some("XML")),
            (b"TAP version 14\n1..1\n", Some("TAP: try tap2subunit")),
            (b"# a comment\n1..3\r\n", Some("TAP: try tap2subunit")),
            (b"t/a.t ..\nnot ok 1 - a\n", Some("TAP: try tap2subunit")),
            (b"building\n", None),
            (b"[ 12%] Building C object\n", None),
            (b"[INFO] scanning\n", None),
            (b"< yes\n", None),
            (b"1..\n", None),
            (b"\0\0\0\0", None),
            (b"\n", None),
        ] {
            assert_eq!(looks_like(first, Protocol::Auto), name, "{}", first.escape_ascii());
        }
    }

    #[test]
    fn version_1_is_named_if_it_helps_to_read_it_so() {
        for (text, is_directive) in [
            ("test: a\nsuccess: a\n", true),
            ("building\ntest: a\n", true),
            ("test a\nsuccess a\n", true),
            ("tags: a\n", true),
            ("test the world\n", false),
            ("error: no such file\n", false),
            ("success: a\n", false),
            ("time: now\n", false),
        ] {
            for protocol in [Protocol::Auto, Protocol::V2] {
                let hint = is_directive.then_some(VERSION_1);
                assert_eq!(looks_like(text.as_bytes(), protocol), hint, "{text:?} as {protocol:?}");
            }
            assert_eq!(looks_like(text.as_bytes(), Protocol::V1), None, "{text:?} was read so");
        }
    }
}
