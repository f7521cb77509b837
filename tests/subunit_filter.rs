//! subunit-filter.

use std::fs;

use subunit_codec::{Event, MAX_LENGTH, PARSER_TEST_ID, Status};
use tempfile::TempDir;
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Live, Pipeline};
use testkit::stream::{at, number, packet, raw, raw_with_length, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::printed::{self, lines};
use crate::tool::{DEADLINE, peak_memory, read_data, trouble};

fn finished(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit-filter").command(args), input)
}

/// What the filter leaves of a stream.
#[track_caller]
fn filter(args: &[&str], input: &[u8]) -> Vec<u8> {
    let finished = finished(args, input);
    finished.assert().code(0).stderr("");
    assert_eq!(printed::strays(&finished.stdout), [""; 0], "it writes whole packets and nothing else");
    finished.stdout
}

/// The same, packet by packet.
#[track_caller]
fn filtered(args: &[&str], input: &[u8]) -> Vec<String> {
    lines(&filter(args, input))
}

/// The ids that are left, each once, in the order of their last packets.
#[track_caller]
fn kept(args: &[&str], input: &[u8]) -> String {
    let mut ids: Vec<String> = Vec::new();
    for line in filtered(args, input) {
        let id = line.split(' ').next().unwrap_or_default().to_owned();
        ids.retain(|known| *known != id);
        ids.push(id);
    }
    ids.join(" ")
}

/// A refusal: the one line on standard error.
#[track_caller]
fn refused(args: &[&str]) -> String {
    let finished = finished(args, b"");
    assert_eq!(finished.stdout, b"", "nothing is written after {args:?}");
    trouble("subunit-filter", &finished).to_owned()
}

fn live(args: &[&str]) -> Live {
    Pipeline::new([tool("subunit-filter").command(args)]).deadline(DEADLINE).start()
}

/// A list of ids in a file. The folder goes when it is dropped.
fn list(content: &[u8]) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("ids");
    fs::write(&path, content).expect("there is room for a file");
    (folder, path.into_os_string().into_string().expect("temporary folders have plain names"))
}

fn begin(id: &str) -> Event<'_> {
    Event::test(id).status(Status::InProgress)
}

fn end(id: &str, status: Status) -> Event<'_> {
    Event::test(id).status(status)
}

fn text_file<'a>(id: &'a str, text: &'a str) -> Event<'a> {
    Event::test(id).file("log", text.as_bytes()).mime_type("text/plain;charset=utf8").eof()
}

/// A test for every way in which one may end, named for it.
fn all_outcomes() -> Vec<u8> {
    let mut out = packet(&end("exists", Status::Exists));
    for status in Status::ALL.into_iter().filter(|status| status.is_final() && *status != Status::Exists) {
        out.extend(test(status.name(), status));
    }
    out.extend(packet(&begin("unfinished")));
    out
}

// What is selected by outcome.

#[test]
fn outcomes_are_selected_as_in_python_subunit() {
    for (args, expected) in [
        (&[][..], "exists uxsuccess skip fail unfinished"),
        (&["-s"], "exists success uxsuccess skip fail unfinished"),
        (&["--success"], "exists success uxsuccess skip fail unfinished"),
        (&["--success", "--no-success"], "exists uxsuccess skip fail unfinished"),
        (&["--no-success", "-s"], "exists success uxsuccess skip fail unfinished"),
        (&["--xfail"], "exists uxsuccess skip fail xfail unfinished"),
        (&["--xfail", "--no-xfail"], "exists uxsuccess skip fail unfinished"),
        (&["--no-xfail", "--xfail"], "exists uxsuccess skip fail xfail unfinished"),
        (&["--no-skip"], "exists uxsuccess fail unfinished"),
        (&["-f"], "exists uxsuccess skip"),
        (&["--no-failure"], "exists uxsuccess skip"),
        (&["--no-failure", "--failure"], "exists uxsuccess skip fail unfinished"),
        (&["--failure", "-f"], "exists uxsuccess skip"),
        (&["-e"], "exists uxsuccess skip fail unfinished"),
        (&["--no-error", "--error"], "exists uxsuccess skip fail unfinished"),
        (&["--no-uxsuccess"], "exists skip fail unfinished"),
        (&["-F"], "exists uxsuccess fail unfinished"),
        (&["-s", "--xfail", "-F"], "exists uxsuccess fail unfinished"),
        (&["-F", "-s"], "exists success uxsuccess fail unfinished"),
        (&["-F", "--xfail"], "exists uxsuccess fail xfail unfinished"),
        (&["-sf", "--no-skip"], "exists success uxsuccess"),
        (&["-s", "--xfail"], "exists success uxsuccess skip fail xfail unfinished"),
    ] {
        assert_eq!(kept(args, &all_outcomes()), expected, "{args:?}");
    }
}

#[test]
fn all_keeps_every_outcome_that_nothing_after_it_drops() {
    let all = "exists success uxsuccess skip fail xfail unfinished";
    for (args, expected) in [
        (&["--all"][..], all),
        (&["-F", "--all"], all),
        (&["-f", "--no-skip", "--no-uxsuccess", "--no-success", "--all"], all),
        (&["--all", "--no-skip"], "exists success uxsuccess fail xfail unfinished"),
        (&["--all", "-f"], "exists success uxsuccess skip xfail"),
        (&["--all", "--no-xfail", "--no-uxsuccess"], "exists success skip fail unfinished"),
        (&["--all", "-F"], "exists uxsuccess fail unfinished"),
        (&["--all", "--with", "c"], "success uxsuccess"),
    ] {
        assert_eq!(kept(args, &all_outcomes()), expected, "{args:?}");
    }
    let input = [&b"text"[..], &test("fail", Status::Fail)].concat();
    assert_eq!(kept(&["-F", "--all"], &input), "fail", "text is no outcome");
}

#[test]
fn in_a_bundle_what_only_genuine_failures_is_short_for_comes_last() {
    let failures = "exists uxsuccess fail unfinished";
    for (args, expected) in [
        (&["-Fs"][..], failures),
        (&["-sF"], failures),
        (&["-sFs"], failures),
        (&["-Fes"], failures),
        (&["-Fsf"], "exists uxsuccess"),
        (&["-Fs", "-s"], "exists success uxsuccess fail unfinished"),
        (&["-Fs", "--xfail"], "exists uxsuccess fail xfail unfinished"),
        (&["-Fsmfail"], "fail"),
        (&["-Fsm", "fail"], "fail"),
        (&["-Fm", "-Fs", "-s"], ""),
        (&["-sm=fail"], ""),
    ] {
        assert_eq!(kept(args, &all_outcomes()), expected, "{args:?}");
    }
}

