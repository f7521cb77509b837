//! Runs a command of the configuration.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::{self, Stdio};
use std::sync::Arc;

use subunit_cli::{
    Children, NoPassthrough, SharedOutput, SourceFailure, Stream, Trouble, failure_reason, say_cut,
    start_failure_reason,
};
use subunit_codec::Protocol;
use tempfile::NamedTempFile;

use crate::TOOL;
use crate::command_stream::CommandStream;
use crate::config::Command;
use crate::expand::Variables;

/// A command to run, and what of it.
pub(crate) struct Run {
    pub(crate) command: Command,
    /// The tests, if not all.
    pub(crate) ids: Option<Vec<String>>,
    /// Whether tests are listed, not run.
    pub(crate) lists: bool,
}

/// Runs commands.
pub(crate) struct Runner {
    pub(crate) children: Arc<Children>,
    pub(crate) output: SharedOutput,
    pub(crate) text: NoPassthrough,
}

impl Runner {
    /// Runs a command to its end, and says whether it succeeded.
    pub(crate) fn run(&self, run: &Run) -> Result<bool, SourceFailure> {
        let Run { command, ids, lists } = run;
        let list = ids.as_deref().map(id_file).transpose().map_err(|cause| Trouble::temporary(&cause))?;
        let ids = ids.as_deref().zip(list.as_ref().map(|list| list.path().as_os_str()));
        let arguments = command.expanded(&Variables { lists: *lists, ids });
        let name = arguments.join(OsStr::new(" ")).to_string_lossy().into_owned();
        let mut combined = CommandStream::new(&command.prefix, self.text);
        let mut output = self.output.clone();

        let mut words = arguments.iter();
        let mut process = process::Command::new(words.next().map(|word| &**word).unwrap_or_default());
        process.args(words).envs(command.env.iter().flatten()).stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(folder) = &command.cwd {
            process.current_dir(folder);
        }
        let named = |cause: io::Error| SourceFailure::Source(Trouble::with(&name, &cause));
        let mut child = match self.children.start(&mut process) {
            Ok(child) => child,
            Err(cause) => {
                let reason = start_failure_reason(&cause);
                output.push(|out| combined.fail_own_test(&name, &reason, out))?;
                output.flush()?;
                return Err(named(cause));
            }
        };
        let stdout = child.stdout.take();
        let running = self.children.watch(child, None).map_err(SourceFailure::All)?;
        if let Some(stdout) = stdout {
            let mut stream = Stream::of_command(name.clone(), running.output(stdout), Protocol::Auto);
            output.relay(&mut stream, |item, out| combined.item(item, out))?;
            if stream.is_cut() {
                say_cut(TOOL, &name);
            }
        }
        let status = running.end().map_err(named)?.status;
        if status.success() {
            return Ok(true);
        }
        let reason = failure_reason(status);
        output.push(|out| combined.fail_open_tests(&reason, out))?;
        if !combined.shows_failure() {
            output.push(|out| combined.fail_own_test(&name, &reason, out))?;
        }
        output.flush()?;
        Ok(false)
    }
}

/// A file that lists ids, one on each line, as long as it is kept.
fn id_file(ids: &[String]) -> io::Result<NamedTempFile> {
    let mut file = NamedTempFile::with_prefix("subunit-combine-")?;
    for id in ids {
        writeln!(file, "{id}")?;
    }
    file.flush()?;
    Ok(file)
}
