//! Workers whose command is a server: it speaks version 1 of the RPC of testrepository.

mod message;
mod session;

use std::process::{Command, Stdio};
use std::sync::Arc;

use subunit_cli::{self as cli, SourceFailure, Stream, spawn};
use subunit_codec::{Item, Protocol};

use self::session::{HANDSHAKE, Session};
use crate::supervisor::{Next, Supervisor};

/// Has the server run tests until none are left. Returns whether it ever said Hello.
pub(crate) fn work(mut supervisor: Supervisor) -> Result<bool, SourceFailure> {
    while !supervisor.context.pool.is_finished() && !cli::is_interrupted() {
        supervisor.context.pool.open(supervisor.number);
        let mut words = supervisor.worker.words.iter();
        let mut command = Command::new(words.next().map(|word| &**word).unwrap_or_default());
        let Some((mut process, stdout)) = supervisor.start(command.args(words).stdin(Stdio::piped()))? else { break };
        let session = Arc::new(Session::new(&supervisor, process.deadline.clone()));
        process.deadline.set(HANDSHAKE);
        let stdin = process.stdin.take();
        let (feeder, of_feeder) = (Arc::clone(&session), supervisor.output.clone());
        let feeder = spawn(move || feeder.feed(stdin, of_feeder)).map_err(SourceFailure::All)?;

        let name = supervisor.worker.command_line();
        let mut stream = Stream::of_command(name, stdout, Protocol::V2);
        let route = &mut process.route;
        let mut aside = supervisor.output.clone();
        let mut failure = None;
        supervisor.output.relay_and_wait(
            &mut stream,
            || session.silence.wait(),
            |item, out| {
                session.silence.came(matches!(item, Item::Packet(_)));
                match session.item(item, &supervisor.ends, &mut aside) {
                    Ok(true) => route.item(item, out),
                    Ok(false) => {}
                    Err(cause) => failure = Some(cause),
                }
            },
        )?;
        session.close();
        feeder.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        let exit = session.exit(stream.is_cut());
        supervisor.has_served |= session.is_greeted();
        if supervisor.end(process, &exit)? == Next::Retires {
            break;
        }
    }
    Ok(supervisor.has_served)
}
