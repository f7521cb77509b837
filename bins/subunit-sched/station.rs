//! A worker at work: what both kinds of workers have in common.

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

/// What is the same for all workers.
pub(crate) struct Shop {
    pub(crate) pool: Pool,
    pub(crate) children: Arc<Children>,
    pub(crate) labels: Labels,
    /// What the tags of the workers begin with, if they have any.
    pub(crate) tag_prefix: Option<String>,
    /// A worker that sends no packet for so long has died.
    pub(crate) timeout: Option<Duration>,
    /// A worker is started again so often after it died.
    pub(crate) most_deaths: usize,
}

/// A worker in its place.
pub(crate) struct Station {
    pub(crate) shop: Arc<Shop>,
    pub(crate) number: usize,
    pub(crate) worker: Worker,
    pub(crate) output: SharedOutput,
    /// Says on its route what becomes of tests after its command has ended.
    pub(crate) ends: Arc<Route>,
    /// Whether it was ever of use.
    pub(crate) has_served: bool,
    labels: Labels,
    deaths: usize,
}

/// A command of a worker, which runs.
pub(crate) struct Shift {
    pub(crate) route: Route,
    pub(crate) deadline: Deadline,
    pub(crate) since: Instant,
    pub(crate) stdin: Option<CommandInput>,
    running: Running,
    errors: JoinHandle<Result<bool, SourceFailure>>,
}

/// How the command of a worker ended, as far as the system does not tell.
#[derive(Debug, Default)]
pub(crate) struct Manner {
    /// Whether it is a server that was not asked to end.
    pub(crate) is_unasked: bool,
    /// What it was killed for.
    pub(crate) problem: Option<String>,
    /// Whether it is not to be started again.
    pub(crate) is_refused: bool,
    /// Whether its output goes on.
    pub(crate) is_cut: bool,
}

/// What a worker does after its command has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It goes on, if there are more tests.
    GoesOn,
    /// It does the same, after a death.
    StartsAgain,
    /// It died too often, or too soon, and is not started again.
    Rests,
}

impl Station {
    /// A remote worker that dies sooner is not started again.
    const TOO_SOON: Duration = Duration::from_secs(5);

    pub(crate) fn new(shop: Arc<Shop>, number: usize, worker: Worker, output: SharedOutput) -> Self {
        let mut tag = shop.tag_prefix.as_ref().map(|prefix| [prefix, &*worker.name].concat());
        tag.as_mut().map(repeated_name::bound);
        let labels = Labels { tag, ..shop.labels.clone() };
        let ends = Arc::new(Route::new(&worker.name, labels.clone()));
        Self { shop, number, worker, output, ends, has_served: false, labels, deaths: 0 }
    }

    /// Starts the command of the worker, whose output is to be read then. `None` if that is not
    /// possible: the worker is of no use.
    pub(crate) fn start(&self, command: &mut Command) -> Result<Option<(Shift, InterruptibleInput)>, SourceFailure> {
        let since = Instant::now();
        let started = self.shop.children.start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let (mut child, name) = match started {
            Ok(child) => (child, self.worker.command_line()),
            Err(cause) => {
                let _ = Trouble::with(self.worker.command_line(), &cause).reported(TOOL);
                self.lose(start_failure_reason(&cause).trim_end(), true, Vec::new())?;
                return Ok(None);
            }
        };
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let Some((stdout, stderr)) = stdout.zip(stderr) else { return Ok(None) };
        let deadline = Deadline::default();
        let running = self.shop.children.watch_until(child, &deadline).map_err(SourceFailure::All)?;
        let stdin = stdin.map(|stdin| running.input(stdin)).transpose();
        let stdin = stdin.map_err(|cause| SourceFailure::All(Trouble::with("pipes", &cause)))?;
        let of_errors = Route::new(&self.worker.name, self.labels.clone());
        let errors = self.output.relay_errors(running.output(stderr), name, of_errors).map_err(SourceFailure::All)?;
        let route = Route::that_may_fail(&self.worker.name, self.labels.clone());
        let stdout = running.output(stdout);
        Ok(Some((Shift { route, deadline, since, stdin, running, errors }, stdout)))
    }

    /// Waits for the end of a command whose output has been read, and says what became of its
    /// tests.
    pub(crate) fn end(&mut self, shift: Shift, manner: &Manner) -> Result<Next, SourceFailure> {
        let Shift { mut route, deadline, since, running, errors, .. } = shift;
        let is_cut = manner.is_cut | errors.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        if is_cut {
            say_cut(TOOL, self.worker.command_line());
        }
        let named = |cause| SourceFailure::Source(Trouble::with(self.worker.command_line(), &cause));
        let ending = running.end().map_err(named)?;
        let is_late = deadline.has_passed() && manner.problem.is_none();
        let is_well = matches!(ending.status.code(), Some(0 | 1)) && !is_late && !manner.is_unasked;
        let words = match (&manner.problem, is_late) {
            (Some(problem), _) => format!("died ({problem}, {ending})"),
            (None, true) => {
                let time = self.shop.timeout.unwrap_or_default().as_secs_f64();
                format!("died (no packet for {time} s, {ending})")
            }
            (None, false) if !is_well => format!("died ({ending})"),
            (None, false) => format!("ended ({ending})"),
        };
        let open = route.take_open_tests();
        let is_death = !is_well && (manner.is_unasked || self.shop.pool.has_given(self.number));
        if !(ending.status.success() || is_death || route.shows_failure()) && open.is_empty() {
            // Nothing else says so.
            let (name, reason) = (self.worker.command_line(), failure_reason(ending.status));
            self.output.push(|out| self.ends.fail_own_test(&name, &reason, out))?;
            self.output.flush()?;
            self.shop.pool.failed();
        }
        if route.shows_failure() {
            self.shop.pool.failed();
        }
        self.lose(&words, !is_well, open)?;
        if !is_death {
            return Ok(Next::GoesOn);
        }
        self.deaths += 1;
        let too_soon = self.worker.is_remote && since.elapsed() < Self::TOO_SOON;
        let goes_on = !(too_soon || manner.is_refused) && self.deaths <= self.shop.most_deaths;
        if !(self.shop.pool.is_stopped() || cli::is_interrupted()) {
            let what = if goes_on { "and is started again" } else { "and is not started again" };
            let _ = Trouble::message(format_args!("{} {what}", self.worker.end(&words))).reported(TOOL);
        }
        Ok(if goes_on { Next::StartsAgain } else { Next::Rests })
    }

    /// Takes back the tests that the worker has not reported.
    fn lose(&self, words: &str, is_death: bool, open: Vec<OpenTest>) -> Result<(), SourceFailure> {
        let end = End { words: self.worker.end(words), is_death };
        self.shop.pool.lose(self.number, None, &end, open, &self.ends, &mut self.output.clone())
    }
}