#[test]
fn only_genuine_failures_come_without_text_unless_it_is_asked_for() {
    let input = [&b"text"[..], &test("fail", Status::Fail)].concat();
    assert_eq!(kept(&["-F"], &input), "fail");
    assert_eq!(kept(&["--passthrough", "-F"], &input), "fail");
    assert_eq!(kept(&["-F", "--passthrough"], &input), "- fail");
    assert_eq!(kept(&["-F", "-s"], &input), "fail");
}

#[test]
fn a_test_that_never_finishes_stays_unfinished_and_counts_as_a_failure() {
    let hung = packet(&begin("hung").at(at(5, 7)));
    assert!(filter(&[], &hung) == hung, "no outcome is made up");
    assert_eq!(kept(&["-f"], &hung), "");
    assert_eq!(kept(&["-s", "--with", "^hung"], &hung), "hung");
    assert_eq!(kept(&["-s", "--with", "^other"], &hung), "");
}

#[test]
fn the_recorded_run_passes_whole_when_all_is_asked_for() {
    let recorded = read_data("testr-run.subunit");
    assert!(filter(&["-s", "--xfail"], &recorded) == recorded);
    let default = filtered(&[], &recorded);
    assert_eq!(default.iter().filter(|line| line.contains(" fail @")).count(), 4);
    assert_eq!(default.iter().filter(|line| line.contains(" skip @")).count(), 9);
    assert_eq!(default.iter().filter(|line| line.contains(" inprogress @")).count(), 13, "no test lost its start");
}

// What is kept stays as it was.

/// Packets that no encoder would write like this: numbers wider than they need to be, bytes after
/// the last field, unusual fields.
fn odd_packets() -> Vec<u8> {
    let wide_length = {
        let fields = b"\x40\x01a??";
        raw_with_length(0x2903, &number(3 + 3 + 5 + 4, 3), fields)
    };
    [
        wide_length,
        raw(0x2a02, b"\x00\x00\x00\x05\xc7\x5b\xcd\x15\x40\x01b"),
        raw(0x2a03, b"\xff\xff\xff\xff\xfb\x9a\xc9\xff\x80\x00\x01b"),
        raw(0x2884, b"\x01c\x00"),
        raw(0x2f25, b"\x00\x00\x00\x00\x00\x01d\x01/\x010"),
        packet(&Event::test("e").file("", &b""[..]).route_code("0/3").not_runnable()),
        packet(&end("e", Status::Fail).route_code("0/3").not_runnable().tags(["t", "t", ""]).mime_type("x").eof()),
    ]
    .concat()
}

#[test]
fn kept_packets_leave_byte_for_byte() {
    let odd = odd_packets();
    assert_eq!(printed::strays(&odd), [""; 0], "these are packets: {:?}", lines(&odd));
    assert_eq!(lines(&odd)[1], "b inprogress @5.123456789 not-runnable");
    for args in [&["-s", "--xfail"][..], &["-s", "--xfail", "--with", "."], &["-s", "--without", "nothing"]] {
        assert!(filter(args, &odd) == odd, "{args:?}: {:?}", filtered(args, &odd));
    }
    assert!(filter(&["-s", "--no-xfail"], &odd) == odd, "also those that had to wait for an outcome");
}

#[test]
fn of_a_packet_that_is_rewritten_the_rest_stays() {
    let (before, after) = (raw(0x2906, b"\x40\x01a??"), raw(0x2906, b"\x01x??"));
    assert!(filter(&["--rename", "^a$", "x"], &before) == after);
}

#[test]
fn durations_survive() {
    let input = stream([begin("a").at(at(1000, 1)), end("a", Status::Success).at(at(1007, 2))]);
    let select = tool("subunit-filter").command(["-s"]);
    let finished = Pipeline::new([select, tool("subunit-ls").command(["--times"])]).run(&input);
    assert_eq!(finished.text(), "a 7.000\n");
}

#[test]
fn routes_types_tags_and_flags_survive() {
    let input = stream([
        begin("a").tags(["w"]).route_code("0").not_runnable(),
        Event::test("a").file("log", &b"1"[..]).mime_type("text/x-log; charset=latin-1").route_code("0"),
        Event::test("a").file("log", &b"2"[..]).route_code("0").eof(),
        end("a", Status::Fail).route_code("0").not_runnable(),
    ]);
    assert!(filter(&[], &input) == input);
}

#[test]
fn no_timestamp_is_made_up() {
    assert_eq!(filtered(&["-s"], &test("a", Status::Success)), ["a inprogress", "a success"]);
}

#[test]
fn packets_keep_their_order_when_the_decision_is_known() {
    let input = stream(run(500, 7));
    assert!(filter(&["-s", "--xfail"], &input) == input);
    let even: Vec<_> = run(500, 7).filter(|event| event.test_id.as_ref().is_some_and(|id| id.ends_with('0'))).collect();
    assert!(filter(&["-s", "--xfail", "--with", "0$"], &input) == stream(even), "the others are taken out");
}

#[test]
fn packets_of_a_test_that_waits_come_together_and_in_order() {
    let input = stream([
        begin("a"),
        begin("b"),
        text_file("a", "1"),
        begin("c"),
        text_file("b", "2"),
        end("b", Status::Success),
        text_file("a", "3"),
        end("a", Status::Fail),
    ]);
    let log = |text| format!("a ... log=\"{text}\" (text/plain;charset=utf8) eof");
    let expected = ["a inprogress", &log("1"), &log("3"), "a fail", "c inprogress"];
    assert_eq!(filtered(&[], &input), expected, "the unfinished one at the end");
}

// When it is decided.

/// Whether the first packet of a test leaves while the input stays open.
#[track_caller]
fn assert_decided_early(args: &[&str], first: &Event<'_>) {
    let mut live = live(args);
    let first = packet(first);
    live.write(&first);
    live.read_until(|output| output == first);
    assert_eq!(live.finish().code(), 0, "{args:?}");
}

#[test]
fn the_first_packet_leaves_at_once_when_it_settles_the_matter() {
    let first = begin("pkg.a").tags(["worker-0"]).route_code("0/3");
    let (_folder, ids) = list(b"pkg.a\n");
    for args in [
        &["-s", "--xfail"][..],
        &["-s", "--xfail", "--with", "^pkg"],
        &["-s", "--xfail", "--with-route", "0"],
        &["-s", "--xfail", "--without-route", "1"],
        &["-s", "--xfail", "--with-tag", "worker-0"],
        &["-s", "--xfail", "--load-list", &ids],
        &["-s", "--xfail", "--runnable"],
        &["-s", "--xfail", "--with", "^pkg", "--with-tag", "worker-0", "--with-route", "0/3"],
    ] {
        assert_decided_early(args, &first);
    }
}

