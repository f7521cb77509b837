//! Values of options that are regular expressions.

use regex::{Regex, RegexBuilder};

/// Reads the value of an option that is a regular expression. `^` and `$` match at lines, as in
/// subunit-filter.
///
/// # Errors
///
/// If it is not a regular expression; the message is one line.
///
/// ```
/// use subunit_cli::pattern;
///
/// assert!(pattern("^ValueError")?.is_match("Traceback\nValueError: 1\n"));
/// assert_eq!(pattern("(").unwrap_err(), "unclosed group");
/// # Ok::<(), String>(())
/// ```
pub fn pattern(value: &str) -> Result<Regex, String> {
    RegexBuilder::new(value).multi_line(true).build().map_err(|error| {
        // The last line of the message has the reason; those before point to the place.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or_default().trim();
        reason.trim_start_matches("error: ").to_owned()
    })
}
