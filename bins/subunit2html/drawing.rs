//! The timeline as a picture.

use std::time::Duration;

use subunit_cli::Trouble;
use subunit_codec::Span;
use subunit_formats::number::{counted, grouped};

use crate::bars::{Bar, Lane};
use crate::part::Part;
use crate::text::{self, duration, name};
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

/// The axis of time, in microseconds since 1970.
#[derive(Clone, Copy)]
struct Axis {
    start: u64,
    stop: u64,
}

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
            bars.iter().try_for_each(|bar| drawing.push(&axis.bar(bar, y + LABEL + row * BAR)))?;
        }
        drawing.push("</g>\n")?;
        y += height + GAP;
    }
    part.push(&format!(
        "<svg class=\"timeline\" height=\"{y}\" role=\"group\" aria-label=\"Timeline of the workers\">\
         <defs><linearGradient id=\"open\"><stop offset=\"0\"/><stop offset=\"1\"/></linearGradient></defs>\n{}",
        axis.ticks(y)
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
    let mut summary = format!("{took} on {}.", counted(lanes.len() as u64, "worker"));
    if let Some((first, last)) = ends().min().zip(ends().max()).filter(|(first, last)| first < last) {
        let skew = duration(Duration::from_micros(last - first));
        summary += &format!(" The first one ended {skew} before the last one.");
    }
    let running = lanes.len() - ends().count();
    if running > 0 {
        summary += &format!(" {} did not end.", counted(running as u64, "worker"));
    }
    summary
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
    let mut facts = counted(lane.tests, "test");
    if lane.failures > 0 {
        facts += &format!(", {} failed", grouped(lane.failures));
    }
    match lane.end() {
        None => facts += ", did not end",
        Some(end) => {
            let early = last_end.map_or(0, |last| last - end);
            if early > 0 {
                facts += &format!(", ended {} early", duration(Duration::from_micros(early)));
            }
        }
    }
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

impl Axis {
    /// A place on the axis, in hundredths of it.
    #[expect(clippy::cast_precision_loss, reason = "a picture has fewer places than a float")]
    fn place(self, time: u64) -> f64 {
        let span = (self.stop - self.start) as f64;
        time.clamp(self.start, self.stop).saturating_sub(self.start) as f64 / span * 100.0
    }

    fn bar(self, bar: &Bar, y: usize) -> String {
        let Bar { start, outcome, row, tests, failures, is_open, .. } = bar;
        let stop = if *is_open { self.stop } else { bar.stop };
        let (x, end) = (self.place(*start), self.place(stop));
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

    /// Lines at round times.
    fn ticks(self, height: usize) -> String {
        /// Seconds between two lines, and then minutes and hours.
        const STEPS: [u64; 13] = [1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 18_000];
        const MOST: u64 = 5;
        let span = self.stop - self.start;
        let fine = (0..6).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
        let mut steps = fine.chain(STEPS.map(|seconds| seconds * 1_000_000));
        let step = steps.find(|step| span / step <= MOST).unwrap_or(span.div_ceil(MOST));
        let mut ticks = String::from("<g class=\"axis\" aria-hidden=\"true\">");
        for tick in (0..=span / step).map(|tick| tick * step) {
            let x = self.place(self.start + tick);
            let class = if x > 90.0 { " class=\"last\"" } else { "" };
            let label = text::mark(Duration::from_micros(tick));
            ticks += &format!(
                "<line x1=\"{x:.3}%\" x2=\"{x:.3}%\" y1=\"{}\" y2=\"{height}\"/>\
                 <text{class} x=\"{x:.3}%\" y=\"{}\">{label}</text>",
                AXIS - 6,
                AXIS - 10,
            );
        }
        ticks + "</g>\n"
    }
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

    #[test]
    fn there_are_a_few_lines_at_round_times_whatever_the_span() {
        for span in [1, 7, 1000, 12_345_678, 59_000_000, 3_600_000_000, 86_400_000_000, u64::from(u32::MAX) * 1_000_000]
        {
            let ticks = Axis { start: 5, stop: 5 + span }.ticks(100);
            let count = ticks.matches("<line ").count();
            assert!((2..=6).contains(&count), "{count} for {span}");
        }
        assert!(Axis { start: 0, stop: 130_000_000 }.ticks(9).contains(">1:00 min<"));
    }
}
