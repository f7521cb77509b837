//! A search for bytes that texts seldom hold.

/// Where the first byte stands that `is_wanted`, which should decide without branches: compilers
/// then make vector instructions of the loop over a block.
#[inline]
pub(super) fn position(text: &[u8], is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    const BLOCK: usize = 16;
    let has_none = |block: &&[u8; BLOCK]| block.iter().fold(0, |found, byte| found | u8::from(is_wanted(*byte))) == 0;
    let (blocks, rest) = text.as_chunks();
    let skipped = blocks.iter().take_while(has_none).count() * BLOCK;
    // What is left of a text without any is the end of its last block.
    if skipped + rest.len() == text.len() && text.last_chunk().as_ref().is_some_and(has_none) {
        return None;
    }
    text[skipped..].iter().position(|byte| is_wanted(*byte)).map(|at| skipped + at)
}

/// Whether a byte is one of some, found out without a branch.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a lazy operator is a branch")]
pub(super) fn is_one_of<const COUNT: usize>(byte: u8, set: &[u8; COUNT]) -> bool {
    set.iter().fold(false, |found, other| found | (byte == *other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        for length in 0..70 {
            let mut text = vec![b'.'; length];
            assert_eq!(position(&text, |byte| byte == b'x'), None);
            for at in (0..length).rev() {
                text[at] = b'x';
                assert_eq!(position(&text, |byte| byte == b'x'), Some(at), "of {length} bytes");
            }
        }
    }
}