#[test]
fn text_that_matches_lets_go_of_a_test_that_runs() {
    let mut live = live(&["-s", "--xfail", "--with", "needle"]);
    live.write(&stream([begin("a"), text_file("a", "hay\n"), text_file("a", "a needle\n")]));
    live.read_until(|output| lines(output).len() == 3);
    live.write(&packet(&text_file("a", "more hay\n")));
    live.read_until(|output| lines(output).len() == 4);
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn a_test_is_withheld_while_only_its_outcome_can_decide() {
    let first = packet(&begin("waits"));
    let mut live = live(&[]);
    live.write(&first);
    live.write(b"marker\n");
    live.read_until(|output| output.windows(7).any(|window| window == b"marker\n"));
    live.write(&test("fails", Status::Fail));
    live.read_until(|output| output.windows(5).any(|window| window == b"fails"));
    let finished = live.finish();
    let expected = ["- ... stdout=\"marker\\n\"", "fails inprogress", "fails fail", "waits inprogress"];
    assert_eq!(lines(&finished.stdout), expected, "what waits comes out at the end");
}

#[test]
fn the_last_tags_say_whether_a_tag_takes_a_test_out() {
    let input = stream([
        begin("slow").tags(["worker-0"]),
        end("slow", Status::Success).tags(["worker-0", "slow"]),
        begin("quick").tags(["worker-0", "slow"]),
        end("quick", Status::Success).tags(["worker-0"]),
        begin("hung").tags(["slow"]),
    ]);
    assert_eq!(kept(&["-s", "--xfail", "--without-tag", "slow"], &input), "quick");
    assert_eq!(kept(&["-s", "--xfail", "--with-tag", "worker-0", "--without-tag", "slow"], &input), "quick");
    assert_eq!(kept(&["-s", "--xfail", "--with-tag", "slow"], &input), "slow quick hung");
}

#[test]
fn a_test_with_one_id_may_run_twice() {
    let input = [test("a", Status::Fail), test("a", Status::Success), test("a", Status::Skip)].concat();
    assert_eq!(filtered(&[], &input), ["a inprogress", "a fail", "a inprogress", "a skip"]);
}

#[test]
fn one_id_on_two_routes_is_two_tests() {
    let input = stream([
        begin("a").route_code("0"),
        begin("a").route_code("1"),
        begin("a"),
        end("a", Status::Success).route_code("0"),
        end("a", Status::Fail).route_code("1"),
        end("a", Status::Success),
    ]);
    assert_eq!(filtered(&[], &input), ["a inprogress /1", "a fail /1"]);
}

#[test]
fn an_attachment_that_comes_late_is_kept_by_all_rules_but_those_for_outcomes() {
    let late = |id| text_file(id, "boo").tags(["slow"]).route_code("0");
    let run = |id, status| stream([begin(id).route_code("0"), end(id, status).route_code("0")]);
    let runs = [run("failed", Status::Fail), run("passed", Status::Success)].concat();
    let input = [runs.clone(), stream(["passed", "failed"].map(late)), run("last", Status::Fail)].concat();
    let outcomes_alone =
        [run("failed", Status::Fail), run("last", Status::Fail), stream(["passed", "failed"].map(late))];
    assert!(filter(&[], &input) == outcomes_alone.concat(), "whatever became of its test");
    for (args, expected) in [
        (&["--with", "^passed"][..], "passed"),
        (&["--with", "boo"], "passed failed"),
        (&["--without", "boo"], "failed last"),
        (&["--without", "^passed"], "last failed"),
        (&["--with-tag", "slow"], "passed failed"),
        (&["--with-route", "1"], ""),
    ] {
        assert_eq!(kept(args, &input), expected, "{args:?}");
    }
    assert!(filter(&["--all"], &input) == input, "and at once, if no outcome is dropped");
}

#[test]
fn an_attachment_between_two_runs_belongs_to_the_second() {
    let input = [test("a", Status::Success), packet(&text_file("a", "early")), packet(&end("a", Status::Fail))];
    assert_eq!(
        filtered(&[], &input.concat()),
        ["a ... log=\"early\" (text/plain;charset=utf8) eof", "a fail"],
        "the run that has no packet for its start keeps its attachment"
    );
    let input = [test("a", Status::Fail), packet(&text_file("a", "early")), packet(&end("a", Status::Success))];
    assert_eq!(filtered(&[], &input.concat()), ["a inprogress", "a fail"]);
}

#[test]
fn of_tests_with_attachments_only_the_last_4096_wait() {
    let early = |number: usize| packet(&text_file(&format!("test {number}"), "early"));
    let attachments: Vec<u8> = (0..=4_096).flat_map(early).collect();
    let passed = |number: usize| packet(&end(&format!("test {number}"), Status::Success));
    let output = filter(&[], &[attachments, passed(0), passed(1)].concat());
    let expected: Vec<u8> = [0].into_iter().chain(2..=4_096).flat_map(early).collect();
    assert!(output == expected, "only the attachment that still waited goes with its test");
}

#[test]
fn files_are_filtered_one_after_the_other() {
    let (_folder, first) = list(&packet(&begin("shared")));
    let second = format!("{first}-second");
    fs::write(&second, packet(&end("shared", Status::Success))).expect("there is room for a file");
    let seen = filtered(&[&first, &second], b"");
    assert_eq!(seen, ["shared inprogress"], "the success in the second file is of another test");
}

#[test]
fn an_attachment_belongs_to_no_test_of_an_earlier_file() {
    let (_folder, first) = list(&test("a", Status::Fail));
    let second = format!("{first}-second");
    let run = stream([text_file("a", "early"), end("a", Status::Success)]);
    fs::write(&second, run).expect("there is room for a file");
    let seen = filtered(&[&first, &second], b"");
    assert_eq!(seen, ["a inprogress", "a fail"], "the attachment goes with the success that it is of");
}

// What is selected by id and text.

#[test]
fn patterns_match_the_id_from_its_start_to_its_end() {
    let input = ["alpha", "alphabet", "beta"].map(|id| test(id, Status::Success)).concat();
    for (args, expected) in [
        (&["-s", "--with", "^alpha$"][..], "alpha"),
        (&["-s", "-m", "^alpha"], "alpha alphabet"),
        (&["-s", "-m^alpha$"], "alpha"),
        (&["-s", "--with=alpha", "--with=^b"], "alpha alphabet beta"),
        (&["-s", "--with", "(?i)ALPHA$"], "alpha"),
        (&["-s", "--with", "success"], ""),
        (&["-s", "--with", "None"], ""),
        (&["-s", "--without", "^alpha$"], "alphabet beta"),
        (&["-s", "--without", "bet", "--without", "^alpha$"], ""),
        (&["-s", "--with", "alpha", "--without", "bet"], "alpha"),
        (&["-s", "--with", "-x|beta"], "beta"),
        (&["-s", "--without", "-x"], "alpha alphabet beta"),
    ] {
        assert_eq!(kept(args, &input), expected, "{args:?}");
    }
}

#[test]
fn patterns_match_text_attachments_decoded() {
    let traceback = "boom in café\nflavor: vanilla\n";
    let utf8 =
        Event::test("utf8").file("traceback", traceback.as_bytes()).mime_type("text/x-traceback;charset=utf8").eof();
    let latin = Event::test("latin")
        .file("traceback", &b"boom in caf\xe9\nflavor: vanilla\n"[..])
        .mime_type("text/plain; charset=\"iso-8859-1\"")
        .eof();
    let input = stream([utf8, end("utf8", Status::Fail), latin, end("latin", Status::Fail)]);
    for (pattern, expected) in [
        ("café", "utf8 latin"),
        ("^flavor", "utf8 latin"),
        ("café$", "utf8 latin"),
        ("CAFÉ", ""),
        ("(?i)CAFÉ", "utf8 latin"),
        ("xc3", ""),
        (r"\\n", ""),
        ("^traceback", ""),
        ("utf8$", "utf8"),
        ("boom.*vanilla", ""),
        ("(?s)boom.*vanilla", "utf8 latin"),
        ("latin.*boom", ""),
    ] {
        assert_eq!(kept(&["--with", pattern], &input), expected, "{pattern}");
    }
    assert_eq!(kept(&["--without", "^flavor"], &input), "");
}

#[test]
fn a_byte_that_is_in_no_charset_is_a_character_to_patterns() {
    let bytes = b"Error: cannot open caf\xe9.txt: timeout\n";
    for mime_type in ["text/plain;charset=utf8", "text/plain;charset=ascii", "text/plain"] {
        for cut in [None, Some(20), Some(23)] {
            let (start, rest) = bytes.split_at(cut.unwrap_or(bytes.len()));
            let pieces = [start, rest].map(|piece| Event::test("a").file("log", piece).mime_type(mime_type));
            let input = stream(pieces.into_iter().chain([end("a", Status::Fail)]));
            assert_eq!(kept(&["--with", "Error: .*timeout"], &input), "a", "{mime_type} {cut:?}");
            assert_eq!(kept(&["--without", "caf.[.]txt"], &input), "", "{mime_type} {cut:?}");
        }
    }
}

#[test]
fn text_that_must_not_match_takes_out_all_packets_of_its_test() {
    let input = stream([begin("a"), text_file("a", "hay"), text_file("a", "needle"), end("a", Status::Success)]);
    assert_eq!(kept(&["-s", "--xfail", "--without", "needle"], &input), "", "its start waited for the rest");
    assert!(filter(&["-s", "--xfail", "--without", "straw"], &input) == input);
}

#[test]
fn attachments_that_are_no_text_are_not_searched() {
    for mime_type in [Some("application/octet-stream"), Some("image/png"), None] {
        let mut file = Event::test("a").file("needle", &b"needle"[..]).eof();
        file.mime_type = mime_type.map(Into::into);
        let input = stream([file, end("a", Status::Fail)]);
        assert_eq!(kept(&["--with", "needle"], &input), "", "{mime_type:?}");
        assert_eq!(kept(&["--without", "needle"], &input), "a", "{mime_type:?}");
        let mut open = Event::test("a").file("needle", &b"needle"[..]);
        open.mime_type = mime_type.map(Into::into);
        assert_eq!(kept(&["--with", "^$"], &stream([open, end("a", Status::Fail)])), "", "{mime_type:?}");
    }
}

#[test]
fn text_that_breaks_its_charset_is_no_trouble() {
    for mime_type in ["text/plain;charset=utf8", "text/plain;charset=nosuch", "text/plain; charset", "text/"] {
        let failure = end("a", Status::Fail).file("log", &b"bad \xff needle"[..]).mime_type(mime_type).eof();
        let input = [test("before", Status::Fail), packet(&failure), test("after", Status::Fail)].concat();
        assert_eq!(kept(&["--with", "needle"], &input), "a", "{mime_type}");
        assert_eq!(kept(&["--without", "needle"], &input), "before after", "{mime_type}");
    }
}

#[test]
fn an_attachment_in_several_packets_is_searched_as_a_whole() {
    let part = |text: &'static str| Event::test("a").file("log", text.as_bytes()).mime_type("text/plain");
    let mut last = Event::test("a").file("log", &b"dle\nend"[..]).eof();
    for eof in [true, false] {
        last.eof = eof;
        let input = stream([begin("a"), part("hay\nnee"), text_file("b", "x"), last.clone(), end("a", Status::Fail)]);
        assert_eq!(kept(&["--with", "^needle$"], &input), "a", "with eof: {eof}");
        assert_eq!(kept(&["--without", "needle"], &input), "b", "with eof: {eof}");
        assert_eq!(kept(&["--with", "^end$"], &input), "a", "with eof: {eof}");
        assert_eq!(kept(&["--with", "hay$"], &input), "a", "with eof: {eof}");
    }
    let split = "é".as_bytes();
    let halves = [&split[..1], &split[1..]].map(|half| Event::test("a").file("log", half).mime_type("text/plain"));
    let input = stream(halves.into_iter().chain([end("a", Status::Fail)]));
    assert_eq!(kept(&["--with", "é"], &input), "a", "a character may be in two packets");
}

#[test]
fn a_needle_is_found_anywhere_in_a_long_attachment() {
    let hay = "a line of hay, and not a short one\n".repeat(20_000);
    for place in [0, hay.len() / 2, hay.len() / 3, hay.len()] {
        let place = hay[..place].rfind('\n').map_or(0, |newline| newline + 1);
        let text = [&hay[..place], "the needle\n", &hay[place..]].concat();
        let pieces = text.as_bytes().chunks(70_001);
        let files = pieces.map(|piece| Event::test("a").file("log", piece).mime_type("text/plain"));
        let input = stream(files.chain([end("a", Status::Fail)]));
        assert_eq!(kept(&["--with", "^the needle$"], &input), "a", "at {place}");
        assert_eq!(kept(&["--without", "needle"], &input), "", "at {place}");
    }
}

#[test]
fn a_needle_is_found_in_a_long_attachment_of_any_charset() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let hay = "a line of hay\n".repeat(20_000);
    let bytes = [utf16(&hay), utf16("needle\n"), utf16("hay\n")].concat();
    for size in [bytes.len(), 100_000, 70_001] {
        let pieces = bytes.chunks(size);
        let files = pieces.map(|piece| Event::test("a").file("log", piece).mime_type("text/plain;charset=utf-16le"));
        let input = stream(files.chain([end("a", Status::Fail)]));
        assert_eq!(kept(&["--with", "^needle$"], &input), "a", "in pieces of {size}");
    }
}

