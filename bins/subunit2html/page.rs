//! The page, put together.

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};
use subunit_cli::{CompleteReport, ReportDraft, Trouble};
use subunit_codec::Span;

use crate::drawing::draw;
use crate::part::Part;
use crate::report::Report;
use crate::text::{duration, time};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// Fills the template: each `{{name}}` in it is replaced by the part of this name.
pub(crate) fn complete(report: Report, mut page: ReportDraft) -> Result<CompleteReport, Trouble> {
    let Report { totals, articles, timeline, span, rows, run_files, .. } = report;
    let workers: Vec<&str> = rows.workers.iter().collect();
    let (mut drawing, mut files) = (Part::new(), Part::new());
    draw(timeline, span, &workers, &mut drawing)?;
    let has_files = !run_files.is_empty();
    run_files.write(&mut files)?;
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (part, after) = after.split_once("}}").unwrap_or((after, ""));
        page.add(before.as_bytes())?;
        match part {
            "script-hash" => page.add(hash(SCRIPT).as_bytes())?,
            "style-hash" => page.add(hash(STYLE).as_bytes())?,
            "style" => page.add(STYLE.as_bytes())?,
            "script" => page.add(SCRIPT.as_bytes())?,
            "class" => page.add(totals.class().as_bytes())?,
            "verdict" => page.add(totals.verdict().as_bytes())?,
            "facts" => page.add(facts(span).as_bytes())?,
            "totals" => page.add(totals.markup().as_bytes())?,
            "failures" if totals.failures() == 0 => page.add(b"<p>No test failed.</p>")?,
            "failures" => articles.write(&mut page)?,
            "timeline" => drawing.write(&mut page)?,
            "data" => rows.write(&mut page)?,
            "files" if !has_files => page.add(b"<p>The stream holds no output outside of tests.</p>")?,
            "files" => files.write(&mut page)?,
            _ => {}
        }
        rest = after;
    }
    page.complete([b"", b""], rest.as_bytes())
}

/// The hash by which a browser knows that a script or style is ours.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// When the run began, and how long it took.
fn facts(span: Span) -> String {
    let facts: Vec<String> = span.start.map(time).into_iter().chain(span.duration().map(duration)).collect();
    facts.join(" \u{b7} ")
}
