//! Tests put together from packets.

use std::borrow::Cow;
use std::time::Duration;

use subunit_codec::{Assembler, Decoder, Event, Item, Packet, Protocol, Status, Test};
use testkit::stream::{at, packet, with_checksum};

/// Pushes an event and gives the test that it completes.
fn push(tests: &mut Assembler, event: &Event<'_>) -> Option<Test> {
    tests.push(&Packet::parse(&packet(event)).expect("what is written is a packet")).cloned()
}

fn running(id: &str) -> Event<'_> {
    Event::test(id).status(Status::InProgress)
}

fn passed(id: &str) -> Event<'_> {
    Event::test(id).status(Status::Success)
}

#[test]
fn a_test_is_whole_with_its_final_status() {
    for status in Status::ALL.into_iter().filter(|status| status.is_final() && *status != Status::Exists) {
        let mut tests = Assembler::new();
        assert_eq!(push(&mut tests, &running("a").at(at(5, 0))), None, "it has only begun");
        let test = push(&mut tests, &Event::test("a").status(status).at(at(7, 500_000_000))).expect("it is whole");
        assert_eq!((&*test.id, test.status), ("a", status));
        assert_eq!((test.start, test.stop), (Some(at(5, 0)), Some(at(7, 500_000_000))));
        assert_eq!(test.duration(), Some(Duration::from_millis(2500)));
        assert_eq!(tests.finish(), []);
    }
}

#[test]
fn a_test_without_beginning_is_a_test() {
    let mut tests = Assembler::new();
    let test = push(&mut tests, &passed("a").at(at(5, 0)).not_runnable()).expect("it is whole");
    assert_eq!((test.start, test.stop), (Some(at(5, 0)), Some(at(5, 0))));
    assert!(!test.runnable);
}

#[test]
fn tests_of_one_id_on_two_routes_are_two() {
    let mut tests = Assembler::new();
    push(&mut tests, &running("a").route_code("0").at(at(1, 0)));
    push(&mut tests, &running("a").route_code("1").at(at(2, 0)));
    push(&mut tests, &running("a").at(at(3, 0)));
    let test = push(&mut tests, &passed("a").route_code("0").at(at(9, 0))).expect("it is whole");
    assert_eq!((test.route_code.as_deref(), test.duration()), (Some("0"), Some(Duration::from_secs(8))));
    assert_eq!(
        push(&mut tests, &passed("a").route_code("")).and_then(|test| test.start),
        None,
        "nor is the empty route none"
    );
    let routes: Vec<_> = tests.finish().into_iter().map(|test| test.route_code).collect();
    assert_eq!(routes, [Some("1".to_owned()), None]);
}

#[test]
fn unfinished_tests_come_in_the_order_in_which_they_began() {
    let mut tests = Assembler::new();
    let ids: Vec<_> = (0..100).map(|n| format!("test-{}", (n * 37) % 100)).collect();
    for id in &ids {
        push(&mut tests, &running(id));
    }
    push(&mut tests, &passed(&ids[50]));
    let unfinished = tests.finish();
    assert!(unfinished.iter().all(|test| test.status == Status::InProgress && test.is_failure()));
    let expected: Vec<_> = ids.iter().enumerate().filter(|(n, _)| *n != 50).map(|(_, id)| id.clone()).collect();
    assert_eq!(unfinished.into_iter().map(|test| test.id).collect::<Vec<_>>(), expected);
    assert_eq!(tests.finish(), [], "they are given out once");
}

#[test]
fn a_listed_test_leaves_one_that_runs_alone() {
    let mut tests = Assembler::new();
    push(&mut tests, &running("a").tags(["t"]));
    let listed = push(&mut tests, &Event::test("a").status(Status::Exists)).expect("a listed test is whole");
    assert_eq!((listed.status, listed.tags.len()), (Status::Exists, 0));
    assert_eq!(push(&mut tests, &passed("a")).expect("the other goes on").tags, ["t"]);
}

