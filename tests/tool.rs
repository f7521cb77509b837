//! How the tests run a tool.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use testkit::finished::{Finished, run_to_end};
use testkit::items;
use testkit::stream::stream;

/// A tool, and what its tests have to know of it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) writes: Writes,
    /// Whether it reads subunit. For one that does not, subunit is text.
    pub(crate) reads_subunit: bool,
    /// Whether it takes any text, and writes it or what is wrong with it to standard output.
    pub(crate) takes_text: bool,
    /// Whether its operands are files to read, one after the other.
    pub(crate) reads_files: bool,
    /// Whether it has to be told what to read, standard input too. Nothing is not what it reads.
    pub(crate) needs_operand: bool,
    /// Whether its operands are more than files to read one after the other, and have to be there.
    pub(crate) is_configured: bool,
    /// Whether its operands are files, to read or to write.
    pub(crate) has_files: bool,
    /// Whether `--no-passthrough` drops the text in a stream.
    pub(crate) drops_text: bool,
    /// Whether it refuses an option that it does not know, and has short options.
    pub(crate) refuses_unknown: bool,
    /// Whether it shows all that tests hold, attachments too, and no text between packets.
    pub(crate) is_viewer: bool,
    /// Whether it writes all that it writes when the input has ended.
    pub(crate) writes_at_end: bool,
    /// Whether failures in the stream make its exit status 1.
    pub(crate) judges: bool,
    /// Whether a run in which no test passed is a failure, too.
    pub(crate) asks_for_success: bool,
    /// Whether the last attempt of a test counts alone, in whichever file it is.
    pub(crate) forgives: bool,
    /// Whether it runs commands: one that fails makes its exit status 1, too.
    pub(crate) runs_commands: bool,
    /// The route code that it puts on packets.
    pub(crate) route_code: Option<&'static str>,
    /// Arguments with which all of a stream shows in the output.
    pub(crate) args: &'static [&'static str],
    /// Whether its report is on standard error, and only text on standard output.
    pub(crate) reports_on_stderr: bool,
    /// A command that stands behind all arguments, and writes what it reads.
    pub(crate) command: &'static [&'static str],
}

/// What a tool writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writes {
    /// Packets of version 2.
    Subunit,
    /// What it reads, byte for byte.
    Copy,
    /// Text of version 1.
    Version1,
    /// Lines of JSON.
    Json,
    /// Tests alone, once all of them are known.
    Drawing,
    /// Files, and nothing to standard output.
    Files,
    /// Text for people.
    Report,
}

/// How long a tool may take to say what it knows. Generous: one that holds something back never
/// says it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

impl Tool {
    /// A tool that writes subunit and does not judge.
    pub(crate) const fn writer(name: &'static str, path: &'static str) -> Self {
        Self {
            name,
            path,
            writes: Writes::Subunit,
            reads_subunit: true,
            takes_text: true,
            reads_files: true,
            needs_operand: false,
            is_configured: false,
            has_files: true,
            drops_text: true,
            refuses_unknown: true,
            is_viewer: false,
            writes_at_end: false,
            judges: false,
            asks_for_success: false,
            forgives: false,
            runs_commands: false,
            route_code: None,
            args: &[],
            reports_on_stderr: false,
            command: &[],
        }
    }

