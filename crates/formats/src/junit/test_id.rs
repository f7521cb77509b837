//! Test ids as JUnit has them: a class and a name in it.

use memchr::{memchr2, memrchr, memrchr_iter};

use super::byte_search::{is_one_of, position};

/// Splits a test id into classname and name.
///
/// What follows the first bracket, quote or white space belongs to the name, whatever it holds:
/// these are parameters and descriptions. What stands before is split at its last `::`, or else its
/// last `/`, or else its last `.`. The separator is part of neither. Without one, the classname is
/// empty.
///
/// ```
/// use subunit_formats::junit::split;
///
/// assert_eq!(split("pkg.mod.Case.test_it(v1.2)"), ("pkg.mod.Case", "test_it(v1.2)"));
/// assert_eq!(split("test_x.py::Case::test_m[a.b/c]"), ("test_x.py::Case", "test_m[a.b/c]"));
/// assert_eq!(split("t/basic.t/test 1 - v1.2 loads"), ("t/basic.t", "test 1 - v1.2 loads"));
/// assert_eq!(split("loads fast"), ("", "loads fast"));
/// ```
#[must_use]
pub fn split(id: &str) -> (&str, &str) {
    let is_end = |byte| is_one_of(byte, b" \t\n\x0c\r([{<\"'`");
    split_head(id, position(id.as_bytes(), is_end).unwrap_or(id.len()))
}

/// Whether all bytes of an id are plain: none has a meaning in XML or ends what [`split`] looks at,
/// nor does one begin characters of which some are none of XML.
pub(super) fn is_plain(id: &str) -> bool {
    // One look-up a byte: for texts as short as ids that is faster than to compare many bytes at
    // once.
    id.bytes().fold(true, |is_plain, byte| is_plain & IS_PLAIN[usize::from(byte)])
}

const IS_PLAIN: [bool; 256] = {
    let (mut table, specials) = ([true; 256], b" \"&'(<>[`{\xef");
    let mut index = 0;
    while index < 256 {
        table[index] = index >= 0x20;
        index += 1;
    }
    index = 0;
    while index < specials.len() {
        table[specials[index] as usize] = false;
        index += 1;
    }
    table
};

/// Splits an id of [plain](is_plain) bytes, as [`split`] does.
pub(super) fn split_plain(id: &str) -> (&str, &str) {
    // Most ids have dots alone.
    if memchr2(b':', b'/', id.as_bytes()).is_some() {
        return split_head(id, id.len());
    }
    match memrchr(b'.', id.as_bytes()) {
        Some(at) if at > 0 && at + 1 < id.len() => (&id[..at], &id[at + 1..]),
        _ => ("", id),
    }
}

/// Splits an id of which the first bytes are looked at.
fn split_head(id: &str, length: usize) -> (&str, &str) {
    let head = &id.as_bytes()[..length];
    let cut = |at: usize, length: usize| {
        let (class, name) = (&id[..at], &id[at + length..]);
        (!class.is_empty() && !name.is_empty()).then_some((class, name))
    };
    let colons = memrchr_iter(b':', head).find_map(|at| head[..at].ends_with(b":").then_some(at - 1));
    let at_byte = |separator| memrchr(separator, head).and_then(|at| cut(at, 1));
    let at_colons = colons.and_then(|at| cut(at, 2));
    at_colons.or_else(|| at_byte(b'/')).or_else(|| at_byte(b'.')).unwrap_or(("", id))
}

/// The package that a class is in: what stands before the last separator of the classname, or all
/// of it when it has none.
///
/// ```
/// use subunit_formats::junit::package;
///
/// assert_eq!(package("pkg.mod.Case"), "pkg.mod");
/// assert_eq!(package("tests/test_x.py::Case"), "tests/test_x.py");
/// assert_eq!(package("net"), "net");
/// ```
#[must_use]
pub fn package(classname: &str) -> &str {
    match split(classname) {
        ("", whole) => whole,
        (package, _) => package,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_all_languages_are_split_sensibly() {
        for (id, class, name) in [
            ("a.b", "a", "b"),
            ("a", "", "a"),
            ("", "", ""),
            ("m.C.t[a.b/c, x=\"1\"0]", "m.C", "t[a.b/c, x=\"1\"0]"),
            ("m.C.t(x.y)(z::w)", "m.C", "t(x.y)(z::w)"),
            ("setUpClass (m.C)", "", "setUpClass (m.C)"),
            ("net::tests::ping", "net::tests", "ping"),
            ("tests/unit/test_x.py::test_f", "tests/unit/test_x.py", "test_f"),
            ("example.com/a/b.TestX/sub=1.5", "example.com/a/b.TestX", "sub=1.5"),
            ("t/basic.t", "t", "basic.t"),
            ("suite.test with 1.5 words", "suite", "test with 1.5 words"),
            (".hidden", "", ".hidden"),
            ("a.b.", "", "a.b."),
            ("a::", "", "a::"),
            ("::a", "", "::a"),
            ("a:::b", "a:", "b"),
            ("a:b/c.d::", "a:b", "c.d::"),
            ("a.(b)", "a", "(b)"),
            ("größe.日本", "größe", "日本"),
            ("(a.b)", "", "(a.b)"),
        ] {
            assert_eq!(split(id), (class, name), "{id:?}");
            if is_plain(id) {
                assert_eq!(split_plain(id), (class, name), "{id:?}");
            }
        }
    }
}
