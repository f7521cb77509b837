//! Arbitrary events, and streams that are broken in the ways that streams break.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use subunit_codec::v1::Outcome;
use subunit_codec::{Event, File, Status, Timestamp};
use testkit::random::Random;
use testkit::stream::{packet, with_checksum, with_flip};

/// Bytes that show as text.
#[derive(Clone)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Any bytes, fewer than `limit`.
pub(crate) fn bytes(limit: usize) -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..limit).prop_map(Bytes)
}

/// A string without NUL, with characters that hold the signature byte (ó, ³, 鳳) more often than
/// chance has it.
fn string() -> BoxedStrategy<String> {
    prop_oneof!["[^\0]{0,12}", "[a-c/ ]{0,12}", "[ó³鳳\u{10ceb3} -&]{0,8}", "[x-z]{60,300}"].boxed()
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (any::<u32>(), 0..1_u32 << 30).prop_map(|(seconds, nanoseconds)| testkit::stream::at(seconds, nanoseconds))
}

fn tags() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![8 => vec(string(), 0..5), 1 => vec("[a-z]{0,2}", 60..70), 1 => vec(string(), 100..200)]
}

/// Bytes as files have them: any, and sometimes a packet.
fn content() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..100),
        "[ -~\n]{0,200}".prop_map(String::into_bytes),
        string().prop_map(|id| packet(&Event::test(id).status(Status::Fail))),
        (0..6000_usize, any::<u64>()).prop_map(|(count, seed)| Random::new(seed).bytes(count)),
    ]
    .boxed()
}

/// Any event that fits a packet.
pub(crate) fn event() -> BoxedStrategy<Event<'static>> {
    let about =
        (option::of(timestamp()), option::of(string()), option::of(status()), option::of(tags()), any::<bool>());
    let file =
        option::of((string(), content()).prop_map(|(name, bytes)| File { name: name.into(), bytes: bytes.into() }));
    (about, option::of(string()), file, any::<bool>(), option::of(string()))
        .prop_map(|((timestamp, test_id, status, tags, runnable), mime_type, file, eof, route_code)| Event {
            timestamp,
            test_id: test_id.map(Into::into),
            status,
            tags: tags.map(|tags| tags.into_iter().map(Into::into).collect()),
            runnable,
            mime_type: mime_type.map(Into::into),
            file,
            eof,
            route_code: route_code.map(Into::into),
        })
        .boxed()
}

pub(crate) fn status() -> impl Strategy<Value = Status> {
    proptest::sample::select(&Status::ALL[..])
}

/// Text as tests print it, with and without a newline at its end, in UTF-8 and not.
fn text() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        "[ -~]{0,40}\n?".prop_map(String::into_bytes),
        string().prop_map(String::into_bytes),
        Just("esperó del servidor\n".as_bytes().to_vec()),
        Just(b"10 m\xb3 at most\n\xb3 at first\n".to_vec()),
        Just(b"caf\xc3".to_vec()),
    ]
    .boxed()
}

/// Bytes that are no packet and were one, or look like one for a while.
pub(crate) fn damage() -> BoxedStrategy<Bytes> {
    let packet = || event().prop_map(|event| packet(&event));
    let place = || any::<proptest::sample::Index>();
    prop_oneof![
        (packet(), any::<u32>()).prop_map(|(packet, checksum)| with_checksum(packet, checksum)),
        (packet(), place()).prop_map(|(packet, end)| packet[..end.index(packet.len())].to_vec()),
        (packet(), place(), 1..=u8::MAX).prop_map(|(packet, at, bits)| {
            let at = at.index(packet.len());
            with_flip(packet, at, bits)
        }),
        (packet(), place(), text()).prop_map(|(mut packet, at, text)| {
            let at = at.index(packet.len());
            packet.splice(at..at, text);
            packet
        }),
        (packet(), place(), packet()).prop_map(|(mut packet, at, other)| {
            let at = at.index(packet.len());
            packet.splice(at..at, other);
            packet
        }),
        vec(header(), 1..6).prop_map(|headers| headers.concat()),
        vec(any::<u8>(), 0..30),
        vec(proptest::sample::select(&b"\xb3\x20\x28\x29\x00\x0c\n"[..]), 0..30),
    ]
    .prop_map(Bytes)
    .boxed()
}

/// The start of a packet: flags that may be right, and a length.
fn header() -> impl Strategy<Value = Vec<u8>> {
    (0x2000..0x3000_u16, 8..300_u16, vec(any::<u8>(), 0..6)).prop_map(|(flags, length, fields)| {
        let length = length | 0x4000;
        [&b"\xb3"[..], &flags.to_be_bytes(), &length.to_be_bytes(), &fields].concat()
    })
}

/// A stream of version 2: packets, text and damage.
pub(crate) fn stream() -> BoxedStrategy<Bytes> {
    let piece = prop_oneof![3 => event().prop_map(|event| packet(&event)), 2 => text(), 2 => damage().prop_map(|bytes| bytes.0)];
    vec(piece, 0..8).prop_map(|pieces| Bytes(pieces.concat())).boxed()
}

