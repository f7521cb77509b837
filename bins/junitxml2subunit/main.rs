//! Translates reports in JUnit XML to subunit.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use subunit_cli::{self as cli, FailOnEmpty, NoPassthrough, Output, Seen, Trouble, Verdict};
use subunit_codec::Event;
use subunit_formats::junit_reader::{self, ReadError};

/// Translate JUnit XML reports to subunit
#[derive(Parser)]
#[command(name = TOOL, version, args_override_self = true, infer_long_args = true)]
#[command(after_help = cli::help_end(TOOL, EXAMPLES, Some("failures")))]
struct Args {
    /// Files to read; - is standard input
    #[arg(value_name = "FILE", required_unless_present = "dir")]
    files: Vec<OsString>,

    /// Read all *.xml files below DIR; may repeat
    #[arg(short, long, value_name = "DIR")]
    dir: Vec<PathBuf>,

    #[command(flatten)]
    text: NoPassthrough,

    #[command(flatten)]
    empty: FailOnEmpty,
}

const TOOL: &str = env!("CARGO_BIN_NAME");
const EXAMPLES: [&str; 2] =
    ["junitxml2subunit -d target/surefire-reports | subunit-ls", "junitxml2subunit a.xml b.xml | subunit-stats"];

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let mut output = Output::for_packets()?;
    let (mut seen, mut is_complete) = (Seen::default(), true);
    let mut skip = |trouble: Trouble| {
        let _ = trouble.reported(TOOL);
        is_complete = false;
    };
    let mut files = Vec::new();
    for directory in &args.dir {
        if let Err((path, cause)) = reports_below(directory, &mut files) {
            skip(Trouble::with(path.display(), &cause));
        }
    }
    files.extend(args.files);
    for file in cli::operands(files) {
        match cli::open_input(&file) {
            Ok((name, input)) => {
                let write = |event: &Event<'_>| if args.text.drops(event) { Ok(()) } else { output.event(event) };
                let read = junit_reader::read(BufReader::new(input), &name, write);
                match read {
                    Ok(report) => {
                        seen.failures |= report.has_failed;
                        seen.tests |= report.has_tests;
                    }
                    Err(ReadError::Output(trouble)) => return Err(trouble),
                    Err(ReadError::Input(cause)) => skip(Trouble::with(name, &cause)),
                }
            }
            Err(trouble) => skip(trouble),
        }
        output.flush()?;
    }
    output.finish()?;
    let verdict = args.empty.verdict(seen);
    Ok(if is_complete { verdict } else { Verdict::Incomplete })
}

/// Adds the files `*.xml` below a directory, in byte order of their paths.
fn reports_below(directory: &Path, files: &mut Vec<OsString>) -> Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause| (path, cause)
    };
    let mut below = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).map_err(at(&directory))? {
            let entry = entry.map_err(at(&directory))?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(at(&directory))?);
            if kind.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "xml") {
                below.push(path.into_os_string());
            }
        }
    }
    below.sort_unstable();
    files.append(&mut below);
    Ok(())
}
