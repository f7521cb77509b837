//! What every tool does.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use subunit_codec::{Event, MAX_LENGTH, PARSER_TEST_ID, Status};
use tempfile::TempDir;
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::{Pipeline, closed_pipe};
use testkit::random::Random;
use testkit::stream::{packet, run, stream, test, with_flip};

use crate::printed;
use crate::tool::{DEADLINE, Tool, Writes, assert_silent, full_device, peak_memory, trouble};

/// The tools: a new one is a line here.
pub(crate) const TOOLS: [Tool; 33] = [
    Tool::parser("gojson2subunit", env!("CARGO_BIN_EXE_gojson2subunit")).judging(),
    Tool::parser("json2subunit", env!("CARGO_BIN_EXE_json2subunit")),
    Tool::parser("junitxml2subunit", env!("CARGO_BIN_EXE_junitxml2subunit")).judging().needing_operand().with(&["-"]),
    Tool::writer("subunit-1to2", env!("CARGO_BIN_EXE_subunit-1to2")),
    Tool::writer_of_version_1("subunit-2to1", env!("CARGO_BIN_EXE_subunit-2to1")),
    Tool::writer("subunit-attempts", env!("CARGO_BIN_EXE_subunit-attempts")),
    Tool::searcher("subunit-bisect", env!("CARGO_BIN_EXE_subunit-bisect"), &["--", "true"]).with(&["--test", "second"]),
    Tool::configured("subunit-combine", env!("CARGO_BIN_EXE_subunit-combine")),
    // All that comes from no route.
    Tool::writer("subunit-demux", env!("CARGO_BIN_EXE_subunit-demux")).with(&["--route", ""]),
    // What it compares with.
    Tool::comparer("subunit-diff", env!("CARGO_BIN_EXE_subunit-diff")).with(&["/dev/null"]),
    // Signals leave the input of the command open.
    Tool::runner(
        "subunit-exec",
        env!("CARGO_BIN_EXE_subunit-exec"),
        &["--", "sh", "-c", "trap '' HUP INT TERM; exec cat >&3"],
    )
    .with(&["--fd", "3"]),
    Tool::writer("subunit-filter", env!("CARGO_BIN_EXE_subunit-filter")).with(&["--success", "--xfail"]),
    Tool::lister("subunit-history", env!("CARGO_BIN_EXE_subunit-history")).needing_operand(),
    Tool::judge("subunit-ls", env!("CARGO_BIN_EXE_subunit-ls")),
    Tool::merger("subunit-mux", env!("CARGO_BIN_EXE_subunit-mux")),
    Tool::emitter("subunit-output", env!("CARGO_BIN_EXE_subunit-output")).with(&[
        "--attach-file",
        "-",
        "--file-name",
        "stdout",
        "--timestamp",
        "none",
    ]),
    Tool::scheduler("subunit-sched", env!("CARGO_BIN_EXE_subunit-sched"), &["--", "true"]),
    Tool::viewer("subunit-show", env!("CARGO_BIN_EXE_subunit-show")).with(&["--all"]),
    Tool::lister("subunit-split", env!("CARGO_BIN_EXE_subunit-split")).with(&["-k", "1/1"]),
    Tool::writer("subunit-stats", env!("CARGO_BIN_EXE_subunit-stats")).judging().with(&[
        "-f",
        "-o",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/subunit-stats.report"),
    ]),
    // The test that fails.
    Tool::comparer("subunit-suspects", env!("CARGO_BIN_EXE_subunit-suspects")).with(&["second"]),
    Tool::tagger("subunit-tags", env!("CARGO_BIN_EXE_subunit-tags")).with(&["-no-such-tag"]),
    Tool::copier("subunit-tee", env!("CARGO_BIN_EXE_subunit-tee")).with(&["/dev/null"]),
    Tool::tracer("subunit-trace", env!("CARGO_BIN_EXE_subunit-trace")).with(&["--no-summary", "--color=never"]),
    Tool::writer("subunit2csv", env!("CARGO_BIN_EXE_subunit2csv")).judging().with(&[
        "-f",
        "-o",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/subunit2csv.report"),
    ]),
    Tool::exporter("subunit2disk", env!("CARGO_BIN_EXE_subunit2disk"))
        .with(&["-d", concat!(env!("CARGO_TARGET_TMPDIR"), "/subunit2disk.results")]),
    Tool::page("subunit2html", env!("CARGO_BIN_EXE_subunit2html")).with(&["-o", "-"]),
    Tool::writer_of_json("subunit2json", env!("CARGO_BIN_EXE_subunit2json")),
    Tool::writer("subunit2junitxml", env!("CARGO_BIN_EXE_subunit2junitxml")).judging().with(&[
        "-f",
        "-o",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/subunit2junitxml.report"),
    ]),
    Tool::drawer("subunit2markdown", env!("CARGO_BIN_EXE_subunit2markdown")).judging().forgiving(),
    Tool::drawer("subunit2perfetto", env!("CARGO_BIN_EXE_subunit2perfetto")),
    Tool::judge("subunit2pyunit", env!("CARGO_BIN_EXE_subunit2pyunit")).on_stderr(),
    Tool::converter("tap2subunit", env!("CARGO_BIN_EXE_tap2subunit")),
];

