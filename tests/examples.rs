//! The examples in the README and in the manual pages: they run as they are pasted from a terminal
//! of 80 columns.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use subunit_codec::{Event, Status};
use testkit::finished::Finished;
use testkit::pipeline::Pipeline;
use testkit::stream::{at, stream};

use crate::every_tool::TOOLS;
use crate::folder::Folder;
use crate::readme::{readme, section};
use crate::tool::{data, read_data};

/// The widest example that a terminal of 80 columns shows on one line, indented as mandoc indents
/// it.
const WIDEST: usize = 69;

/// A block of shell commands, and the exit status that it is said to have.
struct Block {
    commands: String,
    status: i32,
}

/// The ```` ```sh ```` blocks of a section. One that does not end with status 0 has `<!-- exit: N
/// -->` on the line before it.
fn blocks(section: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        if line == "```sh" {
            let commands: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let status = before.strip_prefix("<!-- exit: ").and_then(|rest| rest.strip_suffix(" -->"));
            let status = status.map_or(0, |status| status.parse().expect("an exit status is a number"));
            blocks.push(Block { commands: commands.join("\n"), status });
        }
        before = line;
    }
    blocks
}

/// A folder with a copy of the test data, as the README names it.
fn folder_with_data() -> Folder {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("tests/data")).expect("there is room for a folder");
    for entry in fs::read_dir(data("")).expect("there is test data") {
        let entry = entry.expect("the test data can be listed");
        if entry.path().is_dir() {
            continue;
        }
        let copy = folder.path(Path::new("tests/data").join(entry.file_name()));
        fs::copy(entry.path(), copy).expect("there is room for test data");
    }
    folder
}

/// A run on two machines with a worker each. It prints without a newline, one test hangs, and one
/// fails before it passes.
fn awkward_run() -> Vec<u8> {
    let test = |id: &'static str, route: &'static str, seconds| {
        Event::test(id).route_code(route).tags(["worker-0"]).at(at(seconds, 0))
    };
    let hangs = test("hangs", "web", 5).status(Status::InProgress);
    let tests =
        [("flaky", Status::Fail), ("flaky", Status::Success), ("fails", Status::Fail), ("passes", Status::Success)];
    let mut run = stream([hangs]);
    for (seconds, (id, outcome)) in (10..).step_by(10).zip(tests) {
        for route in ["web", "db"] {
            let begins = test(id, route, seconds).status(Status::InProgress);
            run.extend(stream([begins]));
            run.extend(b"passes\nflaky");
            let ends = test(id, route, seconds + 3).status(outcome);
            run.extend(stream([Event::global_file("stdout", b"fails\n".as_slice()).route_code(route), ends]));
        }
    }
    run
}

/// What `subunit-ls -l` lists of the workers 0 in that run.
const WORKERS_0: &str = "\
fail             3.000  web/worker-0     flaky
fail             3.000  db/worker-0      flaky
success          3.000  web/worker-0     flaky
success          3.000  db/worker-0      flaky
fail             3.000  web/worker-0     fails
fail             3.000  db/worker-0      fails
success          3.000  web/worker-0     passes
success          3.000  db/worker-0      passes
inprogress           -  web/worker-0     hangs
";

/// Runs commands in a folder, with the tools in PATH, by a shell that stops at the first error.
fn shell(folder: &Folder, commands: &str) -> Finished {
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", commands]).current_dir(folder.path("")).env("PATH", path_with_tools(folder));
    Pipeline::new([shell]).run(b"")
}

/// The programs of the folder, then the tools, then the programs that are there anyway.
pub(crate) fn path_with_tools(folder: &Folder) -> OsString {
    let own = folder.path("bin");
    let tools = TOOLS.iter().filter_map(|tool| Path::new(tool.path).parent()).map(Path::to_owned);
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([own].into_iter().chain(tools).chain(env::split_paths(&others)))
        .expect("no folder has a colon in its name")
}

