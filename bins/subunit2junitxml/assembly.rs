//! Puts a report together from test cases and what their suites hold.

use subunit_cli::{CompleteReport, ReportDraft, Trouble};
use subunit_formats::junit::Markup;

use crate::case_writer::Xml;
use crate::properties::{self, LONGEST_VALUE};
use crate::suite_store::{Kind, Section, SuiteStore};
use crate::suites::Suites;

/// How many bytes the head of a report may take that has one suite: two properties, and the tags.
pub(crate) const HEAD: usize = 2 * LONGEST_VALUE + 1024;

/// Puts the report together. With one suite, its test cases are in the draft already, and all that
/// is missing is what stands before and behind them. With several, the report is put together in
/// `draft`.
pub(crate) fn complete(suites: &Suites, mut xml: Xml, draft: Option<ReportDraft>) -> Result<CompleteReport, Trouble> {
    xml.store.complete()?;
    let text = TextOfSuites::sorted(suites, &mut xml.store)?;
    let (mut tag, mut properties) = (Markup::new(), Markup::new());
    if draft.is_some() {
        xml.draft = draft;
        write_suites(suites, &mut xml, &text)?;
    } else {
        let total = suites.tally(Suites::REST);
        tag.declaration();
        tag.start_suite(suites.name(Suites::REST), &total.counts, total.span);
        properties.end_tag();
        properties.line();
        properties::write(Suites::REST, &mut xml.store, &mut properties)?;
        end_suite(Suites::REST, &mut xml, &text)?;
    }
    let draft = xml.draft.unwrap_or_else(|| ReportDraft::new(None, 0));
    draft.complete([tag.as_bytes(), properties.as_bytes()], xml.markup.as_bytes())
}

/// Writes all suites, each with its test cases.
fn write_suites(suites: &Suites, xml: &mut Xml, text: &TextOfSuites) -> Result<(), Trouble> {
    let total = suites.total();
    xml.markup.clear();
    xml.markup.declaration();
    xml.markup.suites(&total.counts, total.span.duration().unwrap_or_default());
    xml.markup.line();
    for suite in suites.sorted() {
        let tally = suites.tally(suite);
        if tally.counts.tests == 0 && text.place != Some(suite) {
            continue;
        }
        xml.markup.start_suite(suites.name(suite), &tally.counts, tally.span);
        xml.markup.end_tag();
        xml.markup.line();
        properties::write(suite, &mut xml.store, &mut xml.markup)?;
        xml.copy_cases(suite)?;
        end_suite(suite, xml, text)?;
    }
    xml.markup.close("testsuites");
    xml.markup.line();
    Ok(())
}

/// Writes what stands behind the test cases of a suite.
fn end_suite(suite: u32, xml: &mut Xml, text: &TextOfSuites) -> Result<(), Trouble> {
    for (element, kind) in [("system-out", Kind::Output), ("system-err", Kind::Errors)] {
        let own = Section { suite, kind };
        let others = if text.place == Some(suite) { &*text.of_others } else { &[] };
        let others = others.iter().map(|suite| Section { suite: *suite, kind });
        let mut sections = Vec::new();
        for section in [own].into_iter().chain(others) {
            if xml.store.len(section)? > 0 {
                sections.push(section);
            }
        }
        if !sections.is_empty() {
            xml.markup.open(element, &[]);
            xml.sections(&sections)?;
            xml.markup.close(element);
            xml.markup.line();
        }
    }
    xml.markup.close("testsuite");
    xml.markup.line();
    Ok(())
}

/// Where the text of suites without a test goes: Jenkins does not show such a suite.
struct TextOfSuites {
    place: Option<u32>,
    of_others: Vec<u32>,
}

impl TextOfSuites {
    /// It goes to the rest if that has tests, or else to the first suite that has some. If no suite
    /// has, the rest is shown.
    fn sorted(suites: &Suites, store: &mut SuiteStore) -> Result<Self, Trouble> {
        let has_tests = |suite: &u32| suites.tally(*suite).counts.tests > 0;
        let sorted = suites.sorted();
        let mut of_others = Vec::new();
        for suite in sorted.iter().copied().filter(|suite| !has_tests(suite)) {
            let [output, errors] = [Kind::Output, Kind::Errors].map(|kind| store.len(Section { suite, kind }));
            if output? + errors? > 0 {
                of_others.push(suite);
            }
        }
        let place = [Suites::REST].iter().chain(&sorted).copied().find(has_tests);
        let place = place.or((!of_others.is_empty()).then_some(Suites::REST));
        of_others.retain(|suite| Some(*suite) != place);
        Ok(Self { place, of_others })
    }
}