#[test]
fn a_match_over_some_lines_is_found_wherever_it_stands() {
    let line = "hay hay\n";
    let lines_to_border = (1 << 18) / line.len();
    for lines in lines_to_border - 4..=lines_to_border {
        let text = [&line.repeat(lines), "one needle\nin two lines\n", &line.repeat(40_000)].concat();
        let pieces = text.as_bytes().chunks(1 << 17);
        let files = pieces.map(|piece| Event::test("a").file("log", piece).mime_type("text/plain"));
        let input = stream(files.chain([end("a", Status::Fail)]));
        assert_eq!(kept(&["--with", "needle\nin two"], &input), "a", "after {lines} lines");
    }
}

#[test]
fn a_window_does_not_begin_in_the_middle_of_a_line() {
    let text = "hay needle\n".repeat(60_000);
    let files =
        text.as_bytes().chunks(1 << 17).map(|piece| Event::test("a").file("log", piece).mime_type("text/plain"));
    let input = stream(files.chain([end("a", Status::Fail)]));
    for part in 1.."hay needle".len() {
        let pattern = format!("^{}$", &"hay needle"[part..]);
        assert_eq!(kept(&["--with", &pattern], &input), "", "{pattern}");
    }
}

#[test]
fn text_that_repeats_the_start_of_a_long_pattern_is_searched_in_no_time() {
    let text = |parts: usize| {
        let part = "ab".repeat(10_000 / parts / 2);
        let files = move |id: usize| {
            let name = format!("test {id}");
            let file = Event::test(name.clone()).file("log", part.clone().into_bytes()).mime_type("text/plain");
            std::iter::repeat_n(file, parts).chain([Event::test(name).status(Status::Fail)])
        };
        stream((0..30).flat_map(files))
    };
    let in_ids = packet(&end(&"ab".repeat(150_000), Status::Fail));
    let nearly = [format!("{}Z", "ab".repeat(5_000)), "ab".repeat(5_001), "^(ab){5000}Z$".to_owned()];
    let start = std::time::Instant::now();
    for pattern in nearly.iter().map(String::as_str) {
        for input in [text(1), text(50)] {
            assert_eq!(kept(&["--with", pattern], &input), "", "it is not there");
            assert_eq!(lines(&filter(&["--without", pattern], &input)).len(), lines(&input).len());
        }
        assert_eq!(kept(&["--with", pattern], &in_ids).is_empty(), pattern.ends_with(['Z', '$']));
    }
    let whole = "ab".repeat(5_000);
    assert_eq!(lines(&filter(&["--with", &whole], &text(1))).len(), 60, "it is all there is");
    // The regex crate takes minutes for this.
    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
}