/// The tool of this name.
pub(crate) fn tool(name: &str) -> &'static Tool {
    const { &TOOLS }.iter().find(|tool| tool.name == name).unwrap_or_else(|| panic!("{name} is in the table"))
}

/// The names of what lies in a folder of the project, in order.
pub(crate) fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder can be listed");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be listed").file_name().into_string().expect("names are UTF-8"))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn every_tool_is_in_the_table_and_has_a_page_and_a_row() {
    let mut tools: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    tools.sort_unstable();
    assert_eq!(names_in("bins"), tools, "each folder below bins/ is a line of the table, whose tests it has to pass");
    let mut pages = names_in("man");
    pages.retain(|page| page.ends_with(".1"));
    let expected: Vec<_> = tools.iter().map(|tool| format!("{tool}.1")).collect();
    assert_eq!(pages, expected, "each tool has a manual page");
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("there is one");
    for tool in tools {
        assert!(readme.contains(&format!("\n| [{tool}](man/{tool}.1) | ")), "README.md says what {tool} does");
    }
}

/// The tools that read subunit.
fn of_subunit() -> impl Iterator<Item = &'static Tool> {
    const { &TOOLS }.iter().filter(|tool| tool.reads_subunit)
}

/// The tools that read standard input themselves, and leave it to no command.
pub(crate) fn with_standard_input() -> impl Iterator<Item = &'static Tool> {
    const { &TOOLS }.iter().filter(|tool| tool.command.is_empty() && !tool.needs_operand)
}

/// The tools that take any text.
pub(crate) fn takers_of_text() -> impl Iterator<Item = &'static Tool> {
    const { &TOOLS }.iter().filter(|tool| tool.takes_text)
}

/// The tools whose operands are files to read.
fn readers() -> impl Iterator<Item = &'static Tool> {
    takers_of_text().filter(|tool| tool.reads_files)
}

/// The tools whose operands are files, to read or to write.
fn with_files() -> impl Iterator<Item = &'static Tool> {
    const { &TOOLS }.iter().filter(|tool| tool.has_files)
}

/// The tools that write what they know before the input ends.
pub(crate) fn live() -> impl Iterator<Item = &'static Tool> {
    takers_of_text().filter(|tool| !tool.writes_at_end)
}

/// The tools that drop text if they are asked to.
fn droppers_of_text() -> impl Iterator<Item = &'static Tool> {
    of_subunit().filter(|tool| tool.drops_text)
}

/// A test that passes, text, a test that fails.
fn sample() -> Vec<u8> {
    [test("first", Status::Success), b"building\n".to_vec(), test("second", Status::Fail)].concat()
}

/// Text of version 1: a test that passes, a line, a test that fails.
const SAMPLE_V1: &[u8] = b"test: first\nsuccess: first\nbuilding\ntest: second\nfailure: second [\nboom\n]\n";

/// A packet whose writer was killed in the middle of it.
fn torn_packet() -> Vec<u8> {
    let mut torn = packet(&Event::test("torn").status(Status::Success).file("log", vec![b'x'; 200]).eof());
    torn.truncate(torn.len() / 2);
    torn
}

/// A packet with a wrong byte in its content.
fn corrupt_packet() -> Vec<u8> {
    let packet = packet(&Event::test("corrupt").status(Status::Success).file("log", vec![b'x'; 200]).eof());
    with_flip(packet, 100, 1)
}

