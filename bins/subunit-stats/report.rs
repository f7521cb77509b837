//! The report for people.

use std::borrow::Cow;
use std::fmt::{self, Display};

use subunit_cli::{TestRow, escape, seconds};
use subunit_codec::Span;
use subunit_formats::names::Names;
use subunit_formats::slowest::{SlowTest, Slowest};

use crate::groups::{Balance, Group, Groups, NoBalance};
use crate::stats::Stats;
use crate::tally::Tally;

/// A run, to be read by people: the counts as python-subunit has them, and then what was asked for
/// beyond them.
pub(crate) struct Report<'a>(pub(crate) &'a Stats);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(stats) = self;
        writeln!(f, "Total tests:   {:5}", stats.all.tests)?;
        writeln!(f, "Passed tests:  {:5}", stats.passed())?;
        writeln!(f, "Failed tests:  {:5}", stats.all.failures)?;
        writeln!(f, "Skipped tests: {:5}", stats.skipped)?;
        write_tags(f, stats.tags())?;
        if let Some(groups) = &stats.groups {
            write_groups(f, groups, &stats.all)?;
        }
        if let Some(slowest) = &stats.slowest {
            write_slowest(f, slowest)?;
        }
        Ok(())
    }
}

fn write_tags(f: &mut fmt::Formatter<'_>, tags: &Names) -> fmt::Result {
    f.write_str("Seen tags: ")?;
    for (index, (tag, _)) in tags.sorted().take(MOST_LISTED).enumerate() {
        write!(f, "{}{}", if index == 0 { "" } else { ", " }, escape(tag))?;
    }
    if tags.len() > MOST_LISTED {
        write!(f, ", and {} more", tags.len() - MOST_LISTED)?;
    }
    writeln!(f)
}

fn write_groups(f: &mut fmt::Formatter<'_>, groups: &Groups, all: &Tally) -> fmt::Result {
    writeln!(f)?;
    if let (Some(start), Some(stop), wall @ Some(_)) = (all.span.start, all.span.stop, all.span.duration()) {
        writeln!(f, "From {start} to {stop}: {} s", seconds(wall))?;
    }
    let rows = groups.iter().take(MOST_LISTED).map(|group| (escape(group.name.unwrap_or("-")), group));
    let rows: Vec<(Cow<'_, str>, Group<'_>)> = rows.collect();
    let names = rows.iter().map(|(name, _)| name.chars().count());
    // One long name must not make every line as long.
    let width = names.filter(|width| *width <= WIDEST).chain([groups.by.name().len()]).max().unwrap_or(0);
    let mut row = |name: &str, cells: [&str; 6]| {
        let [tests, failed, start, stop, busy, idle] = cells;
        writeln!(f, "{name:width$}  {tests:>7}  {failed:>6}  {start:>10}  {stop:>10}  {busy:>10}  {idle:>10}")
    };
    row(groups.by.name(), ["tests", "failed", "start", "stop", "busy", "idle"])?;
    for (name, Group { tally, idle, .. }) in &rows {
        let into_the_run = |time| seconds(Span { start: all.span.start, stop: time }.duration());
        let (tests, failed) = (tally.tests.to_string(), tally.failures.to_string());
        let (start, stop) = (into_the_run(tally.span.start), into_the_run(tally.span.stop));
        row(name, [&tests, &failed, &start, &stop, &seconds(Some(tally.busy)), &seconds(*idle)])?;
    }
    if groups.len() > rows.len() {
        writeln!(f, "and {} more", groups.len() - rows.len())?;
    }
    write_balance(f, groups)
}

fn write_balance(f: &mut fmt::Formatter<'_>, groups: &Groups) -> fmt::Result {
    match groups.balance() {
        Ok(Balance { skew, saving }) => {
            let (skew, saving) = (seconds(Some(skew)), seconds(Some(saving)));
            writeln!(f, "Skew: {skew} s; a perfect balance would save {saving} s")
        }
        Err(NoBalance::Shared) => writeln!(f, "No skew: the groups share tests"),
        Err(NoBalance::Parallel { name, busy, window }) => {
            let (busy, window) = (seconds(Some(busy)), seconds(Some(window)));
            writeln!(f, "No skew: {} ran tests in parallel, {busy} s of them within {window} s", escape(name))
        }
        Err(NoBalance::TooFew) => Ok(()),
    }
}

fn write_slowest(f: &mut fmt::Formatter<'_>, slowest: &Slowest) -> fmt::Result {
    let mut tests = slowest.in_order().peekable();
    if tests.peek().is_none() {
        return writeln!(f, "\nSlowest tests: no duration is known");
    }
    writeln!(f, "\nSlowest tests:")?;
    for (duration, SlowTest { id, worker, status, .. }) in tests {
        let worker = worker.as_deref().unwrap_or("-");
        writeln!(f, "{}", TestRow { status: status.name(), duration: Some(duration), worker, id })?;
    }
    Ok(())
}

/// So many tags and groups are listed: a stream may have millions.
pub(crate) const MOST_LISTED: usize = 1000;

/// Names up to this width make the first column of the table wider.
const WIDEST: usize = 60;
