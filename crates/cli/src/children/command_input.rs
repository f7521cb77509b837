//! Standard input of a command.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::process::ChildStdin;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_setfl};

/// Standard input of a command that runs. Once the command has ended, a write fails with
/// [`BrokenPipe`](io::ErrorKind::BrokenPipe), even if a process that it left behind holds the pipe
/// open.
#[derive(Debug)]
pub struct CommandInput {
    pipe: File,
    /// Hangs up when the command has ended.
    end: Arc<OwnedFd>,
}

impl CommandInput {
    /// The flag is of this end of the pipe: the command still waits for what it reads.
    pub(super) fn new(stdin: ChildStdin, end: Arc<OwnedFd>) -> io::Result<Self> {
        fcntl_setfl(&stdin, OFlags::NONBLOCK)?;
        Ok(Self { pipe: File::from(OwnedFd::from(stdin)), end })
    }
}

impl Write for CommandInput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            let mut files = [PollFd::new(&*self.end, PollFlags::IN), PollFd::new(&self.pipe, PollFlags::OUT)];
            poll(&mut files, None)?;
            if !files[0].revents().is_empty() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            match self.pipe.write(bytes) {
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use super::super::Children;
    use super::*;

    /// Writes more than a pipe holds to a shell, and says with which error that ends, if any.
    fn written(script: &str) -> (Option<io::ErrorKind>, Duration) {
        let children = Arc::new(Children::default());
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = children.start(&mut command).unwrap();
        let stdin = child.stdin.take().unwrap();
        let running = children.watch(child, None).unwrap();
        let mut input = running.input(stdin).unwrap();
        let since = Instant::now();
        let result = input.write_all(&vec![b'x'; 1 << 20]);
        drop(input);
        running.end().unwrap();
        (result.err().map(|cause| cause.kind()), since.elapsed())
    }

    #[test]
    fn all_is_written_to_a_command_that_reads_slowly() {
        assert_eq!(written("sleep 0.2; test $(wc -c) = 1048576").0, None);
    }

    #[test]
    fn nobody_waits_for_what_a_command_left_running() {
        let (end, time) = written("exec 3<&0; sleep 5 <&3 & exit 0");
        assert_eq!(end, Some(io::ErrorKind::BrokenPipe));
        assert!(time < Duration::from_secs(4), "{time:?}");
    }
}