/// A packet as long as one can be.
fn longest_packet() -> Vec<u8> {
    let event = |content: usize| {
        Event::test("long").status(Status::Success).file("log", vec![b'x'; content]).mime_type("text/plain").eof()
    };
    let around = packet(&event(4_000_000)).len() - 4_000_000;
    packet(&event(MAX_LENGTH - around))
}

/// A folder with a file of these bytes in it.
fn folder_with(name: impl AsRef<OsStr>, bytes: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    fs::write(folder.path().join(name.as_ref()), bytes).expect("there is room for a file");
    folder
}

#[test]
fn a_bad_option_is_one_line_and_status_2() {
    for tool in &TOOLS {
        let unknown = [&["--no-such-option"][..], &["-?"]].into_iter().filter(|_| tool.refuses_unknown);
        for args in unknown.chain([&["--protocol"][..], &["--protocol", "3"]]) {
            let finished = tool.run(args, b"");
            let line = trouble(tool.name, &finished);
            assert!(line.contains(args[0]), "{} names the option {args:?}: {line}", tool.name);
            assert!(finished.stdout.is_empty(), "{} writes nothing for {args:?}", tool.name);
        }
    }
}

#[test]
fn a_missing_file_is_named_with_the_cause() {
    for tool in with_files() {
        let finished = tool.run(&["/proc/nonexistent/run.subunit"], b"");
        let line = trouble(tool.name, &finished);
        assert_eq!(line, "/proc/nonexistent/run.subunit: No such file or directory", "{}", tool.name);

        let finished = tool.run(&["/proc/two\nlines \x1b[31mé"], b"");
        let line = trouble(tool.name, &finished);
        assert_eq!(line, r"/proc/two\nlines \x1b[31mé: No such file or directory", "{}", tool.name);
    }
}

#[test]
fn a_folder_is_named_with_the_cause() {
    for tool in with_standard_input() {
        if tool.has_files {
            let finished = tool.run(&["/usr"], b"");
            assert_eq!(trouble(tool.name, &finished), "/usr: Is a directory", "{}", tool.name);
        }

        let folder = File::open("/usr").expect("there is /usr");
        let finished = tool.sorted(Pipeline::new([tool.usual([""; 0])]).input(folder).run(b""));
        assert_eq!(trouble(tool.name, &finished), "standard input: Is a directory", "{}", tool.name);
    }
}

#[test]
fn what_was_read_before_trouble_is_written() {
    let folder = folder_with("good", &sample());
    let good = folder.path().join("good");
    for tool in readers().filter(|tool| !tool.writes_at_end) {
        let alone = tool.run(&["-"], &sample());
        let finished = tool.sorted(run_to_end(tool.usual([good.as_os_str(), OsStr::new("/proc/nonexistent")]), b""));
        assert!(trouble(tool.name, &finished).starts_with("/proc/nonexistent: "), "{}", tool.name);
        assert!(finished.stdout == alone.stdout, "{} writes what the good file holds", tool.name);
    }
}

#[test]
fn a_file_name_may_be_any_bytes() {
    let name = OsStr::from_bytes(b"caf\xe9 \xff");
    let folder = folder_with(name, &sample());
    for tool in readers() {
        let finished = tool.sorted(run_to_end(tool.usual([folder.path().join(name)]), b""));
        assert_eq!(finished.code(), tool.verdict(true), "{} reads it: {:?}", tool.name, finished.stderr);
        assert!(finished.stdout == tool.run(&[], &sample()).stdout, "{} reads all of it", tool.name);

        let finished = tool.sorted(run_to_end(tool.usual([OsString::from(name)]), b""));
        assert!(trouble(tool.name, &finished).contains("No such file"), "{} says what is wrong", tool.name);
    }
}

#[test]
fn two_dashes_end_the_options() {
    let folder = folder_with("--times", &sample());
    for tool in readers().filter(|tool| tool.reads_subunit) {
        let mut command = tool.usual(["--", "--times"]);
        command.current_dir(folder.path());
        let finished = run_to_end(command, b"");
        assert!(finished.stdout == tool.run(&[], &sample()).stdout, "{} reads the file", tool.name);
    }
}

