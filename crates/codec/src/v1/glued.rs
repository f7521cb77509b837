//! Directives behind other text on their line, as when a test printed without a newline:
//! `starting serversuccess: label`. They have exactly one colon and one space.

use memchr::memmem;

use crate::v1::line::{Directive, Form, Outcome};

/// A label may hold the spelling of a directive itself. So many places are tried, from the right:
/// to try each would take long in a line that is made of them.
const MOST_PLACES: usize = 8;

/// Whether a line can have a directive behind text at all.
pub(super) fn may_be_in(line: &[u8]) -> bool {
    memmem::find(line, b": ").is_some()
}

/// Where in a line a directive may begin, and its rest, the last place first. `words` are tried at
/// each colon; one that another ends in comes after it.
fn places<'a>(line: &'a [u8], words: &'a [&'a [u8]]) -> impl Iterator<Item = (usize, &'a [u8])> {
    let colons = memmem::rfind_iter(line, b": ");
    let found = colons.filter_map(move |colon| {
        let word = words.iter().find(|word| line[..colon].ends_with(word))?;
        Some((colon - word.len(), &line[colon + 2..]))
    });
    found.filter(|(place, rest)| *place > 0 && !rest.trim_ascii().is_empty()).take(MOST_PLACES)
}

/// Where an outcome for a test for which `is_open` holds begins.
pub(super) fn outcome(line: &[u8], is_open: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let words = Outcome::SPELLINGS.map(|(spelling, _)| spelling);
    let mut places = places(line, &words);
    places.find(|(_, rest)| Form::readings(rest).any(|(label, _)| is_open(label))).map(|(place, _)| place)
}

/// The same for the directives that are not about an open test. An indented one is text: somebody
/// shows another stream.
fn unindented<'a>(line: &'a [u8], words: &'a [&'a [u8]]) -> impl Iterator<Item = (usize, &'a [u8])> {
    let indentation = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    places(line, words).filter(move |(place, _)| *place > indentation)
}

/// Where an outcome begins that `counts` though its test is not open.
pub(super) fn unopened_outcome(line: &[u8], counts: impl Fn(Outcome, &[u8]) -> bool) -> Option<usize> {
    let words = Outcome::SPELLINGS.map(|(spelling, _)| spelling);
    let mut places = unindented(line, &words).map(|(place, _)| place);
    places.find(|place| match Directive::parse(&line[*place..]) {
        Some(Directive::Outcome(outcome, rest)) => counts(outcome, rest),
        _ => false,
    })
}

/// Where a `time:` begins whose rest `is_time`.
pub(super) fn time(line: &[u8], is_time: impl Fn(&[u8]) -> bool) -> Option<usize> {
    unindented(line, &[b"time"]).find(|(_, rest)| is_time(rest)).map(|(place, _)| place)
}

/// The places where `tags:` may begin that take tags back, with their rest, the last one first.
pub(super) fn tags(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    unindented(line, &[b"tags"]).filter(|(_, rest)| rest.starts_with(b"-"))
}

/// The places where a test may begin, with its label, the last one first.
pub(super) fn starts(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    unindented(line, &[b"testing", b"test"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_found_only_for_an_open_test() {
        let outcome = |line: &[u8]| outcome(line, |label| label == b"foo");
        assert_eq!(outcome(b"starting serversuccess: foo"), Some(15));
        assert_eq!(outcome(b"xuxsuccess: foo ["), Some(1));
        assert_eq!(outcome(b".failure: foo [ multipart"), Some(1));
        assert_eq!(outcome(b"starting serversuccess: food"), None);
        assert_eq!(outcome(b"no success for foo"), None, "prose has no colon");
        assert_eq!(outcome(b"success: foo"), None, "nothing is before it");
    }

    #[test]
    fn a_start_is_found_for_each_label_that_it_may_have() {
        let starts: Vec<_> = starts(b".test: unit test: foo").collect();
        assert_eq!(starts, [(12, &b"foo"[..]), (1, b"unit test: foo")]);
        assert_eq!(super::starts(b" \t test: foo").count(), 0, "an indented line is text");
    }

    #[test]
    fn a_line_made_of_directives_has_a_last_one() {
        let line = b"success: ".repeat(10_000);
        assert_eq!(outcome(&line, |_| false), None);
        assert_eq!(starts(&b"test: ".repeat(10_000)).count(), MOST_PLACES);
    }
}
