//! The programs that scripts/bench needs beside the tools:
//!
//! - `bench make TESTS` writes a stream of so many tests;
//! - `bench floor FILE` finds each packet by its length and checks its CRC-32: what no reader of the protocol can do without;
//! - `bench decode FILE` reads a stream with the codec and looks at nothing.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};

use subunit_codec::{Event, Item, Protocol, Reader, Status, Timestamp, encode};

/// Workers, each with a test at any time.
const WORKERS: u64 = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", tests] => make(tests.parse()?),
        ["floor", file] => floor(file),
        ["decode", file] => decode(file),
        _ => Err("usage: bench make TESTS | floor FILE | decode FILE".into()),
    }
}

/// Writes a stream: tests on eight workers with tags, route codes and times, every tenth with an attachment.
fn make(tests: u64) -> Result<(), Box<dyn Error>> {
    let mut output = io::stdout().lock();
    let mut random = Random(1);
    let mut packets = Vec::new();
    for number in 0..tests + WORKERS {
        if let Some(started) = number.checked_sub(WORKERS) {
            finish(started, &mut random, &mut packets)?;
        }
        if number < tests {
            encode(&event(number, number).status(Status::InProgress), &mut packets)?;
        }
        if packets.len() > 1 << 20 {
            output.write_all(&packets)?;
            packets.clear();
        }
    }
    output.write_all(&packets)?;
    Ok(output.flush()?)
}

fn finish(number: u64, random: &mut Random, packets: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    let end = number + WORKERS;
    if number % 10 == 3 {
        let lines = 15 + random.below(10);
        let frame = "  File \"/usr/lib/python3/dist-packages/unittest/case.py\", line 57, in run\n";
        let traceback = frame.repeat(usize::try_from(lines)?);
        let mime_type = "text/x-traceback; charset=\"utf8\"; language=\"python\"";
        encode(&event(number, end).file("traceback", traceback.into_bytes()).mime_type(mime_type).eof(), packets)?;
    }
    let status = match random.below(100) {
        0..90 => Status::Success,
        90..94 => Status::Fail,
        94..98 => Status::Skip,
        _ => Status::ExpectedFailure,
    };
    encode(&event(number, end).status(status), packets)?;
    Ok(())
}

/// What all packets of a test have: an id of eighty characters, a time, a tag and a route code.
fn event(number: u64, time: u64) -> Event<'static> {
    let id = format!("{:-<80}", format!("package.module{:03}.tests.TestCase.test_{number:07}", number % 1000));
    let worker = number % WORKERS;
    let microseconds = 1_500_000_000_000_000 + time * 1_237;
    let seconds = u32::try_from(microseconds / 1_000_000).ok();
    let nanoseconds = u32::try_from(microseconds % 1_000_000 * 1_000).ok();
    let event = Event::test(id).tags([format!("worker-{worker}")]).route_code(worker.to_string());
    match seconds.zip(nanoseconds).and_then(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds)) {
        Some(timestamp) => event.at(timestamp),
        None => event,
    }
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Reads a stream that holds nothing but packets, and checks the checksum of each.
fn floor(file: &str) -> Result<(), Box<dyn Error>> {
    let mut file = File::open(file)?;
    let mut buffer = vec![0; 1 << 18];
    let (mut filled, mut packets) = (0, 0_u64);
    loop {
        let read = file.read(&mut buffer[filled..])?;
        if read == 0 {
            break;
        }
        filled += read;
        let mut start = 0;
        while let Some(length) = length(&buffer[start..filled]).filter(|length| start + length <= filled) {
            let (content, checksum) = buffer[start..start + length].split_at(length - 4);
            if crc32fast::hash(content).to_be_bytes() != checksum {
                return Err(format!("packet {packets} is broken").into());
            }
            packets += 1;
            start += length;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
    }
    Ok(writeln!(io::stdout(), "{packets} packets")?)
}

/// The length that the header of a packet tells.
fn length(bytes: &[u8]) -> Option<usize> {
    let bytes = bytes.get(3..6)?;
    let first = usize::from(bytes[0] & 0x3f);
    let length = match bytes[0] >> 6 {
        0 => first,
        1 => first << 8 | usize::from(bytes[1]),
        _ => first << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2]),
    };
    Some(length.max(8))
}

/// Reads a stream with the codec.
fn decode(file: &str) -> Result<(), Box<dyn Error>> {
    let mut reader = Reader::new(File::open(file)?, Protocol::Auto);
    let mut packets = 0_u64;
    while let Some(item) = reader.next(|| Ok(()))? {
        packets += u64::from(matches!(item, Item::Packet(_)));
    }
    Ok(writeln!(io::stdout(), "{packets} packets")?)
}
