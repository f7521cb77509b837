//! What version 1 cannot hold.

use std::fmt;

/// Counts what was left out or changed.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    pub(crate) exists: u64,
    pub(crate) route_codes: u64,
    pub(crate) tags: u64,
    pub(crate) mime_types: u64,
    /// Tests that cannot be run by themselves.
    pub(crate) not_runnable: u64,
    pub(crate) rounded_times: u64,
}

impl fmt::Display for Losses {
    /// A line that says how many of what, or nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = [
            (self.exists, "exists", "exists"),
            (self.route_codes, "route code", "route codes"),
            (self.tags, "tag", "tags"),
            (self.mime_types, "MIME type", "MIME types"),
            (self.not_runnable, "mark as not runnable", "marks as not runnable"),
        ];
        let told = |(count, one, many): &(u64, &str, &str)| format!("{count} {}", if *count == 1 { one } else { many });
        let left_out: Vec<String> = left_out.iter().filter(|(count, ..)| *count > 0).map(told).collect();
        let mut parts = Vec::new();
        if !left_out.is_empty() {
            parts.push(format!("{} left out", left_out.join(", ")));
        }
        if self.rounded_times > 0 {
            parts.push(format!("{} rounded down", told(&(self.rounded_times, "time", "times"))));
        }
        f.write_str(&parts.join("; "))
    }
}
