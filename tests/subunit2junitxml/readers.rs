//! What readers of reports stumble over: Jenkins, GitLab, and all that read by libxml2.

use subunit_codec::{Event, Status};
use testkit::finished::run_to_end;
use testkit::stream::{packet, stream, test};

use super::{TRACEBACK, cases, ends, memory_for, outline, report, suites, text_file};
use crate::every_tool::tool;
use crate::folder::Folder;

/// As many bytes as libxml2 takes as one text.
const MOST: usize = 10_000_000;
/// What a packet holds, with room for names.
const PACKET: usize = 4_000_000;

/// A text in as many packets as it takes.
fn long_file<'a>(id: &'a str, name: &'a str, text: &'a str) -> impl Iterator<Item = Event<'a>> {
    let pieces = text.as_bytes().chunks(PACKET);
    pieces.map(
        move |piece| if id.is_empty() { Event::global_file(name, piece) } else { Event::test(id).file(name, piece) },
    )
}

/// The content of the first element of a name, without specials.
fn content(report: &str, element: &str) -> String {
    let (start, end) = (format!("<{element}"), format!("</{element}>"));
    let rest = report.split_once(&*start).unwrap_or_else(|| panic!("there is a {element}")).1;
    let text = rest.split_once('>').and_then(|(_, rest)| rest.split_once(&*end)).expect("it is closed").0;
    text.to_owned()
}

#[test]
fn no_text_is_longer_than_libxml2_takes() {
    // Escaped, it is four times as long.
    let whole = format!("{}\n", "<".repeat(MOST - 1));
    let longer = format!("start {}end\n", "x".repeat(MOST));
    let mut input = Vec::new();
    for (id, name, text, status) in
        [("m.a", "stdout", &whole, Status::Success), ("m.b", "traceback", &longer, Status::Fail)]
    {
        input.extend(long_file(id, name, text));
        input.push(ends(id, status));
    }
    let finished = report(&[], &stream(input));
    let found = content(finished.text(), "system-out");
    assert_eq!(found.matches("&lt;").count(), MOST - 1, "a text of the longest length is whole");
    let found = content(finished.text(), "failure");
    assert!(found.starts_with("start x") && found.ends_with("xend\n"), "both ends are there");
    let line = format!(" of {} bytes are left out here]\n", longer.len());
    assert!(found.len() <= MOST && found.contains(&line));
}

#[test]
fn text_of_the_run_is_cut_too() {
    let text = "x".repeat(MOST + 1);
    let input = [text.as_bytes(), b"\n", &test("m.t", Status::Success)].concat();
    let found = content(report(&["--suite-by", "worker"], &input).text(), "system-out");
    assert!(found.len() <= MOST && found.contains(" of 10000002 bytes are left out here]\n"));
}

#[test]
fn several_texts_in_one_element_are_as_long_as_one() {
    let text = "x".repeat(PACKET);
    let files =
        ["stdout", "a", "b"].map(|name| Event::test("m.t").file(name, text.as_bytes()).mime_type("text/plain").eof());
    let finished = report(&[], &stream(files.into_iter().chain([ends("m.t", Status::Success).tags(["slow"])])));
    let found = content(finished.text(), "system-out");
    assert!(found.len() <= MOST && found.ends_with("x}}}\n[[PROPERTY|tag=slow]]\n"), "properties are at the end");
}

#[test]
fn no_classname_is_empty() {
    let ids = ["a", "a.", "a::", "a/", ".a", " m.C.t", "[m.C.t]", "(m) x", "setUpClass (m.C)", "\u{1b}[1m.t"];
    let test = |id| Event::test(id).status(Status::Success).tags(["worker-1"]).route_code("web");
    let input = stream(ids.map(test));
    for (by, name) in
        [("", "subunit"), ("worker", "web/worker-1"), ("tag", "worker-1"), ("route", "web"), ("prefix", "subunit")]
    {
        let by = (!by.is_empty()).then(|| format!("--suite-by={by}"));
        let args: Vec<&str> = by.iter().map(String::as_str).collect();
        let outline = outline(report(&args, &input).text());
        let expected = format!("testcase classname={name:?} name=");
        assert_eq!(outline.matches(&expected).count(), ids.len(), "{args:?}\n{outline}");
    }
    let tap = tool("tap2subunit").run(&[], b"1..1\nok 1 - a\n").stdout;
    assert!(report(&[], &tap).text().contains("<testcase classname=\"subunit\" name=\"test 1 - a\""));
}