#[test]
fn a_pattern_that_cannot_be_is_refused_in_a_line() {
    for option in ["--with", "--without"] {
        assert_eq!(refused(&[option, "("]), format!("{option} '(': unclosed group"), "without a hint");
        for (pattern, reason) in [("(?=a)", "look-around"), ("(?<!a)b", "look-around"), (r"(a)\1", "backreferences")] {
            let line = refused(&[option, pattern]);
            assert!(line.contains(pattern) && line.contains(reason), "{pattern} {reason}: {line}");
        }
    }
    assert!(refused(&["--rename", "(", "x"]).starts_with("--rename '(': "));
    assert!(refused(&["--rename", "(a)", r"\2"]).contains("there is no group 2"));
    assert!(refused(&["--rename", "a"]).contains("--rename"), "it takes two values");
}

#[test]
fn a_pattern_over_several_lines_is_refused_in_a_line() {
    let line = refused(&["--with", "a\n(b"]);
    assert!(line.starts_with(r"--with 'a\n(b': "), "{line}");
}

// What is selected by tag, route, list and kind.

#[test]
fn tags_are_asked_for_all_at_once_and_refused_one_by_one() {
    let tagged =
        |id, tags: &'static [&'static str]| stream([begin(id), end(id, Status::Success).tags(tags.iter().copied())]);
    let input = [tagged("none", &[]), tagged("x", &["x"]), tagged("y", &["y"]), tagged("xy", &["y", "x"])].concat();
    for (args, expected) in [
        (&["-s", "--with-tag", "x"][..], "x xy"),
        (&["-s", "--with-tag", "x", "--with-tag=y"], "xy"),
        (&["-s", "--without-tag", "x"], "none y"),
        (&["-s", "--without-tag", "x", "--without-tag", "y"], "none"),
        (&["-s", "--with-tag", "x", "--without-tag", "y"], "x"),
        (&["-s", "--with-tag", "xy"], ""),
    ] {
        assert_eq!(kept(args, &input), expected, "{args:?}");
    }
    assert_eq!(
        filtered(&["-s", "--with-tag", "y"], &input)[0],
        "y inprogress",
        "the start of the test is kept with it"
    );
}

#[test]
fn tags_of_the_beginning_hold_until_others_come() {
    let input = stream([
        begin("a").tags(["x"]),
        end("a", Status::Fail),
        begin("b").tags(["x"]),
        end("b", Status::Fail).tags(["y"]),
    ]);
    assert_eq!(kept(&["--without-tag", "x"], &input), "b");
    assert_eq!(kept(&["--with-tag", "y"], &input), "b");
}

#[test]
fn routes_are_selected_by_their_leading_parts() {
    let routed = |id, route| packet(&end(id, Status::Fail).route_code(route));
    let input =
        [test("none", Status::Fail), routed("0", "0"), routed("0/3", "0/3"), routed("01", "01"), routed("1", "1")]
            .concat();
    for (args, expected) in [
        (&["--with-route", "0"][..], "0 0/3"),
        (&["--with-route", "0/3"], "0/3"),
        (&["--with-route", "1", "--with-route", "01"], "01 1"),
        (&["--without-route", "0"], "none 01 1"),
        (&["--with-route", "0", "--without-route", "0/3"], "0"),
        (&["--with-route", "9"], ""),
    ] {
        assert_eq!(kept(args, &input), expected, "{args:?}");
    }
}

