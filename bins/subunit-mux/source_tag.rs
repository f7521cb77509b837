//! The tag that the packets of a source get.

/// The longest tag, in bytes: it is on every packet.
const MOST: usize = 256;
/// As much of a longer one is kept. A tilde and the digest follow.
const KEPT: usize = 239;

/// The tag of the source with this route code, and whether it was cut.
pub(crate) fn source_tag(prefix: &str, code: &str) -> (String, bool) {
    let mut tag = [prefix, code].concat();
    let is_cut = tag.len() > MOST;
    if is_cut {
        let digest = digest(tag.as_bytes());
        let kept = (0..=KEPT).rev().find(|at| tag.is_char_boundary(*at)).unwrap_or_default();
        tag.truncate(kept);
        tag += &format!("~{digest:016x}");
    }
    (tag, is_cut)
}

/// The FNV-1a hash, which is the same in every version of the tool.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_more_than_256_bytes_is_cut_and_has_a_digest() {
        assert_eq!(source_tag("worker-", "web"), ("worker-web".to_owned(), false));
        assert_eq!(source_tag(&"x".repeat(253), "web"), ("x".repeat(253) + "web", false));
        let cut = |prefix: &str, code| {
            let (tag, is_cut) = source_tag(prefix, code);
            assert!(is_cut, "{tag}");
            tag
        };
        assert_eq!(
            cut(&"x".repeat(254), "web"),
            format!("{}~{:016x}", "x".repeat(239), digest(cut_input().as_bytes()))
        );
        assert_ne!(cut(&"x".repeat(254), "web"), cut(&"x".repeat(254), "web2"), "sources keep tags of their own");
        assert_eq!(cut(&"ö".repeat(200), "web").len(), 238 + 17, "no character is cut in two");
        assert_eq!(digest(b"foobar"), 0x8594_4171_f739_67e8);
    }

    fn cut_input() -> String {
        "x".repeat(254) + "web"
    }
}
