//! The timeline as a picture.

use std::time::Duration;

use subunit_cli::Trouble;
use subunit_codec::Span;
use subunit_formats::number::{counted, grouped};

use crate::axis::Axis;
use crate::bars::{Bar, Lane};
use crate::part::Part;
use crate::text::{duration, name};
use crate::timeline::{Timeline, microseconds};

/// Heights, in pixels.
const AXIS: usize = 24;
const LABEL: usize = 20;
const BAR: usize = 14;
const GAP: usize = 10;
/// Tests that ran side by side on one worker are in so many rows at most.
const MOST_ROWS: usize = 6;
/// So many bars are drawn at most, all lanes together: browsers take time for each.
const MOST_BARS: usize = 16_000;
/// So many characters of the name of a worker are shown.
const LONGEST_NAME: usize = 30;

/// A lane, and what it is called.
struct NamedLane<'a> {
    name: &'a str,
    lane: Lane,
}

/// Draws the lanes of these workers, from the first time to the last. Nothing is drawn if no time
/// passed.
pub(crate) fn draw(timeline: Timeline, span: Span, workers: &[&str], part: &mut Part) -> Result<(), Trouble> {
    let Timeline { lanes, left_out } = timeline;
    let (Some(start), Some(stop)) = (span.start, span.stop) else { return part.push("<p>No test has a time.</p>") };
    let axis = Axis { start: microseconds(start), stop: microseconds(stop) };
    if axis.start >= axis.stop {
        return part.push("<p>All tests have the same time.</p>");
    }
    let mut lanes: Vec<NamedLane> = workers.iter().zip(lanes).map(|(name, lane)| NamedLane { name, lane }).collect();
    lanes.retain(|lane| lane.lane.tests > 0);
    lanes.sort_by_key(|lane| natural(lane.name));
    part.push(&format!("<p>{}</p>", summary(&lanes, axis)))?;
    let most = (MOST_BARS / lanes.len().max(1)).clamp(1, Lane::MOST);
    let last_end = lanes.iter().filter_map(|lane| lane.lane.end()).max();
    let (mut y, mut drawing) = (AXIS, Part::new());
    for NamedLane { name, lane } in lanes {
        let label = label(name, &lane, last_end);
        let rows = in_rows(lane.bars(most));
        let height = LABEL + rows.len() * BAR;
        let track = rows.len() * BAR;
        drawing.push(&format!(
            "<g>{}<rect class=\"track\" x=\"0\" y=\"{}\" width=\"100%\" height=\"{track}\"/>",
            label.markup(y + LABEL - 6),
            y + LABEL,
        ))?;
        for (row, bars) in rows.iter().enumerate() {
            bars.iter().try_for_each(|one| drawing.push(&bar(one, axis, y + LABEL + row * BAR)))?;
        }
        drawing.push("</g>\n")?;
        y += height + GAP;
    }
    part.push(&format!(
        "<svg class=\"timeline\" height=\"{y}\" role=\"group\" aria-label=\"Timeline of the workers\">\
         <defs><linearGradient id=\"open\"><stop offset=\"0\"/><stop offset=\"1\"/></linearGradient></defs>\n{}",
        axis.ticks(AXIS, y)
    ))?;
    drawing.move_to(part)?;
    part.push("</svg>")?;
    if left_out > 0 {
        let tests = counted(left_out, "test");
        part.push(&format!("<p>{tests} without times, or of further workers, not drawn.</p>"))?;
    }
    Ok(())
}

