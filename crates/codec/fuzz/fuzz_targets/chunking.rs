//! Where a stream is cut makes no difference to its items.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::Decoder;
use subunit_codec_fuzz::items;

fuzz_target!(|input: (&[u8], [u8; 3])| {
    let (stream, sizes) = input;
    let whole = items(Decoder::new(), stream, &[]);
    assert_eq!(items(Decoder::new(), stream, &sizes), whole);
    assert_eq!(items(Decoder::new(), stream, &[0]), whole);
});
