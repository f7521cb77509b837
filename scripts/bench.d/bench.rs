//! The programs that scripts/bench needs beside the tools:
//!
//! - `bench make KIND COUNT` writes a stream, the same in every run; see `streams.rs` for the
//!   kinds;
//! - `bench floor FILE` finds each packet by its length and checks its CRC-32: what no reader of
//!   the protocol can do without;
//! - `bench decode FILE` reads a stream with the codec and looks at nothing;
//! - `bench latency COMMAND...` writes a packet to a pipeline of the commands, waits until it is
//!   out at the other end, a hundred times, and tells the median in microseconds.

mod floor;
mod latency;
mod streams;

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use subunit_codec::{Item, Protocol, Reader};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", kind, count] => make(kind, count.parse()?),
        ["floor", file] => tell(floor::packets(File::open(file)?)?),
        ["decode", file] => tell(decode(File::open(file)?)?),
        ["latency", ref commands @ ..] if !commands.is_empty() => tell(latency::median(commands)?.as_micros()),
        _ => Err("usage: bench make KIND COUNT | floor FILE | decode FILE | latency COMMAND...".into()),
    }
}

fn make(kind: &str, count: u64) -> Result<(), Box<dyn Error>> {
    let mut output = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    match kind {
        "small" => streams::small(count, &mut output)?,
        "large" => streams::large(count, &mut output)?,
        "text" => streams::text(count, &mut output)?,
        "hostile" => streams::hostile(count, &mut output)?,
        "v1" => streams::version_1(count, &mut output)?,
        "tap" => streams::tap(count, &mut output)?,
        _ => return Err(format!("no kind of stream is called {kind}").into()),
    }
    Ok(output.flush()?)
}

/// Reads a stream with the codec.
fn decode(file: File) -> io::Result<u64> {
    let mut reader = Reader::new(file, Protocol::Auto);
    let mut packets = 0;
    while let Some(item) = reader.next()? {
        packets += u64::from(matches!(item, Item::Packet(_)));
    }
    Ok(packets)
}

fn tell(figure: impl std::fmt::Display) -> Result<(), Box<dyn Error>> {
    Ok(writeln!(io::stdout(), "{figure}")?)
}