#[test]
fn a_list_keeps_the_ids_in_it() {
    let input = ["a", "b", "c", "b # c", " d"].map(|id| test(id, Status::Fail)).concat();
    for (content, whole_lines, expected) in [
        (&b"a\nc\n"[..], false, vec!["a", "c"]),
        (b"# all\na # the first\nb # c\n d \r\n", false, vec!["a", "b", " d"]),
        (b"a\r\nb # c\n", true, vec!["a", "b # c"]),
        (b"a\0b # c\0", false, vec!["a", "b # c"]),
        (b"", false, vec![]),
        (b"a.*\n", false, vec![]),
    ] {
        let (_folder, ids) = list(content);
        let mut args = vec!["--load-list", &ids];
        args.extend(whole_lines.then_some("--whole-lines"));
        let expected: Vec<u8> = expected.into_iter().flat_map(|id| test(id, Status::Fail)).collect();
        assert!(
            filter(&args, &input) == expected,
            "{:?}: {:?}",
            content.escape_ascii().to_string(),
            kept(&args, &input)
        );
    }
}

#[test]
fn lists_add_up() {
    let ((_one, first), (_two, second)) = (list(b"a\n"), list(b"c\n"));
    let input = ["a", "b", "c"].map(|id| test(id, Status::Fail)).concat();
    assert_eq!(kept(&["--load-list", &first, "--load-list", &second], &input), "a c");
}

#[test]
fn a_list_that_cannot_be_read_is_named() {
    for option in ["--load-list", "--fixup-expected-failures"] {
        assert_eq!(refused(&[option, "/proc/nonexistent/ids"]), "/proc/nonexistent/ids: No such file or directory");
        assert_eq!(refused(&[option, "/usr"]), "/usr: Is a directory");
    }
}

#[test]
fn what_cannot_be_run_alone_can_be_left_out() {
    let input = [
        packet(&end("a.1", Status::Exists).not_runnable()),
        packet(&end("a", Status::Exists)),
        stream([begin("b.1").not_runnable(), end("b.1", Status::Fail).not_runnable()]),
        test("b", Status::Fail),
    ];
    assert_eq!(kept(&["--runnable"], &input.concat()), "a b");
    let unknown = [packet(&text_file("c.1", "setup")), packet(&end("c.1", Status::Fail).not_runnable())].concat();
    assert_eq!(filtered(&["-s", "--xfail", "--runnable"], &unknown), [""; 0], "a test waits until it has a status");
}

#[test]
fn tests_that_exist_are_filtered_like_any_other() {
    let input = stream([
        end("pkg.a", Status::Exists).tags(["x"]).route_code("0"),
        end("pkg.b", Status::Exists),
        end("other", Status::Exists),
    ]);
    let (_folder, ids) = list(b"other\n");
    for (args, expected) in [
        (&[][..], "pkg.a pkg.b other"),
        (&["--with", "^pkg"], "pkg.a pkg.b"),
        (&["--without", "^pkg"], "other"),
        (&["--with-tag", "x"], "pkg.a"),
        (&["--without-tag", "x"], "pkg.b other"),
        (&["--with-route", "0"], "pkg.a"),
        (&["--load-list", &ids], "other"),
    ] {
        assert_eq!(kept(args, &input), expected, "{args:?}");
    }
}

#[test]
fn unexpected_successes_are_filtered_like_any_other() {
    let input = test("u", Status::UnexpectedSuccess);
    for args in [&["--without", "u"][..], &["--with", "zzz"], &["--with-tag", "q"], &["--no-uxsuccess"]] {
        assert_eq!(kept(args, &input), "", "{args:?}");
    }
}

#[test]
fn a_test_that_exists_is_not_the_one_of_that_name_that_runs() {
    let input = stream([begin("a"), end("a", Status::Exists), end("a", Status::Success)]);
    assert_eq!(filtered(&[], &input), ["a exists"]);
    assert_eq!(filtered(&["-s"], &input).len(), 3);
}

// What is not about tests.

#[test]
fn files_of_the_whole_run_are_judged_by_tags_and_routes_alone() {
    let global = |name| Event::global_file(name, &b"x"[..]);
    let input = stream([global("plain"), global("tagged").tags(["worker-0"]), global("routed").route_code("0/1")]);
    let names = |args: &[&str]| {
        let name = |line: String| line.split("=\"").next().unwrap_or_default().rsplit(' ').next().map(str::to_owned);
        filtered(args, &input).into_iter().filter_map(name).collect::<Vec<_>>().join(" ")
    };
    for (args, expected) in [
        (&[][..], "plain tagged routed"),
        (&["--with", "zzz", "--without", "."], "plain tagged routed"),
        (&["-f", "--no-skip", "--runnable"], "plain tagged routed"),
        (&["--no-passthrough"], "plain tagged routed"),
        (&["-F"], "plain tagged routed"),
        (&["--without-tag", "worker-0"], "plain routed"),
        (&["--with-tag", "worker-1"], "plain routed"),
        (&["--with-route", "0"], "routed"),
        (&["--without-route", "0/1"], "plain tagged"),
    ] {
        assert_eq!(names(args), expected, "{args:?}");
    }
}

#[test]
fn text_is_forwarded_unless_it_is_not_wanted() {
    let input = [&b"building\n"[..], &test("a", Status::Fail), b"done"].concat();
    let with_text = ["- ... stdout=\"building\\n\"", "a inprogress", "a fail", "- ... stdout=\"done\""];
    for args in
        [&[][..], &["--passthrough"], &["--no-passthrough", "--passthrough"], &["--with", "a", "--with-tag", ""]]
    {
        let seen = filtered(args, &input);
        assert!(seen.iter().filter(|line| with_text.contains(&line.as_str())).count() >= 2, "{args:?}: {seen:?}");
    }
    assert_eq!(filtered(&[], &input), with_text);
    for args in [&["--no-passthrough"][..], &["--passthrough", "--no-passthrough"]] {
        assert_eq!(filtered(args, &input), with_text[1..3], "{args:?}");
    }
}

