//! Decoding takes linear time, also of streams that are made to be slow: the bytes that are looked
//! at are counted.

use testkit::hostile::{right_checksums, streams};

use crate::decode::scan::Scanner;

/// Decodes a stream that comes in pieces as a pipe holds them: how many bytes are looked at.
fn work(stream: &[u8]) -> usize {
    let mut scanner = Scanner::new();
    for piece in stream.chunks(1 << 16) {
        scanner.buffer().feed(piece);
        while scanner.next().is_some() {}
    }
    scanner.end();
    while scanner.next().is_some() {}
    scanner.classifier.work()
}

#[test]
fn twice_the_stream_is_twice_the_work() {
    const SIZE: usize = 1 << 17;
    for ((name, once), (_, twice)) in streams(SIZE).into_iter().zip(streams(2 * SIZE)) {
        let (once, twice) = (work(&once), work(&twice));
        assert!(twice <= 2 * once + once / 4 + SIZE, "{name}: {once} bytes are looked at, of twice as many {twice}");
    }
}

#[test]
fn right_checksums_make_no_string_be_read_again_and_again() {
    let stream = right_checksums(1 << 19);
    let work = work(&stream);
    assert!(work > stream.len() / 2, "the packets are looked at");
    assert!(work <= 4 * stream.len(), "{work} bytes are looked at of {}", stream.len());
}