/// How long the run took, on how many workers, and how evenly these ended.
fn summary(lanes: &[NamedLane<'_>], axis: Axis) -> String {
    let took = duration(Duration::from_micros(axis.stop - axis.start));
    let ends = || lanes.iter().filter_map(|lane| lane.lane.end());
    let skew = ends().min().zip(ends().max()).map(|(first, last)| last - first).filter(|skew| *skew > 0);
    let running = lanes.len() - ends().count();
    let sentences = [
        Some(format!("{took} on {}.", counted(lanes.len() as u64, "worker"))),
        skew.map(|skew| format!("The first one ended {} before the last one.", duration(Duration::from_micros(skew)))),
        (running > 0).then(|| format!("{} did not end.", counted(running as u64, "worker"))),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What stands above a lane.
struct Label {
    name: String,
    full_name: String,
    facts: String,
}

fn label(full: &str, lane: &Lane, last_end: Option<u64>) -> Label {
    let shown = if full == "-" { "no worker" } else { full };
    let cut = shown.char_indices().nth(LONGEST_NAME).map(|(end, _)| &shown[..end]);
    let early = last_end.zip(lane.end()).map(|(last, end)| last - end).filter(|early| *early > 0);
    let facts = [
        Some(counted(lane.tests, "test")),
        (lane.failures > 0).then(|| format!("{} failed", grouped(lane.failures))),
        early.map(|early| format!("ended {} early", duration(Duration::from_micros(early)))),
        lane.end().is_none().then(|| "did not end".to_owned()),
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let shown = cut.map_or_else(|| name(shown), |cut| name(cut) + "\u{2026}");
    Label { name: shown, full_name: name(full), facts }
}

impl Label {
    fn markup(&self, y: usize) -> String {
        let Self { name, full_name, facts } = self;
        format!(
            "<text class=\"worker\" x=\"0\" y=\"{y}\">{name}<title>{full_name}</title></text>\
             <text class=\"facts\" x=\"100%\" y=\"{y}\">{facts}</text>"
        )
    }
}

/// Bars that do not overlap share a row.
fn in_rows(bars: Vec<Bar>) -> Vec<Vec<Bar>> {
    let mut rows: Vec<Vec<Bar>> = Vec::new();
    for bar in bars {
        let is_free = |row: &Vec<Bar>| row.last().is_none_or(|last| !last.is_open && last.stop <= bar.start);
        match rows.iter().position(is_free) {
            Some(row) => rows[row].push(bar),
            None if rows.len() < MOST_ROWS => rows.push(vec![bar]),
            None => rows[MOST_ROWS - 1].push(bar),
        }
    }
    rows
}

/// A bar, which is a link if it shows a failure.
fn bar(bar: &Bar, axis: Axis, y: usize) -> String {
    let Bar { start, outcome, row, tests, failures, is_open, .. } = bar;
    let stop = if *is_open { axis.stop } else { bar.stop };
    let (x, end) = (axis.place(*start), axis.place(stop));
    // Wide enough to be seen on a telephone.
    let least = if outcome.is_failure() { 0.3 } else { 0.05 };
    let width = (end - x).max(least);
    let x = x.min(100.0 - width).max(0.0);
    let class = outcome.class();
    let open = if *is_open { " open" } else { "" };
    let (id, word) = (name(&bar.id), outcome.word());
    let took = duration(Duration::from_micros(stop.saturating_sub(*start)));
    let title = match tests {
        1 if *is_open => format!("{id}: {word}, still running after {took}"),
        1 => format!("{id}: {word}, {took}"),
        _ if *failures > 0 => format!("{} tests in {took}, {failures} failed: {id}", grouped(*tests)),
        _ => format!("{} tests in {took}", grouped(*tests)),
    };
    let rect = format!(
        "<rect class=\"{class}{open}\" x=\"{x:.3}%\" y=\"{y}\" width=\"{width:.3}%\" height=\"{BAR}\">\
             <title>{title}</title></rect>"
    );
    if outcome.is_failure() { format!("<a href=\"#t{row}\">{rect}</a>") } else { rect }
}

/// Orders `worker-10` behind `worker-9`.
fn natural(name: &str) -> (&str, usize, &str) {
    let digits = name.trim_end_matches(|character: char| character.is_ascii_digit());
    (digits, name.len(), name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Outcome;

    #[test]
    fn workers_are_in_the_order_of_their_numbers() {
        let mut names = ["worker-10", "worker-9", "-", "web/worker-0", "worker-1"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["-", "web/worker-0", "worker-1", "worker-9", "worker-10"]);
    }

    #[test]
    fn bars_that_overlap_are_in_rows_of_their_own() {
        let bar = |start, stop, is_open| Bar {
            start,
            stop,
            is_open,
            outcome: Outcome::Passed,
            row: 0,
            id: String::new(),
            tests: 1,
            failures: 0,
        };
        let bars = vec![bar(0, 5, false), bar(1, 1, true), bar(5, 9, false), bar(6, 7, false), bar(8, 9, false)];
        let rows = in_rows(bars);
        let starts: Vec<Vec<u64>> = rows.iter().map(|row| row.iter().map(|bar| bar.start).collect()).collect();
        assert_eq!(starts, [vec![0, 5], vec![1], vec![6, 8]]);
        assert_eq!(in_rows(vec![bar(0, 9, false); 20]).len(), MOST_ROWS, "there are not too many");
    }
}
