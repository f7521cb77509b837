//! How many tests there are of each outcome.

use std::fmt::Write;

use subunit_formats::number::{counted, grouped};

use crate::outcome::Outcome;

/// The tests of each outcome.
#[derive(Debug, Default)]
pub(crate) struct Totals([u64; Outcome::ALL.len()]);

impl Totals {
    pub(crate) fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }

    fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// All tests but those that were not run.
    pub(crate) fn tests(&self) -> u64 {
        self.0.iter().sum::<u64>() - self.of(Outcome::Listed)
    }

    pub(crate) fn failures(&self) -> u64 {
        Outcome::ALL.into_iter().filter(|outcome| outcome.is_failure()).map(|outcome| self.of(outcome)).sum()
    }

    /// The class of the verdict.
    pub(crate) fn class(&self) -> &'static str {
        match (self.tests(), self.failures()) {
            (0, _) => "empty",
            (_, 0) => "good",
            _ => "bad",
        }
    }

    /// The verdict in a line.
    pub(crate) fn verdict(&self) -> String {
        let (tests, failures) = (self.tests(), self.failures());
        let skipped = self.of(Outcome::Skipped);
        match failures {
            _ if tests == 0 => "No test was run".to_owned(),
            0 if skipped == tests => format!("{} skipped, none run", counted(tests, "test")),
            0 => format!("{} and no failure", counted(tests, "test")),
            _ => format!("{} of {} failed", grouped(failures), counted(tests, "test")),
        }
    }

    /// A number for each outcome that a test has, and a bar of their shares.
    pub(crate) fn markup(&self) -> String {
        let present = || Outcome::ALL.into_iter().filter(|outcome| self.of(*outcome) > 0);
        let mut markup = String::from("<ul class=\"totals\">");
        for outcome in present() {
            let (class, count, word) = (outcome.class(), grouped(self.of(outcome)), outcome.word());
            // Writing to a string cannot fail.
            let _ = write!(markup, "<li class=\"{class}\"><a href=\"#tests\"><b>{count}</b> {word}</a></li>");
        }
        markup.push_str("</ul>");
        let tests = self.tests();
        if tests > 0 {
            markup.push_str("<svg class=\"shares\" aria-hidden=\"true\">");
            let mut before = 0;
            for outcome in present().filter(|outcome| *outcome != Outcome::Listed) {
                let (start, share) = (percent(before, tests), percent(self.of(outcome), tests));
                let class = outcome.class();
                let _ =
                    write!(markup, "<rect class=\"{class}\" x=\"{start:.3}%\" width=\"{share:.3}%\" height=\"100%\"/>");
                before += self.of(outcome);
            }
            markup.push_str("</svg>");
        }
        markup
    }
}

/// A part of a whole, in hundredths.
#[expect(clippy::cast_precision_loss, reason = "a picture has fewer places than a float")]
fn percent(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64 * 100.0
}
