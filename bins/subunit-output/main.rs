//! Writes an event, for test scripts.

mod args;
mod attachment;

use std::process::ExitCode;

use subunit_cli::{self as cli, Output, Trouble, Verdict};
use subunit_codec::{Event, Status};

use crate::args::{Args, Stamp};
use crate::attachment::{Attachment, Piece};

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let (stamp, path, name) = (args.timestamp, args.attach_file.clone(), args.file_name());
    let (status, event) = args.into_event()?;
    let attachment = path.as_deref().map(Attachment::open).transpose()?;
    let mut output = Output::for_packets()?;
    let written = match attachment {
        Some(attachment) => write_file(&name, attachment, status, event, stamp, &mut output),
        None => output.event(&Event { status, timestamp: Stamp::time(stamp), ..event }),
    };
    // What was read goes out before trouble with reading is reported.
    output.finish()?;
    written?;
    Ok(Verdict::Success)
}

/// Writes the file in one packet or several: `inprogress` is in the first, any other status in the
/// last. A file that was not read to its end leads to no status: its verdict is not known.
fn write_file(
    name: &str,
    mut attachment: Attachment,
    given: Option<Status>,
    mut event: Event<'_>,
    stamp: Option<Stamp>,
    output: &mut Output,
) -> Result<(), Trouble> {
    let mut is_first = true;
    loop {
        let Piece { bytes, is_last, is_cut, trouble } = attachment.next();
        if let Some(trouble) = trouble {
            // Of a folder, say, nothing was read at all.
            let is_something = !is_first || !bytes.is_empty();
            let last = Event { timestamp: Stamp::time(stamp), ..event }.file(name, bytes).eof();
            return if is_something { output.event(&last) } else { Ok(()) }.and(Err(trouble));
        }
        let is_place = if given == Some(Status::InProgress) { is_first } else { is_last };
        let piece = Event {
            timestamp: Stamp::time(stamp),
            status: given.filter(|_| is_place && !is_cut),
            eof: is_last,
            ..event.clone()
        };
        output.event(&piece.file(name, bytes))?;
        output.flush()?;
        if is_last {
            return Ok(());
        }
        is_first = false;
        event.mime_type = None;
    }
}
