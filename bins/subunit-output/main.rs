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
        let (bytes, is_last, trouble) = match attachment.next() {
            Ok(Piece { bytes, is_last }) => (bytes.to_vec(), is_last, None),
            Err(trouble) => (attachment.rest().to_vec(), true, Some(trouble)),
        };
        let is_whole = trouble.is_none() && !attachment.is_cut();
        let is_place = if given == Some(Status::InProgress) { is_first } else { is_last };
        event = event.file(name.to_owned(), bytes);
        event.timestamp = Stamp::time(stamp);
        event.status = given.filter(|_| is_place && is_whole);
        event.eof = is_last;
        output.event(&event)?;
        output.flush()?;
        if is_last {
            return trouble.map_or(Ok(()), Err);
        }
        is_first = false;
        event.mime_type = None;
    }
}
