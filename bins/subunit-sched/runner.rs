//! Workers that run a plain runner for each batch of tests.

use subunit_cli::{ListedCommand, SourceFailure, Stream, Trouble};
use subunit_codec::{Item, Protocol};

use crate::patience::Patience;
use crate::pool::Job;
use crate::station::{Manner, Next, Station};

/// Runs batches until there are no more. Says whether the worker was of any use.
pub(crate) fn work(mut station: Station) -> Result<bool, SourceFailure> {
    while let Some(job) = next(&mut station)? {
        let listed = ListedCommand::new(&station.worker.words, job.ids.iter().map(String::as_str));
        let mut listed = listed.map_err(|cause| SourceFailure::All(Trouble::temporary(&cause)))?;
        let Some((mut shift, stdout)) = station.start(&mut listed.command)? else { break };
        let patience = Patience::new(shift.deadline.clone(), station.shop.timeout);
        patience.begin();
        let (shop, worker) = (&station.shop, station.number);
        let (route, mut has_begun) = (&mut shift.route, false);
        let mut stream = Stream::of_command(station.worker.command_line(), stdout, Protocol::Auto);
        station.output.relay_and_wait(
            &mut stream,
            || patience.wait(),
            |item, out| {
                patience.came(matches!(item, Item::Packet(_)));
                if let Item::Packet(packet) = item
                    && let Some(id) = packet.test_id()
                    && shop.pool.note(worker, id, packet.status())
                    && !std::mem::replace(&mut has_begun, true)
                {
                    shop.pool.measured(shift.since.elapsed());
                }
                route.item(item, out);
            },
        )?;
        let manner = Manner { is_cut: stream.is_cut(), ..Manner::default() };
        let next = station.end(shift, &manner)?;
        station.has_served |= has_begun || next == Next::GoesOn;
        if next == Next::Rests {
            break;
        }
    }
    Ok(station.has_served)
}

fn next(station: &mut Station) -> Result<Option<Job>, SourceFailure> {
    station.shop.pool.take_batch(station.number, &station.worker.name, &mut station.output)
}
