//! Input that can be told to end.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, fcntl_setfl};
use rustix::io::{Errno, ioctl_fionread};

use crate::signals;

/// A file that is read until it ends, or until soon after it was told to end.
///
/// It is told to by a second file that becomes readable or is closed at its other end, and is never
/// read. From then on, whoever writes has [a second](Self::LAST_WORDS) for last words. What a pipe
/// held at that moment is read in any case, and all of it when nobody is left to write.
#[derive(Debug)]
pub struct InterruptibleInput {
    file: File,
    is_regular: bool,
    end: Option<Arc<OwnedFd>>,
    last: Option<Last>,
    is_cut: bool,
}

/// What is still to be read after the end was told.
#[derive(Clone, Copy, Debug)]
struct Last {
    deadline: Instant,
    /// Bytes that had come before.
    left: usize,
}

impl InterruptibleInput {
    /// How long a file is read after it was told to end.
    pub const LAST_WORDS: Duration = Duration::from_secs(1);
    /// The most that is read after that: as much as a pipe can hold. A regular file has always more
    /// to say.
    const MOST_LEFT: u64 = 1 << 20;

    /// A file that is told to end by `end`; without one, never.
    #[must_use]
    pub fn new(file: File, end: Option<Arc<OwnedFd>>) -> Self {
        let is_regular = file.metadata().is_ok_and(|found| found.is_file());
        Self { file, is_regular, end, last: None, is_cut: false }
    }

    /// Opens a file that is told to end by `end`; without one, never. Does not wait for somebody to
    /// open a FIFO for writing where that wait could not be told to end: the first read waits
    /// instead.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn open(path: &Path, end: Option<Arc<OwnedFd>>) -> io::Result<Self> {
        let is_fifo = || fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo());
        let file = if end.is_some() && is_fifo() { open_fifo(path) } else { File::open(path) };
        Ok(Self::new(file?, end))
    }

    /// Whether reading ended before the file did.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether there is something to read, or to know of an end, within this time.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn is_ready_within(&self, time: Duration) -> io::Result<bool> {
        let left = self.last.map_or(Duration::MAX, |last| last.deadline.saturating_duration_since(Instant::now()));
        let timeout = Timespec::try_from(time.min(left)).map_err(io::Error::other)?;
        let end = self.end.as_ref().filter(|_| self.last.is_none());
        let mut files = vec![readable(&self.file)];
        files.extend(end.map(|end| readable(&**end)));
        // A read that finds the time for last words over knows that the input has ended.
        Ok(retry(|| poll(&mut files, Some(&timeout)))? > 0 || left <= time)
    }

    /// Waits until there is something to read, and says how many bytes may be read: none once the
    /// input has ended for us.
    fn wait(&mut self) -> io::Result<usize> {
        let Some(end) = &self.end else { return Ok(usize::MAX) };
        if self.last.is_none() {
            let mut files = [readable(end), readable(&self.file)];
            // A regular file never has to be waited for.
            let is_told = if self.is_regular {
                signals::received().is_some()
            } else {
                retry(|| poll(&mut files, None))?;
                !files[0].revents().is_empty()
            };
            if !is_told {
                return Ok(usize::MAX);
            }
            self.last = Some(self.begin_last());
        }
        let Some(Last { deadline, left }) = self.last else { return Ok(usize::MAX) };
        let remaining = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(remaining).map_err(io::Error::other)?;
        let mut files = [readable(&self.file)];
        retry(|| poll(&mut files, Some(&timeout)))?;
        let found = files[0].revents();
        if found.is_empty() {
            return Ok(0);
        }
        // Once nobody can write to a pipe any more, what it holds is the rest of it.
        let may_read_all = !remaining.is_zero() || found.contains(PollFlags::HUP);
        Ok(if may_read_all { usize::MAX } else { left })
    }

    /// What is still to be read from now on. Who types a signal at a terminal has nothing more to
    /// say there.
    fn begin_last(&self) -> Last {
        let left = ioctl_fionread(&self.file).unwrap_or(0).min(Self::MOST_LEFT);
        let time = if self.file.is_terminal() { Duration::ZERO } else { Self::LAST_WORDS };
        Last { deadline: Instant::now() + time, left: usize::try_from(left).unwrap_or(usize::MAX) }
    }
}

impl AsFd for InterruptibleInput {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Read for InterruptibleInput {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let most = self.wait()?.min(buffer.len());
            if most == 0 {
                self.is_cut = !buffer.is_empty();
                return Ok(0);
            }
            match self.file.read(&mut buffer[..most]) {
                // Somebody who has the same pipe or terminal open made it non-blocking, or has read
                // what was there.
                Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {
                    if self.end.is_none() {
                        retry(|| poll(&mut [readable(&self.file)], None))?;
                    }
                }
                result => {
                    let count = result?;
                    if let Some(last) = &mut self.last {
                        last.left = last.left.saturating_sub(count);
                    }
                    return Ok(count);
                }
            }
        }
    }
}

