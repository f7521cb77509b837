//! Counts the events in a stream with the crate `subunit`.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};

use subunit::io::sync::iter_stream;
use subunit::types::stream::ScannedItem;

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).ok_or("usage: peer FILE")?;
    let mut events = 0_u64;
    for item in iter_stream(File::open(file)?) {
        if let ScannedItem::Event(_) = item.map_err(|error| format!("{error:?}"))? {
            events += 1;
        }
    }
    Ok(writeln!(io::stdout(), "{events} events")?)
}
