//! Names of files and folders.

use std::borrow::Cow;
use std::fmt::Write;

use sha2::{Digest, Sha256};

/// A longer component is replaced: with a suffix, it must fit in the 255 bytes of a file system.
const LONGEST: usize = 200;
/// A path of more components is replaced.
const MOST: usize = 32;

/// The components of a path that a test id or name of an attachment stands for.
///
/// Slashes separate them. Control characters are percent-encoded. A component that is empty, `.`,
/// `..` or long is replaced by a digest of it in hexadecimal digits, and so is a path that is deep.
pub(crate) fn components(name: &str) -> Vec<Cow<'_, str>> {
    if name.split('/').nth(MOST).is_some() {
        return vec![digest(name).into()];
    }
    name.split('/').map(component).collect()
}

fn component(part: &str) -> Cow<'_, str> {
    if matches!(part, "" | "." | "..") {
        return digest(part).into();
    }
    let encoded = if part.contains(char::is_control) { encoded(part).into() } else { Cow::from(part) };
    if encoded.len() > LONGEST { digest(part).into() } else { encoded }
}

fn encoded(part: &str) -> String {
    let mut encoded = String::new();
    for character in part.chars() {
        if character.is_control() {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(character);
        }
    }
    encoded
}

fn digest(name: &str) -> String {
    Sha256::digest(name).iter().take(16).fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_as_they_are_but_for_what_no_path_may_hold() {
        assert_eq!(components("a.B/test_c[d e] é"), ["a.B", "test_c[d e] é"]);
        assert_eq!(components("a\0b\n\u{85}"), ["a%00b%0A%C2%85"]);
        for hostile in ["", ".", "..", &"x".repeat(201), &"\n".repeat(70), &"a/".repeat(40)] {
            let [only] = &components(hostile)[..] else { panic!("{hostile:?} is one component") };
            assert!(only.len() == 32 && only.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hostile:?}: {only}");
        }
        let parts = components("/../x/");
        assert!(parts.len() == 4 && parts[2] == "x" && parts.iter().all(|part| !matches!(&**part, "" | "..")));
    }
}
