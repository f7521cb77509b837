//! The axis of time.

use std::time::Duration;

use crate::text;

/// From the first time to the last, in microseconds since 1970.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    pub(crate) start: u64,
    pub(crate) stop: u64,
}

impl Axis {
    /// A place on the axis, in hundredths of it.
    #[expect(clippy::cast_precision_loss, reason = "a picture has fewer places than a float")]
    pub(crate) fn place(self, time: u64) -> f64 {
        let span = (self.stop - self.start) as f64;
        time.clamp(self.start, self.stop).saturating_sub(self.start) as f64 / span * 100.0
    }

    /// Lines at round times, with what they are above them: `top` is where the lanes begin.
    pub(crate) fn ticks(self, top: usize, height: usize) -> String {
        /// Seconds between two lines, and then minutes and hours.
        const STEPS: [u64; 13] = [1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 7200, 18_000];
        const MOST: u64 = 5;
        let span = self.stop - self.start;
        let fine = (0..6).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
        let mut steps = fine.chain(STEPS.map(|seconds| seconds * 1_000_000));
        let step = steps.find(|step| span / step <= MOST).unwrap_or(span.div_ceil(MOST));
        let marks = (0..=span / step).map(|tick| self.tick(tick * step, top, height));
        format!("<g class=\"axis\" aria-hidden=\"true\">{}</g>\n", marks.collect::<String>())
    }

    fn tick(self, tick: u64, top: usize, height: usize) -> String {
        let x = self.place(self.start + tick);
        let class = if x > 90.0 { " class=\"last\"" } else { "" };
        let (above, below, label) = (top - 10, top - 6, text::mark(Duration::from_micros(tick)));
        format!(
            "<line x1=\"{x:.3}%\" x2=\"{x:.3}%\" y1=\"{below}\" y2=\"{height}\"/>\
             <text{class} x=\"{x:.3}%\" y=\"{above}\">{label}</text>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_a_few_lines_at_round_times_whatever_the_span() {
        for span in [1, 7, 1000, 12_345_678, 59_000_000, 3_600_000_000, 86_400_000_000, u64::from(u32::MAX) * 1_000_000]
        {
            let ticks = Axis { start: 5, stop: 5 + span }.ticks(24, 100);
            let count = ticks.matches("<line ").count();
            assert!((2..=6).contains(&count), "{count} for {span}");
        }
        assert!(Axis { start: 0, stop: 130_000_000 }.ticks(24, 99).contains(">1:00 min<"));
    }
}