#[test]
fn reports_of_damage_pass_every_selection() {
    let corrupt = with_flip(packet(&text_file("victim", "some text")), 20, 1);
    let mut torn = packet(&text_file("last", "some text"));
    torn.truncate(30);
    let input = [test("a", Status::Success), corrupt, test("b", Status::Success), torn].concat();
    let ((_one, nothing), (_two, parser)) = (list(b""), list(PARSER_TEST_ID.as_bytes()));
    for args in [
        &[][..],
        &["--with", "^a"],
        &["--without", "."],
        &["--with-tag", "x"],
        &["--with-route", "9"],
        &["-f"],
        &["-F"],
        &["--no-failure", "--no-skip", "--no-uxsuccess", "--no-passthrough"],
        &["--runnable"],
        &["--load-list", &nothing],
        &["--fixup-expected-failures", &parser],
        &["--rename", "subunit", "x"],
    ] {
        let seen = filtered(args, &input);
        let reports = seen.iter().filter(|line| line.starts_with("subunit.parser fail Parser Error=")).count();
        assert!(reports >= 2, "{args:?}: {seen:?}");
        let again = filtered(args, &filter(args, &input));
        let is_report = |line: &&String| line.starts_with("subunit.parser ");
        assert!(again.iter().filter(is_report).eq(seen.iter().filter(is_report)), "{args:?}: as safe inside a stream");
    }
}

// What is changed on request.

#[test]
fn every_packet_of_a_test_is_renamed() {
    let input = [
        all_outcomes(),
        stream([begin("x.log"), text_file("x.log", "x"), end("x.log", Status::Fail), text_file("x.log", "late")]),
    ]
    .concat();
    let expected: Vec<String> =
        lines(&input).iter().map(|line| format!("new.{}", line.replace("x.log", "x/log"))).collect();
    assert_eq!(filtered(&["-s", "--xfail", "--rename", "^", "new.", "--rename", r"\.log", "/log"], &input), expected);
}

#[test]
fn renaming_changes_nothing_but_the_id() {
    let input = stream([
        begin("a").at(at(5, 123_456_789)).tags(["x"]).route_code("0").not_runnable(),
        Event::test("a").file("log", &b"\xff"[..]).mime_type("image/png").route_code("0").eof(),
        end("a", Status::Fail).at(at(6, 1)).route_code("0").tags(Vec::<String>::new()),
    ]);
    let expected: Vec<String> = lines(&input).iter().map(|line| line.replacen('a', "b", 1)).collect();
    assert_eq!(filtered(&["--rename", "a", "b"], &input), expected);
    assert_eq!(expected[0], "b inprogress @5.123456789 not-runnable #x /0");
}

#[test]
fn what_is_not_renamed_leaves_byte_for_byte() {
    let odd = odd_packets();
    assert!(filter(&["-s", "--xfail", "--rename", "zzz", "y"], &odd) == odd);
}

#[test]
fn replacements_are_in_pythons_syntax() {
    let input = test("pkg.mod.Case.test_it", Status::Fail);
    for (from, to, expected) in [
        ("^pkg", "new", "new.mod.Case.test_it"),
        (r"(\w+)\.(\w+)", r"\2.\1", "mod.pkg.test_it.Case"),
        (r"(?P<first>\w+)\.", r"\g<first>/", "pkg/mod/Case/test_it"),
        (r"(pkg)\.mod", r"\g<1>0\g<0>", "pkg0pkg.mod.Case.test_it"),
        ("pkg", "$0", "$0.mod.Case.test_it"),
        ("pkg", "${x}", "${x}.mod.Case.test_it"),
        ("pkg", r"a\\b", r"a\b.mod.Case.test_it"),
        ("pkg", "", ".mod.Case.test_it"),
        ("pkg", "-x", "-x.mod.Case.test_it"),
        ("$", ".end", "pkg.mod.Case.test_it.end"),
        ("(p)(k)(g)(.)(m)(o)(d)(.)(C)(a)", r"\10\1", "apse.test_it"),
    ] {
        assert_eq!(kept(&["--rename", from, to], &input), expected, "{from} {to}");
    }
    let args = ["--rename", "pkg", "first", "--rename", "first", "second"];
    assert_eq!(kept(&args, &input), "second.mod.Case.test_it", "one after the other");
}

#[test]
fn a_renamed_packet_that_grows_too_long_becomes_two() {
    let event = |content| Event::test("a").file("log", vec![b'x'; content]).mime_type("text/plain").eof();
    let around = packet(&event(4_000_000)).len() - 4_000_000;
    let longest = packet(&event(MAX_LENGTH - around));
    assert_eq!(longest.len(), MAX_LENGTH);
    let input = [longest, packet(&end("a", Status::Fail))].concat();
    let output = filter(&["--rename", "a", &"b".repeat(1000)], &input);
    let content = printed::file(&output, Some(&"b".repeat(1000)), "log");
    assert_eq!(content.len(), MAX_LENGTH - around, "the attachment keeps its length");
    assert_eq!(lines(&output).len(), 3);
}

#[test]
fn an_id_that_grows_too_long_is_reported_before_it_fills_the_memory() {
    let input = test(&"a".repeat(200), Status::Fail);
    let longer = "a".repeat(16);
    let twenty_times = ["--rename", "a", &longer].repeat(20);
    let thousands = r"\1".repeat(30_000);
    let groups = ["--rename", "(a*)", &thousands].to_vec();
    let problem = format!("--rename: the new id of '{}...' is too long for a packet", "a".repeat(60));
    for args in [twenty_times, groups] {
        let mut live = live(&args);
        live.write(&input);
        live.read_to_end();
        let finished = live.finish();
        assert_eq!(trouble("subunit-filter", &finished), problem);
    }
    let three_times = ["--rename", "a", &longer].repeat(3);
    let expected = test(&"a".repeat(200 << 12), Status::Fail);
    assert!(filter(&three_times, &input) == expected, "one that fits is written");
}

#[test]
fn tests_that_get_one_name_are_told_apart_by_their_old_ones() {
    let input = [test("a", Status::Success), test("b", Status::Fail)].concat();
    assert_eq!(kept(&["--rename", "a", "b"], &input), "b");
    assert_eq!(filtered(&["--rename", "a", "b"], &input), ["b inprogress", "b fail"]);
}

#[test]
fn the_first_value_of_a_rename_may_stand_behind_an_equals_sign() {
    let input = test("a=b", Status::Fail);
    assert_eq!(kept(&["--rename=a=b", "c"], &input), "c");
    assert_eq!(kept(&["--ren=a", "--success"], &input), "--success=b");
}

#[test]
fn a_forgotten_value_does_not_end_in_a_silent_wait_at_the_terminal() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let mut command = std::process::Command::new("script");
    let path = tool("subunit-filter").path;
    command.args(["-qc", &format!("'{path}' --rename foo run.subunit >out 2>err"), "/dev/null"]);
    command.current_dir(folder.path());
    assert_eq!(Pipeline::new([command]).deadline(DEADLINE).run(b"\x04").code(), 0, "script runs");
    let err = fs::read_to_string(folder.path().join("err")).expect("it is text");
    assert_eq!(err, "subunit-filter: reading standard input from the terminal\n");
}

