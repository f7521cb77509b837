//! A stream on its way to the shared output.

use subunit_cli::Stream;

use crate::relabel::Route;
use crate::shared_output::{Failure, SharedOutput};

/// Merges a stream to its end.
pub(crate) fn relay(stream: &mut Stream, route: &mut Route, lane: &mut SharedOutput) -> Result<(), Failure> {
    let end = loop {
        match stream.next_after(|| lane.flush()) {
            Ok(Some(item)) => {
                lane.make_room(&item)?;
                lane.push(|out| route.item(&item, out))?;
            }
            Ok(None) => break Ok(()),
            Err(failure) => break Err(failure),
        }
    };
    lane.flush()?;
    end
}