#[test]
fn help_fits_a_screen_and_begins_with_a_sentence() {
    for tool in &TOOLS {
        for option in ["--help", "-h"].into_iter().take(1 + usize::from(tool.refuses_unknown)) {
            let finished = tool.run(&[option], b"");
            finished.assert().code(0).stderr("");
            let lines: Vec<&str> = finished.text().lines().collect();
            assert!(lines[0].starts_with(|first: char| first.is_ascii_uppercase()), "{}: {:?}", tool.name, lines[0]);
            assert!(
                !lines[0].contains(". ") && !lines[0].ends_with('.'),
                "{}: one sentence: {:?}",
                tool.name,
                lines[0]
            );
            assert_eq!(lines[1], "", "{}: an empty line after the sentence", tool.name);
            assert!(lines[2].starts_with(&format!("Usage: {} ", tool.name)), "{}: {:?}", tool.name, lines[2]);
            for line in lines {
                assert!(line.chars().count() <= 80, "{} {option}: 80 columns are enough for {line:?}", tool.name);
            }
        }
    }
}

#[test]
fn version_is_the_name_and_the_number() {
    for tool in &TOOLS {
        for option in ["--version", "-V"].into_iter().take(1 + usize::from(tool.refuses_unknown)) {
            let finished = tool.run(&[option], b"");
            assert_eq!(finished.text(), format!("{} {}\n", tool.name, env!("CARGO_PKG_VERSION")));
            finished.assert().code(0).stderr("");
        }
    }
}

#[test]
fn a_full_disk_is_trouble() {
    for tool in takers_of_text() {
        for args in [&[][..], &["--help"], &["--version"]] {
            let finished = Pipeline::new([tool.direct(args)]).output(full_device()).run(&sample());
            let finished = tool.sorted(finished);
            let line = trouble(tool.name, &finished);
            assert_eq!(line, "standard output: No space left on device", "{} {args:?}", tool.name);
        }
    }
}

#[test]
fn a_full_disk_at_the_very_end_is_trouble() {
    // Where a report is on standard error, that cannot be said.
    for tool in takers_of_text().filter(|tool| !tool.reports_on_stderr) {
        // That the packet is torn shows when there is no more input: only the last flush writes
        // that down.
        let finished = Pipeline::new([tool.usual([""; 0])]).output(full_device()).run(&torn_packet());
        assert_eq!(trouble(tool.name, &finished), "standard output: No space left on device", "{}", tool.name);
        let finished = Pipeline::new([tool.usual([""; 0])]).output(closed_pipe()).run(&torn_packet());
        assert_eq!(finished.code(), 141, "{} sees a closed pipe at the end, too", tool.name);
    }
}

#[test]
fn a_closed_pipe_ends_a_tool_without_a_word() {
    for tool in takers_of_text() {
        for args in [&[][..], &["--help"], &["--version"]] {
            let finished = Pipeline::new([tool.usual(args)]).output(closed_pipe()).run(&sample());
            finished.assert().code(141).stderr("");
        }
    }
}

#[test]
fn a_reader_that_has_enough_ends_a_tool_in_the_middle() {
    let long_run = stream(run(4000, 1).map(|event| Event { route_code: None, ..event }));
    for tool in takers_of_text() {
        let mut head = Command::new("head");
        head.args(["-c", "20"]);
        let finished = Pipeline::new([tool.usual([""; 0]), head]).run(&long_run);
        assert_eq!(finished.statuses[0].code(), Some(141), "{}", tool.name);
        assert_silent(tool.name, &finished);
        assert_eq!(finished.stdout.len(), 20);
    }
}

#[test]
fn output_comes_before_the_input_ends() {
    for tool in live() {
        let mut live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).start();
        live.write(b"building\n");
        live.read_until(|output| tool.is_viewer || contains(output, b"building"));
        live.write(&test("first", Status::Success));
        live.read_until(|output| contains(output, b"first"));
        live.write(&test("second", Status::Success));
        live.read_until(|output| contains(output, b"second"));
        assert_eq!(live.finish().code(), 0, "{}", tool.name);
    }
}

#[test]
fn half_a_line_of_text_is_not_held_back() {
    for tool in live().filter(|tool| tool.reads_subunit && !tool.is_viewer) {
        let mut live = Pipeline::new([tool.usual(["--protocol", "2"])]).deadline(DEADLINE).start();
        live.write(b"password: ");
        live.read_until(|output| contains(output, b"password: "));
        live.write(&test("first", Status::Success));
        live.read_until(|output| contains(output, b"first"));
        assert_eq!(live.finish().code(), 0, "{}", tool.name);
    }
}

