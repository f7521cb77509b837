//! What people see on a terminal while the tests run.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use subunit_codec::{Event, Status};
use testkit::stream::{packet, test};

use super::command;
use crate::tool::DEADLINE;

/// A program on a terminal that is its standard output, and what the terminal shows.
struct Terminal {
    child: Child,
    input: Option<ChildStdin>,
    /// The end that a terminal emulator has.
    controller: File,
    output: Receiver<Vec<u8>>,
    /// All that the program wrote.
    bytes: Vec<u8>,
    screen: vt100::Parser,
}

const ROWS: u16 = 50;

impl Terminal {
    fn start(mut command: Command, columns: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a terminal");
        grantpt(&controller).expect("it is ours");
        unlockpt(&controller).expect("it is ours");
        set_size(&controller, columns);
        let name = ptsname(&controller, Vec::new()).expect("it has a name");
        let screen = File::options().read(true).write(true).open(Path::new(name.to_str().expect("it is text")));
        command.stdin(Stdio::piped()).stdout(screen.expect("it opens")).env("TERM", "xterm");
        let mut child = command.spawn().expect("it starts");
        drop(command);
        let input = child.stdin.take();
        let controller = File::from(controller);
        let mut reader = controller.try_clone().expect("a file can be opened twice");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Ends with an error as soon as nobody has the terminal open any more.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, input, controller, output, bytes: Vec::new(), screen: vt100::Parser::new(ROWS, columns, 0) }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("it is open").write_all(bytes).expect("it reads");
    }

    fn resize(&mut self, columns: u16) {
        set_size(&self.controller, columns);
        self.screen.screen_mut().set_size(ROWS, columns);
    }

    /// The rows of the screen, without those that are empty below the last one.
    fn rows(&self) -> Vec<String> {
        let screen = self.screen.screen();
        let mut rows: Vec<String> = screen.rows(0, screen.size().1).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    /// Waits until the screen is as expected, and gives its rows.
    #[track_caller]
    fn wait_until(&mut self, mut is_expected: impl FnMut(&[String]) -> bool) -> Vec<String> {
        let end = Instant::now() + DEADLINE;
        loop {
            let rows = self.rows();
            if is_expected(&rows) {
                return rows;
            }
            let bytes = self.output.recv_timeout(end.saturating_duration_since(Instant::now()));
            let bytes = bytes.unwrap_or_else(|_| panic!("the screen never was as expected: {rows:#?}"));
            self.show(&bytes);
        }
    }

    /// Looks at the screen for a while.
    fn watch(&mut self, time: Duration, mut look: impl FnMut(&[String])) {
        let end = Instant::now() + time;
        while let Ok(bytes) = self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.show(&bytes);
            look(&self.rows());
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    fn signal(&self, signal: Signal) {
        let process = Pid::from_raw(i32::try_from(self.child.id()).expect("it is small")).expect("it is a process");
        kill_process(process, signal).expect("the process lives");
    }

    /// Ends the input, and gives the rows at the end, and the exit status.
    fn finish(mut self) -> (Vec<String>, i32, Vec<u8>) {
        self.input = None;
        self.end()
    }

    fn end(mut self) -> (Vec<String>, i32, Vec<u8>) {
        while let Ok(bytes) = self.output.recv_timeout(DEADLINE) {
            self.show(&bytes);
        }
        let status = self.child.wait().expect("it ends").code().expect("no signal ended it");
        (self.rows(), status, std::mem::take(&mut self.bytes))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended is as good as killed.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

fn set_size(terminal: &impl rustix::fd::AsFd, columns: u16) {
    let size = Winsize { ws_row: ROWS, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).expect("the terminal has a size");
}

/// A test that runs on a worker and goes on.
fn running(id: &str) -> Vec<u8> {
    packet(&Event::test(id).status(Status::InProgress).tags(["worker-2"]))
}

fn listed(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| packet(&Event::test(format!("t{n}")).status(Status::Exists))).collect()
}

fn is_status(row: &str) -> bool {
    row.starts_with('[') && row.contains("failed")
}

#[test]
fn the_last_line_says_how_far_the_run_is_and_which_test_takes_long() {
    let mut terminal = Terminal::start(command(&["--no-summary"]), 100);
    terminal.write(&[listed(12), running("m.C.hang"), test("t1", Status::Fail), test("t2", Status::Success)].concat());
    let rows = terminal.wait_until(|rows| rows.last().is_some_and(|row| row.contains("/s")));
    let (last, lines) = rows.split_last().expect("there are rows");
    assert_eq!(lines, ["{0} t1 [] ... FAILED", "{0} t2 [] ... ok"]);
    let (counts, rest) = last.split_at("[ 2/12] 1 failed, 1 running, ".len());
    assert_eq!(counts, "[ 2/12] 1 failed, 1 running, ");
    let rest: Vec<&str> =
        rest.split(|c: char| c.is_ascii_digit() || c == '.').filter(|part| !part.is_empty()).collect();
    assert_eq!(rest, ["/s, ", " s left | ", " s worker-", " m", "C", "hang"], "{last}");
    terminal.write(&test("t3", Status::Success));
    let rows = terminal.wait_until(|rows| rows.last().is_some_and(|row| row.starts_with("[ 3/12]")));
    assert_eq!(rows[2], "{0} t3 [] ... ok", "lines push the status line down");
    let (rows, status, _) = terminal.finish();
    let hang = "{2} m.C.hang [] ... inprogress";
    assert_eq!(rows, ["{0} t1 [] ... FAILED", "{0} t2 [] ... ok", "{0} t3 [] ... ok", hang], "nothing is left of it");
    assert_eq!(status, 1);
}

#[test]
fn the_right_part_of_the_status_line_goes_first_if_the_terminal_is_narrow() {
    let input = [listed(2), running("m.C.日本語テストケース\x1b[2J\n\u{202e}"), test("t1", Status::Success)].concat();
    for columns in [200, 60, 45, 44, 43, 30, 24, 16, 8, 3, 2] {
        let mut terminal = Terminal::start(command(&["--no-summary", "--no-passthrough", "--failonly"]), columns);
        terminal.write(&input);
        terminal.watch(Duration::from_millis(800), |rows| assert!(rows.len() <= 1, "{columns} columns: {rows:?}"));
        let row = terminal.rows().concat();
        assert!("[1/2] 0 failed, 1 running, 1.".starts_with(row.get(..29).unwrap_or(&row)), "{columns}: {row}");
        match columns {
            200 => assert!(row.ends_with(" s worker-2 m.C.日本語テストケース\\x1b[2J\\n\\u202e"), "{row}"),
            60 => assert!(row.ends_with("..."), "{row}"),
            16 => assert_eq!(row, "[1/2] 0 failed"),
            8 => assert_eq!(row, "[1/2] "),
            2 | 3 => assert_eq!(row, ""),
            _ => {}
        }
        let (rows, ..) = terminal.finish();
        assert!(!rows.iter().any(|row| is_status(row)), "{columns} columns: {rows:?}");
    }
}

#[test]
fn a_line_of_text_that_is_not_finished_is_left_alone() {
    let mut terminal = Terminal::start(command(&["--no-summary"]), 80);
    terminal.write(&[running("a"), b"building\nhalf".to_vec()].concat());
    terminal.wait_until(|rows| rows.last().is_some_and(|row| row == "half"));
    terminal.watch(super::A_WHILE, |rows| assert_eq!(rows, ["building", "half"]));
    terminal.write(b" a line\n");
    let rows = terminal.wait_until(|rows| rows.last().is_some_and(|row| is_status(row)));
    assert_eq!(rows[..2], ["building", "half a line"]);
    terminal.write(&[b"again".to_vec(), test("b", Status::Success)].concat());
    let rows = terminal.wait_until(|rows| rows.len() == 5 && is_status(&rows[4]));
    assert_eq!(rows[2..4], ["again", "{0} b [] ... ok"]);
}

#[test]
fn a_terminal_that_changes_its_width_gets_another_status_line() {
    let mut terminal = Terminal::start(command(&[]), 100);
    terminal.write(&[running("m.C.test_of_a_long_name_that_needs_much_room"), test("a", Status::Success)].concat());
    terminal.wait_until(|rows| rows.last().is_some_and(|row| row.ends_with("room")));
    terminal.resize(50);
    terminal.wait_until(|rows| rows.last().is_some_and(|row| is_status(row) && row.ends_with("...")));
    assert_eq!(terminal.rows().len(), 2, "the one before is gone: {:?}", terminal.rows());
    terminal.resize(120);
    terminal.wait_until(|rows| rows.last().is_some_and(|row| row.ends_with("room")));
    assert_eq!(terminal.rows().len(), 2, "the one before is gone: {:?}", terminal.rows());
}

#[test]
fn a_signal_leaves_the_summary_and_a_clean_terminal() {
    let mut terminal = Terminal::start(command(&[]), 100);
    terminal.write(&[running("m.C.hang"), test("a", Status::Success)].concat());
    terminal.wait_until(|rows| rows.last().is_some_and(|row| is_status(row)));
    terminal.signal(Signal::INT);
    // While its writer may still have something to say.
    terminal.wait_until(|rows| rows.iter().all(|row| !is_status(row)));
    let (rows, status, _) = terminal.end();
    assert_eq!(status, 130);
    assert_eq!(rows[..4], ["{0} a [] ... ok", "{2} m.C.hang [] ... inprogress", "", "======"]);
    assert!(rows.iter().any(|row| row == " - Unfinished: 1") && !rows.iter().any(|row| is_status(row)), "{rows:?}");
}

#[test]
fn the_terminal_is_written_to_at_most_ten_times_a_second() {
    let mut terminal = Terminal::start(command(&["--no-summary"]), 80);
    let before = Instant::now();
    for number in 0..60 {
        terminal.write(&test(&format!("t{number}"), Status::Success));
        thread::sleep(Duration::from_millis(10));
    }
    terminal.wait_until(|rows| rows.last().is_some_and(|row| row.starts_with("[60]")));
    let (_, _, bytes) = terminal.finish();
    let most = 2 + before.elapsed().as_millis() / 100;
    let frames = String::from_utf8_lossy(&bytes).matches(" failed, ").count() as u128;
    assert!((3..=most).contains(&frames), "{frames} frames, not {most} at the most");
}

#[test]
fn terminals_that_cannot_erase_and_abbreviated_output_have_no_status_line() {
    let input = [running("hang"), test("a", Status::Success), test("b", Status::Fail)].concat();
    let mut terminal = Terminal::start(command(&["-a", "--no-summary", "--color=never"]), 80);
    terminal.write(&input);
    terminal.wait_until(|rows| rows == [".F"]);
    terminal.watch(super::A_WHILE, |rows| assert_eq!(rows, [".F"]));
    let (_, _, bytes) = terminal.finish();
    assert_eq!(String::from_utf8_lossy(&bytes), ".Fi");
    let mut command = Command::new("env");
    command.arg("TERM=dumb").arg(super::command(&[]).get_program()).args(["--no-summary", "--color=never"]);
    let mut terminal = Terminal::start(command, 80);
    terminal.write(&input);
    terminal.wait_until(|rows| rows.len() == 2);
    let (_, _, bytes) = terminal.finish();
    let lines = "{0} a [] ... ok\r\n{0} b [] ... FAILED\r\n{2} hang [] ... inprogress\r\n";
    assert_eq!(String::from_utf8_lossy(&bytes), lines);
}

#[test]
fn the_summary_on_a_terminal_ends_with_the_slowest_tests() {
    let mut terminal = Terminal::start(command(&[]), 80);
    terminal.write(&(1..8).flat_map(|n| super::timed("a", Status::Success, 0, n)).collect::<Vec<u8>>());
    let (rows, status, _) = terminal.finish();
    assert_eq!((rows.len(), status), (32, 0), "{rows:?}");
    assert_eq!(rows[24..27], ["=============", "Slowest Tests", "============="]);
    assert_eq!(
        (&*rows[27], &*rows[31]),
        ("success          7.000  -                a", "success          3.000  -                a")
    );
}

#[test]
fn a_message_takes_the_place_of_the_status_line() {
    let mut command = Command::new("sh");
    let tool = super::command(&[]).get_program().to_owned();
    command.args(["-c", "exec \"$0\" --no-summary - /nonexistent 2>&1"]).arg(tool);
    let mut terminal = Terminal::start(command, 100);
    terminal.write(&[running("a"), test("b", Status::Success)].concat());
    terminal.wait_until(|rows| rows.last().is_some_and(|row| is_status(row)));
    let (rows, status, _) = terminal.finish();
    let message = "subunit-trace: /nonexistent: No such file or directory";
    assert_eq!(rows, ["{0} b [] ... ok", "{2} a [] ... inprogress", message]);
    assert_eq!(status, 2);
}
