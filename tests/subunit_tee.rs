//! What subunit-tee does.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use subunit_codec::{Event, Status};
use testkit::finished::Finished;
use testkit::items::{decode, packets};
use testkit::pipeline::{Live, Pipeline, closed_pipe};
use testkit::random::Random;
use testkit::stream::{number, packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{DEADLINE, full_device, peak_memory, trouble};

fn tee(folder: &Folder, args: &[&str]) -> Command {
    folder.command(tool("subunit-tee"), args)
}

fn run_tee(folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    Pipeline::new([tee(folder, args)]).deadline(DEADLINE).run(input)
}

/// A program that reads a FIFO, with its output to a file, killed when the test ends.
struct Reader(Child);

impl Reader {
    fn start(folder: &Folder, fifo: &str, copy: &str) -> Self {
        let copy = File::create(folder.path(copy)).expect("there is room for a file");
        let mut cat = Command::new("cat");
        Self(cat.arg(folder.path(fifo)).stdout(copy).spawn().expect("cat starts"))
    }

    fn kill(&mut self) {
        self.0.kill().expect("cat can be killed");
        self.0.wait().expect("cat can be waited for");
    }

    fn wait(&mut self) {
        assert!(self.0.wait().expect("cat can be waited for").success(), "cat reads to the end");
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something is so.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < DEADLINE, "waited {DEADLINE:?} for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn length(path: &Path) -> usize {
    fs::metadata(path).map_or(0, |metadata| usize::try_from(metadata.len()).expect("files are small"))
}

/// Text, packets and damage.
fn mixed() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let corrupt = with_flip(long_packet(200), 100, 1);
    let (a, b) = (test("a", Status::Success), test("b", Status::Fail));
    let all = [b"make: \xff\n", &a[..], b"no newline", &corrupt, &b, b"done\n"].concat();
    let text = b"make: \xff\nno newlinedone\n".to_vec();
    (all, [a, corrupt, b].concat(), text)
}

fn long_packet(content: usize) -> Vec<u8> {
    packet(&Event::test("long").status(Status::Success).file("log", vec![b'x'; content]).eof())
}

/// A run with every fifth packet or so broken, with noise and long packets.
fn hostile(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut bytes = stream(run(600, seed));
    for _ in 0..200 {
        let at = random.below(bytes.len());
        bytes[at] = random.byte();
    }
    let noise = random.bytes(70_000);
    let torn = long_packet(300_000)[..150_000].to_vec();
    [&noise[..], &bytes, &long_packet(100_000), b"\xb3\x2b\x91\xbf\xff\xff", &torn].concat()
}

#[test]
fn every_file_and_standard_output_get_every_byte() {
    let folder = Folder::new();
    for seed in 0..4 {
        let input = hostile(seed);
        let finished = run_tee(&folder, &["one", "two", "--", "--text"], &input);
        finished.assert().code(0).stderr("");
        assert!(finished.stdout == input, "standard output has every byte");
        for name in ["one", "two", "--text"] {
            assert!(folder.read(name) == input, "{name} has every byte, and none from the time before");
        }
    }
}

#[test]
fn a_dash_is_a_file_of_that_name() {
    let folder = Folder::new();
    let (all, _, _) = mixed();
    let finished = run_tee(&folder, &["-"], &all);
    assert!(finished.stdout == all, "once");
    assert!(folder.read("-") == all, "in the file");
}

#[test]
fn without_a_file_standard_output_is_the_only_copy() {
    let folder = Folder::new();
    let (all, packets, text) = mixed();
    for (args, expected) in [(&[][..], &all), (&["-a"], &all), (&["--text"], &text), (&["--no-passthrough"], &packets)]
    {
        let finished = run_tee(&folder, args, &all);
        finished.assert().code(0).stderr("");
        assert!(finished.stdout == *expected, "{args:?}: {}", finished.stdout.escape_ascii());
    }
}

#[test]
fn text_that_other_tools_have_wrapped_is_text() {
    let folder = Folder::new();
    let run = stream([
        Event::global_file("stdout", &b"building\n"[..]).route_code("0"),
        Event::test("a").status(Status::InProgress),
        Event::test("a").file("stdout", &b"of a test\n"[..]),
        Event::global_file("stderr", &b"warning: \xff"[..]).mime_type("text/plain").tags(["web"]),
        Event::global_file("stdout.log", &b"another file\n"[..]),
        Event::global_file("stderr", &b"!\n"[..]).eof(),
        Event::test("a").status(Status::Success),
    ]);
    let input = [run.clone(), b"bare\n".to_vec()].concat();
    let finished = run_tee(&folder, &["--text", "one"], &input);
    assert!(finished.stdout == b"building\nwarning: \xff!\nbare\n", "{}", finished.stdout.escape_ascii());
    assert!(folder.read("one") == input, "the file has all of it");
    let finished = run_tee(&folder, &["--text", "--no-passthrough", "one"], &input);
    assert!(finished.stdout == b"building\nwarning: \xff!\nbare\n", "{}", finished.stdout.escape_ascii());
    assert!(folder.read("one") == run, "what is in packets is no text between them");
}

#[test]
fn text_is_made_harmless_for_a_terminal_and_nowhere_else() {
    let folder = Folder::new();
    let input = [&b"clear \x1b[2J\ttab caf\xc3"[..], &test("a", Status::Success), b"\xa9\n\xff end \xe2\x80"].concat();
    folder.write("input", &input);
    let mut script = Command::new("script");
    let tee = format!("'{}' --text copy <input", tool("subunit-tee").path);
    script.args(["-qc", &tee, "/dev/null"]).current_dir(folder.path(""));
    let finished = Pipeline::new([script]).deadline(DEADLINE).run(b"");
    let shown = String::from_utf8_lossy(&finished.stdout).replace("\r\n", "\n");
    assert_eq!(shown, "clear \\x1b[2J\ttab caf\u{e9}\n\u{fffd} end \u{fffd}");
    assert!(folder.read("copy") == input, "the file has every byte");
    let piped = run_tee(&folder, &["--text"], &input).stdout;
    assert!(piped == b"clear \x1b[2J\ttab caf\xc3\xa9\n\xff end \xe2\x80", "{}", piped.escape_ascii());
}

#[test]
fn the_log_of_a_build_comes_live_through_other_tools() {
    let folder = Folder::new();
    let script = "echo building; echo warning >&2; cat go; printf 'no newline'; cat go";
    folder.fifo("go");
    let mut mux = tool("subunit-mux").command(["-c", script]);
    mux.current_dir(folder.path(""));
    let filter = tool("subunit-filter").command(["--all"]);
    let mut live = Pipeline::new([mux, filter, tee(&folder, &["--text", "copy"])]).deadline(DEADLINE).start();
    let go = || File::options().write(true).open(folder.path("go")).map(drop).expect("it is read");
    live.read_until(|output| output.len() == "building\nwarning\n".len());
    go();
    live.read_until(|output| output.ends_with(b"no newline"));
    go();
    assert_eq!(live.finish().code(), 0);
    let text = tool("subunit-tee").command(["--text"]);
    let again = Pipeline::new([text]).run(&folder.read("copy")).stdout;
    assert_eq!(again.len(), "building\nwarning\nno newline".len(), "the copy has it, too");
}

#[test]
fn copies_grow_while_the_input_goes_on_by_whole_packets() {
    let folder = Folder::new();
    let mut live = Pipeline::new([tee(&folder, &["copy"])]).deadline(DEADLINE).start();
    let mut expected = Vec::new();
    for piece in [&b"compiling"[..], &test("a", Status::Success), b"\n", &long_packet(100_000)] {
        live.write(piece);
        expected.extend_from_slice(piece);
        live.read_until(|output| output == expected);
        wait_until("the copy", || folder.read("copy") == expected);
    }
    // Half a packet, and text behind a whole one: the half one is not there, the whole one is.
    let next = test("b", Status::Success);
    live.write(&[&next[..], &long_packet(5000)[..2000]].concat());
    expected.extend_from_slice(&next);
    live.read_until(|output| output == expected);
    wait_until("the copy", || folder.read("copy") == expected);
    live.write(&long_packet(5000)[2000..]);
    expected.extend_from_slice(&long_packet(5000));
    live.read_until(|output| output == expected);
    assert_eq!(live.finish().code(), 0);
    assert!(folder.read("copy") == expected);
}

#[test]
fn text_alone_goes_to_standard_output_and_all_to_the_files() {
    let folder = Folder::new();
    let (all, packets, text) = mixed();
    let finished = run_tee(&folder, &["--text", "one", "two"], &all);
    assert_eq!(finished.code(), 0);
    assert!(finished.stdout == text, "{}", finished.stdout.escape_ascii());
    assert!(folder.read("one") == all && folder.read("two") == all, "the files have all of it");

    let finished = run_tee(&folder, &["--text", "--no-passthrough", "one"], &all);
    assert!(finished.stdout == text, "{}", finished.stdout.escape_ascii());
    assert!(folder.read("one") == packets, "the file has all but the text");
}

#[test]
fn text_left_out_leaves_packets_and_damage() {
    let folder = Folder::new();
    let (all, packets, _) = mixed();
    let finished = run_tee(&folder, &["--no-passthrough", "one"], &all);
    assert_eq!(finished.code(), 0);
    assert!(finished.stdout == packets, "{}", finished.stdout.escape_ascii());
    assert!(folder.read("one") == packets);
}

#[test]
fn nothing_is_left_out_of_version_1() {
    let folder = Folder::new();
    let long_start = [b"\n".repeat(60_000), b"test: a\nhello\nsuccess: a\n".to_vec()].concat();
    for input in [&b"test: a\nhello\nsuccess: a\n"[..], b"\n\ntest: a\nhello\n", &long_start] {
        for args in [&["--no-passthrough", "one"][..], &["--no-passthrough", "--protocol=1", "one"]] {
            let finished = run_tee(&folder, args, input);
            assert_eq!(finished.code(), 0);
            assert!(finished.stdout == input, "{args:?}: {}", finished.stdout.escape_ascii());
            assert!(folder.read("one") == input, "{args:?}");
        }
        let finished = run_tee(&folder, &["--no-passthrough", "--protocol=2", "one"], input);
        assert!(finished.stdout.is_empty(), "it is text where version 2 is asked for");
        let finished = run_tee(&folder, &["--text", "one"], input);
        assert!(finished.stdout == input && folder.read("one") == input, "it is text and more");
    }
    let between = [b"test: a\n".to_vec(), test("b", Status::Success), b"success: a\n".to_vec()].concat();
    assert!(
        run_tee(&folder, &["--no-passthrough", "one"], &between).stdout == between,
        "packets stand between the lines"
    );
    for text in [&b"building\ntest: a\n"[..], b"test", b"\n\n", b"test: ", &b"\n".repeat(70_000)] {
        let input = [text, &test("b", Status::Success), b"test: c\n"].concat();
        let finished = run_tee(&folder, &["--no-passthrough", "one"], &input);
        assert!(finished.stdout == test("b", Status::Success), "{:?} is not version 1", text.escape_ascii());
    }
}

#[test]
fn text_before_version_1_is_left_out_and_no_result_is() {
    let folder = Folder::new();
    let line = "a line of a build\n";
    for text in [line, &line.repeat(10_000), &"\n".repeat(70_000), &"x".repeat(200_000), "test of it\n"] {
        for results in ["test: a\nfailure: a\n", "test: a\nfailure: a", "error: a [\nx\n]\n", "test: a\n", "test: a"] {
            let newline = if text.ends_with('\n') { "" } else { "\n" };
            let input = format!("{text}{newline}{results}");
            let finished = run_tee(&folder, &["--no-passthrough", "one"], input.as_bytes());
            let expected = if text.starts_with("test of") { &input } else { results };
            assert_eq!(String::from_utf8_lossy(&finished.stdout), *expected, "{}", &text[..9]);
        }
    }
    let log = line.repeat(10_000);
    let input = format!("building\ntest: a\n{log}failure: a\n");
    let finished = run_tee(&folder, &["--no-passthrough", "one"], input.as_bytes());
    assert_eq!(String::from_utf8_lossy(&finished.stdout), &input["building\n".len()..]);
}

#[test]
fn version_1_left_whole_comes_as_it_is_written() {
    let folder = Folder::new();
    let mut live = Pipeline::new([tee(&folder, &["--no-passthrough", "one"])]).deadline(DEADLINE).start();
    live.write(b"test");
    live.write(b": a");
    live.read_until(|output| output == b"test: a");
    live.write(b"\nsucc");
    live.read_until(|output| output == b"test: a\nsucc");
    assert_eq!(live.finish().code(), 0);
}

#[test]
fn a_full_disk_ends_one_copy_and_no_other() {
    let folder = Folder::new();
    let input = stream(run(2000, 5));
    let finished = run_tee(&folder, &["one", "/dev/full", "two"], &input);
    assert_eq!(trouble("subunit-tee", &finished), "/dev/full: No space left on device", "reported once");
    assert!(finished.stdout == input, "standard output has every byte");
    assert!(folder.read("one") == input && folder.read("two") == input, "the other files have every byte");

    let finished = Pipeline::new([tee(&folder, &["one"])]).output(full_device()).run(&input);
    assert_eq!(trouble("subunit-tee", &finished), "standard output: No space left on device");
    assert!(folder.read("one") == input, "the file has every byte");
}

#[test]
fn a_file_that_may_not_grow_ends_one_copy_and_no_other() {
    let folder = Folder::new();
    let input = stream(run(2000, 5));
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -f 8; exec \"$0\" one", tool("subunit-tee").path]).current_dir(folder.path(""));
    let finished = Pipeline::new([command]).deadline(DEADLINE).run(&input);
    assert_eq!(trouble("subunit-tee", &finished), "one: File too large", "and no signal ends the tool");
    assert!(finished.stdout == input, "standard output has every byte");
    let copy = folder.read("one");
    assert!(copy.len() <= 8192 && input.starts_with(&copy));
    assert_eq!(packets(&decode(&copy)).concat().len(), copy.len(), "what it has are whole packets");
}

