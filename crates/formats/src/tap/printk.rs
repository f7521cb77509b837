//! What the kernel puts before each line of its log.

/// The line without the time, and the like, in brackets before it: `[    0.060000][    T1] ok 1` is `ok 1`. One blank that follows is
/// part of it.
pub(super) fn without_prefix(line: &[u8]) -> &[u8] {
    let mut rest = line;
    while let Some(length) = bracketed(rest) {
        rest = &rest[length..];
    }
    if rest.len() == line.len() { line } else { rest.strip_prefix(b" ").unwrap_or(rest) }
}

/// The length of a group in brackets: a time, or a thread or a processor.
fn bracketed(text: &[u8]) -> Option<usize> {
    const MOST: usize = 32;
    let inside = text.strip_prefix(b"[")?;
    let end = inside.iter().take(MOST).position(|byte| *byte == b']')?;
    let is_log = inside[..end].iter().all(|byte| byte.is_ascii_digit() || b" .TC@".contains(byte));
    (is_log && inside[..end].iter().any(u8::is_ascii_digit)).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_kernel_writes_is_taken_off() {
        for (line, expected) in [
            ("[    0.060000] TAP version 14", "TAP version 14"),
            ("[    0.060000][    T1] \tok 1", "\tok 1"),
            ("[12.5]ok", "ok"),
            ("[info] ok", "[info] ok"),
            ("[] ok", "[] ok"),
            ("[1.0", "[1.0"),
            ("ok [1]", "ok [1]"),
        ] {
            assert_eq!(without_prefix(line.as_bytes()), expected.as_bytes(), "{line}");
        }
    }
}
