//! What is tried next, step by step.

use super::{Phase, Search, Set, Settings, Step, Tally, Verdict};

const SETTINGS: Settings =
    Settings { confidence: 0.95, rate: Some(Tally { bad: 9, good: 0 }), failures: 3, give_up: 20 };

/// Tries the next set.
fn next_set(search: &mut Search, is_bad: impl Fn(&[usize]) -> bool) -> Option<Set> {
    let Step::Try(set) = search.next(&[]) else { return None };
    search.record(&set, is_bad(&set));
    Some(set)
}

/// All sets that are tried before the search is in another round or phase.
fn sets_of_round(search: &mut Search, is_bad: impl Fn(&[usize]) -> bool) -> Vec<Set> {
    let place = (search.phase(), search.round());
    let mut sets = Vec::new();
    while (search.phase(), search.round()) == place {
        sets.extend(next_set(search, &is_bad));
    }
    sets
}

#[test]
fn the_test_alone_is_tried_ten_times_for_each_time_of_the_whole_list() {
    let mut search = Search::new(4, Settings { rate: None, ..SETTINGS });
    let sets: Vec<usize> = (0..33).filter_map(|_| next_set(&mut search, |_| false)).map(|set| set.len()).collect();
    let expected = [&[4][..], &[0; 10]].concat().repeat(3);
    assert_eq!(sets, expected);
    assert_eq!(search.phase(), Phase::Reproducing);
    assert!((search.trials_left() - 11.0 * 17.0).abs() < 1e-9, "it may be over then: {}", search.trials_left());
    while next_set(&mut search, |_| false).is_some() {}
    assert_eq!(search.next(&[]), Step::Done(Verdict::NotReproduced));
    assert_eq!(search.tally(&[0, 1, 2, 3]), Tally { bad: 0, good: 20 });
}

#[test]
fn with_a_rate_the_test_alone_comes_first_then_both_halves_in_turn() {
    let mut search = Search::new(4, SETTINGS);
    let needed = search.passes_needed().expect("the rate is known");
    let is_bad = |set: &[usize]| set.contains(&2);
    let alone = sets_of_round(&mut search, is_bad);
    let once = [vec![0, 1, 2, 3]].into_iter();
    assert_eq!(
        alone,
        once.chain((0..needed).map(|_| Vec::new())).collect::<Vec<_>>(),
        "the whole list shows the order"
    );
    assert_eq!(sets_of_round(&mut search, is_bad), [vec![0, 1], vec![2, 3]]);
    assert_eq!(sets_of_round(&mut search, is_bad), [vec![2]]);
    while let Some(set) = next_set(&mut search, is_bad) {
        assert!(set.is_empty() || set == [2], "only that is measured: {set:?}");
    }
    assert_eq!(search.next(&[]), Step::Done(Verdict::Cause(vec![2])));
    assert_eq!(search.tally(&[2]), Tally { bad: 3, good: 0 });
}

#[test]
fn what_is_left_without_a_part_keeps_the_other_parts() {
    let mut search = Search::new(8, SETTINGS);
    let needed = search.passes_needed().expect("the rate is known");
    let is_bad = |set: &[usize]| set.contains(&0) && set.contains(&7);
    sets_of_round(&mut search, is_bad);
    let halves = sets_of_round(&mut search, is_bad);
    assert_eq!(halves.len() as u64, 2 * needed, "both are innocent by themselves");
    let quarters = [vec![0, 1], vec![2, 3], vec![4, 5], vec![6, 7]];
    let tried = sets_of_round(&mut search, is_bad);
    assert_eq!(tried[..4], quarters);
    assert_eq!(tried[4..], [vec![2, 3, 4, 5, 6, 7], vec![0, 1, 4, 5, 6, 7]], "the rest without each, until one fails");
    // The other quarters have a pass each, and what is left without the first one is a half.
    assert_eq!(sets_of_round(&mut search, is_bad), [vec![0, 1, 6, 7]]);
    assert_eq!(search.candidates(), [0, 1, 6, 7]);
}

#[test]
fn a_list_that_never_failed_is_not_cut_finer() {
    let mut search = Search::new(8, SETTINGS);
    while let Some(set) = next_set(&mut search, |_| false) {
        assert!([0, 4, 8].contains(&set.len()), "{set:?}");
    }
    assert_eq!(search.next(&[]), Step::Done(Verdict::NotReproduced));
}