#[test]
fn output_of_version_1_comes_before_the_input_ends() {
    for tool in live() {
        let mut live = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).start();
        live.write(b"test: first\nsuccess: first\n");
        live.read_until(|output| contains(output, b"first"));
        live.write(b"building\n");
        live.read_until(|output| tool.is_viewer || contains(output, b"building"));
        assert_eq!(live.finish().code(), 0, "{}", tool.name);
    }
}

#[test]
fn the_longest_packet_goes_through() {
    let longest = longest_packet();
    assert_eq!(longest.len(), 4_194_303);
    let around = [test("before", Status::Success), longest, test("after", Status::Success)].concat();
    for tool in of_subunit() {
        let finished = tool.run(&[], &around);
        finished.assert().code(0).stderr("");
        match tool.writes {
            Writes::Subunit | Writes::Copy => {
                assert!(finished.stdout == tool.forwarded(&around), "{} forwards every byte", tool.name);
            }
            Writes::Version1 => {
                let back = self::tool("subunit-1to2").run(&[], &finished.stdout).stdout;
                let content = printed::file(&back, Some("long"), "log");
                assert!(content == printed::file(&around, Some("long"), "log"), "{} writes all of it", tool.name);
            }
            Writes::Json => assert!(restored(&finished) == around, "{} writes all of it", tool.name),
            Writes::Files => assert!(finished.stdout.is_empty(), "{} writes files alone", tool.name),
            Writes::Drawing => assert!(!finished.stdout.is_empty(), "{} draws nothing", tool.name),
            Writes::Report if tool.is_viewer => {
                assert!(finished.stdout.len() > longest_packet().len(), "{} shows all of it", tool.name);
            }
            Writes::Report if tool.writes_at_end => {
                assert!(contains(&finished.stdout, b"\"log\",\"text/plain\",4194"), "{} names it", tool.name);
            }
            Writes::Report => {
                let small = ["before", "long", "after"].map(|id| test(id, Status::Success)).concat();
                assert!(finished.stdout == tool.run(&[], &small).stdout, "{} reports it like a short one", tool.name);
            }
        }
    }
}

#[test]
fn a_broken_packet_is_a_failed_test_and_costs_no_other() {
    let (before, after) = (test("before", Status::Success), test("after", Status::Success));
    for tool in of_subunit() {
        for broken in [torn_packet(), corrupt_packet()] {
            let input = [&before[..], &broken, &after].concat();
            let finished = tool.run(&[], &input);
            finished.assert().code(tool.verdict(true)).stderr("");
            match tool.writes {
                Writes::Subunit => {
                    let [before, after] = [&before, &after].map(|packets| tool.forwarded(packets));
                    assert!(finished.stdout.starts_with(&before), "{} forwards what comes before", tool.name);
                    assert!(finished.stdout.ends_with(&after), "{} forwards what comes after", tool.name);
                    let report = format!("{PARSER_TEST_ID} fail ");
                    let is_report = |line: &String| line.starts_with(&report) && line.contains(" Parser Error=");
                    let lines = printed::lines(&finished.stdout);
                    assert!(lines.iter().any(is_report), "{}: {lines:?}", tool.name);
                    let data = printed::file(&finished.stdout, Some(PARSER_TEST_ID), "Packet data");
                    let text = printed::file(&finished.stdout, None, "stdout");
                    assert!([data, text].concat() == broken, "{} accounts for every byte: {lines:?}", tool.name);
                }
                Writes::Copy => assert!(finished.stdout == input, "{} leaves the report to others", tool.name),
                Writes::Json => assert!(restored(&finished) == input, "{} keeps every byte", tool.name),
                Writes::Files => assert!(finished.stdout.is_empty(), "{} writes files alone", tool.name),
                Writes::Drawing => assert!(!finished.stdout.is_empty(), "{} draws nothing", tool.name),
                Writes::Version1 | Writes::Report => {
                    let filtered = self::tool("subunit-filter").run(&[], &input).stdout;
                    let report = tool.run(&[], &filtered);
                    assert!(finished.stdout == report.stdout, "{} reports what a filter shows", tool.name);
                }
            }
        }
    }
}

