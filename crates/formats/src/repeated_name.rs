//! Names that are written again and again, bounded, so that the output stays linear in the input.

/// The longest name, in bytes.
const MOST: usize = 256;
/// As much of a longer one is kept. A tilde and the digest follow.
const KEPT: usize = 239;

/// Cuts a name of more than 256 bytes to 239, a tilde and 16 digits of a digest, so that different
/// names stay different. Says whether it was cut.
///
/// ```
/// use subunit_formats::repeated_name::bound;
///
/// let mut name = "x".repeat(300);
/// assert!(bound(&mut name));
/// assert!(name.starts_with(&"x".repeat(239)) && name.len() == 256);
/// assert!(!bound(&mut name), "it is short enough now");
/// ```
pub fn bound(name: &mut String) -> bool {
    let is_cut = name.len() > MOST;
    if is_cut {
        let digest = digest(name.as_bytes());
        let kept = (0..=KEPT).rev().find(|at| name.is_char_boundary(*at)).unwrap_or_default();
        name.truncate(kept);
        name.extend(["~", &format!("{digest:016x}")]);
    }
    is_cut
}

/// The FNV-1a hash: the same in every version of the tool, unlike that of the standard library.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounded(name: &str) -> (String, bool) {
        let mut name = name.to_owned();
        let is_cut = bound(&mut name);
        (name, is_cut)
    }

    #[test]
    fn a_name_of_up_to_256_bytes_stays() {
        for name in [String::new(), "test 1 - a".to_owned(), "x".repeat(256)] {
            assert_eq!(bounded(&name), (name, false));
        }
    }

    #[test]
    fn a_longer_one_is_cut_and_has_a_digest() {
        let long = "x".repeat(257);
        let (cut, is_cut) = bounded(&long);
        assert_eq!(cut, format!("{}~{:016x}", &long[..239], digest(long.as_bytes())));
        assert!(is_cut);
        assert_ne!(cut, bounded(&(long + "x")).0, "other names stay other names");
        assert_eq!(bounded(&"ö".repeat(200)).0.len(), 238 + 17, "no character is cut in two");
    }

    #[test]
    fn the_digest_is_fnv_1a() {
        assert_eq!(digest(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