#[test]
fn the_last_tags_count() {
    let mut tests = Assembler::new();
    push(&mut tests, &running("a").tags(["first", "second"]));
    push(&mut tests, &Event::test("a").file("log", &b"x"[..]));
    let test = push(&mut tests, &passed("a").tags(["third"])).expect("it is whole");
    assert_eq!(test.tags, ["third"]);
    push(&mut tests, &running("a").tags(["first"]));
    assert_eq!(push(&mut tests, &passed("a")).expect("it is whole").tags, ["first"], "no tags change none");
    push(&mut tests, &running("a").tags(["first"]));
    let none: [&str; 0] = [];
    assert!(
        push(&mut tests, &passed("a").tags(none)).expect("it is whole").tags.is_empty(),
        "an empty list takes them away"
    );
}

#[test]
fn parts_of_a_file_are_one_attachment() {
    for mut tests in [Assembler::new(), Assembler::keeping_files()] {
        push(&mut tests, &running("a"));
        push(&mut tests, &Event::test("a").file("log", &b"one "[..]).mime_type("text/plain"));
        push(&mut tests, &Event::test("a").file("other", &b"!"[..]).eof());
        push(&mut tests, &Event::test("a").file("log", &b"two"[..]).eof());
        push(&mut tests, &Event::test("a").file("log", &b"anew"[..]));
        push(&mut tests, &Event::test("a").file("empty", &b""[..]).eof());
        let test = push(&mut tests, &passed("a").file("log", &b"!"[..]).eof()).expect("it is whole");
        let sizes: Vec<_> = test.attachments.iter().map(|file| (&*file.name, file.size)).collect();
        assert_eq!(sizes, [("log", 7), ("other", 1), ("log", 5), ("empty", 0)], "a file ended goes on as a new one");
        assert_eq!(test.attachments[0].mime_type.as_deref(), Some("text/plain"));
        let kept: Option<Vec<_>> = test.attachments.iter().map(|file| file.bytes.as_deref()).collect();
        assert!(
            kept.is_none_or(|kept| kept == [&b"one two"[..], b"!", b"anew!", b""]),
            "content is kept when asked for"
        );
    }
}

#[test]
fn the_type_of_a_file_is_the_first_that_is_given() {
    let mut tests = Assembler::new();
    push(&mut tests, &Event::test("a").file("log", &b"1"[..]));
    push(&mut tests, &Event::test("a").file("log", &b"2"[..]).mime_type("text/plain"));
    push(&mut tests, &Event::test("a").file("log", &b"3"[..]).mime_type("image/png").eof());
    let attachments = push(&mut tests, &passed("a")).expect("it is whole").attachments;
    assert_eq!(attachments.len(), 1);
    assert_eq!(attachments[0].mime_type.as_deref(), Some("text/plain"));
}

#[test]
fn without_files_there_are_tests_and_no_attachments() {
    let mut tests = Assembler::without_files();
    push(&mut tests, &Event::test("a").file("log", &b"1"[..]));
    push(&mut tests, &Event::test("b").file("log", &b"1"[..]));
    let test = push(&mut tests, &passed("a").file("log", &b"2"[..]).eof()).expect("it is whole");
    assert_eq!((&*test.id, test.status, test.attachments), ("a", Status::Success, vec![]));
    assert_eq!(tests.finish(), [], "b has no status");
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(b"\xb3?\n");
    decoder.end();
    let Some(Item::Damage(damage)) = decoder.next() else { panic!("no packet has this version") };
    assert_eq!(tests.push_damage(&damage).attachments, []);
}

#[test]
fn the_last_4096_tests_that_have_attachments_only_are_kept() {
    let mut tests = Assembler::new();
    let id = |number: usize| format!("test {number}");
    let attach = |tests: &mut Assembler, number| push(tests, &Event::test(id(number)).file("log", &b"1"[..]).eof());
    attach(&mut tests, 0);
    push(&mut tests, &running(&id(0)));
    (1..=4_098).for_each(|number| assert_eq!(attach(&mut tests, number), None));
    let count = |tests: &mut Assembler, number| push(tests, &passed(&id(number))).map(|test| test.attachments.len());
    assert_eq!(count(&mut tests, 0), Some(1), "it has had a status since");
    assert_eq!([1, 2, 3, 4_098].map(|number| count(&mut tests, number)), [0, 0, 1, 1].map(Some));
}

#[test]
fn a_late_attachment_makes_no_test() {
    let mut tests = Assembler::new();
    push(&mut tests, &passed("a"));
    assert_eq!(push(&mut tests, &Event::test("a").file("log", &b"late"[..]).eof()), None);
    assert_eq!(push(&mut tests, &Event::test("b").file("log", &b"alone"[..]).eof()), None);
    assert_eq!(tests.finish(), [], "neither has a status");
}

