//! What is known of one TAP document: the outermost one, or a subtest.

use std::collections::BTreeSet;

use super::events::ERRORS;
use super::lex::{Indent, is_blank, number};
use super::line::Plan;
use super::prefix::Prefix;
use super::ranges::Ranges;

/// How TAP is written, as far as it is known. Subtests write it as their parents do.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Dialect {
    /// The number of the version line, 0 without one.
    pub(super) version: u64,
    /// Whether the rules of the kernel's KTAP hold: the plan may be missing, subtests are indented
    /// by any number of columns, and data behind ` # ` is no part of a description.
    pub(super) is_kernel: bool,
    /// Whether diagnostics precede their test point, as the kernel's do, and do not follow it.
    pub(super) diagnostics_lead: bool,
    /// Whether it may be of `KUnit`: a subtest that nothing announced gave its name.
    pub(super) may_be_kunit: bool,
    /// Whether test points have no dash before their description.
    pub(super) omits_dash: bool,
    /// Whether a backslash escapes a backslash.
    pub(super) escapes_backslash: bool,
    pub(super) is_strict: bool,
}

impl Dialect {
    /// The dialect of a version line, in place of one that is known so far.
    pub(super) fn with_version(self, number: u64, is_kernel: bool) -> Self {
        Self {
            version: number,
            is_kernel: self.is_kernel || is_kernel,
            diagnostics_lead: self.diagnostics_lead || is_kernel,
            omits_dash: self.omits_dash || is_kernel,
            escapes_backslash: self.escapes_backslash || is_kernel || number >= 13,
            ..self
        }
    }

    /// The same for the kernel.
    pub(super) fn of_kernel(self) -> Self {
        Self { is_kernel: true, diagnostics_lead: true, may_be_kunit: false, ..self }
    }
}

/// One TAP document, as far as it has been read.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Document {
    /// How far its lines are indented.
    pub(super) indent: Indent,
    /// What its ids begin with.
    pub(super) prefix: Prefix,
    pub(super) dialect: Dialect,
    /// Whether a brace opened it, and will close it.
    pub(super) is_braced: bool,
    /// Whether it has the name of its parent's test point.
    pub(super) is_named: bool,
    /// Whether it has a version line of its own.
    pub(super) has_version: bool,
    /// The subtest that comes next, if it was announced.
    pub(super) next: Option<Announced>,
    pub(super) has_plan: bool,
    first: u64,
    last: u64,
    todo: BTreeSet<u64>,
    /// How many test points there were when the plan came.
    before_plan: u64,
    points: u64,
    /// The number of the last test point.
    number: u64,
    numbers: Ranges,
    repeated: u64,
    more_plans: u64,
    not_tap: u64,
}

/// A subtest that was announced.
#[derive(Debug)]
pub(super) enum Announced {
    /// By a comment with its name, which may be empty.
    Comment(Vec<u8>),
    /// By a test point of this id, without the path, that ends in a brace.
    Brace(String),
}

/// Gaps of no more tests than this are told test by test.
const MOST_TOLD: u64 = 100;

impl Document {
    pub(super) fn new(indent: Indent, prefix: Prefix, dialect: Dialect) -> Self {
        Self { indent, prefix, dialect, ..Self::default() }
    }

    /// Takes note of a plan; `false` when there was one before.
    pub(super) fn plan(&mut self, plan: &Plan<'_>) -> bool {
        if self.has_plan {
            self.more_plans += 1;
            return false;
        }
        self.has_plan = true;
        (self.first, self.last) = (plan.first, plan.last);
        self.todo = plan.todo.split(|byte| is_blank(*byte)).filter_map(|word| Some(number(word)?.0)).collect();
        self.before_plan = self.points;
        true
    }

    /// Takes note of a test point and gives it its number.
    pub(super) fn point(&mut self, number: Option<u64>) -> u64 {
        self.points += 1;
        self.number = number.unwrap_or(self.next_number());
        if !self.numbers.add(self.number) {
            self.repeated += 1;
        }
        self.number
    }

    /// The number that a test point has that does not say.
    pub(super) fn next_number(&self) -> u64 {
        self.number.saturating_add(1)
    }

    /// Whether the plan says that a test is one to do.
    pub(super) fn is_to_do(&self, number: u64) -> bool {
        self.todo.contains(&number)
    }

    /// Takes note of a line that is not TAP.
    pub(super) fn not_tap(&mut self) {
        self.not_tap += u64::from(self.dialect.is_strict);
    }

    pub(super) fn has_points(&self) -> bool {
        self.points > 0
    }

