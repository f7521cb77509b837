//! Escape sequences that drive a terminal (ECMA-48).

const ESCAPE: u8 = 0x1b;

/// What an escape character begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// A sequence of so many bytes.
    Whole(usize),
    /// A sequence that more text may complete.
    Cut,
    /// Nothing that a terminal knows.
    None,
}

/// The longest sequence that is known for one. Links are the longest in use, with addresses of two
/// thousand characters.
pub(super) const LONGEST: usize = 4096;

/// The sequence at the start of `text`, which is an escape character.
pub(super) fn sequence(text: &[u8]) -> Sequence {
    let text = &text[..text.len().min(LONGEST)];
    let cut = if text.len() < LONGEST { Sequence::Cut } else { Sequence::None };
    match text.get(1) {
        None => cut,
        Some(b'[') => control(text, cut),
        Some(b']' | b'P' | b'X' | b'^' | b'_') => string(text, cut),
        Some(b' '..=b'~') => ends_with(text, 1, b'0'..=b'~', cut),
        Some(_) => Sequence::None,
    }
}

/// `ESC [`, parameters, intermediate characters, a final one: colours, movements of the cursor.
fn control(text: &[u8], cut: Sequence) -> Sequence {
    let parameters = text[2..].iter().take_while(|byte| matches!(byte, b'0'..=b'?')).count();
    ends_with(text, 2 + parameters, b'@'..=b'~', cut)
}

/// Intermediate characters from `at` on, and a final one.
fn ends_with(text: &[u8], at: usize, last: std::ops::RangeInclusive<u8>, cut: Sequence) -> Sequence {
    let at = at + text[at..].iter().take_while(|byte| matches!(byte, b' '..=b'/')).count();
    match text.get(at) {
        Some(byte) if last.contains(byte) => Sequence::Whole(at + 1),
        Some(_) => Sequence::None,
        None => cut,
    }
}

/// A string between `ESC ]` or the like and `ESC \` or the bell: titles, links. It holds no control
/// characters.
fn string(text: &[u8], cut: Sequence) -> Sequence {
    let Some(length) = text[2..].iter().position(|byte| *byte < b' ') else { return cut };
    match text[2 + length..] {
        [0x07, ..] => Sequence::Whole(2 + length + 1),
        [ESCAPE, b'\\', ..] => Sequence::Whole(2 + length + 2),
        [ESCAPE] => cut,
        _ => Sequence::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_known_by_their_ends() {
        for whole in
            ["\x1b[0m", "\x1b[38;5;1m", "\x1b[?25l", "\x1b[2 q", "\x1b7", "\x1b(B", "\x1b]0;title\x07", "\x1b[m"]
        {
            let text = format!("{whole}rest");
            assert_eq!(sequence(text.as_bytes()), Sequence::Whole(whole.len()), "{whole:?}");
            for end in 1..whole.len() {
                assert_eq!(sequence(&whole.as_bytes()[..end]), Sequence::Cut, "{whole:?} up to {end}");
            }
        }
        let link = "\x1b]8;;https://example.com/ö\x1b\\";
        assert_eq!(sequence(format!("{link}x").as_bytes()), Sequence::Whole(link.len()));
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for none in
            ["\x1b\n", "\x1b\x1b[m", "\x1b[31\n", "\x1b]0;title\nline", "\x1bé", "\x1b[é", "\x1b(\n", "\x1b]0\x1b[m"]
        {
            assert_eq!(sequence(none.as_bytes()), Sequence::None, "{none:?}");
        }
        let endless = format!("\x1b]{}", "x".repeat(LONGEST));
        assert_eq!(sequence(endless.as_bytes()), Sequence::None);
        assert_eq!(sequence(&endless.as_bytes()[..LONGEST - 1]), Sequence::Cut);
    }
}