#[test]
fn a_suite_is_never_without_a_name() {
    for by in ["worker", "tag", "route"] {
        let test = ends("m.t", Status::Success).tags(["\u{1b}[31m"]).route_code("\u{1b}[m");
        assert_eq!(suites(&["--suite-by", by], &packet(&test)), ["subunit 1 0 0 0 t"], "{by}");
    }
}

#[test]
fn a_property_has_one_value() {
    let input = stream([
        ends("m.a", Status::Success).tags(["b", "a"]).route_code("1"),
        ends("m.b", Status::Success).tags(["b", "c"]).route_code("0/2"),
        ends("m.c", Status::Success).tags(["b", "a"]).route_code("1"),
    ]);
    let outline = outline(report(&[], &input).text());
    assert!(
        outline.contains("property name=\"route\" value=\"0/2, 1\"\n    property name=\"tag\" value=\"a, b, c\"\n"),
        "{outline}"
    );
    assert!(outline.contains("[[PROPERTY|route=0/2]]\\n[[PROPERTY|tag=b, c]]\\n"), "{outline}");
    assert_eq!(outline.matches("[[PROPERTY|route=1]]\\n[[PROPERTY|tag=b, a]]\\n").count(), 2, "{outline}");
}

#[test]
fn tags_of_one_test_are_not_those_of_another() {
    let input = stream([
        ends("m.a", Status::InProgress).tags(["one"]),
        ends("m.a", Status::Success),
        ends("m.b", Status::InProgress),
        ends("m.b", Status::Success),
        ends("m.c", Status::InProgress).tags(["one"]),
        ends("m.c", Status::Success).tags([""; 0]),
        ends("m.d", Status::InProgress).tags(["one"]),
        ends("m.d", Status::Success).tags(["two"]),
    ]);
    let expected = "testcase classname=\"m\" name=\"a\" time=\"0.000\"\n  system-out\n    \"[[PROPERTY|tag=one]]\\n\"\n\
        testcase classname=\"m\" name=\"b\" time=\"0.000\"\ntestcase classname=\"m\" name=\"c\" time=\"0.000\"\n\
        testcase classname=\"m\" name=\"d\" time=\"0.000\"\n  system-out\n    \"[[PROPERTY|tag=two]]\\n\"\n";
    assert!(cases(&input).ends_with(expected), "{}", cases(&input));
}

#[test]
fn many_properties_are_listed_in_part_and_counted() {
    let tests = (0..5000).map(|number| {
        let test = Event::test(format!("m.t{number}")).status(Status::Success);
        test.tags([format!("tag-{number:04}"), "x".repeat(5000)])
    });
    let outline = outline(report(&[], &stream(tests)).text());
    let line = outline.lines().find(|line| line.contains("property")).expect("there are properties");
    let line = outline.lines().find(|line| line.contains("name=\"tag\"")).unwrap_or(line);
    let (listed, more) = line.split_once(", and ").expect("the list has an end");
    let listed = listed.matches("tag-").count();
    assert!((300..1000).contains(&listed) && line.len() < 4200, "{listed} in {} bytes", line.len());
    assert_eq!(more, format!("{} more\"", 5001 - listed));
    let long = packet(&ends("m.t", Status::Success).tags(["&".repeat(5000)]));
    assert!(report(&[], &long).text().contains("<property name=\"tag\" value=\"1 too long to list\"/>"));
}

