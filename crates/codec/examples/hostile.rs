//! Measures how fast streams that are made to be slow are decoded, in megabytes a second.
//!
//! ```text
//! cargo run --release -p subunit-codec --example hostile [WORD]
//! ```
//!
//! With a word, only the streams that it is part of the names of.

use std::io::{self, Read, Write};
use std::time::Instant;

use subunit_codec::{Protocol, Reader};

const SIZE: usize = 50_000_000;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let word = std::env::args().nth(1).unwrap_or_default();
    let details = ("details of 50 MB in version 1", details());
    let streams = testkit::hostile::streams(SIZE).into_iter().chain([details]);
    for (name, stream) in streams.filter(|(name, _)| name.contains(&word)) {
        for protocol in [Protocol::V2, Protocol::V1] {
            let start = Instant::now();
            let items = count_items(&stream[..], protocol)?;
            let speed = 1e-6 * size(stream.len()) / start.elapsed().as_secs_f64();
            writeln!(out, "{speed:8.0} MB/s  {protocol:?}  {items:9} items  {name}")?;
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "sizes are small")]
fn size(bytes: usize) -> f64 {
    bytes as f64
}

fn count_items(source: impl Read, protocol: Protocol) -> io::Result<usize> {
    let mut reader = Reader::new(source, protocol);
    let mut count = 0;
    while reader.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// A test of version 1 with long details.
fn details() -> Vec<u8> {
    let line = b"a line of the details\n";
    [&b"test: a\nfailure: a [\n"[..], &line.repeat(SIZE / line.len()), b"]\n"].concat()
}
