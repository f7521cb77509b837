//! What people see on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use subunit_codec::{Event, Status};
use testkit::pipeline::Pipeline;
use testkit::stream::{packet, test};

use crate::every_tool::tool;
use crate::folder::Folder;

/// What a program shows on a terminal that is its standard output.
fn shown(mut command: Command, input: &[u8]) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a terminal");
    grantpt(&terminal).expect("it is ours");
    unlockpt(&terminal).expect("it is ours");
    let name = ptsname(&terminal, Vec::new()).expect("it has a name");
    let screen = File::options().read(true).write(true).open(Path::new(name.to_str().expect("it is text")));
    let mut child = command.stdin(Stdio::piped()).stdout(screen.expect("it opens")).spawn().expect("it starts");
    drop(command);
    child.stdin.take().expect("it was piped").write_all(input).expect("it reads");
    let mut shown = Vec::new();
    // Ends with an error as soon as nobody has the terminal open any more.
    let _ = File::from(terminal).read_to_end(&mut shown);
    child.wait().expect("it ends");
    // The terminal adds the carriage returns.
    String::from_utf8(shown).expect("what people see is text").replace("\r\n", "\n")
}

/// Text that would clear the screen, with a tab; cut inside of a character by a packet.
fn hostile() -> Vec<u8> {
    let wrapped = Event::global_file("stdout", &b"\xa9\rbell\x07 bad \xe9\n"[..]);
    [&b"clear\x1b[2J\ttab\n\xe2\x80\xae caf\xc3"[..], &packet(&wrapped)].concat()
}

const HARMLESS: &str = "clear\\x1b[2J\ttab\n\\u202e café\\rbell\\x07 bad \u{fffd}\n";

#[test]
fn text_is_harmless_on_a_terminal_and_as_it_is_elsewhere() {
    let input = [&hostile()[..], b"half", &test("id\x1b[2J", Status::Success)].concat();
    let folder = Folder::new();
    for (name, args, line) in [
        ("subunit-ls", &[][..], "id\\x1b[2J\n"),
        ("subunit-stats", &[], "Total tests:       1\n"),
        ("subunit-tee", &["--text", "copy"], ""),
    ] {
        let screen = shown(folder.command(tool(name), args), &input);
        let expected = if line.is_empty() { format!("{HARMLESS}half") } else { format!("{HARMLESS}half\n{line}") };
        assert!(screen.starts_with(&expected), "{name}: {screen:?}");
        let finished = Pipeline::new([folder.command(tool(name), args)]).run(&input);
        let text = b"clear\x1b[2J\ttab\n\xe2\x80\xae caf\xc3\xa9\rbell\x07 bad \xe9\nhalf";
        assert!(finished.stdout.starts_with(text), "{name}: {}", finished.stdout.escape_ascii());
    }
}

#[test]
fn a_character_that_is_never_finished_shows_at_the_end() {
    let input = [&test("a", Status::Success)[..], b"caf\xc3"].concat();
    assert_eq!(shown(tool("subunit-ls").command([""; 0]), &input), "a\ncaf\u{fffd}");
}

/// What a tool writes if standard output and standard error are one file, as on a terminal.
fn written_to_one_place(args: &str, input: &[u8]) -> String {
    let path = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let tools = Path::new(tool("subunit-ls").path).parent().expect("it is in a folder").to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{args} 2>&1")]);
    shell.env("PATH", std::env::join_paths([tools].into_iter().chain(path)).expect("no colon"));
    Pipeline::new([shell]).run(input).text().to_owned()
}

#[test]
fn a_message_never_continues_an_unfinished_line_of_text() {
    for (args, line) in [
        ("subunit-ls", "subunit-ls: standard input: not a subunit stream\n"),
        ("subunit-ls - /usr", "subunit-ls: standard input: not a subunit stream\nsubunit-ls: /usr: Is a directory\n"),
        (
            "subunit-stats - /usr",
            "subunit-stats: standard input: not a subunit stream\nsubunit-stats: /usr: Is a directory\n",
        ),
        ("subunit-tee --text", "subunit-tee: standard input: not a subunit stream\n"),
    ] {
        assert_eq!(written_to_one_place(args, b"half"), format!("half\n{line}"), "{args}");
    }
    let input = [&test("a", Status::Success)[..], b"half"].concat();
    for (args, line) in [
        ("subunit-ls - /usr", "a\nhalf\nsubunit-ls: /usr: Is a directory\n"),
        ("subunit-stats - /usr", "half\nsubunit-stats: /usr: Is a directory\n"),
        ("subunit-ls", "a\nhalf"),
    ] {
        assert_eq!(written_to_one_place(args, &input), line, "{args}");
    }
    let finished = Pipeline::new([tool("subunit-ls").command(["-", "/usr"])]).run(&input);
    assert_eq!(finished.text(), "a\nhalf", "text that goes elsewhere is left alone");
}

#[test]
fn a_table_is_whole_on_a_terminal_and_its_names_are_harmless() {
    let folder = Folder::new();
    let id = format!("{}\x1b[2J\tend", "long.".repeat(40));
    folder.write("1", &test(&id, Status::Success));
    folder.write("2", &test(&id, Status::Fail));
    let runs = ["1", "2"].repeat(60);
    let screen = shown(folder.command(tool("subunit-history"), &[&["--last", "120"], &runs[..]].concat()), b"");
    let head = format!("flips  bad     rate  {:120}  id\n", "results (newest right)");
    let row = format!("  119  60/120   50%  {}  {}\\x1b[2J\\tend\n", ".F".repeat(60), "long.".repeat(40));
    assert_eq!(screen, head + &row);
    let screen = shown(folder.command(tool("subunit-history"), &["--failing", "2"]), b"");
    assert_eq!(screen, format!("{}\\x1b[2J\\tend\n", "long.".repeat(40)));
    let mut split = folder.command(tool("subunit-split"), &["-k", "1/1"]);
    split.stderr(Stdio::null());
    let screen = shown(split, b"clear\x1b[2J\n");
    assert_eq!(screen, "clear\\x1b[2J\n");
}