    /// Whether nothing was said in it yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.points == 0 && !self.has_plan
    }

    /// Whether all of the plan has been there.
    pub(super) fn is_complete(&self) -> bool {
        self.has_plan && self.gaps().next().is_none()
    }

    /// The failures that a harness would see in it besides those of its tests: an id and a reason
    /// for each. `budget` is how many missing tests may still be told one by one.
    pub(super) fn failures(&self, budget: &mut u64) -> impl Iterator<Item = (String, String)> {
        let complaints = self.complaints().join("\n");
        let complaint = (!complaints.is_empty()).then(|| (ERRORS.to_owned(), complaints));
        self.gaps().flat_map(|(first, last)| missing(first, last, budget)).chain(complaint)
    }

    /// The numbers that are missing: of the plan, or without one those before the greatest.
    fn gaps(&self) -> impl Iterator<Item = (u64, u64)> {
        let (first, last) = if self.has_plan { (self.first, self.last) } else { (1, self.numbers.greatest()) };
        self.numbers.gaps(first, last)
    }

    /// What else a harness would complain of, a line for each.
    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut complain = |count: u64, one: &str, many: &str| {
            if count > 0 {
                complaints.push(if count == 1 { one.to_owned() } else { many.replace('N', &count.to_string()) });
            }
        };
        let outside = if self.has_plan { self.numbers.outside(self.first, self.last) } else { 0 };
        let plan = format!("{}..{}", self.first, self.last);
        let lacks_plan = !self.has_plan && self.points > 0 && !self.dialect.is_kernel;
        let is_between = self.has_plan && self.before_plan > 0 && self.points > self.before_plan;
        complain(u64::from(lacks_plan), "no plan", "");
        complain(self.more_plans, "more than one plan", "more than one plan");
        complain(u64::from(is_between), "the plan stands between tests", "");
        complain(outside, &format!("1 test outside the plan {plan}"), &format!("N tests outside the plan {plan}"));
        complain(self.repeated, "1 test has the number of an earlier one", "N tests have the number of an earlier one");
        complain(self.not_tap, "1 line that is not TAP", "N lines that are not TAP");
        complaints
    }
}

/// A failure for each missing test, or one for all of them if they are many or the budget is spent.
fn missing(first: u64, last: u64, budget: &mut u64) -> impl Iterator<Item = (String, String)> + use<> {
    let count = (last - first).saturating_add(1);
    let many = count > MOST_TOLD || count > 1 && count > *budget;
    *budget = budget.saturating_sub(if many { 1 } else { count });
    let all = many.then(|| (format!("tests {first} to {last}"), format!("{count} tests missing from TAP output")));
    let each = (!many).then_some(first..=last).into_iter().flatten();
    each.map(|number| (format!("test {number}"), "test missing from TAP output".to_owned())).chain(all)
}

#[cfg(test)]
mod tests {
    use super::super::line::Line;
    use super::*;

    fn document(lines: &[&str]) -> Document {
        let mut document = Document::default();
        for line in lines {
            match Line::parse(line.as_bytes()) {
                Line::Plan(plan) => drop(document.plan(&plan)),
                Line::Point(point) => drop(document.point(point.number)),
                _ => document.not_tap(),
            }
        }
        document
    }

    fn gaps(lines: &[&str]) -> Vec<(u64, u64)> {
        document(lines).gaps().collect()
    }

    #[test]
    fn missing_tests_are_those_of_the_plan() {
        assert_eq!(gaps(&["1..3", "ok 2"]), [(1, 1), (3, 3)]);
        assert_eq!(gaps(&["ok", "ok 5", "ok", "1..7"]), [(2, 4), (7, 7)]);
        assert_eq!(gaps(&["ok 100000"]), [(1, 99999)], "no plan is needed to know that");
        assert_eq!(gaps(&["5..8", "ok 5", "ok", "ok 7", "ok"]), []);
        assert_eq!(gaps(&["1..0"]), []);
    }

    #[test]
    fn many_missing_tests_are_one_failure() {
        let ids = |first, last| missing(first, last, &mut 1000).map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids(2, 3), ["test 2", "test 3"]);
        assert_eq!(ids(1, 100).len(), 100);
        assert_eq!(ids(2, 102), ["tests 2 to 102"]);
        let (_, reason) = missing(1, u64::MAX - 1, &mut 1000).next().unwrap();
        assert_eq!(reason, "18446744073709551614 tests missing from TAP output");
    }

    #[test]
    fn many_gaps_are_one_failure_each_once_the_budget_is_spent() {
        let document = document(&["ok 3", "ok 6", "ok 9", "1..10"]);
        let mut budget = 4;
        let ids: Vec<_> = document.failures(&mut budget).map(|(id, _)| id).collect();
        assert_eq!(ids, ["test 1", "test 2", "test 4", "test 5", "tests 7 to 8", "test 10"]);
        assert_eq!(budget, 0);
    }

    #[test]
    fn complaints_are_those_of_a_harness() {
        let none: [&str; 0] = [];
        assert_eq!(document(&["1..2", "ok", "ok"]).complaints(), none);
        assert_eq!(document(&["ok 2", "ok 1", "1..2"]).complaints(), none, "the order is free");
        assert_eq!(document(&[]).complaints(), none);
        assert_eq!(document(&["ok"]).complaints(), ["no plan"]);
        assert_eq!(document(&["1..1", "ok", "1..1"]).complaints(), ["more than one plan"]);
        assert_eq!(document(&["ok", "1..2", "ok"]).complaints(), ["the plan stands between tests"]);
        assert_eq!(document(&["1..1", "ok", "ok", "ok 9"]).complaints(), ["2 tests outside the plan 1..1"]);
        assert_eq!(document(&["1..0", "ok"]).complaints(), ["1 test outside the plan 1..0"]);
        assert_eq!(document(&["1..1", "ok", "ok 1"]).complaints(), ["1 test has the number of an earlier one"]);
    }
}
