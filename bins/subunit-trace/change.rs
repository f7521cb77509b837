//! How much longer or shorter a test took than before.

use std::time::Duration;

/// Shows changes in duration that reach a threshold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    /// In per cent.
    pub(crate) threshold: f64,
}

impl Change {
    /// The change in per cent, if there is one to show.
    pub(crate) fn of(self, duration: Option<Duration>, before: Option<Duration>) -> Option<f64> {
        let before = before.filter(|before| !before.is_zero())?.as_secs_f64();
        let change = (duration?.as_secs_f64() - before) / before * 100.0;
        (change != 0.0 && change.abs() >= self.threshold).then_some(change)
    }
}

/// Reads the value of an option that is a number of per cent. As in os-testr, the sign does not
/// count.
pub(crate) fn threshold(value: &str) -> Result<f64, &'static str> {
    let number: f64 = value.parse().map_err(|_| "not a number")?;
    if number.is_finite() { Ok(number.abs()) } else { Err("not a number") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_if_it_reaches_the_threshold() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let of = |threshold, now, before| Change { threshold }.of(now, before);
        assert_eq!(of(0.0, seconds(3), seconds(2)), Some(50.0));
        assert_eq!(of(50.0, seconds(1), seconds(2)), Some(-50.0));
        assert_eq!(of(50.1, seconds(1), seconds(2)), None);
        for (now, before) in
            [(seconds(2), seconds(2)), (seconds(2), seconds(0)), (None, seconds(2)), (seconds(2), None)]
        {
            assert_eq!(of(0.0, now, before), None, "{now:?} {before:?}");
        }
        assert_eq!(
            (threshold("-12.5"), threshold("inf"), threshold("x%")),
            (Ok(12.5), Err("not a number"), Err("not a number"))
        );
    }
}
