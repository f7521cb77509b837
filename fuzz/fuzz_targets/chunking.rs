//! The items of a stream do not depend on how it is cut into reads.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::Protocol;
use testkit::items::{in_pieces, read};

fuzz_target!(|input: &[u8]| {
    let Some((stream, sizes)) = input.split_last_chunk::<3>() else { return };
    for protocol in [Protocol::Auto, Protocol::V1, Protocol::V2] {
        let whole = read(stream, protocol);
        assert_eq!(in_pieces(stream, &sizes.map(|size| usize::from(size).max(1)), protocol), whole, "{protocol:?}");
        assert_eq!(in_pieces(stream, &[1], protocol), whole, "{protocol:?}");
    }
});
