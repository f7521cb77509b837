//! What subunit2disk does.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::random::Random;
use testkit::stream::{at, packet, run, stream, test};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{peak_memory, trouble};

fn export(folder: &Folder, args: &[&str], input: &[u8]) -> Finished {
    run_to_end(folder.command(tool("subunit2disk"), args), input)
}

/// The files below a folder, by their paths.
fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("it can be listed") {
            let path = entry.expect("it can be listed").path();
            if path.symlink_metadata().expect("it is there").is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(root).expect("it is below");
                found.insert(below.to_str().expect("names are UTF-8").to_owned());
            }
        }
    }
    found
}

#[track_caller]
fn exported(input: &[u8]) -> (Folder, BTreeSet<String>) {
    let folder = Folder::new();
    export(&folder, &["-d", "out"], input).assert().code(0).stdout("").stderr("");
    let found = files(&folder.path("out"));
    (folder, found)
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn a_test_is_a_folder_with_its_attachments_and_what_is_known() {
    let (folder, found) = exported(&stream([
        Event::test("a/b").status(Status::InProgress).at(at(1000, 0)).tags(["slow", "a"]),
        Event::test("a/b").file("log", &b"one "[..]).mime_type("text/plain"),
        Event::test("a/b").file("log", &b"two"[..]).eof(),
        Event::test("a/b").file("shot.png", &b"\x89"[..]).eof(),
        Event::test("a/b").status(Status::Fail).at(at(1001, 500_000_000)),
        Event::test("hangs").status(Status::InProgress),
        Event::test("there").status(Status::Exists).route_code("web"),
        Event::test("gone").file("late", &b""[..]),
    ]));
    let expected = ["a/b/log", "a/b/shot.png", "a/b/test.json", "hangs/test.json", "there/test.json", "gone/late"];
    assert_eq!(found, names(expected));
    assert_eq!(folder.read("out/a/b/log"), b"one two");
    assert_eq!(
        String::from_utf8(folder.read("out/a/b/test.json")).expect("it is text"),
        r#"{"details": ["log", "shot.png"], "id": "a/b", "start": "1970-01-01 00:16:40+00:00", "status": "fail", "stop": "1970-01-01 00:16:41.500000+00:00", "tags": ["a", "slow"]}"#
    );
    let hangs = r#"{"details": [], "id": "hangs", "start": null, "status": "inprogress", "stop": null, "tags": []}"#;
    assert_eq!(folder.read("out/hangs/test.json"), hangs.as_bytes());
    assert!(String::from_utf8_lossy(&folder.read("out/there/test.json")).contains(r#""route_code": "web""#));
}

#[test]
fn what_clashes_gets_a_number() {
    let attached = |name: &'static str, content: &'static [u8]| Event::test("a").file(name, content).eof();
    let first = [
        attached("test.json", b"mine"),
        attached("log", b"1"),
        attached("log", b"2"),
        Event::test("a").status(Status::Fail),
    ];
    let again = [
        Event::test("a").status(Status::Success),
        Event::test("a/log").status(Status::Success),
        Event::test("a/log").status(Status::Skip),
    ];
    let (folder, found) = exported(&stream([&first[..], &again].concat()));
    let expected =
        ["a/test.json", "a/test.json-1", "a/log", "a/log-1", "a-1/test.json", "a/log-2/test.json", "a/log-3/test.json"];
    assert_eq!(found, names(expected));
    assert_eq!(folder.read("out/a/test.json-1"), b"mine");
    let (_, found) = exported(&stream([
        Event::test("a/test.json").status(Status::Success),
        Event::test("a").status(Status::Success),
    ]));
    assert!(found.contains("a/test.json/test.json"), "{found:?}");
}

#[test]
fn nothing_is_written_outside_of_the_directory() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("out/real")).expect("there is room");
    fs::create_dir(folder.path("outside")).expect("there is room");
    folder.write("precious", b"precious");
    symlink("../outside", folder.path("out/link")).expect("there is room");
    symlink("../precious", folder.path("out/real/log")).expect("there is room");
    symlink("../../outside", folder.path("out/_global")).expect("there is room");
    let absolute = folder.path("outside").join("x").to_str().expect("it is UTF-8").to_owned();
    let ids = [
        "../outside/a",
        "/etc/passwd",
        "..",
        ".",
        "",
        "a/../../outside/b",
        &absolute,
        "link/c",
        "link",
        "real",
        "a\0b",
        "..\\x",
    ];
    let events = ids.into_iter().filter(|id| !id.contains('\0')).flat_map(|id| {
        ["../../outside/d", "/outside", "..", "log", "../precious", ""]
            .map(|name| Event::test(id.to_owned()).file(name, &b"evil"[..]).eof().status(Status::Fail))
    });
    let global = Event::global_file("../precious", &b"evil"[..]).route_code("../..");
    let input = stream(events.chain([global]));
    export(&folder, &["-d", "out"], &input).assert().code(0).stderr("");
    assert!(files(&folder.path("outside")).is_empty(), "{:?}", files(&folder.path("outside")));
    assert_eq!(folder.read("precious"), b"precious");
    let around: Vec<_> = fs::read_dir(folder.path("")).expect("it can be listed").collect();
    assert_eq!(around.len(), 3, "the folder holds what it held: {around:?}");
    assert!(files(&folder.path("out")).iter().any(|name| name.starts_with("link-1/c/")), "a link is no folder");
}

#[test]
fn hostile_names_make_files_that_hold_what_was_attached() {
    let mut random = Random::new(4);
    let alphabet =
        ["/", ".", "..", "a", "B", "\u{1}", "\n", " ", "test.json", "\u{e9}", "-1", "x".repeat(120).as_str()]
            .map(str::to_owned);
    let name = |random: &mut Random| {
        (0..random.below(6)).map(|_| alphabet[random.below(alphabet.len())].clone()).collect::<String>()
    };
    let mut events = Vec::new();
    for number in 0..300 {
        let (id, file) = (name(&mut random), name(&mut random));
        events.push(Event::test(id).file(file, format!("content {number}").into_bytes()).eof().status(Status::Fail));
    }
    let long = "y".repeat(4096);
    events.push(Event::test(long).status(Status::Fail));
    let (folder, found) = exported(&stream(events));
    let contents: BTreeSet<Vec<u8>> = found.iter().map(|name| folder.read(&format!("out/{name}"))).collect();
    for number in 0..300 {
        assert!(contents.contains(format!("content {number}").as_bytes()), "content {number}");
    }
    let summaries = contents.iter().filter(|content| content.starts_with(b"{\"details\": ")).count();
    assert!(summaries > 100, "{summaries} different tests");
}

#[test]
fn what_is_of_no_test_goes_to_a_folder_of_its_own() {
    let input = [
        b"building\n".to_vec(),
        packet(&Event::global_file("run.log", &b"of the run"[..]).eof().route_code("0/1")),
        b"done\n".to_vec(),
    ]
    .concat();
    let (folder, found) = exported(&input);
    assert_eq!(found, names(["_global/stdout", "_global/0/1/run.log"]));
    assert_eq!(folder.read("out/_global/stdout"), b"building\ndone\n");
    let folder = Folder::new();
    export(&folder, &["-d", "out", "--no-passthrough"], &input).assert().code(0);
    assert!(files(&folder.path("out")).is_empty());
}

#[test]
fn many_tests_at_once_need_few_descriptors_and_little_memory() {
    let folder = Folder::new();
    let mut input = Vec::new();
    for round in 0..3 {
        for number in 0..300 {
            input.extend(packet(&Event::test(format!("t{number}")).file("log", format!("{round} ").into_bytes())));
        }
    }
    input.extend(stream((0..300).map(|number| Event::test(format!("t{number}")).status(Status::Success))));
    let mut command = std::process::Command::new("sh");
    command.current_dir(folder.path(""));
    command.args(["-c", "ulimit -n 32; exec \"$0\" -d out", tool("subunit2disk").path]);
    run_to_end(command, &input).assert().code(0).stderr("");
    for number in 0..300 {
        assert_eq!(folder.read(&format!("out/t{number}/log")), b"0 1 2 ");
    }

    let folder = Folder::new();
    let live = Pipeline::new([folder.command(tool("subunit2disk"), &["-d", "out"])]).start();
    let long = stream(run(5_000, 3));
    let attachment = packet(&Event::test("big").file("log", vec![b'x'; 1 << 20]));
    live.write(&long);
    (0..40).for_each(|_| live.write(&attachment));
    live.write(&test("big", Status::Success));
    let most = peak_memory(live.process_ids()[0]);
    live.finish().assert().code(0);
    assert!(most < 16 << 20, "{most} bytes");
    assert_eq!(folder.read("out/big/log").len(), 40 << 20);
}

#[test]
fn what_cannot_be_written_is_named() {
    let folder = Folder::new();
    folder.write("file", b"");
    let finished = export(&folder, &["-d", "file/out"], b"");
    assert_eq!(trouble("subunit2disk", &finished), "file/out: Not a directory");
    // The limit counts 512 or 1024 bytes a block.
    let mut command = std::process::Command::new("sh");
    command.current_dir(folder.path(""));
    command.args(["-c", "ulimit -f 4; exec \"$0\" -d out", tool("subunit2disk").path]);
    let input = packet(&Event::test("a").file("log", vec![b'x'; 100_000]).eof().status(Status::Fail));
    let finished = run_to_end(command, &input);
    assert_eq!(trouble("subunit2disk", &finished), "out/a/log: File too large");
}
