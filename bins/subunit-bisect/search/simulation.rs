//! Searches in which chance alone decides whether a trial fails.

use testkit::random::Random;

use super::{Search, Set, Settings, Step, Tally, Verdict};

/// Why a test fails.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cause {
    /// These candidates together.
    Tests(Set),
    Itself,
    Nothing,
}

/// A test that fails at this rate if its cause is there.
#[derive(Clone, Debug)]
struct Flaky {
    candidates: usize,
    cause: Cause,
    /// It fails once in so many runs.
    one_in: usize,
}

/// What a search came to, and at what cost.
struct Found {
    verdict: Verdict,
    trials: usize,
    tests: usize,
}

const SETTINGS: Settings = Settings { confidence: 0.95, rate: None, failures: 3, give_up: 500 };

impl Flaky {
    fn fails(&self, set: &[usize], random: &mut Random) -> bool {
        let can_fail = match &self.cause {
            Cause::Tests(tests) => tests.iter().all(|test| set.contains(test)),
            Cause::Itself => true,
            Cause::Nothing => false,
        };
        can_fail && random.below(self.one_in) == 0
    }

    fn search(&self, settings: Settings, random: &mut Random) -> Found {
        self.search_with(1, settings, random)
    }

    /// Runs several trials at once, which end in any order.
    fn search_with(&self, jobs: usize, settings: Settings, random: &mut Random) -> Found {
        let mut search = Search::new(self.candidates, settings);
        let (mut trials, mut tests, mut running) = (0, 0, Vec::new());
        loop {
            while running.len() < jobs {
                match search.next(&running) {
                    Step::Try(set) => running.push(set),
                    Step::Done(verdict) if running.is_empty() => return Found { verdict, trials, tests },
                    Step::Wait if running.is_empty() => panic!("{self:?}: nothing is running"),
                    Step::Done(_) | Step::Wait => break,
                }
            }
            let set = running.swap_remove(random.below(running.len()));
            search.record(&set, self.fails(&set, random));
            trials += 1;
            tests += set.len() + 1;
            assert!(trials < 1_000_000, "{self:?} goes on for ever");
        }
    }

    /// The rate that earlier runs have shown.
    fn rate(&self) -> Tally {
        Tally { bad: 20, good: 20 * (self.one_in as u64 - 1) }
    }

    fn verdict(&self) -> Verdict {
        match &self.cause {
            Cause::Tests(tests) => Verdict::Cause(tests.clone()),
            Cause::Itself => Verdict::ByItself,
            Cause::Nothing => Verdict::NotReproduced,
        }
    }
}

/// Flaky tests of all kinds: the kind by the number, the rest by chance.
fn flaky(number: usize, random: &mut Random) -> Flaky {
    const ONE_IN: [usize; 6] = [1, 2, 4, 10, 20, 30];
    let candidates = 2 + random.below(120);
    let first = random.below(candidates);
    let second = (first + 1 + random.below(candidates - 1)) % candidates;
    let cause = match number % 6 {
        0..=2 => Cause::Tests(vec![first]),
        3 => Cause::Tests(vec![first.min(second), first.max(second)]),
        4 => Cause::Itself,
        _ => Cause::Nothing,
    };
    Flaky { candidates, cause, one_in: ONE_IN[number / 6 % ONE_IN.len()] }
}

#[test]
fn no_wrong_test_is_found_and_nearly_always_exactly_the_cause() {
    find_causes(1);
}

#[test]
fn trials_that_run_at_once_and_end_in_any_order_find_the_same() {
    find_causes(3);
}

fn find_causes(jobs: usize) {
    const SEARCHES: usize = 360;
    let mut random = Random::new(7);
    let mut exact = 0;
    for number in 0..SEARCHES {
        let flaky = flaky(number, &mut random);
        let rate = (number % 2 == 1 && flaky.cause != Cause::Nothing).then(|| flaky.rate());
        let found = flaky.search_with(jobs, Settings { rate, ..SETTINGS }, &mut random);
        if let (Verdict::Cause(set), cause) = (&found.verdict, &flaky.cause) {
            let Cause::Tests(tests) = cause else { panic!("{flaky:?}: {set:?} are wrong") };
            assert!(set.iter().all(|test| tests.contains(test)), "{flaky:?}: one of {set:?} is wrong");
        }
        exact += usize::from(found.verdict == flaky.verdict());
    }
    assert!(exact * 100 >= SEARCHES * 97, "{exact} of {SEARCHES} searches found the cause");
}

#[test]
fn a_rate_that_is_known_saves_more_than_half_of_the_tests() {
    const SEARCHES: usize = 50;
    let mut random = Random::new(1);
    let mut tests = [0; 2];
    for _ in 0..SEARCHES {
        let cause = Cause::Tests(vec![random.below(300)]);
        let flaky = Flaky { candidates: 300, cause, one_in: 30 };
        for (rate, tests) in [None, Some(flaky.rate())].into_iter().zip(&mut tests) {
            *tests += flaky.search(Settings { rate, ..SETTINGS }, &mut random).tests;
        }
    }
    assert!(tests[1] * 2 < tests[0], "{tests:?} tests without and with the rate");
}

/// For people: `cargo test --bin subunit-bisect costs -- --ignored --nocapture`.
#[test]
#[ignore = "prints figures"]
#[expect(clippy::print_stdout, reason = "for people")]
fn costs() {
    const SEARCHES: usize = 200;
    for (candidates, one_in, culprits) in [(300, 30, 1), (14, 30, 1), (300, 1, 1), (300, 30, 2), (14, 30, 2)] {
        for is_known in [true, false] {
            let mut random = Random::new(1);
            let (mut trials, mut tests, mut exact) = (0, 0, 0);
            for _ in 0..SEARCHES {
                let mut set: Set = Vec::new();
                while set.len() < culprits {
                    set.push(random.below(candidates));
                    set.sort_unstable();
                    set.dedup();
                }
                let flaky = Flaky { candidates, cause: Cause::Tests(set), one_in };
                let rate = is_known.then(|| flaky.rate());
                let found = flaky.search(Settings { rate, ..SETTINGS }, &mut random);
                trials += found.trials;
                tests += found.tests;
                exact += usize::from(found.verdict == flaky.verdict());
            }
            println!(
                "{candidates} candidates, {culprits} culprits, 1 in {one_in}, rate {}: {} trials, {} tests, {} of {SEARCHES} exact",
                if is_known { "known" } else { "unknown" },
                trials / SEARCHES,
                tests / SEARCHES,
                exact
            );
        }
    }
}