    /// A tool that writes version 1 and does not judge.
    pub(crate) const fn writer_of_version_1(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Version1, ..Self::writer(name, path) }
    }

    /// A tool that writes JSON and does not judge.
    pub(crate) const fn writer_of_json(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Json, ..Self::writer(name, path) }
    }

    /// A tool that makes subunit of lines of its own format, and reports all others.
    pub(crate) const fn parser(name: &'static str, path: &'static str) -> Self {
        Self { reads_subunit: false, takes_text: false, ..Self::writer(name, path) }
    }

    /// A tool that runs the commands of a configuration.
    pub(crate) const fn configured(name: &'static str, path: &'static str) -> Self {
        let parser = Self::parser(name, path);
        Self { needs_operand: true, is_configured: true, reads_files: false, runs_commands: true, ..parser }
    }

    /// A tool that compares two runs.
    pub(crate) const fn comparer(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Report, drops_text: false, ..Self::configured(name, path) }
    }

    /// A tool that lists tests of a list or of several runs.
    pub(crate) const fn lister(name: &'static str, path: &'static str) -> Self {
        let parser = Self::parser(name, path);
        Self { writes: Writes::Report, is_configured: true, reads_files: false, drops_text: false, ..parser }
    }

    /// A tool that reads a list of tests, and has `command` run them.
    pub(crate) const fn scheduler(name: &'static str, path: &'static str, command: &'static [&'static str]) -> Self {
        Self { is_configured: true, takes_text: false, ..Self::runner(name, path, command) }
    }

    /// A tool that reads a list of tests, has `command` run parts of them, and writes a report.
    pub(crate) const fn searcher(name: &'static str, path: &'static str, command: &'static [&'static str]) -> Self {
        Self { writes: Writes::Report, ..Self::scheduler(name, path, command) }
    }

    /// A tool that writes a report and judges.
    pub(crate) const fn judge(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Report, judges: true, ..Self::writer(name, path) }
    }

    /// A tool that writes a report and judges, and has to see a test that passed.
    pub(crate) const fn tracer(name: &'static str, path: &'static str) -> Self {
        Self { asks_for_success: true, ..Self::judge(name, path) }
    }

    /// A tool that copies standard input to standard output and to its operands.
    pub(crate) const fn copier(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Copy, reads_files: false, ..Self::writer(name, path) }
    }

    /// A tool that reads its operands all at once, runs commands, and puts route codes on packets,
    /// `0` on the first one's.
    pub(crate) const fn merger(name: &'static str, path: &'static str) -> Self {
        let writer = Self::writer(name, path);
        Self { reads_files: false, runs_commands: true, route_code: Some("0"), ..writer }
    }

    /// A tool that makes subunit of something else, in files or from a command that it runs.
    pub(crate) const fn converter(name: &'static str, path: &'static str) -> Self {
        Self { reads_subunit: false, runs_commands: true, ..Self::writer(name, path) }
    }

    /// A tool that shows what a file holds of tests, whatever became of them.
    pub(crate) const fn viewer(name: &'static str, path: &'static str) -> Self {
        let writer = Self::writer(name, path);
        Self { writes: Writes::Report, reads_files: false, drops_text: false, is_viewer: true, ..writer }
    }

    /// A tool that draws a whole stream, and leaves its text out.
    pub(crate) const fn drawer(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Drawing, takes_text: false, drops_text: false, ..Self::writer(name, path) }
    }

    /// A tool that writes files.
    pub(crate) const fn exporter(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Files, takes_text: false, ..Self::writer(name, path) }
    }

    /// A tool that makes a page of a whole stream.
    pub(crate) const fn page(name: &'static str, path: &'static str) -> Self {
        Self { writes: Writes::Report, writes_at_end: true, ..Self::writer(name, path) }
    }

    /// A tool whose operands are tags, `-TAG` too.
    pub(crate) const fn tagger(name: &'static str, path: &'static str) -> Self {
        let writer = Self::writer(name, path);
        Self { reads_files: false, has_files: false, drops_text: false, refuses_unknown: false, ..writer }
    }

    /// A tool that writes an event, with what it reads as the content of a file.
    pub(crate) const fn emitter(name: &'static str, path: &'static str) -> Self {
        let writer = Self::writer(name, path);
        Self { reads_subunit: false, reads_files: false, has_files: false, drops_text: false, ..writer }
    }

    /// A tool that runs `command` as a test and passes on what it reports.
    pub(crate) const fn runner(name: &'static str, path: &'static str, command: &'static [&'static str]) -> Self {
        Self { runs_commands: true, command, ..Self::emitter(name, path) }
    }

    /// The same tool, which judges too.
    pub(crate) const fn judging(self) -> Self {
        Self { judges: true, ..self }
    }

    /// The same tool, to which the last attempt of a test counts alone.
    pub(crate) const fn forgiving(self) -> Self {
        Self { forgives: true, ..self }
    }

    /// The same tool, which reads standard input only if it is named.
    pub(crate) const fn needing_operand(self) -> Self {
        Self { needs_operand: true, ..self }
    }

    /// The same tool, whose report is on standard error.
    pub(crate) const fn on_stderr(self) -> Self {
        Self { reports_on_stderr: true, ..self }
    }

    /// The same tool, to be run with these arguments.
    pub(crate) const fn with(self, args: &'static [&'static str]) -> Self {
        Self { args, ..self }
    }

    /// The command with these arguments and no others.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(self.path);
        command.args(args);
        command
    }

    /// The command with the arguments of the table and these. All that it has to report is on
    /// standard output.
    pub(crate) fn usual<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.command([""; 0]);
        if self.reports_on_stderr {
            command = Command::new("sh");
            command.args(["-c", "exec \"$0\" \"$@\" 2>&1", self.path]);
        }
        self.add_args(args, command)
    }

    /// The same command, with its report where it writes it.
    pub(crate) fn direct<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        self.add_args(args, self.command([""; 0]))
    }

    fn add_args<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, mut command: Command) -> Command {
        command.args(self.args).args(args).args(self.command);
        command
    }

    /// What the tool left, with what it reports as standard output and what it says as standard
    /// error.
    pub(crate) fn sorted(&self, mut finished: Finished) -> Finished {
        if self.writes == Writes::Drawing {
            // Most tests of all tools have no times.
            let stderr = finished.stderr.last_mut().expect("a pipeline has a command");
            let lines = stderr.split_inclusive('\n').filter(|line| !line.ends_with(" without times left out\n"));
            *stderr = lines.collect();
        }
        if self.reports_on_stderr {
            let stderr = finished.stderr.last_mut().expect("a pipeline has a command");
            let all = [mem::take(&mut finished.stdout), mem::take(stderr).into_bytes()].concat();
            for line in all.split_inclusive(|byte| *byte == b'\n') {
                if line.starts_with(format!("{}: ", self.name).as_bytes()) {
                    stderr.push_str(&String::from_utf8_lossy(line));
                } else {
                    finished.stdout.extend_from_slice(line);
                }
            }
        }
        finished
    }

    /// The arguments of the table.
    pub(crate) fn usual_args(&self) -> impl Iterator<Item = &'static str> {
        self.args.iter().chain(self.command).copied()
    }

    /// Runs the tool with the arguments of the table and these.
    pub(crate) fn run(&self, args: &[&str], input: &[u8]) -> Finished {
        self.sorted(run_to_end(self.usual(args), input))
    }

    /// Packets as a tool that writes subunit forwards them.
    pub(crate) fn forwarded(&self, packets: &[u8]) -> Vec<u8> {
        let Some(code) = self.route_code else { return packets.to_vec() };
        let items = items::decode(packets);
        stream(items::events(&items).into_iter().map(|event| event.route_code(code)))
    }

    /// The exit statuses that it can end with.
    pub(crate) fn statuses(&self) -> Vec<&'static str> {
        let all = [
            ("0", true),
            ("1", self.judges || self.runs_commands || self.is_viewer),
            ("2", true),
            ("129, 130, 143", true),
            ("141", true),
        ];
        all.into_iter().filter_map(|(status, can_be)| can_be.then_some(status)).collect()
    }

    /// The exit status for input without a test.
    pub(crate) fn verdict_on_empty(&self) -> i32 {
        i32::from(self.asks_for_success || self.needs_operand)
    }

    /// The exit status for input that is no subunit stream.
    pub(crate) fn verdict_on_foreign(&self) -> i32 {
        i32::from(self.judges || self.is_viewer)
    }

    /// The exit status for a stream that does or does not hold failures.
    pub(crate) fn verdict(&self, holds_failures: bool) -> i32 {
        i32::from(self.judges && holds_failures)
    }
}

