//! The names of files.

use std::fmt::Write;

/// What comes from no route goes to a file of this name.
const UNROUTED: &str = "unrouted";

/// The name of the file for the first part of a route code.
///
/// Letters, digits, `_`, `-` and dots that are not first stay; the bytes of all else are
/// percent-encoded. `%` alone stands for an empty part.
pub(crate) fn file_name(first: Option<&str>) -> String {
    let Some(code) = first else { return format!("{UNROUTED}.subunit") };
    let mut name = String::new();
    for (index, byte) in code.bytes().enumerate() {
        let is_kept = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte == b'.' && index > 0;
        if is_kept && !(index == 0 && code == UNROUTED) {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    if name.is_empty() {
        name.push('%');
    }
    name + ".subunit"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_a_file_of_its_own_in_the_folder() {
        for (code, name) in [
            (None, "unrouted.subunit"),
            (Some("web-1_a.b"), "web-1_a.b.subunit"),
            (Some("unrouted"), "%75nrouted.subunit"),
            (Some("unrouted2"), "unrouted2.subunit"),
            (Some(""), "%.subunit"),
            (Some("%"), "%25.subunit"),
            (Some(".."), "%2E..subunit"),
            (Some(".hidden"), "%2Ehidden.subunit"),
            (Some("a b\n\u{e9}"), "a%20b%0A%C3%A9.subunit"),
        ] {
            assert_eq!(file_name(code), name, "{code:?}");
        }
    }
}
