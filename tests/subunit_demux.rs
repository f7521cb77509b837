//! What subunit-demux does.

use std::fs;
use std::process::Command;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::random::Random;
use testkit::stream::{packet, run, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, full_device, trouble};

fn demux(folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    run_to_end(folder.command(tool("subunit-demux"), args), input)
}

/// A stream on a route.
fn routed(stream: &[u8], code: &str) -> Vec<u8> {
    let items = testkit::items::decode(stream);
    testkit::stream::stream(testkit::items::events(&items).into_iter().map(|event| event.route_code(code.to_owned())))
}

#[test]
fn merged_streams_come_apart_byte_for_byte() {
    let mut random = Random::new(11);
    for seed in 0..12 {
        let folder = Folder::new();
        let names = ["web", "db", "a.b", "%", "unrouted", "0"];
        let sources: Vec<(&str, Vec<u8>)> = names
            .into_iter()
            .take(1 + random.below(names.len()))
            .zip(seed..)
            .map(|(name, seed)| (name, stream(run(1 + random.below(60), seed))))
            .collect();
        let mut mux = tool("subunit-mux").command([""; 0]);
        for (name, bytes) in &sources {
            let file = format!("{}.source", name.replace('%', "percent"));
            folder.write(&file, bytes);
            mux.arg(format!("{name}={}", folder.path(&file).display()));
        }
        let merged = Pipeline::new([mux]).run(b"");
        merged.assert().code(0);
        demux(&folder, &["-d", "out"], &merged.stdout).assert().code(0).stderr("");
        for (name, bytes) in &sources {
            let file = match *name {
                "%" => "%25",
                "unrouted" => "%75nrouted",
                name => name,
            };
            assert!(folder.read(&format!("out/{file}.subunit")) == *bytes, "seed {seed}, {name}");
            let alone = demux(&folder, &["--route", name], &merged.stdout);
            assert!(alone.stdout == *bytes, "seed {seed}, {name} alone");
        }
        assert_eq!(fs::read_dir(folder.path("out")).expect("it is there").count(), sources.len());
    }
}

#[test]
fn only_the_first_part_of_a_route_is_taken_off() {
    let folder = Folder::new();
    let event = |id, code: &str| packet(&Event::test(id).status(Status::Fail).route_code(code.to_owned()));
    let input = [event("a", "web/0/1"), event("b", "web"), event("c", "/x"), event("d", "")].concat();
    demux(&folder, &["-d", "out"], &input).assert().code(0).stderr("");
    assert_eq!(printed::lines(&folder.read("out/web.subunit")), ["a fail /0/1", "b fail"]);
    assert_eq!(printed::lines(&folder.read("out/%.subunit")), ["c fail /x", "d fail"]);
}

#[test]
fn what_has_no_route_has_a_file_too() {
    let folder = Folder::new();
    let torn = with_flip(packet(&Event::test("torn").status(Status::Success)), 7, 1);
    let input =
        [routed(&test("a", Status::Success), "web"), b"building\n".to_vec(), test("b", Status::Fail), torn].concat();
    demux(&folder, &["-d", "out"], &input).assert().code(0).stderr("");
    assert_eq!(folder.read("out/web.subunit"), test("a", Status::Success));
    let unrouted = folder.read("out/unrouted.subunit");
    let lines = printed::lines(&unrouted);
    assert!(lines[0].starts_with("- ... stdout=\"building\\n\""), "{lines:?}");
    assert_eq!(lines[1..3], ["b inprogress", "b fail"]);
    assert!(lines.iter().any(|line| line.starts_with("subunit.parser fail")), "{lines:?}");
    assert_eq!(demux(&folder, &["--route="], &input).stdout, unrouted);

    let quiet = demux(&folder, &["-d", "quiet", "--no-passthrough"], &input);
    quiet.assert().code(0);
    assert!(!printed::lines(&folder.read("quiet/unrouted.subunit")).iter().any(|line| line.contains("stdout=")));
}