/// Makes sure that commands have nothing to complain of. Some tools always say what they found.
#[track_caller]
fn assert_no_complaint(commands: &str, finished: &Finished) {
    const REPORTS: [&str; 3] = ["subunit-bisect: ", "subunit-split: ", "subunit-suspects: "];
    let lines = finished.stderr.iter().flat_map(|stderr| stderr.lines());
    let complaints: Vec<&str> = lines.filter(|line| !REPORTS.iter().any(|start| line.starts_with(start))).collect();
    assert_eq!(complaints, [""; 0], "{commands}");
}

#[test]
fn recipes_run_on_the_recorded_run_and_on_an_awkward_one_and_end_with_their_status() {
    let readme = readme();
    let recipes = blocks(section(&readme, "Recipes"));
    assert!(recipes.len() >= 3, "there are recipes to try");
    for recipe in recipes {
        let folder = folder_with_data();
        for round in ["recorded", "awkward"] {
            let finished = shell(&folder, &recipe.commands);
            assert_eq!(finished.code(), recipe.status, "{round}: {}\n{:?}", recipe.commands, finished.stderr);
            assert_no_complaint(&recipe.commands, &finished);
            folder.write("tests/data/testr-run.subunit", &awkward_run());
            folder.write("tests/data/testr-run", &awkward_run());
        }
    }
}

#[test]
fn recipes_that_make_lists_list_tests_and_nothing_that_tests_print() {
    let readme = readme();
    let recipes = blocks(section(&readme, "Recipes"));
    let expected: [(&str, &[u8]); 3] =
        [("flaky", b"flaky\n"), ("again", b"flaky\0flaky\0fails\0fails\0hangs\0"), ("worker-0", WORKERS_0.as_bytes())];
    for (list, expected) in expected {
        let folder = folder_with_data();
        folder.write("tests/data/testr-run.subunit", &awkward_run());
        folder.write("tests/data/testr-run", &awkward_run());
        let makes_list = |block: &&Block| block.commands.contains(&format!("> {list}"));
        let recipe = recipes.iter().find(makes_list).unwrap_or_else(|| panic!("a recipe makes {list}"));
        shell(&folder, &recipe.commands);
        assert_eq!(folder.read(list).escape_ascii().to_string(), expected.escape_ascii().to_string(), "{list}");
    }
}

#[test]
fn screens_of_the_readme_are_real_output() {
    let readme = readme();
    let screens: Vec<&str> = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(screens.len() >= 3, "there are screens");
    let folder = folder_with_data();
    for screen in screens {
        let (commands, output) = pasted(screen);
        assert_eq!(shell(&folder, &commands.concat()).text(), output, "{commands:?}");
    }
}

#[test]
fn commands_of_the_readme_fit_a_terminal() {
    for block in blocks(&readme()) {
        for line in block.commands.lines() {
            assert!(line.len() <= WIDEST, "{line}");
        }
    }
}

/// The commands on a screen, and its other lines. A command begins with `$ `, and goes on in the
/// lines that are indented.
fn pasted(screen: &str) -> (Vec<String>, String) {
    let mut commands: Vec<String> = Vec::new();
    let mut output = String::new();
    let mut is_command = false;
    for line in screen.split_inclusive('\n') {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
            is_command = true;
        } else if let Some(command) = commands.last_mut().filter(|_| is_command && line.starts_with(' ')) {
            *command += line;
        } else {
            output += line;
            is_command = false;
        }
    }
    (commands, output)
}

/// The blocks of a manual page that show commands, as mandoc shows them, without their indentation.
fn screens(page: &str) -> Vec<String> {
    let mut screens = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let block: Vec<&str> = match line.strip_prefix(".Dl ") {
            Some(line) => vec![line],
            None if line.starts_with(".Bd -literal") => lines.by_ref().take_while(|line| *line != ".Ed").collect(),
            None => continue,
        };
        let screen = block.join("\n").replace(r"\e", r"\").replace(r"\&", "");
        if screen.starts_with("$ ") {
            screens.push(screen);
        }
    }
    screens
}