#[test]
fn attachments_of_no_bytes_are_left_out() {
    let empty = |id| text_file(Event::test(id), "log", "");
    let input = stream([
        text_file(ends("m.a", Status::Success), "stdout", ""),
        empty("m.b"),
        Event::test("m.b").file("image", &b""[..]).mime_type("image/png").eof(),
        text_file(ends("m.b", Status::Fail), "traceback", ""),
        Event::test("m.c").file("log", &b""[..]),
        Event::test("m.c").file("log", &b"late"[..]).mime_type("text/plain"),
        text_file(Event::test("m.c"), "twice", ""),
        text_file(ends("m.c", Status::Success), "twice", "bytes"),
        text_file(Event::global_file("", &b""[..]), "setup.log", ""),
        Event::global_file("stdout", &b""[..]),
        text_file(ends("m.d", Status::Exists), "note", ""),
    ]);
    let expected = "testcase classname=\"m\" name=\"a\" time=\"0.000\"\n\
        testcase classname=\"m\" name=\"b\" time=\"0.000\"\n  failure type=\"failure\" message=\"the test failed\"\n\
        testcase classname=\"m\" name=\"c\" time=\"0.000\"\n  system-out\n    \"log: {{{late}}}\\ntwice: {{{bytes}}}\\n\"\n";
    assert_eq!(cases(&input), expected);
}

#[test]
fn no_type_is_one_that_rails_casts() {
    for (name, kind) in [("date", "exception.date"), ("Yaml", "exception.Yaml"), ("m.date", "m.date")] {
        let text = format!("Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n    g()\n{name}: no\n");
        let input = packet(&text_file(ends("m.t", Status::Fail), "traceback", &text));
        let outline = outline(report(&[], &input).text());
        assert!(outline.contains(&format!("failure type={kind:?} message=\"no\"")), "{outline}");
    }
}

#[test]
fn text_of_the_run_is_in_a_suite_with_tests() {
    let tests = [
        ends("b.C.t", Status::Success).tags(["worker-1"]).route_code("web"),
        ends("a.C.t", Status::Success).tags(["worker-0"]).route_code("db"),
    ];
    let note = text_file(Event::global_file("", &b""[..]), "note", "of nobody").tags(["worker-7"]).route_code("none");
    let errors = Event::global_file("stderr", &b"warned\n"[..]);
    let input = [b"building\n".to_vec(), stream(tests.into_iter().chain([note, errors]))].concat();
    for by in ["worker", "tag", "route", "prefix"] {
        let outline = outline(report(&["--suite-by", by], &input).text());
        assert!(!outline.contains("tests=\"0\""), "{by}\n{outline}");
        let (first, second) = outline
            .split_once("  testsuite ")
            .expect("there is a suite")
            .1
            .split_once("  testsuite ")
            .expect("there are two");
        assert!(
            first.contains("building\\n") && first.contains("note: {{{of nobody}}}") && first.contains("warned"),
            "{by}\n{outline}"
        );
        assert!(!second.contains("building"), "{by}\n{outline}");
    }
    let with_rest = [&input[..], &test("alone", Status::Success)].concat();
    let outline = outline(report(&["--suite-by", "worker"], &with_rest).text());
    let rest = outline.split_once("testsuite name=\"subunit\"").expect("it is there").1;
    assert!(
        rest.contains("building") && rest.contains("of nobody"),
        "tests without a worker are in its suite: {outline}"
    );
}

#[test]
fn text_alone_is_in_a_suite_that_has_no_tests() {
    let input =
        [b"building\n".to_vec(), packet(&text_file(Event::global_file("", &b""[..]), "note", "n").route_code("a"))]
            .concat();
    for args in [&[][..], &["--suite-by", "route"]] {
        let finished = report(args, &input);
        let outline = outline(finished.text());
        assert_eq!(outline.matches("testsuite ").count(), 1, "{outline}");
        assert!(outline.contains("building\\n") && outline.contains("note: {{{n}}}"), "{outline}");
    }
}