#[test]
fn a_torn_packet_at_the_end_of_a_file_leaves_the_next_file_alone() {
    let first = [test("before", Status::Success), torn_packet()].concat();
    let after = test("after", Status::Success);
    let folder = folder_with("first", &first);
    fs::write(folder.path().join("second"), &after).expect("there is room for a file");
    for tool in readers().filter(|tool| !tool.writes_at_end && !tool.reports_on_stderr) {
        let files = ["first", "second"].map(|name| folder.path().join(name));
        let finished = tool.sorted(run_to_end(tool.usual(files), b""));
        finished.assert().code(tool.verdict(true)).stderr("");
        let alone = tool.run(&[], &first).stdout;
        let rest = finished.stdout.strip_prefix(&alone[..]);
        let rest = rest.unwrap_or_else(|| panic!("{} ends with the first file before it begins the second", tool.name));
        // A line of a report never continues an unfinished line of text.
        let rest = if matches!(tool.writes, Writes::Report | Writes::Version1) {
            rest.strip_prefix(b"\n").unwrap_or(rest)
        } else {
            rest
        };
        assert!(rest == tool.run(&[], &after).stdout, "{} reads the second file as if it were alone", tool.name);
    }
}

#[test]
fn a_test_that_one_file_leaves_open_is_not_ended_by_the_next() {
    let folder = folder_with("first", &packet(&Event::test("shared").status(Status::InProgress)));
    let second = folder.path().join("second");
    fs::write(&second, packet(&Event::test("shared").status(Status::Success))).expect("there is room for a file");
    for tool in TOOLS.iter().filter(|tool| tool.judges) {
        let finished = tool.sorted(run_to_end(tool.usual([folder.path().join("first"), second.clone()]), b""));
        assert_eq!(finished.code(), i32::from(!tool.forgives), "{}: a test never finished", tool.name);
    }
}

#[test]
fn a_dash_is_standard_input() {
    let folder = folder_with("file", &test("from-file", Status::Success));
    let file = folder.path().join("file");
    for tool in readers().filter(|tool| tool.reads_subunit) {
        let input = test("from-input", Status::Success);
        assert!(tool.run(&["-"], &input).stdout == tool.run(&[], &input).stdout, "{} reads standard input", tool.name);

        let between = [file.as_os_str(), OsStr::new("-"), file.as_os_str()];
        let finished = tool.sorted(run_to_end(tool.usual(between), &input));
        let alone = tool.sorted(run_to_end(tool.usual([&file]), b"")).stdout;
        if tool.writes == Writes::Subunit {
            let expected = [&alone[..], &input, &alone].concat();
            assert!(finished.stdout == expected, "{} reads in the order of the arguments", tool.name);
        }
        assert_eq!(finished.code(), 0, "{}", tool.name);
    }
}

#[test]
fn version_1_is_detected_and_translated_or_copied() {
    let translated = tool("subunit-1to2").run(&[], SAMPLE_V1).stdout;
    for tool in of_subunit() {
        for args in [&[][..], &["--protocol", "auto"], &["--protocol=1"]] {
            let finished = tool.run(args, SAMPLE_V1);
            finished.assert().code(tool.verdict(true)).stderr("");
            let (expected, written) = match tool.writes {
                Writes::Copy => (SAMPLE_V1, finished.stdout),
                Writes::Json => (&*translated, self::tool("subunit-filter").run(&["-s"], &restored(&finished)).stdout),
                _ => (&*tool.run(&[], &translated).stdout, finished.stdout),
            };
            assert!(written == expected, "{} {args:?}", tool.name);
        }
    }
}

#[test]
fn version_1_is_text_if_version_2_is_asked_for() {
    for tool in of_subunit() {
        let finished = tool.run(&["--protocol", "2"], SAMPLE_V1);
        assert_eq!(finished.code(), tool.verdict_on_foreign(), "{}: there is no packet", tool.name);
        match tool.writes {
            Writes::Subunit => {
                let text = printed::file(&finished.stdout, None, "stdout");
                assert_eq!(text.escape_ascii().to_string(), SAMPLE_V1.escape_ascii().to_string(), "{}", tool.name);
            }
            Writes::Copy => assert!(finished.stdout == SAMPLE_V1, "{} copies the text", tool.name),
            Writes::Json => assert!(restored(&finished) == SAMPLE_V1, "{} keeps the text", tool.name),
            Writes::Files => assert!(finished.stdout.is_empty(), "{} writes files alone", tool.name),
            Writes::Drawing => assert!(!finished.stdout.is_empty(), "{} draws nothing", tool.name),
            Writes::Version1 => {
                let listed = self::tool("subunit-ls").run(&["--json", "--protocol", "1"], &finished.stdout);
                assert_eq!(listed.text(), "", "{} writes text that stays text", tool.name);
            }
            Writes::Report if tool.is_viewer => assert!(finished.stdout.is_empty(), "{} shows no text", tool.name),
            Writes::Report => assert!(contains(&finished.stdout, SAMPLE_V1), "{} prints the text", tool.name),
        }
    }
}

