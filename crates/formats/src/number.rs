//! Numbers for people.

/// A number with a comma between thousands.
///
/// ```
/// use subunit_formats::number::grouped;
///
/// assert_eq!([999, 1000, 1_234_567].map(grouped), ["999", "1,000", "1,234,567"]);
/// ```
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many of these, with the noun in the number that fits.
///
/// ```
/// use subunit_formats::number::counted;
///
/// let counts = [0, 1, 2000].map(|count| counted(count, "test"));
/// assert_eq!(counts, ["0 tests", "1 test", "2,000 tests"]);
/// ```
#[must_use]
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}
