//! Workers whose command is a plain test runner, started for each batch of tests.

use std::sync::Arc;

use subunit_cli::{ListedCommand, SourceFailure, Stream, Trouble};
use subunit_codec::{Item, Protocol};

use crate::silence_timeout::SilenceTimeout;
use crate::supervisor::{Exit, Next, Supervisor};

/// Runs batches until no tests are left. Returns whether the worker ever ran one.
pub(crate) fn work(mut supervisor: Supervisor) -> Result<bool, SourceFailure> {
    let context = Arc::clone(&supervisor.context);
    while let Some(job) = context.pool.take_batch(supervisor.number, &mut supervisor.output)? {
        let listed = ListedCommand::new(&supervisor.worker.words, job.ids.iter().map(String::as_str));
        let mut listed = listed.map_err(|cause| SourceFailure::All(Trouble::temporary(&cause)))?;
        let Some((mut process, stdout)) = supervisor.start(&mut listed.command)? else { break };
        let silence = SilenceTimeout::new(process.deadline.clone(), context.timeout);
        silence.begin();
        let worker = supervisor.number;
        let (route, mut has_begun) = (&mut process.route, false);
        let mut stream = Stream::of_command(supervisor.worker.command_line(), stdout, Protocol::Auto);
        supervisor.output.relay_and_wait(
            &mut stream,
            || silence.wait(),
            |item, out| {
                silence.came(matches!(item, Item::Packet(_)));
                if let Item::Packet(packet) = item
                    && let Some(id) = packet.test_id()
                    && context.pool.note(worker, id, packet.status())
                    && !std::mem::replace(&mut has_begun, true)
                {
                    context.pool.measured(process.since.elapsed());
                }
                route.item(item, out);
            },
        )?;
        let exit = Exit { is_cut: stream.is_cut(), ..Exit::default() };
        let next = supervisor.end(process, &exit)?;
        supervisor.has_served |= has_begun || next == Next::GoesOn;
        if next == Next::Retires {
            break;
        }
    }
    Ok(supervisor.has_served)
}
