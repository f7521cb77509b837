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
    for (name, stream) in streams().into_iter().filter(|(name, _)| name.contains(&word)) {
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
    while reader.next(|| Ok(()))?.is_some() {
        count += 1;
    }
    Ok(count)
}

fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let repeat = |bytes: &[u8]| bytes.iter().copied().cycle().take(SIZE).collect::<Vec<u8>>();
    let tag_list =
        |count: &[u8], tag: &[u8]| repeat(&[&b"\xb3\x20\x80\xbf\xff\xff"[..], count, &tag.repeat(2000)].concat());
    let good = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
    vec![
        ("good packets, the smallest", repeat(good)),
        ("text", repeat(b"some output of a build, line after line\n")),
        ("signatures alone", repeat(b"\xb3")),
        ("a header in every third byte, claiming 3.3 MB", repeat(b"\xb3\x20\x00")),
        ("the same, each line anew", repeat(b"\xb3\x20\x00\n")),
        ("headers of six bytes, claiming 4 MB", repeat(b"\xb3\x20\x00\xbf\xff\xff")),
        ("headers claiming 16 KB", repeat(b"\xb3\x20\x00\x7f\xff")),
        ("file content claims", repeat(b"\xb3\x20\x40\xbf\xff\xff\x01a\xbf\xff\x00")),
        ("file content claims of less", repeat(b"\xb3\x20\x40\xbf\xff\xff\x01a\x90\x00\x00")),
        ("ids of 3 MB that hold headers in their characters", repeat(b"\xc3\xb3\x28\x20\xaf\x7f")),
        ("ids that hold headers, UTF-8", repeat(b"\xc3\xb3( \xc2\xbaaa\xc3")),
        ("ids of 4 KB that hold headers", repeat("x\u{f3}( PaO\u{f3}(!".as_bytes())),
        ("ids of 16 KB in characters of two bytes", repeat("\u{f3}(!~~}~".as_bytes())),
        ("tag lists, empty tags", tag_list(b"\x9f\xff\xff", b"\0")),
        ("tag lists of 60 tags", tag_list(b"\x3c", b"\x01a")),
        ("tag lists in every header", repeat(b"\xb3\x20\x80\xbf\xff\xff\xbf\x00\x00")),
        ("tags that hold headers", repeat("\u{f3} \u{a0}~~~\u{f3} \u{a0}".as_bytes())),
        ("a header at the end of each claim", repeat(b"\xb3\x20\x00\x0c\xb3\x20\x00\x0c\xb3\x20\x00\x0c")),
        ("claims that end where a good packet does", {
            let mut block = Vec::new();
            let good_long = good_packet(4000);
            let headers = 2000;
            for index in 0..headers {
                let length = 6 * (headers - index) + good_long.len();
                let length = u32::try_from(length).unwrap_or_default() | 0x80_0000;
                block.extend_from_slice(b"\xb3\x20\x00");
                block.extend_from_slice(&length.to_be_bytes()[1..]);
            }
            block.extend_from_slice(&good_long);
            block.extend_from_slice(good);
            repeat(&block)
        }),
        ("details of 50 MB in version 1", {
            let mut stream = b"test: a\nfailure: a [\n".to_vec();
            stream.extend(repeat(b"a line of the details\n"));
            stream.extend_from_slice(b"\n]\n");
            stream
        }),
    ]
}

fn good_packet(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let event = subunit_codec::Event::test("a").file("f", vec![b'x'; length]);
    subunit_codec::encode(&event, &mut out).expect("the event fits a packet");
    out
}
