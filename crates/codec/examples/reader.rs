//! Reads a stream from standard input and lists its tests. The exit status is 1 if one failed.
//!
//! ```text
//! cargo run --example runner | cargo run --example reader
//! ```

use std::io::{self, Write};
use std::process::ExitCode;

use subunit_codec::{Assembler, Item, Protocol, Reader};

fn main() -> io::Result<ExitCode> {
    let (mut out, mut has_failed) = (io::stdout(), false);
    let (mut reader, mut tests) = (Reader::new(io::stdin().lock(), Protocol::Auto), Assembler::new());
    while let Some(item) = reader.next()? {
        let test = match &item {
            Item::Packet(packet) => tests.push(packet),
            Item::Damage(damage) => Some(tests.push_damage(damage)),
            Item::Text(_) => None,
        };
        if let Some(test) = test {
            has_failed |= test.is_failure();
            writeln!(out, "{} {}", test.id, test.status)?;
        }
    }
    for test in tests.finish() {
        has_failed = true;
        writeln!(out, "{} did not finish", test.id)?;
    }
    Ok(ExitCode::from(u8::from(has_failed)))
}
