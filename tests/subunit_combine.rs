//! What subunit-combine does.

use std::time::Instant;

use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;

use crate::every_tool::{contains, tool};
use crate::folder::Folder;
use crate::printed;
use crate::tool::{DEADLINE, trouble};

/// A folder with a configuration, and scripts that run tests by their ids.
fn folder(config: &str) -> Folder {
    let folder = Folder::new();
    folder.write("tests.yaml", config.as_bytes());
    // Runs or lists the tests a and b, or those named.
    let suite = format!(
        "status=--success; [ \"$1\" != --list ] || {{ status=--exists; shift; }}\n\
         [ $# != 0 ] || set -- a b\n\
         for id; do case $id in *bad*) {0} --fail \"$id\" --timestamp none;; *) {0} $status \"$id\" --timestamp none;; esac; done\n",
        tool("subunit-output").path
    );
    folder.write("suite.sh", suite.as_bytes());
    folder
}

fn combine(folder: &Folder, args: &[&str]) -> Finished {
    run_to_end(folder.command(tool("subunit-combine"), args), b"")
}

const TWO: &str = "commands:\n\
    - prefix: one/\n  argv: [sh, suite.sh, $LISTOPT, $IDLIST]\n  list_option: --list\n\
    - prefix: two/\n  argv: [sh, suite.sh, $IDOPTION]\n  id_option: $IDLIST\n";

#[test]
fn commands_run_one_after_the_other_with_their_prefixes() {
    let finished = combine(&folder(TWO), &["tests.yaml"]);
    finished.assert().code(0).stderr("");
    let lines = printed::lines(&finished.stdout);
    assert_eq!(lines, ["one/a success", "one/b success", "two/a success", "two/b success"]);
}

#[test]
fn tests_go_to_the_command_whose_prefix_they_have() {
    let folder = folder(TWO);
    let ids = |args: &[&str]| {
        let finished = combine(&folder, args);
        finished.assert().code(0).stderr("");
        printed::lines(&finished.stdout)
    };
    assert_eq!(ids(&["tests.yaml", "one/x y", "one/z"]), ["one/x y success", "one/z success"]);
    folder.write("list", b"# two of them\ntwo/a#1\n\nthree/x\n");
    assert_eq!(ids(&["tests.yaml", "--load-list", "list", "one/z"]), ["one/z success", "two/a#1 success"]);
    assert_eq!(ids(&["tests.yaml", "three/x"]), [""; 0], "no command has it");
    folder.write("none", b"");
    assert_eq!(ids(&["tests.yaml", "--load-list", "none"]), [""; 0]);
}

#[test]
fn listing_runs_no_test() {
    let finished = combine(&folder(TWO), &["--list", "tests.yaml"]);
    assert_eq!(trouble("subunit-combine", &finished), "commands[1]: not listed, since its argv has no $LISTOPT");
    assert_eq!(printed::lines(&finished.stdout), ["one/a exists", "one/b exists"]);
}

#[test]
fn a_list_file_is_there_while_the_command_runs_and_gone_afterwards() {
    let config = "commands: [{argv: [sh, -c, 'cat \"$1\"; echo \"$1\" > path', sh, $IDFILE]}]";
    let folder = folder(config);
    let finished = combine(&folder, &["tests.yaml", "a b", "c"]);
    finished.assert().code(0);
    assert_eq!(printed::file(&finished.stdout, None, "stdout"), b"a b\nc\n");
    let path = String::from_utf8(folder.read("path")).expect("it is text");
    assert!(!std::path::Path::new(path.trim()).exists(), "{path}");
}

#[test]
fn folders_and_variables_of_the_environment_are_set() {
    let folder = folder("commands: [{argv: [sh, -c, 'pwd; echo $A'], cwd: sub, env: {A: value}}]");
    std::fs::create_dir(folder.path("sub")).expect("there is room");
    let finished = combine(&folder, &["tests.yaml"]);
    finished.assert().code(0);
    let text = String::from_utf8(printed::file(&finished.stdout, None, "stdout")).expect("it is text");
    assert!(text.ends_with("/sub\nvalue\n"), "{text}");
    let quiet = combine(&folder, &["tests.yaml", "--no-passthrough"]);
    assert!(quiet.stdout.is_empty());
}

