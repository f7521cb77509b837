//! A conversation with a server.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subunit_cli::{self as cli, CommandInput, Deadline, Route, SharedOutput, SourceFailure, Trouble};
use subunit_codec::Item;

use super::message::{Messages, Reply, Request, is_message};
use crate::TOOL;
use crate::pool::Job;
use crate::queue::End;
use crate::silence_timeout::SilenceTimeout;
use crate::supervisor::{Context, Exit, Supervisor};
use crate::worker::Worker;

/// The time that a server has to say Hello.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(30);
/// The time that a server has to end after Goodbye.
const FAREWELL: Duration = Duration::from_secs(10);
/// The version of the RPC that the client speaks.
const VERSION: u64 = 1;

/// A conversation with the server of a worker. Two threads share it: one sends requests, the other
/// reads results and replies.
pub(crate) struct Session {
    context: Arc<Context>,
    number: usize,
    worker: Worker,
    /// The limit of `--timeout`, while the server runs tests.
    pub(crate) silence: SilenceTimeout,
    deadline: Deadline,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stage: Stage,
    /// The tests of the runs without Done, by nonce.
    runs: HashMap<String, Vec<usize>>,
    messages: Messages,
    /// Why the server was killed.
    problem: Option<String>,
    /// Whether it must not be started again.
    is_refused: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// It has not said Hello.
    #[default]
    Greeting,
    /// It speaks no version in common.
    Foreign,
    /// It accepts requests.
    Ready,
    /// It got Goodbye.
    Dismissed,
}

impl Session {
    pub(crate) fn new(supervisor: &Supervisor, deadline: Deadline) -> Self {
        let (context, number, worker) = (Arc::clone(&supervisor.context), supervisor.number, supervisor.worker.clone());
        let silence = SilenceTimeout::new(deadline.clone(), context.timeout);
        Self { context, number, worker, silence, deadline, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Says Hello, and sends tests until none are left. Write errors are ignored: the end of the
    /// server shows them.
    pub(crate) fn feed(&self, stdin: Option<CommandInput>, mut output: SharedOutput) -> Result<(), SourceFailure> {
        let Some(mut stdin) = stdin else { return Ok(()) };
        let mut say = |request: &Request<'_>| stdin.write_all(&request.packets()).and_then(|()| stdin.flush()).is_ok();
        if !say(&Request::Hello { min: VERSION, max: VERSION }) || !self.is_welcome() {
            let _ = self.lock().stage == Stage::Foreign && say(&Request::Goodbye);
            return Ok(());
        }
        for nonce in 1_u64.. {
            let next = self.context.pool.take_one(self.number, &mut output)?;
            let Some(Job { tests, ids }) = next else { break };
            let nonce = nonce.to_string();
            let mut state = self.lock();
            state.runs.insert(nonce.clone(), tests);
            self.silence.begin();
            drop(state);
            if !say(&Request::Run { tests: &ids, nonce: &nonce }) {
                break;
            }
        }
        let may_go = self.context.pool.is_finished() || cli::is_interrupted();
        if may_go && self.lock().runs.is_empty() {
            self.lock().stage = Stage::Dismissed;
            let _ = say(&Request::Goodbye);
            self.deadline.set(FAREWELL);
        }
        Ok(())
    }

    /// Waits until the server says Hello or ends. Returns whether tests may be sent.
    fn is_welcome(&self) -> bool {
        let mut state = self.lock();
        while state.stage == Stage::Greeting && state.problem.is_none() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.stage == Stage::Ready && state.problem.is_none()
    }

    /// Reads an item of the output of the server. Returns whether it belongs in the stream.
    pub(crate) fn item(
        &self,
        item: &Item<'_>,
        ends: &Arc<Route>,
        output: &mut SharedOutput,
    ) -> Result<bool, SourceFailure> {
        let mut state = self.lock();
        let Item::Packet(packet) = item else { return Ok(state.problem.is_none()) };
        if state.problem.is_some() {
            return Ok(false);
        }
        if is_message(packet) {
            match state.messages.add(packet) {
                Ok(Some(reply)) => self.reply(state, reply, ends, output)?,
                Ok(None) => {}
                Err(problem) => self.fail(&mut state, problem),
            }
            return Ok(false);
        }
        if state.stage == Stage::Greeting && packet.test_id().is_some() && packet.status().is_some() {
            // A plain runner ignores Hello and runs all tests.
            self.fail(&mut state, "reported a test before it said Hello: it is no server".to_owned());
            return Ok(false);
        }
        drop(state);
        if let Some(id) = packet.test_id() {
            self.context.pool.note(self.number, id, packet.status());
        }
        Ok(true)
    }

    fn reply(
        &self,
        mut state: MutexGuard<'_, State>,
        reply: Reply,
        ends: &Arc<Route>,
        output: &mut SharedOutput,
    ) -> Result<(), SourceFailure> {
        match (state.stage, reply) {
            (Stage::Greeting, Reply::Hello { min, max }) => {
                state.stage = if (min..=max).contains(&VERSION) { Stage::Ready } else { Stage::Foreign };
                if state.stage == Stage::Foreign {
                    state.is_refused = true;
                    let versions = format!("it speaks versions {min} to {max} of the RPC, not {VERSION}");
                    let _ = Trouble::message(self.worker.end(&format!("is of no use: {versions}"))).reported(TOOL);
                    self.deadline.set(FAREWELL);
                } else {
                    self.deadline.clear();
                }
                self.changed.notify_all();
                Ok(())
            }
            (Stage::Greeting, _) => {
                self.fail(&mut state, "did not say Hello: it is no server".to_owned());
                Ok(())
            }
            (_, Reply::Done { nonce, error }) => {
                let Some(tests) = state.runs.remove(&nonce) else { return Ok(()) };
                if self.context.pool.runs_any(&tests) {
                    state.runs.insert(nonce, tests);
                    self.fail(&mut state, "said that it was done while a test ran".to_owned());
                    return Ok(());
                }
                if state.runs.is_empty() {
                    self.silence.rest();
                }
                drop(state);
                let error = error.map(|error| format!(" ({})", error.trim())).unwrap_or_default();
                let end = End { words: self.worker.end(&format!("was done{error}")), is_death: false };
                self.context.pool.take_back(self.number, Some(&tests), &end, Vec::new(), ends, output)?;
                self.context.pool.run_ended(self.number);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Kills the server.
    fn fail(&self, state: &mut State, problem: String) {
        let _ = Trouble::message(self.worker.end(&problem)).reported(TOOL);
        state.problem = Some(problem);
        state.is_refused = state.stage == Stage::Greeting;
        self.deadline.set(Duration::ZERO);
        self.changed.notify_all();
    }

    /// The server has ended.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        if state.stage == Stage::Greeting && state.problem.is_none() {
            state.is_refused = self.deadline.has_passed();
            let when = if state.is_refused { "within 30 s" } else { "before it ended" };
            state.problem = Some(format!("did not say Hello {when}"));
        }
        drop(state);
        self.context.pool.close(self.number);
        self.changed.notify_all();
    }

    /// Whether the server has said Hello, with a version in common.
    pub(crate) fn is_greeted(&self) -> bool {
        matches!(self.lock().stage, Stage::Ready | Stage::Dismissed)
    }

    /// How the server ended.
    pub(crate) fn exit(&self, is_cut: bool) -> Exit {
        let State { stage, problem, is_refused, .. } = &*self.lock();
        let is_unasked = !matches!(stage, Stage::Dismissed | Stage::Foreign);
        Exit { is_unasked, problem: problem.clone(), is_refused: *is_refused, is_cut }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