fn pages() -> Vec<(String, String)> {
    let man = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let entries =
        fs::read_dir(man).expect("there are pages").map(|entry| entry.expect("the pages can be listed").path());
    let page = |path: std::path::PathBuf| {
        let text = fs::read_to_string(&path).expect("a page is text");
        (path.file_name().expect("a page has a name").to_string_lossy().into_owned(), text)
    };
    entries.map(page).collect()
}

#[test]
fn examples_of_the_pages_fit_a_terminal() {
    for (name, page) in pages() {
        for screen in screens(&page) {
            for line in screen.lines() {
                assert!(line.len() <= WIDEST, "{name}: {line}");
            }
        }
    }
}

/// Programs that the examples run, each a shell script.
const PROGRAMS: [(&str, &str); 8] = [
    // With a list, each test of it fails.
    (
        "run-tests",
        r#"[ "$1" = --load-list ] || exec cat recorded
        while read -r id; do echo "test: $id"; echo "failure: $id"; done < "$2""#,
    ),
    ("ssh", "cat recorded"),
    ("make", "echo compiling; cat recorded"),
    ("perl", "echo 1..1; echo ok 1 - loads"),
    ("prove", "echo 't/basic.t .. '; echo 1..1; echo ok 1 - loads; echo ok"),
    ("dmesg", "echo '[    1.000000] KTAP version 1'; echo '[    1.000001] 1..1'; echo '[    1.000002] ok 1 suite'"),
    ("go", r#"echo '{"Action":"run","Package":"p","Test":"TestA"}'; echo '{"Action":"pass","Package":"p"}'"#),
    // It may not be installed.
    ("jq", "cat > /dev/null"),
];

/// A folder with the files and programs that the examples name.
fn folder_for_examples() -> Folder {
    let folder = Folder::new();
    for name in ["bin", ".testrepository", ".stestr", "t"] {
        fs::create_dir(folder.path(name)).expect("there is room for a folder");
    }
    for name in ["run", "run1", "run2", "linux", "bsd", "new", "worker-0", "worker-1"] {
        folder.write(format!("{name}.subunit"), &read_data("testr-run.subunit"));
    }
    folder.write("recorded", &read_data("testr-run.subunit"));
    for name in ["run1.log", "old.log", ".testrepository/6", ".stestr/0"] {
        folder.write(name, &read_data("testr-run"));
    }
    fs::create_dir_all(folder.path("target/surefire-reports")).expect("there is room for a folder");
    for name in ["target/surefire-reports/TEST-A.xml", "unit.xml", "browser.xml"] {
        folder.write(name, b"<testsuite><testcase classname='A' name='b'/></testsuite>");
    }
    for name in ["ids", "parallel", "alone"] {
        folder.write(name, b"net.Ping\nnet.TestPing\n");
    }
    folder.write("tests.yaml", b"commands: [{prefix: python/, argv: [cat, recorded]}]");
    folder.write("known", b"net.Ping        # bug 17\n");
    folder.write("t/basic.t", b"");
    for (name, script) in PROGRAMS {
        let path = folder.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("there is room for a program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program can be made executable");
    }
    folder
}

#[test]
fn examples_of_the_pages_run_as_they_are_pasted() {
    let folder = folder_for_examples();
    for (name, page) in pages() {
        for command in screens(&page).iter().flat_map(|screen| pasted(screen).0) {
            // Process substitution is not in every shell.
            let mut shell = Command::new(if command.contains("<(") { "bash" } else { "sh" });
            shell.args(["-c", &command]).current_dir(folder.path("")).env("PATH", path_with_tools(&folder));
            let finished = Pipeline::new([shell]).run(b"");
            assert!([0, 1].contains(&finished.code()), "{name}: {command}{:?}", finished.stderr);
            assert_no_complaint(&command, &finished);
        }
    }
}