#[test]
fn selection_goes_by_the_new_name() {
    let input = test("a", Status::Fail);
    let (_folder, ids) = list(b"b\n");
    assert_eq!(kept(&["--rename", "a", "b", "--with", "^b$"], &input), "b");
    assert_eq!(kept(&["--rename", "a", "b", "--with", "^a$"], &input), "");
    assert_eq!(kept(&["--rename", "a", "b", "--load-list", &ids], &input), "b");
    let fixed = filtered(&["--xfail", "--rename", "a", "b", "--fixup-expected-failures", &ids], &input);
    assert_eq!(fixed, ["b inprogress", "b xfail"]);
}

#[test]
fn expected_failures_are_corrected_before_the_selection() {
    let (_folder, ids) = list(b"# known\nfail # broken since May\nsuccess\nskip\nuxsuccess\nunfinished\n");
    let seen = filtered(&["-s", "--xfail", "--fixup-expected-failures", &ids], &all_outcomes());
    let expected: Vec<String> = lines(&all_outcomes())
        .iter()
        .map(|line| line.replace("fail fail", "fail xfail").replace("success success", "success uxsuccess"))
        .map(|line| line.replace("xfail xxfail", "xfail xfail").replace("uxsuccess uxuxsuccess", "uxsuccess uxsuccess"))
        .collect();
    assert_eq!(seen, expected);
    let default = filtered(&["--fixup-expected-failures", &ids], &all_outcomes());
    assert!(!default.iter().any(|line| line.starts_with("fail ")), "an expected failure is left out: {default:?}");
    assert!(default.contains(&"success uxsuccess".to_owned()), "an unexpected success is not: {default:?}");
}

#[test]
fn a_correction_changes_nothing_but_the_status() {
    let input = stream([
        begin("a").at(at(5, 123_456_789)).tags(["x"]).route_code("0"),
        end("a", Status::Fail).at(at(6, 1)).route_code("0").file("log", &b"\xff"[..]).mime_type("image/png").eof(),
    ]);
    let (_folder, ids) = list(b"a\n");
    let args = ["--xfail", "--fixup-expected-failures", &ids];
    let expected: Vec<String> = lines(&input).iter().map(|line| line.replace("a fail", "a xfail")).collect();
    assert_eq!(filtered(&args, &input), expected);
}

// What it takes to hold tests.

/// Ten million and more bytes of a test, in large pieces.
fn large_pieces(count: usize) -> Vec<u8> {
    let piece = packet(&Event::test("large").file("log", vec![b'x'; 4_000_000]).mime_type("text/plain"));
    piece.repeat(count)
}

#[test]
fn tests_that_wait_take_little_memory_and_no_name_on_disk() {
    const PIECES: usize = 15;
    for args in [&["--no-skip"][..], &["--with", "never found"]] {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let mut command = tool("subunit-filter").command(args);
        command.env("TMPDIR", folder.path());
        let mut live = Pipeline::new([command]).start();
        let process = live.process_ids()[0];
        live.write(&packet(&begin("large")));
        live.write(&large_pieces(PIECES));
        live.write(&test("marker, never found", Status::Fail));
        live.read_until(|output| output.ends_with(&packet(&end("marker, never found", Status::Fail))));
        let files: Vec<_> = fs::read_dir(folder.path()).expect("it can be listed").collect();
        assert!(files.is_empty(), "the file that holds packets has no name: {files:?}");
        let most = peak_memory(process);
        assert!(most < 40 << 20, "{args:?}: {most} bytes while 60 MB wait");
        live.write(&packet(&text_file("large", "never found\n")));
        live.write(&packet(&end("large", Status::Fail)));
        live.read_until(|output| output.ends_with(&packet(&end("large", Status::Fail))));
        let most = peak_memory(process);
        assert!(most < 40 << 20, "{args:?}: {most} bytes when 60 MB are let go");
        let output = live.finish().stdout;
        assert_eq!(printed::file(&output, Some("large"), "log").len(), PIECES * 4_000_000 + 12);
    }
}

#[test]
fn tests_that_wait_with_many_small_packets_take_little_memory() {
    const PIECES: usize = 500_000;
    let piece = |id| packet(&Event::test(id).file("f", &b"x"[..]));
    for (args, renamed) in [(&["--no-skip"][..], "a"), (&["--rename", "a", "c"], "c")] {
        let mut live = Pipeline::new([tool("subunit-filter").command(args)]).start();
        live.write(&[piece("a"), piece("b")].concat().repeat(PIECES));
        live.write(&packet(&end("a", Status::Fail)));
        let first = [piece(renamed).repeat(PIECES), packet(&end(renamed, Status::Fail))].concat();
        live.read_until(|output| output.len() == first.len());
        let most = peak_memory(live.process_ids()[0]);
        assert!(most < 20 << 20, "{args:?}: {most} bytes while {} wait", 2 * first.len());
        assert!(live.finish().stdout == [first, piece("b").repeat(PIECES)].concat(), "every packet leaves, in order");
    }
}

#[test]
fn tests_that_were_dropped_and_go_on_take_little_memory() {
    let mut live = Pipeline::new([tool("subunit-filter").command(["-s", "--without", "needle"])]).start();
    for number in 0..10_000 {
        let id = format!("test {number}");
        live.write(&stream([begin(&id).file("log", vec![b'x'; 3_900]).eof(), text_file(&id, "a needle")]));
    }
    live.write(&test("marker", Status::Fail));
    live.read_until(|output| *output == test("marker", Status::Fail));
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < 20 << 20, "{most} bytes when nothing waits");
    assert_eq!(live.finish().stdout, test("marker", Status::Fail), "all others are dropped");
}

#[test]
fn what_waits_on_disk_leaves_byte_for_byte() {
    let input = [packet(&begin("large")), large_pieces(4), packet(&end("large", Status::Fail))].concat();
    assert!(filter(&[], &input) == input);
    let dropped = [packet(&begin("large")), large_pieces(4), packet(&end("large", Status::Success))].concat();
    assert_eq!(filter(&[], &dropped), b"");
}

#[test]
fn a_temporary_file_that_cannot_be_is_trouble() {
    let mut command = tool("subunit-filter").command([""; 0]);
    command.env("TMPDIR", "/proc/nonexistent");
    let input = [packet(&begin("large")), large_pieces(4), packet(&end("large", Status::Success))].concat();
    let finished = run_to_end(command, &input);
    let line = trouble("subunit-filter", &finished);
    assert!(line.starts_with("temporary file") && line.contains("No such file or directory"), "{line}");
    assert_eq!(lines(&finished.stdout), [""; 0], "a test that waits is not made one that never finished");
}
