//! The weights of tests: their durations, varied by `--vary`.

use sha2::{Digest, Sha256};
use subunit_cli::Estimate;

/// The weight of each test if no durations are known.
const UNKNOWN: u128 = 1_000_000_000;

/// The weight of each test, in nanoseconds. Integers have the same sum on every machine.
pub(crate) fn weights(ids: &[String], estimates: Option<&[Estimate]>, seed: Option<&str>) -> Vec<u128> {
    let time = |index: usize| estimates.map_or(UNKNOWN, |tests| tests[index].duration.as_nanos());
    let varied = |(index, id): (usize, &String)| seed.map_or(time(index), |seed| varied(time(index), seed, id));
    ids.iter().enumerate().map(varied).collect()
}

/// The time multiplied by a factor from 0.85 to 1.15. It follows from the first eight bytes of the
/// SHA-256 of seed, NUL and id, so it is the same everywhere and in every version.
fn varied(time: u128, seed: &str, id: &str) -> u128 {
    const MILLION: u128 = 1_000_000;
    let digest = Sha256::new().chain_update(seed).chain_update([0]).chain_update(id).finalize();
    let number = digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    time * (850_000 + u128::from(number) % 300_001) / MILLION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_of_a_seed_are_the_same_in_every_version() {
        let factors = ["1", "2"].map(|seed| ["a", "b", "tests.C.test_x"].map(|id| varied(1_000_000, seed, id)));
        assert_eq!(factors, [[851_645, 999_751, 1_036_485], [1_028_079, 1_083_438, 1_073_563]]);
        let many: Vec<u128> = (0..10_000).map(|id| varied(1_000_000, "7", &id.to_string())).collect();
        assert!(many.iter().all(|factor| (850_000..=1_150_000).contains(factor)));
        assert!((990_000..1_010_000).contains(&(many.iter().sum::<u128>() / 10_000)), "they are even");
    }
}
