//! Blanks, numbers and words at the start of a line.

/// Whether the byte is a blank.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

/// How far a line is indented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Indent {
    /// With four columns for a tab.
    pub(super) columns: usize,
    pub(super) tabs: usize,
}

/// The indentation of a line, and the line without it.
pub(super) fn indentation(line: &[u8]) -> (Indent, &[u8]) {
    if !matches!(line.first(), Some(b' ' | b'\t')) {
        return (Indent::default(), line);
    }
    let blanks = line.iter().take_while(|byte| **byte == b' ' || **byte == b'\t').count();
    let (blanks, rest) = line.split_at(blanks);
    let tabs = blanks.iter().map(|byte| usize::from(*byte == b'\t')).sum();
    (Indent { columns: blanks.len() + 3 * tabs, tabs }, rest)
}

/// The number at the start of `bytes`, saturated at 64 bits, and the bytes that follow it.
pub(super) fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    let mut rest = bytes;
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        number = number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
        rest = after;
    }
    (rest.len() < bytes.len()).then_some((number, rest))
}

/// The bytes that follow a word, whatever its case.
pub(super) fn after_word<'a>(bytes: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = bytes.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}
