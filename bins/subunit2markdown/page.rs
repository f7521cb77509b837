//! The page, within its limit.

use std::fmt::Write;
use std::time::Duration;

use subunit_formats::number::{counted, grouped};

use crate::inline::{block, code};
use crate::results::{Failure, Results};

/// The page as it grows.
struct Page {
    text: String,
    limit: usize,
}

/// Rows that a table of workers has at most.
const MOST_WORKERS: usize = 100;

impl Page {
    /// Room that is kept for the lines that say what is left out.
    const RESERVED: usize = 400;

    /// Adds a part if there is room for all of it, and says whether there was.
    fn add(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() + Self::RESERVED <= self.limit;
        if fits {
            self.text.push_str(part);
        }
        fits
    }

    /// Adds a list under a heading, and says how many of it are left out.
    fn list(&mut self, heading: &str, items: impl Iterator<Item = String>, noun: &str) {
        let (mut is_begun, mut left_out) = (false, 0);
        for item in items {
            if !is_begun {
                is_begun = true;
                self.add(&format!("\n### {heading}\n\n"));
            }
            if left_out > 0 || !self.add(&item) {
                left_out += 1;
            }
        }
        self.left_out(left_out, noun);
    }

    /// Says how many are left out: there is room for that.
    fn left_out(&mut self, count: u64, noun: &str) {
        if count > 0 {
            // Writing to a string cannot fail.
            let _ = write!(self.text, "\n{} left out\n", counted(count, noun));
        }
    }
}

/// The page.
pub(crate) fn render(results: &Results, title: &str, limit: usize) -> String {
    let failures = results.failures();
    let unfinished = failures.iter().filter(|failure| failure.is_unfinished).count() as u64;
    let failed = failures.len() as u64 - unfinished;
    let mut page = Page { text: String::new(), limit };
    page.add(&head(results, title, failed, unfinished));
    let (mut is_short, mut left_out) = (false, 0);
    for failure in failures.iter().filter(|failure| !failure.is_unfinished) {
        is_short = is_short || !page.add(&details(failure));
        if is_short && (left_out > 0 || !page.add(&line(failure))) {
            left_out += 1;
        }
    }
    page.left_out(left_out, "failure");
    let hanging = failures.iter().filter(|failure| failure.is_unfinished);
    page.list("Unfinished", hanging.map(|failure| line(failure)), "unfinished test");
    page.list("Flaky", results.flaky.iter().map(|id| format!("- {}\n", code(id))), "flaky test");
    let slowest = results.slowest.in_order().map(|(time, test)| format!("- {} {}\n", took(time), code(&test.id)));
    page.list("Slowest", slowest, "slow test");
    if !results.workers.is_empty() {
        workers(results, &mut page);
    }
    page.text
}

fn head(results: &Results, title: &str, failed: u64, unfinished: u64) -> String {
    let flaky = results.flaky.len() as u64;
    let counts = [(failed, "failed"), (unfinished, "unfinished"), (flaky, "flaky")];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(*count)))
        .collect();
    let verdict = match &counts[..] {
        [] if results.passed + results.skipped == 0 => "none".to_owned(),
        [] => "passed".to_owned(),
        counts => counts.join(", "),
    };
    let tests = results.passed + results.skipped + failed + unfinished;
    let time = results.span.duration().map(took).unwrap_or_default();
    let [tests, passed, failed, skipped, unfinished] =
        [tests, results.passed, failed, results.skipped, unfinished].map(grouped);
    format!(
        "## {title}: {verdict}\n\n\
         | tests | passed | failed | skipped | unfinished | time |\n|--:|--:|--:|--:|--:|--:|\n\
         | {tests} | {passed} | {failed} | {skipped} | {unfinished} | {time} |\n\n",
    )
}

/// A failure with its text.
fn details(failure: &Failure) -> String {
    if failure.text.is_empty() {
        return line(failure) + "\n";
    }
    format!("<details><summary>{}</summary>\n\n{}\n</details>\n\n", summary(failure), block(&failure.text))
}

fn line(failure: &Failure) -> String {
    format!("- {}\n", summary(failure))
}

fn summary(failure: &Failure) -> String {
    let mark = if failure.is_new { "<b>newly broken</b> " } else { "" };
    let message = if failure.message.is_empty() { String::new() } else { format!(": {}", code(&failure.message)) };
    format!("{mark}{}{message}", code(&failure.id))
}

fn workers(results: &Results, page: &mut Page) {
    page.add("\n### Workers\n\n");
    page.add("| worker | tests | failed | busy |\n|:--|--:|--:|--:|\n");
    let mut shown = 0;
    for (name, row) in results.workers.iter().take(MOST_WORKERS) {
        let (tests, failed) = (grouped(row.tests), grouped(row.failed));
        if !page.add(&format!("| {} | {tests} | {failed} | {} |\n", code(name), took(row.busy))) {
            break;
        }
        shown += 1;
    }
    page.left_out((results.workers.len() - shown) as u64, "worker");
}

/// A duration as people say it.
fn took(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.3} s", time.as_secs_f64()),
        10..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
