//! Workers that run a server, which is asked to run tests: version 1 of the RPC of testrepository.

mod message;
mod session;

use std::process::{Command, Stdio};
use std::sync::Arc;

use subunit_cli::{self as cli, SourceFailure, Stream, spawn};
use subunit_codec::{Item, Protocol};

use self::session::{HANDSHAKE, Session};
use crate::station::{Next, Station};

/// Has tests run until there are no more. Says whether the worker was of any use.
pub(crate) fn work(mut station: Station) -> Result<bool, SourceFailure> {
    while !station.shop.pool.is_finished() && !cli::is_interrupted() {
        station.shop.pool.open(station.number);
        let mut words = station.worker.words.iter();
        let mut command = Command::new(words.next().map(|word| &**word).unwrap_or_default());
        let Some((mut shift, stdout)) = station.start(command.args(words).stdin(Stdio::piped()))? else { break };
        let session = Arc::new(Session::new(&station, shift.deadline.clone()));
        shift.deadline.set(HANDSHAKE);
        let stdin = shift.stdin.take();
        let (feeder, of_feeder) = (Arc::clone(&session), station.output.clone());
        let feeder = spawn(move || feeder.feed(stdin, of_feeder)).map_err(SourceFailure::All)?;

        let name = station.worker.command_line();
        let mut stream = Stream::of_command(name, stdout, Protocol::V2);
        let route = &mut shift.route;
        let mut aside = station.output.clone();
        let mut failure = None;
        station.output.relay_and_wait(
            &mut stream,
            || session.patience.wait(),
            |item, out| {
                session.patience.came(matches!(item, Item::Packet(_)));
                match session.item(item, &station.ends, &mut aside) {
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
        let manner = session.manner(stream.is_cut());
        station.has_served |= session.is_greeted();
        if station.end(shift, &manner)? == Next::Rests || manner.is_refused {
            break;
        }
    }
    Ok(station.has_served)
}
