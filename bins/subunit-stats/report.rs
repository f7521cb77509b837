//! The report for people.

use std::fmt::{self, Display};
use std::time::Duration;

use subunit_codec::Timestamp;
use subunit_formats::time::rfc3339;

use crate::groups::{Group, Groups};
use crate::slowest::Slowest;
use crate::stats::Stats;
use crate::tally::Tally;

/// A run, to be read by people: the counts as python-subunit has them, and then what was asked for beyond them.
pub(crate) struct Report<'a>(pub(crate) &'a Stats);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(stats) = self;
        writeln!(f, "Total tests:   {:5}", stats.all.tests)?;
        writeln!(f, "Passed tests:  {:5}", stats.passed())?;
        writeln!(f, "Failed tests:  {:5}", stats.all.failures)?;
        writeln!(f, "Skipped tests: {:5}", stats.skipped)?;
        let tags: Vec<&str> = stats.tags.iter().map(String::as_str).collect();
        writeln!(f, "Seen tags: {}", tags.join(", "))?;
        if let Some(groups) = &stats.groups {
            write_groups(f, groups, &stats.all)?;
        }
        if let Some(slowest) = &stats.slowest {
            write_slowest(f, slowest)?;
        }
        Ok(())
    }
}

fn write_groups(f: &mut fmt::Formatter<'_>, groups: &Groups, all: &Tally) -> fmt::Result {
    writeln!(f)?;
    if let (Some(start), Some(stop), Some(wall)) = (all.span.start, all.span.stop, all.span.duration()) {
        writeln!(f, "From {} to {}: {} s", rfc3339(start), rfc3339(stop), seconds(wall))?;
    }
    let rows: Vec<(String, Group<'_>)> = groups.iter().map(|group| (line(group.name.unwrap_or("-")), group)).collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).chain([groups.by.name().len()]).max().unwrap_or(0);
    let mut row = |name: &str, cells: [&str; 6]| {
        let [tests, failed, start, stop, busy, idle] = cells;
        writeln!(f, "{name:width$}  {tests:>7}  {failed:>6}  {start:>10}  {stop:>10}  {busy:>10}  {idle:>10}")
    };
    row(groups.by.name(), ["tests", "failed", "start", "stop", "busy", "idle"])?;
    for (name, Group { tally, idle, .. }) in &rows {
        let into_the_run =
            |time: Option<Timestamp>| known(time.zip(all.span.start).map(|(time, start)| time.since(start)));
        let (tests, failed) = (tally.tests.to_string(), tally.failures.to_string());
        let (start, stop) = (into_the_run(tally.span.start), into_the_run(tally.span.stop));
        row(name, [&tests, &failed, &start, &stop, &seconds(tally.busy), &known(*idle)])?;
    }
    if let Some(balance) = groups.balance() {
        let (skew, saving) = (seconds(balance.skew), seconds(balance.saving));
        writeln!(f, "Skew: {skew} s; a perfect balance would save {saving} s")?;
    }
    Ok(())
}

fn write_slowest(f: &mut fmt::Formatter<'_>, slowest: &Slowest) -> fmt::Result {
    writeln!(f, "\nSlowest tests:")?;
    slowest.in_order().into_iter().try_for_each(|slow| writeln!(f, "{:>10} {}", seconds(slow.duration), line(&slow.id)))
}

/// A name on one line.
fn line(name: &str) -> String {
    name.replace('\n', "\\n")
}

fn known(time: Option<Duration>) -> String {
    time.map_or("-".to_owned(), seconds)
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}
