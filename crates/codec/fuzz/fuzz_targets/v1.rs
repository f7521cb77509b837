//! The translator of version 1 takes any bytes without panic, where they are cut makes no difference, and what is not translated
//! comes out in order.

#![no_main]

use libfuzzer_sys::fuzz_target;
use subunit_codec::v1::Translator;
use subunit_codec_fuzz::{Owned, items};

fuzz_target!(|input: (&[u8], [u8; 3])| {
    let (stream, sizes) = input;
    let whole = items(Translator::new(), stream, &[]);
    assert_eq!(items(Translator::new(), stream, &sizes), whole);
    assert_eq!(items(Translator::new(), stream, &[0]), whole);

    // Packets may be made; text and damage are bytes of the stream.
    let mut rest = stream;
    for item in &whole {
        if let Owned::Text(bytes) | Owned::Damage(bytes, ..) = item {
            let at = rest.windows(bytes.len()).position(|window| window == bytes).expect("bytes come in order");
            rest = &rest[at + bytes.len()..];
        }
    }
});