#[test]
fn an_attachment_that_comes_first_belongs_to_its_test() {
    let mut tests = Assembler::new();
    push(&mut tests, &Event::test("a").file("log", &b"early"[..]).eof());
    push(&mut tests, &running("a"));
    assert_eq!(push(&mut tests, &passed("a")).expect("it is whole").attachments.len(), 1);
}

#[test]
fn a_test_that_runs_again_is_a_test_again() {
    let mut tests = Assembler::new();
    for round in 0..3 {
        push(&mut tests, &running("a"));
        push(&mut tests, &Event::test("a").file("log", vec![b'x'; round]).eof());
        let test = push(&mut tests, &passed("a")).expect("it is whole");
        assert_eq!(test.attachments[0].size, round as u64, "round {round}");
    }
}

#[test]
fn packets_about_the_run_change_nothing() {
    let mut tests = Assembler::new();
    assert_eq!(push(&mut tests, &Event::global_file("stdout", &b"hello"[..])), None);
    assert_eq!(push(&mut tests, &Event { status: Some(Status::Fail), ..Event::default() }), None);
    assert_eq!(tests.finish(), []);
}

#[test]
fn damage_is_a_failed_test() {
    let broken = with_checksum(packet(&passed("a")), 0);
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(&[&broken[..], &packet(&passed("b")), b"\xb3?\n"].concat());
    decoder.end();
    let (mut tests, mut told) = (Assembler::keeping_files(), Vec::new());
    while let Some(item) = decoder.next() {
        let Item::Damage(damage) = item else { continue };
        let test = tests.push_damage(&damage);
        assert_eq!((&*test.id, test.status), ("subunit.parser", Status::Fail));
        let names: Vec<_> = test.attachments.iter().map(|file| (&*file.name, file.mime_type.as_deref())).collect();
        let types = damage.report().map(|event| event.mime_type.map(Cow::into_owned));
        assert_eq!(names, [("Packet data", types[0].as_deref()), ("Parser Error", types[1].as_deref())]);
        told.extend(test.attachments.iter().map(|file| {
            let bytes = file.bytes.as_deref().expect("content is kept");
            assert_eq!(bytes.len() as u64, file.size);
            String::from_utf8_lossy(bytes).into_owned()
        }));
    }
    let [data, checksum, byte, version] = &told[..] else { panic!("two packets are broken") };
    assert_eq!([data, byte], [&*String::from_utf8_lossy(&broken), "\u{fffd}"]);
    assert!(checksum.starts_with("bad checksum: calculated 0x"), "{checksum}");
    assert!(checksum.contains("stored 0x00000000"), "{checksum}");
    assert!(checksum.ends_with(&format!("{} bytes given up at offset 0 of the input", broken.len())), "{checksum}");
    assert!(version.starts_with("the packet's version is not 2 at offset 1; 1 byte given up at offset"), "{version}");
}

#[test]
fn of_damage_no_bytes_are_kept_unless_asked_for() {
    let mut decoder = Decoder::new(Protocol::V2);
    decoder.feed(b"\xb3?\n");
    decoder.end();
    let Some(Item::Damage(damage)) = decoder.next() else { panic!("no packet has this version") };
    let mut tests = Assembler::new();
    let files = &tests.push_damage(&damage).attachments;
    let sizes = damage.report().map(|event| event.file.map(|file| (file.bytes.len() as u64, None)));
    assert_eq!(files.iter().map(|file| Some((file.size, file.bytes.clone()))).collect::<Vec<_>>(), sizes);
}

#[test]
fn of_long_files_only_the_start_is_kept_on_request() {
    let mut tests = Assembler::keeping_heads(5);
    let file = |name, bytes: &'static [u8]| Event::test("a").file(name, bytes);
    for event in [file("log", b"123"), file("other", b"ab").eof(), file("log", b"4567"), file("log", b"89").eof()] {
        assert_eq!(push(&mut tests, &event), None, "it goes on");
    }
    let test = push(&mut tests, &passed("a")).expect("it is over");
    let files: Vec<_> = test.attachments.iter().map(|file| (file.size, file.bytes.as_deref())).collect();
    assert_eq!(files, [(9, Some(&b"12345"[..])), (2, Some(b"ab"))]);
}
