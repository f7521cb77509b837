//! Where packets go.

use subunit_cli::{LiveOutput, Output, Trouble, Verdict};
use subunit_codec::{Packet, PacketEdit};

use crate::files::Files;

/// Where packets go, by the first part of their route codes.
pub(crate) enum Sink {
    /// Each to a file of its own.
    Files(Files),
    /// Those from this route to standard output; those from none if it is empty.
    Route(String, Output),
}

impl Sink {
    /// Writes a packet without the first part of its route code.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let Some(route) = packet.route_code() else {
            return self.unrouted(|output| output.forward(packet));
        };
        let (first, rest) = route.split_once('/').map_or((route, None), |(first, rest)| (first, Some(rest)));
        let edit = match rest {
            Some(rest) => PacketEdit::new().route_code(rest),
            None => PacketEdit::new().without_route_code(),
        };
        self.routed(Some(first), |output| {
            let mut bytes = Vec::new();
            edit.encode(packet, &mut bytes).map_err(Trouble::message)?;
            output.bytes(&bytes)
        })
    }

    /// Writes what comes from no route.
    pub(crate) fn unrouted(&mut self, write: impl FnOnce(&mut Output) -> Result<(), Trouble>) -> Result<(), Trouble> {
        self.routed(None, write)
    }

    fn routed(
        &mut self,
        first: Option<&str>,
        write: impl FnOnce(&mut Output) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        match self {
            Self::Files(files) => {
                files.write(first, write);
                Ok(())
            }
            // No part of a route code is there with nothing in it, unless somebody asks for that.
            Self::Route(wanted, output) if first.unwrap_or_default() == wanted => write(output),
            Self::Route(..) => Ok(()),
        }
    }

    /// Hands on all that was written, for the last time.
    pub(crate) fn finish(self) -> Result<Verdict, Trouble> {
        match self {
            Self::Files(files) => Ok(files.finish()),
            Self::Route(_, output) => output.finish().map(|()| Verdict::Success),
        }
    }
}

impl LiveOutput for Sink {
    fn flush(&mut self) -> Result<(), Trouble> {
        match self {
            Self::Files(files) => {
                files.flush();
                Ok(())
            }
            Self::Route(_, output) => output.flush(),
        }
    }

    fn make_way_for_message(&mut self) -> Result<(), Trouble> {
        self.flush()
    }
}
