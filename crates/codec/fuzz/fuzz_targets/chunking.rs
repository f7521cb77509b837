//! Where a stream is cut makes no difference to its items.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::Protocol;
use testkit::items::{decode, in_pieces};

fuzz_target!(|input: (&[u8], [u8; 3])| {
    let (stream, sizes) = input;
    let whole = decode(stream);
    assert_eq!(in_pieces(stream, &sizes.map(usize::from), Protocol::V2), whole);
    assert_eq!(in_pieces(stream, &[1], Protocol::V2), whole);
});