/// What is left of a stream of version 2 that several writers cut, mixed and stored in each other,
/// without a word of version 1.
pub(crate) fn wreck() -> BoxedStrategy<Bytes> {
    let piece = || {
        prop_oneof![
            3 => small_event().prop_map(|event| packet(&event)),
            2 => text(),
            2 => damage().prop_map(|bytes| bytes.0),
            1 => vec(proptest::sample::select(&b"\xb3\xb3\x20\x28\x29\x40\x00\x01\x08\x0c\xc3\n"[..]), 0..40),
        ]
    };
    let mixed = (vec(piece(), 1..4), vec(piece(), 1..4), vec(1..60_usize, 1..6))
        .prop_map(|(one, other, turns)| interleaved(&one.concat(), &other.concat(), &turns));
    let stored = (vec(piece(), 1..5), any::<proptest::sample::Index>(), 1..=u8::MAX).prop_map(|(inner, at, bits)| {
        let outer = packet(&Event::test("outer").status(Status::Fail).file("stream", inner.concat()).eof());
        let at = at.index(outer.len());
        with_flip(outer, at, bits)
    });
    vec(prop_oneof![3 => piece(), 2 => mixed, 2 => stored], 0..5).prop_map(|pieces| Bytes(pieces.concat())).boxed()
}

/// An event whose packet is a few hundred bytes at most.
fn small_event() -> impl Strategy<Value = Event<'static>> {
    (string(), option::of(status()), option::of((string(), "[ -~\n\u{f3}\u{b3}]{0,60}"))).prop_map(
        |(id, status, file)| {
            let event = Event { status, ..Event::test(id) };
            match file {
                Some((name, content)) => event.file(name, content.into_bytes()),
                None => event,
            }
        },
    )
}

/// The bytes of two writers, so many of each in turn.
fn interleaved<'a>(mut one: &'a [u8], mut other: &'a [u8], turns: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    for turn in turns.iter().cycle() {
        if one.is_empty() {
            break;
        }
        let (now, later) = one.split_at((*turn).min(one.len()));
        out.extend_from_slice(now);
        (one, other) = (other, later);
    }
    [&out, one, other].concat()
}

/// A stream of version 1: directives, details, packets, text and damage.
pub(crate) fn stream_of_version_1() -> BoxedStrategy<Bytes> {
    let line = || {
        prop_oneof![
            "(test|testing|success|successful|failure|error|skip|xfail|uxsuccess):? [ab]( \\[( multipart)?)?\r?\n",
            "(test|success|failure): a( \\[( multipart)?)?\n",
            "tags: -?[a-c]( -?[a-c]){0,3}\n",
            "time: 20[0-9]{2}-0[1-9]-1[0-9] 1[0-9]:0[0-9]:0[0-9](\\.[0-9]{1,6})?Z?\r?\n",
            "(time: yesterday|progress: \\+1|\\]|\\]\r| \\]|[ab]*success: a)\n",
            "Content-Type: (text|text/plain|a/b;c=\"d\")\r?\n[ab]\n",
            "(0|1|5|A|zz)\r?\n",
        ]
        .prop_map(String::into_bytes)
    };
    let part = (string(), content(), any::<bool>()).prop_map(|(name, content, is_ended)| {
        let end = if is_ended { "0\r\n]\n" } else { "" };
        let length = format!("{:X}\r\n", content.len());
        [b"Content-Type: text/plain\n", name.as_bytes(), b"\n", length.as_bytes(), &content, end.as_bytes()].concat()
    });
    let piece = prop_oneof![
        6 => line(),
        2 => part,
        1 => (line(), any::<proptest::sample::Index>()).prop_map(|(line, end)| line[..end.index(line.len())].to_vec()),
        1 => event().prop_map(|event| packet(&event)),
        1 => text(),
        1 => damage().prop_map(|bytes| bytes.0),
    ];
    vec(piece, 0..16).prop_map(|pieces| Bytes(pieces.concat())).boxed()
}

/// Where to cut a stream: after so many bytes each time.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![Just(vec![1]), vec(1..40_usize, 1..10), vec(prop_oneof![1..4_usize, 1..3000_usize], 1..10)]
}

/// A test for version 1, which may not be able to hold it.
#[derive(Clone, Debug)]
pub(crate) struct TestOfVersion1 {
    pub(crate) id: String,
    pub(crate) outcome: Outcome,
    pub(crate) tags: Vec<String>,
    /// Names, MIME types and contents.
    pub(crate) details: Vec<(String, String, Bytes)>,
}

pub(crate) fn test() -> BoxedStrategy<TestOfVersion1> {
    let outcome = proptest::sample::select(vec![
        Outcome::Success,
        Outcome::Failure,
        Outcome::Error,
        Outcome::Skip,
        Outcome::ExpectedFailure,
        Outcome::UnexpectedSuccess,
    ]);
    // Without the signature byte, which may begin something that looks like a packet.
    let id = prop_oneof![2 => "[^\0\u{80}-\u{10ffff}]{0,12}", 2 => "[a-zàéœ€ 0-9]{0,12}", 1 => "[ab \\[\\]:\r\n\t-]{0,4}( \\[( multipart)?)?"];
    let tags = vec(prop_oneof![6 => "[a-c]{1,2}", 1 => "[ab\u{a0}\u{85}-]{0,3}"], 0..4);
    let name = prop_oneof![4 => string(), 1 => "[ab\r\n\\] ]{0,3}"];
    let mime_type = prop_oneof![4 => "[a-z]{1,3}/[a-z]{1,3}(;[a-z]=\"[a-z]\")?", 1 => "[a-z/; \r]{0,6}"];
    let content = content().prop_map(Bytes);
    (id, outcome, tags, vec((name, mime_type, content), 0..3))
        .prop_map(|(id, outcome, tags, details)| TestOfVersion1 { id, outcome, tags, details })
        .boxed()
}