/// Opens a FIFO at once. Until the first writer comes it is not ready for a poll; a read must not
/// come before that, which would take it for the end.
fn open_fifo(path: &Path) -> io::Result<File> {
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?;
    fcntl_setfl(&file, OFlags::empty())?;
    Ok(File::from(file))
}

fn readable(file: &impl AsFd) -> PollFd<'_> {
    PollFd::new(file, PollFlags::IN)
}

/// Signals interrupt a poll even where they are to be taken note of only.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result.map_err(io::Error::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{PipeReader, PipeWriter, Write, pipe};
    use std::thread;

    use rustix::fs::{CWD, mkfifoat};

    use super::*;

    /// An input with its writer, and what tells it to end when it is dropped.
    fn until() -> (InterruptibleInput, PipeWriter, PipeWriter) {
        let file = |reader: PipeReader| File::from(OwnedFd::from(reader));
        let (input, writer) = pipe().unwrap();
        let (end, bell) = pipe().unwrap();
        (InterruptibleInput::new(file(input), Some(Arc::new(OwnedFd::from(end)))), writer, bell)
    }

    fn read(until: &mut InterruptibleInput) -> Vec<u8> {
        let mut buffer = [0; 4];
        let count = until.read(&mut buffer).unwrap();
        buffer[..count].to_vec()
    }

    #[test]
    fn input_ends_with_its_file() {
        let (mut until, mut writer, _bell) = until();
        writer.write_all(b"words").unwrap();
        assert_eq!(read(&mut until), b"word");
        assert_eq!(read(&mut until), b"s");
        drop(writer);
        assert_eq!(read(&mut until), b"");
        assert!(!until.is_cut());
    }

    #[test]
    fn the_first_writer_of_a_fifo_is_waited_for_until_the_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
        let (end, bell) = pipe().unwrap();
        let end = Arc::new(OwnedFd::from(end));

        let mut until = InterruptibleInput::open(&path, Some(Arc::clone(&end))).unwrap();
        assert!(!until.is_ready_within(Duration::from_millis(20)).unwrap(), "that nobody writes yet is no end");
        let mut writer = File::options().write(true).open(&path).unwrap();
        assert!(!until.is_ready_within(Duration::from_millis(20)).unwrap(), "nor that nothing is written yet");
        writer.write_all(b"late").unwrap();
        assert_eq!(read(&mut until), b"late");
        drop(writer);
        assert_eq!(read(&mut until), b"");
        assert!(!until.is_cut());

        let mut until = InterruptibleInput::open(&path, Some(end)).unwrap();
        drop(bell);
        assert_eq!(read(&mut until), b"");
        assert!(until.is_cut());
    }

    #[test]
    fn what_comes_soon_after_the_end_was_told_is_read() {
        let (mut until, mut writer, bell) = until();
        drop(bell);
        writer.write_all(b"last").unwrap();
        assert_eq!(read(&mut until), b"last");
        writer.write_all(b"word").unwrap();
        assert_eq!(read(&mut until), b"word");
        assert_eq!(read(&mut until), b"", "the writer is there, but has said nothing more");
        assert!(until.is_cut());
        writer.write_all(b"more").unwrap();
        assert_eq!(read(&mut until), b"", "that is too late");
    }

    #[test]
    fn the_wait_for_last_words_is_no_longer_than_the_time_for_them() {
        let (mut until, mut writer, bell) = until();
        writer.write_all(b"last").unwrap();
        drop(bell);
        assert_eq!(read(&mut until), b"last");
        assert!(until.is_ready_within(Duration::from_secs(600)).unwrap(), "by then the input has ended");
        assert_eq!(read(&mut until), b"");
    }

    #[test]
    fn what_had_come_before_the_end_was_told_is_read_however_late() {
        let (mut until, mut writer, bell) = until();
        writer.write_all(b"before").unwrap();
        drop(bell);
        assert_eq!(read(&mut until), b"befo");
        writer.write_all(b"after").unwrap();
        thread::sleep(InterruptibleInput::LAST_WORDS);
        assert_eq!(read(&mut until), b"re");
        assert_eq!(read(&mut until), b"");
    }

    #[test]
    fn a_regular_file_ends_soon() {
        let (end, bell) = pipe().unwrap();
        drop(bell);
        let zero = File::open("/dev/zero").unwrap();
        let mut until = InterruptibleInput::new(zero, Some(Arc::new(OwnedFd::from(end))));
        let before = Instant::now();
        while !read(&mut until).is_empty() {}
        assert!(before.elapsed() < 10 * InterruptibleInput::LAST_WORDS, "though there is no end of what it has to say");
    }

    #[test]
    fn an_end_that_is_reached_late_is_an_end() {
        let (mut until, mut writer, bell) = until();
        writer.write_all(b"abcdef").unwrap();
        drop((writer, bell));
        assert_eq!(read(&mut until), b"abcd");
        thread::sleep(InterruptibleInput::LAST_WORDS);
        assert_eq!(read(&mut until), b"ef");
        assert_eq!(read(&mut until), b"");
        assert!(!until.is_cut(), "nobody was left to write");
    }
}
