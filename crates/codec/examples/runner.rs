//! A test runner: runs tests and writes a stream of what became of them.
//!
//! ```text
//! cargo run --example runner | cargo run --example reader
//! ```

use std::io;

use subunit_codec::{Encoder, Event, Status, Timestamp, names};

fn main() -> io::Result<()> {
    let mut stream = Encoder::new(io::stdout());
    for (id, test) in TESTS {
        let event = |status| Event { timestamp: Timestamp::now(), ..Event::test(id).status(status) };
        stream.write(&event(Status::InProgress))?;
        stream.flush()?; // Readers see which test runs, also if it never ends.
        let last = match test() {
            Ok(()) => event(Status::Success),
            Err(reason) => event(Status::Fail).file(names::REASON, reason.as_bytes()).mime_type(names::UTF8_TEXT).eof(),
        };
        stream.write(&last)?;
    }
    stream.flush()
}

type Test = fn() -> Result<(), &'static str>;

const TESTS: [(&str, Test); 2] = [("net.loopback", || Ok(())), ("net.ping", || Err("no route to host"))];
