//! Test ids as JUnit has them: a class and a name in it.

use memchr::{memrchr, memrchr_iter};

use super::byte_search::{is_one_of, position};

/// Splits a test id into classname and name.
///
/// What follows the first bracket, quote or white space belongs to the name, whatever it holds: these are parameters and
/// descriptions. What stands before is split at its last `::`, or else its last `/`, or else its last `.`. The separator is part of
/// neither. Without one, the classname is empty.
///
/// ```
/// use subunit_formats::junit::split;
///
/// assert_eq!(split("pkg.mod.Case.test_it(v1.2)"), ("pkg.mod.Case", "test_it(v1.2)"));
/// assert_eq!(split("tests/test_x.py::Case::test_m[a.b/c]"), ("tests/test_x.py::Case", "test_m[a.b/c]"));
/// assert_eq!(split("t/basic.t/test 1 - v1.2 loads"), ("t/basic.t", "test 1 - v1.2 loads"));
/// assert_eq!(split("loads fast"), ("", "loads fast"));
/// ```
#[must_use]
pub fn split(id: &str) -> (&str, &str) {
    let is_end = |byte| is_one_of(byte, b" \t\n\x0c\r([{<\"'`");
    let head = &id.as_bytes()[..position(id.as_bytes(), is_end).unwrap_or(id.len())];
    let cut = |at: usize, length: usize| {
        let (class, name) = (&id[..at], &id[at + length..]);
        (!class.is_empty() && !name.is_empty()).then_some((class, name))
    };
    let colons = memrchr_iter(b':', head).find_map(|at| head[..at].ends_with(b":").then_some(at - 1));
    let at_byte = |separator| memrchr(separator, head).and_then(|at| cut(at, 1));
    let at_colons = colons.and_then(|at| cut(at, 2));
    at_colons.or_else(|| at_byte(b'/')).or_else(|| at_byte(b'.')).unwrap_or(("", id))
}

/// The package that a class is in: what stands before the last separator of the classname, or all of it when it has none.
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
        }
    }
}