#[test]
fn text_can_be_left_out() {
    let text = [b"building\n".to_vec(), test("a", Status::Success), b"done".to_vec()].concat();
    let tests = test("a", Status::Success);
    for tool in droppers_of_text() {
        let finished = tool.run(&["--no-passthrough"], &text);
        assert!(finished.stdout == tool.run(&[], &tests).stdout, "{} writes no text", tool.name);
    }
}

#[test]
fn text_is_wrapped_by_filters_and_kept_as_it_is_by_others() {
    let text = b"building\xff\n\x1b[31mno newline at the end";
    for tool in takers_of_text() {
        let finished = tool.run(&[], text);
        assert_eq!(finished.code(), tool.verdict_on_foreign(), "{}: text alone is no stream", tool.name);
        match tool.writes {
            Writes::Subunit => {
                assert_eq!(printed::strays(&finished.stdout), [""; 0], "{} writes nothing but packets", tool.name);
                assert!(printed::file(&finished.stdout, None, "stdout") == text, "{} keeps every byte", tool.name);
            }
            Writes::Copy => assert!(finished.stdout == text, "{} keeps every byte", tool.name),
            Writes::Json => assert!(restored(&finished) == text, "{} keeps every byte", tool.name),
            Writes::Files => assert!(finished.stdout.is_empty(), "{} writes files alone", tool.name),
            Writes::Drawing => assert!(!finished.stdout.is_empty(), "{} draws nothing", tool.name),
            Writes::Report if tool.is_viewer => assert!(finished.stdout.is_empty(), "{} shows no text", tool.name),
            Writes::Report if tool.writes_at_end => {
                assert!(contains(&finished.stdout, b"no newline at the end"), "{} shows the text", tool.name);
            }
            Writes::Version1 | Writes::Report => {
                assert!(finished.stdout.starts_with(text), "{} keeps every byte", tool.name);
            }
        }
    }
}

#[test]
fn empty_input_is_success_unless_the_tool_asks_for_a_test() {
    for tool in TOOLS.iter().filter(|tool| !tool.is_configured) {
        for args in [&[][..], &["/dev/null"]].into_iter().take(1 + usize::from(tool.has_files)) {
            let finished = tool.run(args, b"");
            finished.assert().code(tool.verdict_on_empty()).stderr("");
            // To a harness, a script that prints nothing has failed; an empty file is a file.
            let may_be_more = matches!(
                tool.name,
                "subunit-tee"
                    | "tap2subunit"
                    | "subunit-output"
                    | "subunit-exec"
                    | "subunit-trace"
                    | "subunit2html"
                    | "subunit2pyunit"
                    | "junitxml2subunit"
                    | "subunit2markdown"
                    | "subunit2perfetto"
            );
            assert!(finished.stdout.is_empty() || may_be_more, "{} makes nothing up", tool.name);
        }
    }
}

#[test]
fn options_may_be_repeated_and_abbreviated() {
    for tool in droppers_of_text() {
        let text = tool.run(&["--protocol", "2"], SAMPLE_V1);
        for args in [&["--protocol", "1", "--protocol", "2"][..], &["--proto=2"], &["--no-pas", "--proto", "2"]] {
            let finished = tool.run(args, SAMPLE_V1);
            assert_eq!(finished.code(), text.code(), "{} {args:?}: {:?}", tool.name, finished.stderr);
            if !args.contains(&"--no-pas") {
                assert!(finished.stdout == text.stdout, "{} {args:?}: the last one counts", tool.name);
            }
        }
        let finished = tool.run(&["--no-passthrough", "--no-passthrough"], b"");
        assert_eq!(finished.code(), tool.verdict_on_empty(), "{}: {:?}", tool.name, finished.stderr);
    }
}

