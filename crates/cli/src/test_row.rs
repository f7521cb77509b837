//! A test on a line, in columns.

use std::fmt;
use std::time::Duration;

use crate::escape::escape;

/// A test on a line that people read: status, duration in seconds, worker, id. The columns are
/// fixed, since lines are printed as tests finish. What is unknown is `-`; names are
/// [escaped](crate::escape).
///
/// ```
/// use std::time::Duration;
/// use subunit_cli::TestRow;
///
/// let duration = Some(Duration::from_secs(2));
/// let row = TestRow { status: "success", duration, worker: "worker-0", id: "m.C.ok" };
/// assert_eq!(row.to_string(), "success          2.000  worker-0         m.C.ok");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TestRow<'a> {
    /// The name of the status.
    pub status: &'a str,
    /// How long the test took.
    pub duration: Option<Duration>,
    /// Who ran it.
    pub worker: &'a str,
    /// The test id.
    pub id: &'a str,
}

impl fmt::Display for TestRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, duration, worker, id } = self;
        write!(f, "{status:10}  {:>10}  {:15}  {}", seconds(*duration), escape(worker), escape(id))
    }
}

/// A duration in seconds with three decimals, `-` if it is unknown.
#[must_use]
pub fn seconds(duration: Option<Duration>) -> String {
    duration.map_or_else(|| "-".to_owned(), |duration| format!("{:.3}", duration.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_in_place_as_far_as_names_allow() {
        let row = |status, worker, id| TestRow { status, duration: None, worker, id }.to_string();
        assert_eq!(row("inprogress", "-", "m.C.hang"), "inprogress           -  -                m.C.hang");
        assert_eq!(row("fail", "web/worker-1", "two\nlines"), "fail                 -  web/worker-1     two\\nlines");
        assert_eq!(
            row("fail", "a/very/long/route/worker-10", "a"),
            "fail                 -  a/very/long/route/worker-10  a"
        );
        assert_eq!(row("fail", "w\u{1b}[2J", "a"), "fail                 -  w\\x1b[2J         a");
    }
}
