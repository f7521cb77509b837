//! Test ids as JUnit has them: a class and a name in it.

use memchr::memmem;

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
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"([{<\"'`".contains(byte);
    let head = &id.as_bytes()[..id.bytes().position(|byte| is_end(&byte)).unwrap_or(id.len())];
    let separators: [&[u8]; 3] = [b"::", b"/", b"."];
    let places =
        separators.into_iter().filter_map(|separator| Some((memmem::rfind(head, separator)?, separator.len())));
    let mut parts = places.map(|(at, length)| (&id[..at], &id[at + length..]));
    parts.find(|(class, name)| !class.is_empty() && !name.is_empty()).unwrap_or(("", id))
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
            ("a.(b)", "a", "(b)"),
            ("größe.日本", "größe", "日本"),
            ("(a.b)", "", "(a.b)"),
        ] {
            assert_eq!(split(id), (class, name), "{id:?}");
        }
    }
}
