//! The summary on standard error.

use subunit_cli::{Estimate, Shares};
use subunit_formats::number::{counted, grouped};

/// Describes the parts: their durations, or their numbers of tests if no durations are known. With
/// `has_runs`, also how many tests have no recorded duration.
pub(crate) fn summary(parts: &Shares, estimates: Option<&[Estimate]>, has_runs: bool) -> String {
    let tests: usize = (0..parts.count()).map(|part| parts.tests(part).len()).sum();
    let (sizes, unknown) = if let Some(estimates) = estimates {
        let (least, most) =
            parts.range(|part| part.iter().map(|test| estimates[*test].duration.as_nanos()).sum::<u128>());
        let sizes = (seconds(least), seconds(most), "s");
        (sizes, estimates.iter().filter(|it| !it.is_recorded).count())
    } else {
        let (least, most) = parts.range(<[usize]>::len);
        let sizes = (grouped(least as u64), grouped(most as u64), if most == 1 { "test" } else { "tests" });
        (sizes, tests)
    };
    let (least, most, unit) = sizes;
    let sizes = if least == most { format!("{most} {unit}") } else { format!("{least} to {most} {unit}") };
    let parts = counted(parts.count() as u64, "part");
    if !has_runs {
        return format!("{parts} of {sizes}");
    }
    let tests = counted(tests as u64, "test");
    format!("{parts} of {sizes}, {} of {tests} without a time", grouped(unknown as u64))
}

/// Nanoseconds as seconds, with one decimal.
fn seconds(nanoseconds: u128) -> String {
    const TENTH: u128 = 100_000_000;
    let tenths = (nanoseconds + TENTH / 2) / TENTH;
    format!("{}.{}", tenths / 10, tenths % 10)
}
