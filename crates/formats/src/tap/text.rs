//! Text of a line as text of a stream.

/// The most bytes of a description, or another part of a line, that an id has.
pub(super) const MOST_NAME: usize = 1 << 14;

/// Appends `bytes` with escapes resolved: `\#` is a hash sign, and `\\` a backslash where the
/// version of TAP has that.
pub(super) fn unescape(bytes: &[u8], escapes_backslash: bool, out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        let taken = match after {
            [_, b'#', ..] => {
                out.push(b'#');
                2
            }
            [_, b'\\', ..] => {
                // Two backslashes are a pair in any version: the second does not escape what
                // follows.
                out.extend_from_slice(if escapes_backslash { b"\\" } else { b"\\\\" });
                2
            }
            _ => {
                out.push(b'\\');
                1
            }
        };
        rest = &after[taken..];
    }
    out.extend_from_slice(rest);
}

/// Appends `bytes` to an id: what is not UTF-8, and NUL, as U+FFFD, and no more than [`MOST_NAME`]
/// bytes of it.
pub(super) fn push_name(id: &mut String, bytes: &[u8], escapes_backslash: bool) {
    if memchr::memchr2(b'\\', 0, bytes).is_none()
        && bytes.len() <= MOST_NAME
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        id.push_str(text);
        return;
    }
    let mut unescaped = Vec::new();
    unescape(&bytes[..bytes.len().min(MOST_NAME)], escapes_backslash, &mut unescaped);
    for (index, part) in unescaped.split(|byte| *byte == 0).enumerate() {
        if index > 0 {
            id.push(char::REPLACEMENT_CHARACTER);
        }
        id.push_str(&String::from_utf8_lossy(part));
    }
}

/// Appends the id of a test point.
pub(super) fn push_id(id: &mut String, number: u64, before_name: &str, name: &[u8], escapes_backslash: bool) {
    id.push_str("test ");
    id.push_str(itoa::Buffer::new().format(number));
    if !name.is_empty() {
        id.push(' ');
        id.push_str(before_name);
        push_name(id, name, escapes_backslash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(bytes: &[u8], escapes_backslash: bool) -> String {
        let mut id = String::new();
        push_name(&mut id, bytes, escapes_backslash);
        id
    }

    #[test]
    fn escapes_are_those_of_version_14() {
        assert_eq!(name(br"hello \\\\\\\# todo", true), r"hello \\\# todo");
        assert_eq!(name(br"a \# b \\# c \d \", true), r"a # b \# c \d \");
        assert_eq!(name(br"C:\\dir \# \\#", false), r"C:\\dir # \\#", "version 12 has no escape for a backslash");
    }

    #[test]
    fn an_id_is_text_without_nul() {
        assert_eq!(name(b"caf\xe9 a\0b\0", true), "caf\u{fffd} a\u{fffd}b\u{fffd}");
        assert_eq!(name("größe".as_bytes(), true), "größe");
        assert!(name(&vec![b'x'; 1 << 17], true).len() <= MOST_NAME);
    }
}