#[test]
fn trouble_is_told_of_when_it_comes() {
    let folder = Folder::new();
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" /dev/full 2>said", tool("subunit-tee").path]).current_dir(folder.path(""));
    let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
    live.write(b"building\n");
    live.read_until(|output| output == b"building\n");
    wait_until("the line", || folder.read("said").ends_with(b"\n"));
    assert_eq!(live.finish().code(), 2);
}

#[test]
fn a_file_that_cannot_be_opened_leaves_the_others_alone() {
    let folder = Folder::new();
    let (all, _, _) = mixed();
    for args in [&["missing/file", "one"][..], &["-a", "missing/file", "one"]] {
        fs::remove_file(folder.path("one")).unwrap_or_default();
        let finished = run_tee(&folder, args, &all);
        assert_eq!(trouble("subunit-tee", &finished), "missing/file: No such file or directory");
        assert!(finished.stdout == all && folder.read("one") == all, "the others have every byte");
    }
    let finished = run_tee(&folder, &["missing/file", "/dev/full"], &all);
    let lines =
        "subunit-tee: missing/file: No such file or directory\nsubunit-tee: /dev/full: No space left on device\n";
    assert_eq!(finished.stderr, [lines], "each has its line");
    assert_eq!(finished.code(), 2);
}

#[test]
fn a_disk_that_fills_up_in_a_packet_keeps_the_packets_before_it() {
    let folder = Folder::new();
    // A limit on the size of files stands for the size of the disk. In blocks of 512 bytes.
    let limited = |args: &str| {
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f 800; exec \"$0\" {args}");
        command.args(["-c", &script, tool("subunit-tee").path]).current_dir(folder.path(""));
        command
    };
    let small = stream(run(100, 5));
    let input = [&small[..], &long_packet(300_000), &long_packet(300_000), &small].concat();
    for (name, args) in [("one", "one"), ("appended", "-a appended")] {
        let finished = Pipeline::new([limited(args)]).deadline(DEADLINE).run(&input);
        assert_eq!(trouble("subunit-tee", &finished), format!("{name}: File too large"));
        assert!(finished.stdout == input, "standard output has every byte");
        let copy = folder.read(name);
        assert!(copy == input[..small.len() + long_packet(300_000).len()], "{} bytes are whole packets", copy.len());
    }
}

