//! Supervises a worker: starts its command, and decides what its end means. Both kinds of workers
//! share this.

use std::panic::resume_unwind;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use subunit_cli::{
    self as cli, Children, CommandInput, Deadline, InterruptibleInput, Labels, OpenTest, Route, Running, SharedOutput,
    SourceFailure, Trouble, failure_reason, say_cut, start_failure_reason,
};
use subunit_formats::repeated_name;

use crate::TOOL;
use crate::pool::Pool;
use crate::queue::End;
use crate::worker::Worker;

/// State and settings that all workers share.
pub(crate) struct Context {
    pub(crate) pool: Pool,
    pub(crate) children: Arc<Children>,
    pub(crate) labels: Labels,
    /// The prefix of the tags of the workers, if they get any.
    pub(crate) tag_prefix: Option<String>,
    /// The longest time a busy worker may send no packet.
    pub(crate) timeout: Option<Duration>,
    /// How often a worker is started again after it died.
    pub(crate) most_deaths: usize,
}

/// The supervisor of a worker.
pub(crate) struct Supervisor {
    pub(crate) context: Arc<Context>,
    pub(crate) number: usize,
    pub(crate) worker: Worker,
    pub(crate) output: SharedOutput,
    /// Ends tests on the route of the worker after its command has ended.
    pub(crate) ends: Arc<Route>,
    /// Whether the worker ever ran a test or said Hello.
    pub(crate) has_served: bool,
    labels: Labels,
    deaths: usize,
}

/// The running command of a worker.
pub(crate) struct Process {
    pub(crate) route: Route,
    pub(crate) deadline: Deadline,
    pub(crate) since: Instant,
    pub(crate) stdin: Option<CommandInput>,
    running: Running,
    errors: JoinHandle<Result<bool, SourceFailure>>,
}

/// How the command of a worker ended, beyond its exit status.
#[derive(Debug, Default)]
pub(crate) struct Exit {
    /// Whether it is a server that ended without Goodbye.
    pub(crate) is_unasked: bool,
    /// Why it was killed.
    pub(crate) problem: Option<String>,
    /// Whether it must not be started again.
    pub(crate) is_refused: bool,
    /// Whether reading stopped before its output ended.
    pub(crate) is_cut: bool,
}

/// What the worker does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It takes more tests, if there are any.
    GoesOn,
    /// It died, and is started again.
    StartsAgain,
    /// It died too often, or too soon, and is not started again.
    Retires,
}

impl Supervisor {
    /// A remote worker that dies sooner is not started again.
    const TOO_SOON: Duration = Duration::from_secs(5);

    pub(crate) fn new(context: Arc<Context>, number: usize, worker: Worker, output: SharedOutput) -> Self {
        let mut tag = context.tag_prefix.as_ref().map(|prefix| [prefix, &*worker.name].concat());
        tag.as_mut().map(repeated_name::bound);
        let labels = Labels { tag, ..context.labels.clone() };
        let ends = Arc::new(Route::new(&worker.name, labels.clone()));
        Self { context, number, worker, output, ends, has_served: false, labels, deaths: 0 }
    }

    /// Starts the command of the worker, and returns it with its standard output. `None` if it
    /// cannot be started.
    pub(crate) fn start(&self, command: &mut Command) -> Result<Option<(Process, InterruptibleInput)>, SourceFailure> {
        let since = Instant::now();
        let started = self.context.children.start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let (mut child, name) = match started {
            Ok(child) => (child, self.worker.command_line()),
            Err(cause) => {
                let _ = Trouble::with(self.worker.command_line(), &cause).reported(TOOL);
                self.take_back(start_failure_reason(&cause).trim_end(), true, Vec::new())?;
                return Ok(None);
            }
        };
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let Some((stdout, stderr)) = stdout.zip(stderr) else { return Ok(None) };
        let deadline = Deadline::default();
        let running = self.context.children.watch_until(child, &deadline).map_err(SourceFailure::All)?;
        let stdin = stdin.map(|stdin| running.input(stdin)).transpose();
        let stdin = stdin.map_err(|cause| SourceFailure::All(Trouble::with("pipes", &cause)))?;
        let of_errors = Route::new(&self.worker.name, self.labels.clone());
        let errors = self.output.relay_errors(running.output(stderr), name, of_errors).map_err(SourceFailure::All)?;
        let route = Route::that_may_fail(&self.worker.name, self.labels.clone());
        let stdout = running.output(stdout);
        Ok(Some((Process { route, deadline, since, stdin, running, errors }, stdout)))
    }

    /// Waits until the command ends, after its output was read, and takes back unreported tests.
    pub(crate) fn end(&mut self, process: Process, exit: &Exit) -> Result<Next, SourceFailure> {
        let Process { mut route, deadline, since, running, errors, .. } = process;
        let is_cut = exit.is_cut | errors.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        if is_cut {
            say_cut(TOOL, self.worker.command_line());
        }
        let named = |cause| SourceFailure::Source(Trouble::with(self.worker.command_line(), &cause));
        let ending = running.end().map_err(named)?;
        let is_late = deadline.has_passed() && exit.problem.is_none();
        let is_well = matches!(ending.status.code(), Some(0 | 1)) && !is_late && !exit.is_unasked;
        let words = match (&exit.problem, is_late) {
            (Some(problem), _) => format!("died ({problem}, {ending})"),
            (None, true) => {
                let time = self.context.timeout.unwrap_or_default().as_secs_f64();
                format!("died (no packet for {time} s, {ending})")
            }
            (None, false) if !is_well => format!("died ({ending})"),
            (None, false) => format!("ended ({ending})"),
        };
        let open = route.take_open_tests();
        let is_death = !is_well && (exit.is_unasked || self.context.pool.has_outstanding(self.number));
        if !(ending.status.success() || is_death || route.shows_failure()) && open.is_empty() {
            // No test shows the failure.
            let (name, reason) = (self.worker.command_line(), failure_reason(ending.status));
            self.output.push(|out| self.ends.fail_own_test(&name, &reason, out))?;
            self.output.flush()?;
            self.context.pool.failed();
        }
        if route.shows_failure() {
            self.context.pool.failed();
        }
        self.take_back(&words, !is_well, open)?;
        if !is_death {
            return Ok(if exit.is_refused { Next::Retires } else { Next::GoesOn });
        }
        self.deaths += 1;
        let too_soon = self.worker.is_remote && since.elapsed() < Self::TOO_SOON;
        let goes_on = !(too_soon || exit.is_refused) && self.deaths <= self.context.most_deaths;
        if !(self.context.pool.is_stopped() || cli::is_interrupted()) {
            let what = if goes_on { "and is started again" } else { "and is not started again" };
            let _ = Trouble::message(format_args!("{} {what}", self.worker.end(&words))).reported(TOOL);
        }
        Ok(if goes_on { Next::StartsAgain } else { Next::Retires })
    }

    /// Takes back the tests that the worker has not reported.
    fn take_back(&self, words: &str, is_death: bool, open: Vec<OpenTest>) -> Result<(), SourceFailure> {
        let end = End { words: self.worker.end(words), is_death };
        self.context.pool.take_back(self.number, None, &end, open, &self.ends, &mut self.output.clone())
    }
}
