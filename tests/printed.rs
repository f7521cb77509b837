//! Streams made readable: a line for each packet.

use std::fmt::Write;

use subunit_codec::{Event, Item, Protocol, Reader};

/// What a stream says, packet by packet: test id, status, then whatever else the packet has.
///
/// `a fail @1000.5 #worker-0 /0 traceback="boom\n" (text/plain) eof` is a failure of the test `a`
/// at second 1000.5, with a tag, a route code and a whole attachment. `-` stands for no test id,
/// `...` for no status.
pub(crate) fn lines(stream: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut reader = Reader::new(stream, Protocol::V2);
    while let Some(item) = reader.next().expect("a slice can be read") {
        lines.push(match item {
            Item::Packet(packet) => line(&packet.to_event()),
            Item::Text(text) => format!("text \"{}\"", text.escape_ascii()),
            Item::Damage(damage) => format!("damage \"{}\": {}", damage.bytes.escape_ascii(), damage.fault),
        });
    }
    lines
}

fn line(event: &Event<'_>) -> String {
    let status = event.status.map_or("...".to_owned(), |status| status.to_string());
    let mut line = format!("{} {status}", event.test_id.as_deref().unwrap_or("-"));
    let mut add = |part: std::fmt::Arguments<'_>| line.write_fmt(part).expect("a string takes any text");
    if let Some(time) = event.timestamp {
        let fraction = format!("{:09}", time.nanoseconds());
        add(format_args!(" @{}.{}", time.seconds(), fraction.trim_end_matches('0')));
    }
    if !event.runnable {
        add(format_args!(" not-runnable"));
    }
    for tag in event.tags.iter().flatten() {
        add(format_args!(" #{tag}"));
    }
    if event.tags.as_ref().is_some_and(Vec::is_empty) {
        add(format_args!(" #"));
    }
    if let Some(code) = &event.route_code {
        add(format_args!(" /{code}"));
    }
    if let Some(file) = &event.file {
        add(format_args!(" {}=\"{}\"", file.name, file.bytes.escape_ascii()));
    }
    if let Some(mime_type) = &event.mime_type {
        add(format_args!(" ({mime_type})"));
    }
    if event.eof {
        add(format_args!(" eof"));
    }
    line
}

/// The bytes of all files of this name and test, put together.
pub(crate) fn file(stream: &[u8], test_id: Option<&str>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut reader = Reader::new(stream, Protocol::V2);
    while let Some(item) = reader.next().expect("a slice can be read") {
        if let Item::Packet(packet) = item
            && packet.test_id() == test_id
            && packet.file_name() == Some(name)
        {
            bytes.extend_from_slice(packet.file_bytes().unwrap_or_default());
        }
    }
    bytes
}

/// What stands between packets, which is nothing where a tool wrote the stream.
pub(crate) fn strays(stream: &[u8]) -> Vec<String> {
    lines(stream).into_iter().filter(|line| line.starts_with("text \"") || line.starts_with("damage \"")).collect()
}