fn signal(live: &Live, signal: Signal) {
    let id = live.process_ids()[0];
    let process = Pid::from_raw(id.cast_signed()).expect("process ids are not 0");
    kill_process(process, signal).expect("the process is there");
}

#[test]
fn a_signal_tears_no_packet() {
    let folder = Folder::new();
    let packet = long_packet(4_000_000);
    for (number, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut live = Pipeline::new([tee(&folder, &["copy"])]).deadline(DEADLINE).start();
        // The writer stays, in the middle of a packet.
        live.write(&[packet.repeat(20), packet[..3_000_000].to_vec()].concat());
        live.read_until(|output| output.len() >= 2 * packet.len());
        signal(&live, number);
        live.read_to_end();
        let finished = live.finish();
        finished.assert().code(code).stderr("");
        for copy in [&finished.stdout, &folder.read("copy")] {
            let count = copy.len() / packet.len();
            assert!(*copy == packet.repeat(count), "{number:?}: {} bytes are whole packets", copy.len());
        }
    }
}

#[test]
fn a_signal_costs_no_packet_behind_a_torn_one() {
    let folder = Folder::new();
    let whole = [&long_packet(1_000_000)[..5000], b"\ntext\n", &test("a", Status::Fail)].concat();
    let mut live = Pipeline::new([tee(&folder, &["copy"])]).deadline(DEADLINE).start();
    live.write(&test("first", Status::Success));
    live.read_until(|output| output == test("first", Status::Success));
    live.write(&[&whole[..], &long_packet(3000)[..1000]].concat());
    signal(&live, Signal::TERM);
    live.read_to_end();
    assert_eq!(live.finish().code(), 143);
    assert!(folder.read("copy") == [test("first", Status::Success), whole].concat());
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_so() {
    let folder = Folder::new();
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' INT; exec \"$0\" \"$1\"", tool("subunit-tee").path]).arg(folder.path("copy"));
    let mut live = Pipeline::new([command]).deadline(DEADLINE).start();
    let (first, second) = (test("a", Status::Success), test("b", Status::Success));
    live.write(&first);
    live.read_until(|output| output == first);
    signal(&live, Signal::INT);
    thread::sleep(Duration::from_millis(100));
    live.write(&second);
    let finished = live.finish();
    assert_eq!(finished.code(), 0);
    assert!(finished.stdout == [first, second].concat());
}

#[test]
fn last_words_after_a_signal_are_copied_as_they_come() {
    let folder = Folder::new();
    let (input, _, _) = mixed();
    let mut live = Pipeline::new([tee(&folder, &["copy"])]).deadline(DEADLINE).start();
    live.write(&input);
    live.read_until(|output| output == input);
    signal(&live, Signal::TERM);
    // An input that ends by itself is copied as it is, a torn packet at its end, too.
    let last = [&test("last", Status::Fail)[..], b"killed", &long_packet(3000)[..1000]].concat();
    live.write(&last);
    live.close_input();
    let finished = live.finish();
    assert_eq!(finished.code(), 143);
    assert!(finished.stdout == [input, last].concat(), "{}", finished.stdout.escape_ascii());
    assert!(folder.read("copy") == finished.stdout, "the file has the same");
}

#[test]
fn a_closed_standard_output_leaves_the_files_complete() {
    let folder = Folder::new();
    let input = stream(run(4000, 5));
    let finished = Pipeline::new([tee(&folder, &["one", "two"])]).output(closed_pipe()).run(&input);
    finished.assert().code(141).stderr("");
    assert!(folder.read("one") == input && folder.read("two") == input, "the files have every byte");

    for args in [["/dev/full", "one"], ["missing/file", "one"]] {
        let finished = Pipeline::new([tee(&folder, &args)]).output(closed_pipe()).run(&input);
        trouble("subunit-tee", &finished);
        assert!(folder.read("one") == input, "the file has every byte");
    }
}

#[test]
fn a_tool_without_a_sink_left_ends() {
    let folder = Folder::new();
    let sh = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    };
    for (args, code) in [(&["/dev/full"][..], 2), (&["missing/file"], 2)] {
        let pipeline = Pipeline::new([sh("yes || true"), tee(&folder, args)]).output(closed_pipe());
        assert_eq!(
            pipeline.deadline(DEADLINE).run(b"").code(),
            code,
            "{args:?}: an endless input is not read to its end"
        );
    }
}

