//! The life of tests, beside a naive model of it.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use subunit_codec::{Event, Flight, Packet, Renew, Stage, Status, Tracker};
use testkit::stream::packet;

use crate::strategies::status;

/// Tests that began without a status and are followed.
const MOST_LOOSE: usize = 4_096;

/// The numbers of the packets that a test has had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Numbers(Vec<usize>);

impl Renew for Numbers {
    fn renew(&mut self) {
        self.0.clear();
    }
}

/// A packet, as far as lives depend on it, or the end of a stream.
#[derive(Clone, Debug)]
enum Step {
    Packet { id: Option<String>, route_code: Option<String>, status: Option<Status> },
    End,
}

type Key = (Option<String>, String);

/// A test: route code, id, whether it has had a status, and its packets.
type Known = (Key, bool, Vec<usize>);

/// What is said at a step: the stage and its test, the tests that are given up or left.
type Said = (&'static str, Option<Known>, Vec<Known>);

fn known(flight: &Flight<Numbers>) -> Known {
    let key = (flight.route_code().map(str::to_owned), flight.id().to_owned());
    (key, flight.has_status(), flight.value.0.clone())
}

fn tracked(tracker: &mut Tracker<Numbers>, number: usize, step: &Step) -> Said {
    let Step::Packet { id, route_code, status } = step else {
        return ("end", None, tracker.drain().iter().map(known).collect());
    };
    let event = Event {
        test_id: id.as_deref().map(Into::into),
        route_code: route_code.as_deref().map(Into::into),
        status: *status,
        ..Event::global_file("log", &b"x"[..])
    };
    let bytes = packet(&event);
    let stage = tracker.push(&Packet::parse(&bytes).expect("it is one packet"));
    let name = match stage {
        Stage::NoTest => "no test",
        Stage::Begun(_) => "begun",
        Stage::Continued(_) => "continued",
        Stage::Ended(_) => "ended",
        Stage::Single(_) => "single",
    };
    let test = stage.flight().map(|flight| {
        flight.value.0.push(number);
        known(flight)
    });
    (name, test, tracker.take_evicted().iter().map(known).collect())
}

/// The life of tests, written as one reads it.
#[derive(Default)]
struct Model {
    in_flight: HashMap<Key, InFlight>,
    begun: usize,
    /// The tests that began without a status, and their numbers.
    loose: Vec<(Key, usize)>,
}

#[derive(Default)]
struct InFlight {
    number: usize,
    has_status: bool,
    packets: Vec<usize>,
}

impl Model {
    fn step(&mut self, number: usize, step: &Step) -> Said {
        let Step::Packet { id, route_code, status } = step else { return self.end() };
        let Some(id) = id else { return ("no test", None, Vec::new()) };
        let key = (route_code.clone(), id.clone());
        let is_final = status.is_some_and(Status::is_final);
        let open = self.in_flight.remove(&key);
        match open {
            Some(running) if *status == Some(Status::Exists) && running.has_status => {
                self.in_flight.insert(key.clone(), running);
                ("single", Some((key, true, vec![number])), Vec::new())
            }
            Some(mut open) => {
                open.packets.push(number);
                open.has_status |= status.is_some();
                let test = (key.clone(), open.has_status, open.packets.clone());
                if is_final {
                    return ("ended", Some(test), Vec::new());
                }
                self.in_flight.insert(key, open);
                ("continued", Some(test), Vec::new())
            }
            None if is_final => ("single", Some((key, true, vec![number])), Vec::new()),
            None => {
                let open = InFlight { number: self.begun, has_status: status.is_some(), packets: vec![number] };
                self.begun += 1;
                let test = (key.clone(), open.has_status, open.packets.clone());
                let evicted = if open.has_status { None } else { self.note_loose(&key, open.number) };
                self.in_flight.insert(key, open);
                ("begun", Some(test), Vec::from_iter(evicted))
            }
        }
    }

    /// Notes a test that begins without a status, and gives up the one that did 4,096 before.
    fn note_loose(&mut self, key: &Key, number: usize) -> Option<Known> {
        self.loose.push((key.clone(), number));
        let (oldest, number) = &self.loose[self.loose.len().checked_sub(MOST_LOOSE + 1)?];
        let is_loose = |test: &InFlight| test.number == *number && !test.has_status;
        self.in_flight.get(oldest).filter(|test| is_loose(test))?;
        self.in_flight.remove(oldest).map(|test| (oldest.clone(), false, test.packets))
    }

    fn end(&mut self) -> Said {
        let mut left: Vec<_> = std::mem::take(&mut self.in_flight).into_iter().collect();
        left.sort_by_key(|(_, test)| test.number);
        self.loose.clear();
        ("end", None, left.into_iter().map(|(key, test)| (key, test.has_status, test.packets)).collect())
    }
}

fn compare(steps: &[Step]) -> Result<(), TestCaseError> {
    let (mut tracker, mut model) = (Tracker::new(), Model::default());
    for (number, step) in steps.iter().chain([&Step::End]).enumerate() {
        let said = tracked(&mut tracker, number, step);
        prop_assert_eq!(said, model.step(number, step), "step {}: {:?}", number, step);
    }
    Ok(())
}

/// Few ids and routes, so that they meet: `a` on the route `b` is not `ab`.
fn step() -> impl Strategy<Value = Step> {
    let one_of = |words: &'static [&'static str]| proptest::sample::select(words).prop_map(str::to_owned);
    let packet = (
        option::weighted(0.9, one_of(&["", "a", "ab", "c"])),
        option::weighted(0.4, one_of(&["", "b", "0/1"])),
        option::weighted(0.6, prop_oneof![status(), Just(Status::InProgress), Just(Status::Exists)]),
    );
    let packet = packet.prop_map(|(id, route_code, status)| Step::Packet { id, route_code, status });
    prop_oneof![40 => packet, 1 => Just(Step::End)]
}