#[test]
fn workers_of_two_machines_are_two() {
    let test = |id, route, worker| ends(id, Status::Success).route_code(route).tags([worker]);
    let input = stream([
        test("m.a", "web", "worker-0"),
        test("m.b", "db", "worker-0"),
        test("m.c", "db", "worker-1"),
        test("m.d", "db", "slow"),
        ends("m.e", Status::Fail).tags(["worker-0"]),
        ends("m.f", Status::Success).tags(["slow"]),
    ]);
    let expected = [
        "db 1 0 0 0 d",
        "db/worker-0 1 0 0 0 b",
        "db/worker-1 1 0 0 0 c",
        "web/worker-0 1 0 0 0 a",
        "worker-0 1 1 0 0 e",
        "subunit 1 0 0 0 f",
    ];
    assert_eq!(suites(&["--suite-by", "worker"], &input), expected);
}

#[test]
fn earlier_attempts_are_elements_of_their_own() {
    let file = |id, name, text| text_file(Event::test(id), name, text);
    let attempts = |id| {
        [
            file(id, "attempt-2/traceback", TRACEBACK),
            file(id, "attempt-1/traceback", "first\n"),
            file(id, "attempt-2/stdout", "printed\n"),
            file(id, "stdout", "last\n"),
            file(id, "attempt-x/log", "of no attempt"),
        ]
    };
    let failures = |element: &str| {
        let broken = format!("{:?}", format!("stdout: {{{{{{\nprinted\n}}}}}}\n{TRACEBACK}"));
        format!(
            "  {element} type=\"failure\" message=\"first\"\n    \"first\\n\"\n  {element} type=\"x.Broken\" message=\"it <is>\"\n    {broken}\n"
        )
    };
    let flaky = stream(attempts("m.t").into_iter().chain([ends("m.t", Status::Success).tags(["flaky"])]));
    let expected = format!(
        "testcase classname=\"m\" name=\"t\" time=\"0.000\"\n{}  system-out\n    {:?}\n",
        failures("flakyFailure"),
        "last\nattempt-x/log: {{{of no attempt}}}\n[[PROPERTY|tag=flaky]]\n"
    );
    assert!(cases(&flaky).ends_with(&expected), "{}", cases(&flaky));
    assert_eq!(report(&[], &flaky).code(), 0, "it passes");

    let fails = stream(attempts("m.t").into_iter().chain([ends("m.t", Status::Fail)]));
    let expected = format!(
        "testcase classname=\"m\" name=\"t\" time=\"0.000\"\n  failure type=\"failure\" message=\"of no attempt\"\n    \"attempt-x/log: {{{{{{of no attempt}}}}}}\\n\"\n{}  system-out\n    \"last\\n\"\n",
        failures("rerunFailure")
    );
    assert_eq!(cases(&fails), expected);
    assert_eq!(report(&[], &fails).code(), 1);

    let passes = stream(attempts("m.t").into_iter().chain([ends("m.t", Status::Success)]));
    assert!(!cases(&passes).contains("Failure "), "only a test that is tagged so is flaky");
}

#[test]
fn a_failing_command_has_the_name_that_it_was_given() {
    let stream = run_to_end(tool("subunit-mux").command(["-c", "lint=false"]), b"").stdout;
    assert!(report(&[], &stream).text().contains("name=\"lint\""), "{}", report(&[], &stream).text());
}

#[test]
fn an_unknown_duration_is_zero() {
    let at = |seconds| testkit::stream::at(seconds, 0);
    let input = stream([
        ends("m.back", Status::InProgress).at(at(1000)),
        ends("m.back", Status::Success).at(at(1)),
        ends("m.hung", Status::InProgress).at(at(5)),
        ends("m.none", Status::Success),
    ]);
    assert_eq!(cases(&input).matches("time=\"0.000\"").count(), 3, "some readers cannot do without a time");
}

#[test]
fn a_suite_takes_little_memory() {
    // With as many as that, buffers are as large as they get.
    const SUITES: usize = 20_000;
    const MOST: usize = 200;
    let folder = Folder::new();
    let memory = |count: usize| {
        let tests = (0..count).map(|number| ends("m.t", Status::Fail).tags([format!("worker-{number}")]));
        memory_for(&["--suite-by", "worker"], &stream(tests), &folder.path("report"))
    };
    let (few, many) = (memory(SUITES), memory(3 * SUITES));
    let each = many.saturating_sub(few) / (2 * SUITES);
    assert!(each < MOST, "{each} bytes for each");
}