#[test]
fn a_killed_reader_of_one_fifo_takes_nothing_from_the_other() {
    let folder = Folder::new();
    folder.fifo("left");
    folder.fifo("right");
    let mut left = Reader::start(&folder, "left", "left.copy");
    let mut right = Reader::start(&folder, "right", "right.copy");
    let mut live = Pipeline::new([tee(&folder, &["left", "file", "right"])]).deadline(DEADLINE).start();
    let input = stream(run(3000, 7));
    let (before, after) = input.split_at(input.len() / 2);
    live.write(before);
    wait_until("the copies", || length(&folder.path("left.copy")) > 0 && length(&folder.path("right.copy")) > 0);
    left.kill();
    live.write(after);
    live.read_until(|output| output.len() == input.len());
    let finished = live.finish();
    assert_eq!(trouble("subunit-tee", &finished), "left: Broken pipe");
    right.wait();
    assert!(finished.stdout == input, "standard output has every byte");
    assert!(folder.read("file") == input && folder.read("right.copy") == input, "the others have every byte");
}

#[test]
fn a_stopped_reader_holds_back_the_input_and_memory_does_not_grow() {
    const MOST: usize = 16 << 20;
    let folder = Folder::new();
    folder.fifo("slow");
    let fifo = folder.path("slow");
    // Opened for both ways, which waits for nobody: what is not read stays in the pipe.
    let mut slow = File::options().read(true).write(true).open(&fifo).expect("the FIFO opens");
    let input: Vec<u8> = (0..8).flat_map(|_| long_packet(4_194_000)).collect();
    let mut live = Pipeline::new([tee(&folder, &["slow", "file"])]).deadline(DEADLINE).start();
    let process = live.process_ids()[0];
    live.write(&input);
    live.read_until(|output| output.len() >= long_packet(4_194_000).len());
    // Time enough to run ahead of a reader that has stopped.
    std::thread::sleep(Duration::from_millis(300));
    assert!(length(&folder.path("file")) <= 2 * 4_194_303, "the other file is not far ahead");
    let mut left = input.len();
    let mut buffer = vec![0; 1 << 20];
    let mut copy = Vec::new();
    while left > 0 {
        let count = slow.read(&mut buffer).expect("the FIFO can be read");
        copy.extend_from_slice(&buffer[..count]);
        left -= count;
    }
    live.read_until(|output| output.len() == input.len());
    let most = peak_memory(process);
    assert!(most < MOST, "{most} bytes were used");
    let finished = live.finish();
    assert_eq!(finished.code(), 0);
    assert!(copy == input && finished.stdout == input && folder.read("file") == input, "every byte came everywhere");
}

