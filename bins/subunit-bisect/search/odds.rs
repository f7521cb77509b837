//! Failure rates, and how likely it is that a set which can fail passes again and again.
//!
//! The rate after `f` failures in `m` runs has the distribution `Beta(f + 1/2, m - f + 1/2)`: the
//! posterior of the Jeffreys prior.

use serde::{Deserialize, Serialize};
use statrs::function::beta::{beta_reg, ln_beta};

/// How often a set of tests was bad and good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Tally {
    pub(crate) bad: u64,
    pub(crate) good: u64,
}

impl Tally {
    pub(crate) fn runs(self) -> u64 {
        self.bad + self.good
    }

    /// The mean of the failure rate.
    pub(crate) fn rate(self) -> f64 {
        let (a, b) = self.posterior();
        a / (a + b)
    }

    /// The failures by the runs.
    #[expect(clippy::cast_precision_loss, reason = "nobody runs tests 2^52 times")]
    pub(crate) fn share(self) -> f64 {
        if self.runs() == 0 { 0.0 } else { self.bad as f64 / self.runs() as f64 }
    }

    /// The interval that holds the failure rate in 95 % of all cases.
    pub(crate) fn interval(self) -> (f64, f64) {
        const TAIL: f64 = 0.025;
        let low = if self.bad == 0 { 0.0 } else { self.quantile(TAIL) };
        let high = if self.good == 0 { 1.0 } else { self.quantile(1.0 - TAIL) };
        (low, high)
    }

    /// The chance that a set which fails at this rate passes so many times in a row.
    ///
    /// It is the product over `i < passes` of `(b + i) / (a + b + i)`, by the gamma function: an
    /// unlikely failure needs millions of factors.
    pub(crate) fn chance_of_passes(self, passes: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "nobody runs tests 2^52 times")]
        let passes = passes as f64;
        let (a, b) = self.posterior();
        (ln_beta(a, b + passes) - ln_beta(a, b)).exp().min(1.0)
    }

    /// The least number of passes in a row that is less likely than `allowance`, which is more than
    /// 0.
    pub(crate) fn passes_below(self, allowance: f64) -> u64 {
        const MOST: u64 = 1 << 50;
        let (mut too_few, mut enough) = (0, 1);
        while enough < MOST && self.chance_of_passes(enough) >= allowance {
            (too_few, enough) = (enough, enough * 2);
        }
        while enough - too_few > 1 {
            let middle = u64::midpoint(too_few, enough);
            if self.chance_of_passes(middle) < allowance { enough = middle } else { too_few = middle }
        }
        enough
    }

    /// Found by halving: exact, and free of the start values that other methods need.
    fn quantile(self, of: f64) -> f64 {
        const STEPS: u32 = 60;
        let (a, b) = self.posterior();
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..STEPS {
            let middle = f64::midpoint(low, high);
            if beta_reg(a, b, middle) < of { low = middle } else { high = middle }
        }
        f64::midpoint(low, high)
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody runs tests 2^52 times")]
    fn posterior(self) -> (f64, f64) {
        (self.bad as f64 + 0.5, self.good as f64 + 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(value: f64) -> String {
        format!("{:.1}", value * 100.0)
    }

    #[test]
    fn rates_have_the_intervals_of_the_jeffreys_prior() {
        // R: qbeta(c(0.025, 0.975), f + 0.5, m - f + 0.5)
        for (bad, good, low, high) in [(9, 259, "1.7", "6.0"), (1, 9, "1.1", "38.1"), (5, 5, "22.4", "77.6")] {
            let interval = Tally { bad, good }.interval();
            assert_eq!((&*percent(interval.0), &*percent(interval.1)), (low, high), "{bad} of {}", bad + good);
        }
        assert_eq!(percent(Tally { bad: 0, good: 10 }.interval().1), "21.7");
        assert_eq!(Tally { bad: 0, good: 10 }.interval().0.to_bits(), 0);
        assert_eq!(percent(Tally { bad: 10, good: 0 }.interval().0), "78.3");
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "it is about that number")]
    fn rare_failures_take_no_time() {
        let passes = Tally { bad: 1, good: 999_999_999 }.passes_below(1e-6);
        assert!((1e12..1e14).contains(&(passes as f64)), "{passes}");
        assert_eq!(Tally { bad: 1, good: u64::MAX / 2 }.passes_below(1e-300), 1 << 50, "more than anybody will run");
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "they are few")]
    fn passes_are_the_less_likely_the_more_they_are() {
        let tally = Tally { bad: 9, good: 259 };
        assert_eq!(percent(tally.chance_of_passes(243)), "0.2");
        assert_eq!(percent(tally.chance_of_passes(0)), "100.0");
        // The product by hand: 0.5/4, 1.5/5, 2.5/6.
        assert!((Tally { bad: 3, good: 0 }.chance_of_passes(3) - 0.015_625).abs() < 1e-12);
        assert_eq!(Tally { bad: 3, good: 0 }.passes_below(0.0157), 3);
        for tally in [tally, Tally { bad: 3, good: 87 }, Tally { bad: 1, good: 0 }] {
            let passes = tally.passes_below(0.003);
            let product =
                (0..passes).map(|i| (tally.good as f64 + 0.5 + i as f64) / (tally.runs() as f64 + 1.0 + i as f64));
            assert!((product.product::<f64>() / tally.chance_of_passes(passes) - 1.0).abs() < 1e-9);
            assert!(tally.chance_of_passes(passes) < 0.003 && tally.chance_of_passes(passes - 1) >= 0.003);
        }
    }
}