#[test]
fn an_option_shortened_too_far_is_told_with_all_that_it_may_be() {
    for (name, args, line) in [
        ("subunit-filter", ["-s", "--no-s"], "ambiguous option: --no-s (--no-skip, --no-success?); see --help"),
        ("subunit-ls", ["-0", "--n=x"], "ambiguous option: --n (--no-passthrough, --null?); see --help"),
        ("subunit-stats", ["--f", "-f"], "ambiguous option: --f (--fail-on-empty, --forward?); see --help"),
        (
            "subunit-stats",
            ["-f", "--forwards"],
            "unexpected argument '--forwards' found; a similar argument exists: '--forward'",
        ),
    ] {
        let finished = run_to_end(tool(name).command(args), b"");
        assert_eq!(trouble(name, &finished), line);
    }
}

#[test]
fn arguments_may_stand_in_any_order() {
    let folder = folder_with("file", SAMPLE_V1);
    let file = folder.path().join("file");
    for tool in readers().filter(|tool| tool.reads_subunit) {
        let before = tool.sorted(run_to_end(tool.usual([OsStr::new("--protocol=2"), file.as_os_str()]), b""));
        let after = tool.sorted(run_to_end(tool.usual([file.as_os_str(), OsStr::new("--protocol=2")]), b""));
        assert!(before.stdout == after.stdout, "{} takes options after files", tool.name);
    }
}

#[test]
fn no_input_makes_a_tool_crash_or_hang() {
    for tool in takers_of_text() {
        for seed in 0..6 {
            let input = hostile_bytes(seed);
            let finished = Pipeline::new([tool.usual([""; 0])]).deadline(DEADLINE).run(&input);
            let code = finished.code();
            assert!(
                code == 0 || (tool.judges || tool.is_viewer || tool.runs_commands) && code == 1,
                "{} ends with {code} for seed {seed}",
                tool.name
            );
            let lines = finished.stderr.concat();
            let is_expected = |line: &str| line.contains(": not a subunit stream") || line.contains(" left out");
            assert!(lines.lines().all(is_expected), "{}: {lines:?}", tool.name);
            if tool.writes == Writes::Subunit {
                let strays = printed::strays(&finished.stdout);
                assert_eq!(strays, [""; 0], "{} writes whole packets and nothing else, seed {seed}", tool.name);
            }
            if tool.writes == Writes::Copy {
                assert!(finished.stdout == input, "{} changes no byte, seed {seed}", tool.name);
            }
        }
    }
}

#[test]
fn memory_does_not_grow_with_the_stream() {
    const MOST: usize = 16 << 20;
    let input = stream(run(70_000, 3));
    assert!(input.len() > MOST, "{} bytes are more than a tool may keep", input.len());
    for tool in live() {
        let mut live = Pipeline::new([tool.usual([""; 0])]).start();
        live.write(&input);
        live.write(&test("marker", Status::Success));
        live.read_until(|output| contains(&output[output.len().saturating_sub(100)..], b"marker"));
        let most = peak_memory(live.process_ids()[0]);
        assert!(most < MOST, "{} used {most} bytes for a stream of {}", tool.name, input.len());
        assert_eq!(live.finish().code(), tool.verdict(true), "{}", tool.name);
    }
}

/// The stream that a tool wrote as JSON.
fn restored(finished: &Finished) -> Vec<u8> {
    tool("json2subunit").run(&[], &finished.stdout).stdout
}

/// Some hundred thousand bytes: noise, a run with broken bytes in it, or version 1 in disorder.
fn hostile_bytes(seed: u64) -> Vec<u8> {
    const WORDS: [&[u8]; 16] = [
        b"test: a\n",
        b"success: a",
        b"failure: a [\n",
        b"error: a [ multipart\n",
        b"]\n",
        b"\n",
        b"Content-Type: text/plain\n",
        b"log\n",
        b"5\r\n",
        b"0\r\n",
        b"time: 2026-11-20 15:06:54Z\n",
        b"tags: x -y\n",
        b"progress: +3\n",
        b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b",
        b"\xb3\x2b\x91\xbf\xff\xff",
        b"\x00\xff",
    ];
    let mut random = Random::new(seed);
    match seed % 3 {
        0 => random.bytes(200_000),
        1 => {
            let mut bytes = stream(run(800, seed));
            for _ in 0..300 {
                let at = random.below(bytes.len());
                bytes[at] = random.byte();
            }
            bytes
        }
        _ => (0..30_000).flat_map(|_| WORDS[random.below(WORDS.len())].to_vec()).collect(),
    }
}

pub(crate) fn contains(output: &[u8], wanted: &[u8]) -> bool {
    output.windows(wanted.len()).any(|window| window == wanted)
}