#[test]
fn files_are_appended_to_where_a_packet_or_a_line_ends() {
    let folder = Folder::new();
    let input = test("new", Status::Success);
    let whole = test("old", Status::Success);
    let longest = long_packet(4_194_303 - (long_packet(4_194_000).len() - 4_194_000));
    assert_eq!(longest.len(), 4_194_303);
    let nested = packet(&Event::test("outer").file("log", [&whole[..], b"\n", &whole].concat()).eof());
    let nested_again = [&long_packet(4_194_000)[..], &nested, &nested].concat();
    for before in [&b""[..], b"building\n", &whole, &longest, &nested_again, b"\xb3\n"] {
        for option in ["-a", "--append"] {
            folder.write("file", before);
            let finished = run_tee(&folder, &[option, "file"], &input);
            assert_eq!(finished.code(), 0);
            assert!(finished.stdout == input, "nothing else than the input is copied");
            assert!(folder.read("file") == [before, &input].concat(), "{} bytes end whole", before.len());
        }
    }
    let torn = [&whole[..], &long_packet(300_000)[..200_000]].concat();
    for before in [&b"building"[..], b"\xb3", &torn, &whole[..whole.len() - 1], &with_flip(whole.clone(), 20, 1)] {
        folder.write("file", before);
        assert_eq!(run_tee(&folder, &["-a", "file"], &input).code(), 0);
        assert!(folder.read("file") == [before, b"\n", &input].concat(), "{} bytes do not end whole", before.len());
    }
    assert_eq!(run_tee(&folder, &["-a", "made"], &input).code(), 0);
    assert!(folder.read("made") == input, "a file that is not there is made");
}