#[test]
fn a_command_that_fails_shows_it_and_costs_itself_only() {
    let output = tool("subunit-output").path;
    let config = format!(
        "commands:\n\
         - prefix: open/\n  argv: [sh, -c, '{output} --inprogress a --timestamp none; kill -9 $$']\n\
         - prefix: silent/\n  argv: [sh, -c, 'exit 3']\n\
         - prefix: missing/\n  argv: [no-such-program, x]\n\
         - prefix: shown/\n  argv: [sh, -c, 'sh suite.sh bad; exit 1']\n\
         - prefix: good/\n  argv: [sh, suite.sh]\n"
    );
    let finished = combine(&folder(&config), &["tests.yaml"]);
    assert_eq!(finished.code(), 1);
    let lines: Vec<String> = printed::lines(&finished.stdout)
        .into_iter()
        .map(|line| line.replace(" (text/plain;charset=utf8) eof", ""))
        .collect();
    assert_eq!(
        lines,
        [
            "open/a inprogress",
            "open/a fail reason=\"the command was ended by signal 9 (SIGKILL)\\n\"",
            "silent/sh -c exit 3 fail reason=\"the command ended with exit status 3\\n\"",
            "missing/no-such-program x fail reason=\"the command could not be started: No such file or directory\\n\"",
            "shown/bad fail",
            "good/a success",
            "good/b success",
        ]
    );
    assert_eq!(finished.stderr[0], "subunit-combine: no-such-program x: No such file or directory\n");
}

#[test]
fn a_configuration_of_another_shape_is_told_with_its_place() {
    for (config, said) in [
        ("commands: []", "commands: the list is empty"),
        ("commands: [{argv: []}]", "commands[0].argv: the list is empty"),
        ("- a", "invalid type: sequence, expected a mapping with the key commands"),
        (
            "commands:\n- {argv: [a]}\n- {argv: x}",
            "commands[1].argv: invalid type: string \"x\", expected a sequence at line 3",
        ),
        ("commands:\n- {prefix: a}", "commands[0]: missing field `argv` at line 2"),
        ("commands: [", "did not find expected node content"),
        ("", "missing field `commands`"),
    ] {
        let finished = combine(&folder(config), &["tests.yaml"]);
        let line = trouble("subunit-combine", &finished);
        assert!(line.starts_with("tests.yaml: ") && line.contains(said), "{config:?}: {line}");
    }
    let finished = combine(&folder(TWO), &["none.yaml"]);
    assert_eq!(trouble("subunit-combine", &finished), "none.yaml: No such file or directory");
}

#[test]
fn several_commands_run_at_once_if_asked_to() {
    let wait = |name: &str, other: &str| {
        format!("- {{argv: [sh, -c, 'touch {name}; until [ -e {other} ]; do sleep 0.01; done; sh suite.sh']}}\n")
    };
    let folder = folder(&format!("commands:\n{}{}", wait("x", "y"), wait("y", "x")));
    let began = Instant::now();
    let finished = Pipeline::new([folder.command(tool("subunit-combine"), &["-j", "2", "tests.yaml"])])
        .deadline(DEADLINE)
        .run(b"");
    finished.assert().code(0).stderr("");
    assert!(began.elapsed() < DEADLINE);
    assert_eq!(printed::lines(&finished.stdout).len(), 4);
}

#[test]
fn packets_leave_while_the_command_runs() {
    let output = tool("subunit-output").path;
    let folder =
        folder(&format!("commands: [{{prefix: p/, argv: [sh, -c, '{output} --inprogress first; exec sleep 100']}}]"));
    let mut live = Pipeline::new([folder.command(tool("subunit-combine"), &["tests.yaml"])]).deadline(DEADLINE).start();
    live.read_until(|seen| contains(seen, b"p/first"));
    let process = rustix::process::Pid::from_raw(i32::try_from(live.process_ids()[0]).expect("it is small"));
    rustix::process::kill_process(process.expect("it is a process"), rustix::process::Signal::TERM).expect("it runs");
    let finished = live.finish();
    assert_eq!(finished.code(), 143);
    let lines = printed::lines(&finished.stdout);
    assert!(
        lines.last().is_some_and(|line| line.starts_with("p/first fail reason=\"the command was ended by signal 15")),
        "{lines:?}"
    );
}
