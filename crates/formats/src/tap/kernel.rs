//! What the kernel's test frameworks print: the signs of them, and the limits.

use super::line::Line;

/// Whether the kernel prints such a line of TAP. Other messages of its log may look like TAP: a
/// test point without a number, or `0..7`.
pub(super) fn may_print(line: &Line<'_>) -> bool {
    match line {
        Line::Point(point) => point.number.is_some(),
        Line::Plan(plan) => plan.first == 1,
        _ => true,
    }
}

/// Whether a comment is one of the script that runs the programs of kselftest.
pub(super) fn is_of_runner(comment: &[u8]) -> bool {
    comment.starts_with(b"# selftests: ")
}

/// Whether a comment is one of kselftest's harness for programs in C, about the test to come.
pub(super) fn is_of_harness(comment: &[u8]) -> bool {
    comment.starts_with(b"#  RUN  ")
}

/// The name and the rest of a comment of `KUnit` about a test case, `# NAME: MESSAGE`.
pub(super) fn case_and_message(comment: &[u8]) -> Option<(&[u8], &[u8])> {
    let comment = comment.strip_prefix(b"# ")?;
    let end = comment.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"_-.".contains(byte))?;
    let message = comment[end..].strip_prefix(b": ")?;
    (end > 0).then_some((&comment[..end], message))
}

/// Whether `KUnit` begins the report of a failure like this.
pub(super) fn is_failure(message: &[u8]) -> bool {
    message.starts_with(b"EXPECTATION FAILED") || message.starts_with(b"ASSERTION FAILED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_kunit_have_a_name_and_a_colon() {
        let (name, message) = case_and_message(b"# list_test-2: EXPECTATION FAILED at x.c:3").expect("it is one");
        assert_eq!(name, b"list_test-2");
        assert!(is_failure(message));
        for comment in ["#   Failed test 'x'", "# a b: c", "# a:b", "# : x", "#a: b", "# a"] {
            assert_eq!(case_and_message(comment.as_bytes()), None, "{comment}");
        }
    }

    #[test]
    fn messages_that_only_look_like_tap_are_no_tap_of_the_kernel() {
        for (line, expected) in
            [("ok 1", true), ("ok", false), ("not ok to go", false), ("1..3", true), ("0..7", false), ("# x", true)]
        {
            assert_eq!(may_print(&Line::parse(line.as_bytes())), expected, "{line}");
        }
    }
}
