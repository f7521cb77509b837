//! Writes an event, for test scripts.

mod args;
mod attachment;

use std::process::ExitCode;

use subunit_cli::{self as cli, Output, Trouble, Verdict};
use subunit_codec::{Event, Status, Timestamp};

use crate::args::{Args, Stamp};
use crate::attachment::{Attachment, Piece};

fn main() -> ExitCode {
    cli::main(run)
}

fn run(args: Args) -> Result<Verdict, Trouble> {
    let status = args.status()?;
    let attachment = args.attach_file.as_deref().map(Attachment::open).transpose()?;
    let mut output = Output::for_packets()?;
    let written = match attachment {
        Some(attachment) => write_file(&args, status, attachment, &mut output),
        None => output.event(&Event { status: status.map(|(status, _)| status), ..event(&args, status) }),
    };
    // What was read goes out before trouble with reading is reported.
    output.finish()?;
    written?;
    Ok(Verdict::Success)
}

/// Writes the file in one packet or several: `inprogress` is in the first, any other status in the
/// last. A file that was not read to its end leads to no status: its verdict is not known.
fn write_file(
    args: &Args,
    status: Option<(Status, &str)>,
    mut attachment: Attachment,
    output: &mut Output,
) -> Result<(), Trouble> {
    let name = file_name(args);
    let given = status.map(|(status, _)| status);
    let mut is_first = true;
    loop {
        let (bytes, is_last, trouble) = match attachment.next() {
            Ok(Piece { bytes, is_last }) => (bytes.to_vec(), is_last, None),
            Err(trouble) => (attachment.rest().to_vec(), true, Some(trouble)),
        };
        let is_whole = trouble.is_none() && !attachment.is_cut();
        let is_place = if given == Some(Status::InProgress) { is_first } else { is_last };
        let mut event = event(args, status).file(&name, bytes);
        event.mime_type = args.mimetype.as_deref().filter(|_| is_first).map(Into::into);
        event.status = given.filter(|_| is_place && is_whole);
        event.eof = is_last;
        output.event(&event)?;
        output.flush()?;
        if is_last {
            return trouble.map_or(Ok(()), Err);
        }
        is_first = false;
    }
}

/// The event as yet without status and file.
fn event<'a>(args: &'a Args, status: Option<(Status, &'a str)>) -> Event<'a> {
    let timestamp = match args.timestamp {
        None => Timestamp::now(),
        Some(Stamp::At(time)) => Some(time),
        Some(Stamp::Nothing) => None,
    };
    let tags = Some(&args.tag).filter(|tags| !tags.is_empty());
    Event {
        timestamp,
        test_id: status.map(|(_, id)| id.into()),
        tags: tags.map(|tags| tags.iter().map(|tag| tag.as_str().into()).collect()),
        runnable: !args.not_runnable,
        route_code: args.route_code.as_deref().map(Into::into),
        ..Event::default()
    }
}

/// The name that the file gets: as it was given, or the path, or `stdin`.
fn file_name(args: &Args) -> String {
    let path = args.attach_file.as_deref().unwrap_or_default();
    match &args.file_name {
        Some(name) if !name.is_empty() => name.clone(),
        _ if path == "-" => "stdin".to_owned(),
        _ => path.to_string_lossy().into_owned(),
    }
}