/// The one line that a program in trouble says, once it is sure that it says no more, and that its
/// exit status is 2.
#[track_caller]
pub(crate) fn trouble<'a>(name: &str, finished: &'a Finished) -> &'a str {
    let stderr = finished.stderr.last().expect("a pipeline has a command");
    assert_eq!(finished.code(), 2, "{name} in trouble ends with 2; it says {stderr:?}");
    let line = stderr.strip_suffix('\n').unwrap_or_else(|| panic!("{name} ends its line: {stderr:?}"));
    assert!(!line.contains('\n'), "{name} says one line: {stderr:?}");
    let rest = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
    let rest = rest.unwrap_or_else(|| panic!("{name} begins its line with its name: {line:?}"));
    for noise in ["os error", "Usage", "panicked", "RUST_BACKTRACE"] {
        assert!(!rest.contains(noise), "{name} says what is wrong, not {noise:?}: {line:?}");
    }
    rest
}

/// Makes sure that a program has nothing to complain of.
#[track_caller]
pub(crate) fn assert_silent(name: &str, finished: &Finished) {
    assert!(finished.stderr.iter().all(String::is_empty), "{name} has no complaints: {:?}", finished.stderr);
}

/// Says that a test cannot run here.
pub(crate) fn skipped(reason: &str) {
    io::stderr().write_all(format!("skipped: {reason}\n").as_bytes()).unwrap_or_default();
}

/// A file of the recorded test data.
pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The content of a file of the recorded test data.
pub(crate) fn read_data(name: &str) -> Vec<u8> {
    fs::read(data(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The device that is always full, to write to.
pub(crate) fn full_device() -> File {
    File::options().write(true).open("/dev/full").expect("there is /dev/full")
}

/// The most memory that a process has used, in bytes.
pub(crate) fn peak_memory(process: u32) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the process lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the system counts memory");
    let kilobytes: usize = line.trim().trim_end_matches(" kB").parse().expect("it is a number");
    kilobytes * 1024
}