fn numbered(number: usize, status: Option<Status>) -> Step {
    Step::Packet { id: Some(number.to_string()), route_code: None, status }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tests_live_as_the_model_says(steps in vec(step(), 0..60)) {
        compare(&steps)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tests_without_a_status_are_given_up_as_the_model_says(
        early in vec((0..12_usize, option::of(status())), 0..12),
        loose in MOST_LOOSE - 10..MOST_LOOSE + 2,
        late in vec((prop_oneof![0..12_usize, 10_000..10_020_usize], option::weighted(0.3, status())), 0..40),
    ) {
        let first = (0..12).map(|number| numbered(number, None));
        let early = early.iter().map(|(number, status)| numbered(*number, *status));
        let loose = (0..loose).map(|number| numbered(100 + number, None));
        let late = late.iter().map(|(number, status)| numbered(*number, *status));
        compare(&first.chain(early).chain(loose).chain(late).collect::<Vec<_>>())?;
    }
}

#[test]
fn a_test_begins_goes_on_and_ends() {
    let step = |id: &str, status| Step::Packet { id: Some(id.to_owned()), route_code: None, status };
    let mut tracker = Tracker::new();
    for (number, (step, expected)) in [
        (step("a", None), "begun"),
        (step("a", Some(Status::InProgress)), "continued"),
        (step("a", Some(Status::Exists)), "single"),
        (step("b", Some(Status::InProgress)), "begun"),
        (step("a", Some(Status::Success)), "ended"),
        (step("a", Some(Status::Fail)), "single"),
        (step("b", None), "continued"),
        (step("a", None), "begun"),
        (step("a", Some(Status::Exists)), "ended"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(tracked(&mut tracker, number, &step).0, expected, "packet {number}");
    }
    let left: Vec<_> = tracker.drain().iter().map(known).collect();
    assert_eq!(left, [((None, "b".to_owned()), true, vec![3, 6])]);
    assert!(tracker.drain().is_empty());
}
