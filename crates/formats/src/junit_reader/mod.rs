//! Reports in JUnit XML, as tests.

mod case;
mod clock;
mod document;
mod xml;

use std::error::Error;
use std::io::{self, BufRead};

use quick_xml::events::Event as Xml;
use quick_xml::{Error as XmlError, Reader};
use subunit_codec::names::{REASON, TAP_TEXT};
use subunit_codec::{Event, Status};

use self::document::Document;

/// What a report held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A test failed in its last attempt, or the report is broken.
    pub has_failed: bool,
    /// There was a test.
    pub has_tests: bool,
}

/// Why a report could not be read to its end.
#[derive(Debug)]
pub enum ReadError<E> {
    /// The input cannot be read.
    Input(io::Error),
    /// An event could not be passed on.
    Output(E),
}

/// Reads a report in JUnit XML and passes on what its test cases say, one after the other.
///
/// - Tests are called `CLASSNAME::NAME`, or `NAME` without a class. A case without a name is
///   `CLASSNAME::?N`, the N-th case of the report.
/// - Type, message and text of a failure are the attachment `junit detail`, those of a skip the
///   attachment `reason`. Errors have the attachment `kind`.
/// - Each flaky or repeated failure of Surefire is an attempt before the last one.
/// - A suite that counts failures and has no case that failed is the failed test `SUITE [suite]`.
/// - XML that is broken or cut off, or is no report, is the failed test `NAME [parse]` behind the
///   cases before the fault.
/// - Cases follow each other from the `timestamp` of their suite on. Without one they begin in
///   2000 and have the tag `no-clock`.
///
/// Entities of a document type are not expanded. Memory is that of one case.
///
/// Sources: python-subunit's `JUnitXML2SubUnit`, and the schemas of Surefire and of Jenkins' xUnit
/// plugin.
///
/// ```
/// use subunit_codec::{Event, Status};
/// use subunit_formats::junit_reader::read;
///
/// let report = r#"<testsuite><testcase classname="A" name="b"><failure/></testcase></testsuite>"#;
/// let mut tests = Vec::new();
/// let found = read(report.as_bytes(), "report.xml", |event: &Event<'_>| {
///     tests.extend(event.test_id.as_deref().map(str::to_owned).zip(event.status));
///     Ok::<(), std::convert::Infallible>(())
/// });
/// assert!(found.is_ok_and(|report| report.has_failed));
/// let expected = [("A::b", Status::InProgress), ("A::b", Status::Fail)];
/// assert_eq!(tests, expected.map(|(id, status)| (id.to_owned(), status)));
/// ```
///
/// # Errors
///
/// If reading fails, or `out` does.
pub fn read<E>(
    input: impl BufRead,
    name: &str,
    mut out: impl FnMut(&Event<'_>) -> Result<(), E>,
) -> Result<Report, ReadError<E>> {
    let mut report = Report::default();
    let mut out = |event: &Event<'_>| {
        report.has_tests |= event.status.is_some();
        out(event).map_err(ReadError::Output)
    };
    let mut document = Document::default();
    let fault = read_cases(input, &mut document, &mut out)?;
    let has_failed = document.has_failed() || fault.is_some();
    if let Some(fault) = fault {
        let text = format!("{fault}\n");
        let event = Event::test(format!("{name} [parse]").replace('\0', "\u{fffd}"));
        let event = Event { runnable: false, ..event.status(Status::Fail) };
        out(&event.file(REASON, text.as_bytes()).mime_type(TAP_TEXT).eof())?;
    }
    Ok(Report { has_failed, ..report })
}

/// Reads the test cases, and says what is wrong with the XML.
fn read_cases<E>(
    input: impl BufRead,
    document: &mut Document,
    out: &mut impl FnMut(&Event<'_>) -> Result<(), ReadError<E>>,
) -> Result<Option<String>, ReadError<E>> {
    let input = xml::decoding(input).map_err(ReadError::Input)?;
    let mut reader = Reader::from_reader(input);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        match event {
            Ok(Xml::Start(element)) => document.start(&element),
            Ok(Xml::Empty(element)) => {
                document.start(&element);
                document.end(out)?;
            }
            Ok(Xml::End(_)) => document.end(out)?,
            Ok(Xml::Text(text)) => document.text(&text),
            Ok(Xml::CData(text)) => document.text(&text),
            Ok(Xml::GeneralRef(reference)) => document.text(&xml::referenced(&reference)),
            Ok(Xml::Eof) if document.is_open() => {
                let position = reader.buffer_position();
                return document
                    .cut(out)
                    .map(|()| Some(format!("the report ends at byte {position}, inside an element")));
            }
            Ok(Xml::Eof) => {
                return Ok((!document.is_report()).then(|| "no JUnit XML: there is no testsuite".to_owned()));
            }
            Ok(Xml::Decl(_) | Xml::PI(_) | Xml::DocType(_) | Xml::Comment(_)) => {}
            Err(XmlError::Io(cause)) => return Err(ReadError::Input(io::Error::new(cause.kind(), cause))),
            Err(cause) => {
                let position = reader.error_position();
                let cause = cause.source().map_or_else(|| cause.to_string(), ToString::to_string);
                return document.cut(out).map(|()| Some(format!("byte {position}: {cause}")));
            }
        }
    }
}
