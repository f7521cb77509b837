//! Streams to measure with. All are made of numbers that look random and are the same in every run.

use std::error::Error;
use std::io::Write;

use subunit_codec::v1::{Detail, Outcome, Writer};
use subunit_codec::{Event, Status, Timestamp, encode};

type Result = std::result::Result<(), Box<dyn Error>>;

/// Workers, each with a test at any time.
const WORKERS: u64 = 8;
const TRACEBACK: &str = "text/x-traceback; charset=\"utf8\"; language=\"python\"";
/// A line of a build.
const LINE: &str = "cc -O2 -Wall -Wextra -Iinclude -c -o build/object.o source.c\n";

/// So many tests on eight workers with tags, route codes and times, every tenth with an attachment.
pub(crate) fn small(tests: u64, output: &mut impl Write) -> Result {
    let (mut random, mut packets) = (Random(1), Vec::new());
    for number in 0..tests + WORKERS {
        if let Some(started) = number.checked_sub(WORKERS) {
            let end = number;
            if let Some(traceback) = traceback(started, &mut random) {
                let event = event(started, end).file("traceback", traceback.into_bytes());
                encode(&event.mime_type(TRACEBACK).eof(), &mut packets)?;
            }
            encode(&event(started, end).status(status(&mut random)), &mut packets)?;
        }
        if number < tests {
            encode(&event(number, number).status(Status::InProgress), &mut packets)?;
        }
        output.write_all(&packets)?;
        packets.clear();
    }
    Ok(())
}

/// The tests of [`small`] one after the other, in version 1.
pub(crate) fn version_1(tests: u64, output: &mut impl Write) -> Result {
    let (mut random, mut writer) = (Random(1), Writer::new(output));
    for number in 0..tests {
        let id = test_id(number);
        writer.time(time(number)?)?;
        writer.test(&id)?;
        writer.tags(&[&format!("worker-{}", number % WORKERS)], &[])?;
        let traceback = traceback(number, &mut random).unwrap_or_default();
        let detail =
            Detail { name: "traceback", mime_type: "text/x-traceback;charset=utf8", bytes: traceback.as_bytes() };
        let outcome = match status(&mut random) {
            Status::Fail => Outcome::Failure,
            Status::Skip => Outcome::Skip,
            Status::ExpectedFailure => Outcome::ExpectedFailure,
            _ => Outcome::Success,
        };
        writer.time(time(number + WORKERS)?)?;
        writer.outcome(outcome, &id, if traceback.is_empty() { &[] } else { std::slice::from_ref(&detail) })?;
    }
    Ok(())
}

/// So many bytes in packets of 4 MiB, each the log of a test.
pub(crate) fn large(bytes: u64, output: &mut impl Write) -> Result {
    let content: Vec<u8> = LINE.bytes().cycle().take(4_190_000).collect();
    let mut packets = Vec::new();
    for number in 0..bytes / u64::try_from(content.len())? {
        encode(&event(number, number).status(Status::InProgress), &mut packets)?;
        encode(&event(number, number + 1).file("log", &content[..]).mime_type("text/plain").eof(), &mut packets)?;
        encode(&event(number, number + 1).status(Status::Success), &mut packets)?;
        output.write_all(&packets)?;
        packets.clear();
    }
    Ok(())
}

/// So many bytes of a build's output, with a test after every hundred lines.
pub(crate) fn text(bytes: u64, output: &mut impl Write) -> Result {
    let mut packets = Vec::new();
    for number in 0..bytes / (100 * u64::try_from(LINE.len())?) {
        for _ in 0..100 {
            output.write_all(LINE.as_bytes())?;
        }
        encode(&event(number, number).status(Status::InProgress), &mut packets)?;
        encode(&event(number, number + 1).status(Status::Success), &mut packets)?;
        output.write_all(&packets)?;
        packets.clear();
    }
    Ok(())
}

/// So many bytes of false headers that hold false headers, a tenth of each kind: some claim 4 MB,
/// others 16 KB; their fields are files, tags, ids or nothing.
pub(crate) fn hostile(bytes: u64, output: &mut impl Write) -> Result {
    let kinds: [&[u8]; 10] = [
        b"\xb3",
        b"\xb3\x20\x00",
        b"\xb3\x20\x00\n",
        b"\xb3\x20\x00\xbf\xff\xff",
        b"\xb3\x20\x00\x7f\xff",
        b"\xb3\x20\x40\xbf\xff\xff\x01a\xbf\xff\x00",
        b"\xb3\x20\x40\xbf\xff\xff\x01a\x90\x00\x00",
        b"\xb3\x20\x80\xbf\xff\xff\xbf\x00\x00",
        b"\xc3\xb3\x28\x20\xaf\x7f",
        b"\xb3\x20\x00\x0c",
    ];
    for kind in kinds {
        let count = bytes / 10 / u64::try_from(kind.len())?;
        for _ in 0..count {
            output.write_all(kind)?;
        }
    }
    Ok(())
}

/// So many test points in TAP, one in twenty with something to say.
pub(crate) fn tap(points: u64, output: &mut impl Write) -> Result {
    let mut random = Random(1);
    writeln!(output, "1..{points}")?;
    for number in 1..=points {
        match random.below(100) {
            0..95 => writeln!(output, "ok {number} - the answer of module {} is as expected", number % 1000)?,
            95..97 => {
                writeln!(output, "not ok {number} - the answer is as expected\n#   Failed test at t/a.t line 7.")?;
            }
            97..99 => writeln!(output, "ok {number} # SKIP no network")?,
            _ => writeln!(output, "not ok {number} - the answer is as expected # TODO later")?,
        }
    }
    Ok(())
}

fn status(random: &mut Random) -> Status {
    match random.below(100) {
        0..90 => Status::Success,
        90..94 => Status::Fail,
        94..98 => Status::Skip,
        _ => Status::ExpectedFailure,
    }
}

/// What every tenth test has to say.
fn traceback(number: u64, random: &mut Random) -> Option<String> {
    let frame = "  File \"/usr/lib/python3/dist-packages/unittest/case.py\", line 57, in run\n";
    let frames = if number % 10 == 3 { 15 + random.below(10) } else { 0 };
    (frames > 0).then(|| (0..frames).map(|_| frame).collect())
}

/// What all packets of a test have: an id of eighty characters, a time, a tag and a route code.
fn event(number: u64, clock: u64) -> Event<'static> {
    let worker = number % WORKERS;
    let event = Event::test(test_id(number)).tags([format!("worker-{worker}")]).route_code(worker.to_string());
    time(clock).map_or(event.clone(), |time| event.at(time))
}

fn test_id(number: u64) -> String {
    format!("{:-<80}", format!("package.module{:03}.tests.TestCase.test_{number:07}", number % 1000))
}

fn time(clock: u64) -> std::result::Result<Timestamp, Box<dyn Error>> {
    let microseconds = 1_500_000_000_000_000 + clock * 1_237;
    let nanoseconds = u32::try_from(microseconds % 1_000_000 * 1_000)?;
    Ok(Timestamp::new(u32::try_from(microseconds / 1_000_000)?, nanoseconds).ok_or("a nanosecond part fits")?)
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