#[test]
fn a_file_that_is_there_is_kept_unless_told_otherwise() {
    let folder = Folder::new();
    let input = [routed(&test("a", Status::Success), "web"), routed(&test("b", Status::Success), "db")].concat();
    fs::create_dir(folder.path("out")).expect("there is room");
    folder.write("out/web.subunit", b"precious");
    let finished = demux(&folder, &["-d", "out"], &input);
    assert_eq!(trouble("subunit-demux", &finished), "out/web.subunit: File exists");
    assert_eq!(folder.read("out/web.subunit"), b"precious");
    assert_eq!(folder.read("out/db.subunit"), test("b", Status::Success), "the others go on");
    demux(&folder, &["-d", "out", "-f"], &input).assert().code(0).stderr("");
    assert_eq!(folder.read("out/web.subunit"), test("a", Status::Success));
}

#[test]
fn no_file_is_read_and_written() {
    let folder = Folder::new();
    let input = routed(&test("a", Status::Success), "web");
    folder.write("web.subunit", &input);
    let finished = demux(&folder, &["-f", "-d", ".", "web.subunit"], b"");
    assert_eq!(trouble("subunit-demux", &finished), "./web.subunit: input file is output file");
    let mut command = Command::new("sh");
    command.current_dir(folder.path(""));
    command.args(["-c", "exec \"$0\" -f -d . < web.subunit", tool("subunit-demux").path]);
    let finished = run_to_end(command, b"");
    assert_eq!(trouble("subunit-demux", &finished), "./web.subunit: input file is output file");
    assert_eq!(folder.read("web.subunit"), input);
}

#[test]
fn a_disk_that_is_full_costs_its_own_file_only() {
    let folder = Folder::new();
    fs::create_dir(folder.path("out")).expect("there is room");
    std::os::unix::fs::symlink("/dev/full", folder.path("out/web.subunit")).expect("there is room");
    let one = [routed(&test("a", Status::Success), "web"), routed(&test("b", Status::Success), "db")].concat();
    let finished = demux(&folder, &["-d", "out", "-f"], &one.repeat(2000));
    assert_eq!(trouble("subunit-demux", &finished), "out/web.subunit: No space left on device");
    assert_eq!(folder.read("out/db.subunit"), test("b", Status::Success).repeat(2000));
    let finished = Pipeline::new([tool("subunit-demux").command(["--route", "db"])]).output(full_device()).run(&one);
    assert_eq!(trouble("subunit-demux", &finished), "standard output: No space left on device");
}

#[test]
fn a_thousand_routes_need_few_descriptors() {
    let folder = Folder::new();
    let mut random = Random::new(2);
    let mut expected = vec![Vec::new(); 1000];
    let mut input = Vec::new();
    for number in 0..20_000 {
        let code = random.below(expected.len());
        let event = Event::test(format!("t{number}")).status(Status::Success);
        expected[code].extend(packet(&event));
        input.extend(packet(&event.route_code(format!("r{code}"))));
    }
    for limit in ["64", "24"] {
        let mut command = Command::new("sh");
        command.current_dir(folder.path(""));
        command.args(["-c", "ulimit -n \"$1\"; exec \"$0\" -f -d out", tool("subunit-demux").path, limit]);
        run_to_end(command, &input).assert().code(0).stderr("");
        for (code, bytes) in expected.iter().enumerate() {
            assert!(folder.read(&format!("out/r{code}.subunit")) == *bytes, "route {code}, {limit} descriptors");
        }
    }
}

#[test]
fn files_grow_while_the_stream_goes_on() {
    let folder = Folder::new();
    let live = Pipeline::new([folder.command(tool("subunit-demux"), &["-d", "out"])]).deadline(DEADLINE).start();
    live.write(&routed(&test("a", Status::Success), "web"));
    let since = std::time::Instant::now();
    while !fs::read(folder.path("out/web.subunit")).is_ok_and(|bytes| bytes == test("a", Status::Success)) {
        assert!(since.elapsed() < DEADLINE, "the packet is in the file");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    live.finish().assert().code(0);
}

#[test]
fn one_of_directory_and_route_is_asked_for() {
    let folder = Folder::new();
    for args in [&[][..], &["-d", "out", "--route", "web"], &["-f", "--route", "web"]] {
        let finished = demux(&folder, args, b"");
        assert_eq!(finished.code(), 2, "{args:?}");
        assert!(!folder.path("out").exists(), "{args:?}");
    }
    let finished = demux(&folder, &["-d", "/proc/none"], b"");
    assert_eq!(trouble("subunit-demux", &finished), "/proc/none: No such file or directory");
}
