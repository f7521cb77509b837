//! How fast streams are read and written, in bytes a second.
//!
//! ```text
//! cargo bench -p subunit-codec [WORD]
//! ```

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use subunit_codec::{Assembler, Event, Item, MAX_LENGTH, Packet, Protocol, Reader, Status, Timestamp, encode};

/// Tests in the streams of small packets.
const TESTS: u32 = 10_000;

criterion_group!(benches, reading, assembling, writing);
criterion_main!(benches);

fn reading(criterion: &mut Criterion) {
    let text = b"some output of a build, line after line\n".repeat(100);
    let small = packets(events()).concat();
    let large = packets([event(0).file("log", vec![b'x'; MAX_LENGTH - 200]), event(0)]).concat();
    let mixed = packets(events().take(1000)).join(&text[..]);
    let hostile: Vec<u8> = b"\xb3\x20\x00\xbf\xff\xff".repeat(1 << 17);
    let v1: Vec<u8> = (0..TESTS)
        .flat_map(|number| {
            let id = format!("package.module.tests.TestCase.test_{number:07}");
            format!("time: 2026-01-02 03:04:05.{number:06}Z\ntest: {id}\nsuccess: {id}\n").into_bytes()
        })
        .collect();

    let mut group = criterion.benchmark_group("read");
    for (name, stream, protocol) in [
        ("small packets", small, Protocol::V2),
        ("a packet of 4 MiB", large, Protocol::V2),
        ("text with packets between", mixed, Protocol::V2),
        ("headers that claim 4 MB", hostile, Protocol::V2),
        ("version 1", v1, Protocol::V1),
    ] {
        group.throughput(Throughput::Bytes(stream.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| count_items(black_box(&stream), protocol)));
    }
    group.finish();
}

fn assembling(criterion: &mut Criterion) {
    let packets = packets(events());
    let packets: Vec<Packet<'_>> = packets.iter().map(|bytes| Packet::parse(bytes).expect("it is one")).collect();
    let mut tests = Assembler::new();
    let mut group = criterion.benchmark_group("assemble");
    group.throughput(Throughput::Elements(packets.len() as u64));
    group.bench_function("small packets", |bencher| {
        bencher
            .iter(|| packets.iter().filter_map(|packet| tests.push(packet).map(|test| test.id.len())).sum::<usize>());
    });
    group.finish();
}

fn writing(criterion: &mut Criterion) {
    let events: Vec<Event<'_>> = events().collect();
    let mut out = Vec::new();
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("small packets", |bencher| {
        bencher.iter(|| {
            out.clear();
            for event in &events {
                encode(event, &mut out).expect("it can be written");
            }
            out.len()
        });
    });
    group.finish();
}

/// Two events for each of many tests, as eight workers run them.
fn events() -> impl Iterator<Item = Event<'static>> {
    (0..TESTS).flat_map(|number| {
        let begun = event(number).status(Status::InProgress);
        let finished = number.checked_sub(8).map(|number| event(number).status(Status::Success));
        [Some(begun), finished].into_iter().flatten()
    })
}

fn event(number: u32) -> Event<'static> {
    let id = format!("package.module{:03}.tests.TestCase.test_{number:07}", number % 1000);
    let event = Event::test(id).tags([format!("worker-{}", number % 8)]).route_code((number % 8).to_string());
    match Timestamp::new(1_700_000_000 + number, 123_456_000) {
        Some(timestamp) => event.at(timestamp),
        None => event,
    }
}

fn packets(events: impl IntoIterator<Item = Event<'static>>) -> Vec<Vec<u8>> {
    let packet = |event| {
        let mut out = Vec::new();
        encode(&event, &mut out).expect("it can be written");
        out
    };
    events.into_iter().map(packet).collect()
}

/// Reads a stream: how many packets it has, and how many other items.
fn count_items(stream: &[u8], protocol: Protocol) -> (usize, usize) {
    let mut reader = Reader::new(stream, protocol);
    let (mut packets, mut others) = (0, 0);
    while let Some(item) = reader.next().expect("reading from memory does not fail") {
        let count = if matches!(item, Item::Packet(_)) { &mut packets } else { &mut others };
        *count += 1;
    }
    (packets, others)
}
