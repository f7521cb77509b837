//! How long a packet takes through a pipeline.

use std::error::Error;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use subunit_codec::{Event, Status, encode};

/// How often it is measured.
const ROUNDS: usize = 100;
/// How long the pipeline is left alone before each packet, so that all of it waits for input.
const PAUSE: Duration = Duration::from_millis(5);

/// The median time from the moment when a packet is written to the first command to that when the
/// last one has written it. Each command is a line for the shell that forwards packets as they are.
pub(crate) fn median(commands: &[&str]) -> Result<Duration, Box<dyn Error>> {
    let mut pipeline: Vec<Child> = Vec::new();
    for command in commands {
        let stdin = match pipeline.last_mut().and_then(|child| child.stdout.take()) {
            Some(stdout) => Stdio::from(stdout),
            None => Stdio::piped(),
        };
        let command = format!("exec {command}");
        pipeline.push(Command::new("sh").args(["-c", &command]).stdin(stdin).stdout(Stdio::piped()).spawn()?);
    }
    let mut input = pipeline.first_mut().and_then(|child| child.stdin.take()).ok_or("there is a command")?;
    let mut output = pipeline.last_mut().and_then(|child| child.stdout.take()).ok_or("there is a command")?;

    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let mut packet = Vec::new();
        encode(&Event::test(format!("test {round:3}")).status(Status::Exists), &mut packet)?;
        let mut back = vec![0; packet.len()];
        std::thread::sleep(PAUSE);
        let start = Instant::now();
        input.write_all(&packet)?;
        output.read_exact(&mut back)?;
        times.push(start.elapsed());
        if back != packet {
            return Err("the pipeline changes packets".into());
        }
    }
    drop(input);
    pipeline.iter_mut().try_for_each(|child| child.wait().map(drop))?;
    times.sort();
    Ok(times[ROUNDS / 2])
}