#[test]
fn a_torn_packet_that_is_appended_to_costs_no_other() {
    let folder = Folder::new();
    let torn = long_packet(3000);
    for cut in [1, 2, 3, 5, 6, 20, 1500, 2999] {
        let before = [&test("before", Status::Success)[..], &torn[..cut]].concat();
        folder.write("file", &before);
        let input = [test("a", Status::Success), long_packet(5000), test("b", Status::Fail)].concat();
        assert_eq!(run_tee(&folder, &["-a", "file"], &input).code(), 0);
        let file = folder.read("file");
        let items = decode(&file);
        let expected = [&test("before", Status::Success)[..], &input].concat();
        assert!(packets(&items).concat() == expected, "cut after {cut} bytes: {items:?}");
    }
}

#[test]
fn pipes_and_devices_are_appended_to_as_they_are() {
    let folder = Folder::new();
    folder.fifo("fifo");
    let mut reader = Reader::start(&folder, "fifo", "copy");
    let (all, _, _) = mixed();
    let finished = run_tee(&folder, &["-a", "fifo", "/dev/null"], &all);
    finished.assert().code(0).stderr("");
    reader.wait();
    assert!(folder.read("copy") == all);
}

#[test]
fn the_end_of_a_large_file_is_found_in_little_memory() {
    const MOST: usize = 16 << 20;
    const HEADER: u32 = 11;
    let folder = Folder::new();
    // Headers of packets that each end with the file: to compute the checksum of each by itself
    // takes minutes.
    let header = |left: u32| {
        let content = left - HEADER - 4;
        [b"\xb3\x20\x40", &number(left, 3)[..], b"\x01l", &number(content, 3)].concat()
    };
    let mut before = stream(run(20_000, 3));
    before.extend((2000..380_000).rev().flat_map(|count| header(HEADER * count)));
    before.extend(vec![b'x'; 2000 * 11 - 11]);
    folder.write("file", &before);
    let mut live = Pipeline::new([tee(&folder, &["-a", "file"])]).deadline(DEADLINE).start();
    live.write(b"building\n");
    live.read_until(|output| output == b"building\n");
    let most = peak_memory(live.process_ids()[0]);
    assert!(most < MOST, "{most} bytes were used");
    assert_eq!(live.finish().code(), 0);
    assert!(folder.read("file") == [&before[..], b"\nbuilding\n"].concat());
}
