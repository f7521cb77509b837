//! Writing to a file that may be full, slow, non-blocking or shared.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

use crate::file_id::FileId;
use crate::interruptible::InterruptibleInput;
use crate::signals;

/// A file, a pipe or a device to write to. What is written in one go is there as a whole, or not at
/// all if a file can be shortened.
///
/// A non-blocking one is waited for. After a write that failed, every other one fails for the same
/// reason: whoever reads does not find the middle missing.
#[derive(Debug)]
pub struct FileWriter {
    file: File,
    is_regular: bool,
    is_appending: bool,
    /// Whether a pipe was asked to hold more.
    is_wide: bool,
    failure: Option<Failure>,
}

/// Why a write failed, as often as somebody asks.
#[derive(Clone, Copy, Debug)]
enum Failure {
    System(i32),
    Other(io::ErrorKind),
}

/// The part of a write that was done.
#[derive(Clone, Copy, Debug)]
struct Part {
    start: u64,
    end: u64,
}

impl FileWriter {
    /// What a pipe holds by default.
    const PIPE: usize = 1 << 16;
    /// As much as is written at a time, so that a slow reader is told from one that has stopped.
    const PIECE: usize = 1 << 17;

    /// Writes to a file, open at the place to write to.
    #[must_use]
    pub fn new(file: File) -> Self {
        let is_regular = file.metadata().is_ok_and(|found| found.is_file());
        let is_appending = is_regular && fcntl_getfl(&file).is_ok_and(|flags| flags.contains(OFlags::APPEND));
        Self { file, is_regular, is_appending, is_wide: false, failure: None }
    }

    /// Copies the bytes of a regular file from `start` on, `length` of them. Into another one, the
    /// system copies by itself if it can.
    ///
    /// # Errors
    ///
    /// If reading or writing fails.
    pub fn copy(&mut self, mut file: &File, start: u64, length: u64) -> io::Result<()> {
        file.seek(SeekFrom::Start(start))?;
        let part = file.take(length);
        if !self.is_regular {
            return io::copy(&mut BufReader::with_capacity(Self::PIPE, part), self).map(drop);
        }
        self.refuse_after_failure()?;
        let copied = io::copy(&mut { part }, &mut self.file);
        copied.map(drop).map_err(|cause| self.failed(cause))
    }

    /// Asks for a pipe that holds more, once so much is written at a time that writer and reader
    /// would have to take turns. With a megabyte, streams go through twice as fast.
    fn widen(&mut self) {
        if !self.is_wide && !self.is_regular {
            self.is_wide = true;
            // It may be no pipe, or the user may have enough of them.
            #[cfg(target_os = "linux")]
            let _ = rustix::pipe::fcntl_setpipe_size(&self.file, 1 << 20);
        }
    }

    /// The part of a write that begins now. Whoever appends gets to know where only afterwards.
    fn begin(&mut self) -> Option<Part> {
        if !self.is_regular || self.is_appending {
            return None;
        }
        self.file.stream_position().ok().map(|at| Part { start: at, end: at })
    }

    /// The part with `count` bytes more; `None` if others have written in between.
    fn extend(&mut self, part: Option<Part>, is_first: bool, count: usize) -> Option<Part> {
        if !self.is_regular {
            return None;
        }
        let end = self.file.stream_position().ok()?;
        let before = end.checked_sub(count as u64)?;
        match part {
            Some(part) => (part.end == before).then_some(Part { end, ..part }),
            None => (is_first && self.is_appending).then_some(Part { start: before, end }),
        }
    }

    /// Shortens the file by the part of a write, unless others have written behind it. Who writes
    /// next, through the same open file, goes on at its end.
    fn take_back(&mut self, part: Part) -> io::Result<()> {
        if self.file.stream_position()? == part.end && self.file.metadata()?.len() == part.end {
            self.file.set_len(part.start)?;
            self.file.seek(SeekFrom::Start(part.start))?;
        }
        Ok(())
    }

    /// Whether a write has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    fn refuse_after_failure(&self) -> io::Result<()> {
        match self.failure {
            None => Ok(()),
            Some(Failure::System(number)) => Err(io::Error::from_raw_os_error(number)),
            Some(Failure::Other(kind)) => Err(kind.into()),
        }
    }

    fn failed(&mut self, cause: io::Error) -> io::Error {
        let failure = cause.raw_os_error().map_or(Failure::Other(cause.kind()), Failure::System);
        self.failure = Some(failure);
        cause
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.refuse_after_failure()?;
        if bytes.len() >= Self::PIPE {
            self.widen();
        }
        let mut part = self.begin();
        let mut written = 0;
        while written < bytes.len() {
            let most = if self.is_regular { bytes.len() } else { bytes.len().min(written + Self::PIECE) };
            match write_some(&self.file, &bytes[written..most]) {
                Ok(count) => {
                    if written + count < bytes.len() {
                        part = self.extend(part, written == 0, count);
                    }
                    written += count;
                }
                Err(cause) => {
                    if let Some(part) = part {
                        // The cause to report is the first one.
                        let _ = self.take_back(part);
                    }
                    return Err(self.failed(cause));
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.refuse_after_failure()
    }
}

/// Writes all of some bytes, however long it takes.
pub(crate) fn write_whole(file: impl AsFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        bytes = &bytes[write_some(&file, bytes)?..];
    }
    Ok(())
}

/// Writes one byte or more.
fn write_some(file: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    let _waiting = signals::waiting();
    loop {
        match rustix::io::write(&file, bytes) {
            Err(Errno::INTR) => {}
            // Somebody who has the same pipe or terminal open made it non-blocking.
            Err(Errno::AGAIN) => match poll(&mut [PollFd::new(&file, PollFlags::OUT)], None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(cause) => return Err(cause.into()),
            },
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            result => return Ok(result?),
        }
    }
}

/// Opens a file to write to, and empties it unless it is appended to. For a FIFO, waits until
/// somebody reads, or a signal comes.
///
/// # Errors
///
/// If it cannot be opened, or is the file that standard input reads.
/// [`ErrorKind::Interrupted`](io::ErrorKind::Interrupted) if a signal ended the wait.
pub fn create(path: &Path, is_appended: bool) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).append(is_appended).create(true);
    let file = open(path, &options)?;
    let id = FileId::of(&file).and_then(FileId::regular);
    if id.is_some() && id == FileId::of(io::stdin()) {
        return Err(io::Error::other(FileId::SAME));
    }
    if id.is_some() && !is_appended {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Opens a file to write to.
pub(crate) fn open(path: &Path, options: &OpenOptions) -> io::Result<File> {
    if !fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo()) {
        return options.open(path);
    }
    let mut options = options.clone();
    options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let mut pause = Duration::from_millis(1);
    let mut stopped: Option<Instant> = None;
    loop {
        match options.open(path) {
            Err(cause) if cause.raw_os_error() == Some(Errno::NXIO.raw_os_error()) => {}
            file => {
                let file = file?;
                fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
                return Ok(file);
            }
        }
        if signals::received().is_some()
            && stopped.get_or_insert_with(Instant::now).elapsed() > InterruptibleInput::LAST_WORDS
        {
            return Err(io::ErrorKind::Interrupted.into());
        }
        thread::sleep(pause);
        pause = (2 * pause).min(Duration::from_millis(20));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file to which a write fails after so many bytes are there, and the file itself.
    fn writer(file: &File) -> FileWriter {
        FileWriter::new(file.try_clone().unwrap())
    }

    /// Says that `count` bytes of a write that has failed were written.
    fn fail_after(writer: &mut FileWriter, bytes: &[u8], others: impl FnOnce()) {
        let part = writer.begin();
        write_whole(&writer.file, bytes).unwrap();
        let part = writer.extend(part, true, bytes.len());
        others();
        if let Some(part) = part {
            writer.take_back(part).unwrap();
        }
        writer.failed(io::Error::from_raw_os_error(Errno::NOSPC.raw_os_error()));
    }

    fn content(file: &File) -> String {
        let mut bytes = vec![0; usize::try_from(file.metadata().unwrap().len()).unwrap()];
        std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_was_torn_is_taken_back_and_nothing_is_written_after_it() {
        let folder = tempfile::tempdir().unwrap();
        for is_appending in [false, true] {
            let path = folder.path().join(format!("{is_appending}"));
            let file =
                File::options().read(true).write(true).append(is_appending).create(true).truncate(false).open(path);
            let mut file = file.unwrap();
            let mut first = writer(&file);
            first.write_all(b"whole ").unwrap();
            fail_after(&mut first, b"to", || {});
            assert_eq!(content(&file), "whole ");
            let refused = first.write_all(b"more").unwrap_err();
            assert_eq!(refused.raw_os_error(), Some(Errno::NOSPC.raw_os_error()), "for the same reason");
            assert!(first.flush().is_err() && first.has_failed());
            file.write_all(b"next").unwrap();
            assert_eq!(content(&file), "whole next", "others go on at the end");
        }
    }

    #[test]
    fn what_others_have_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        for (number, is_appending) in [(0, false), (1, true)] {
            let path = folder.path().join(number.to_string());
            let options =
                || File::options().read(true).write(true).append(is_appending).create(true).truncate(false).clone();
            let mut file = options().open(&path).unwrap();
            let mut first = writer(&file);
            first.write_all(b"whole ").unwrap();
            fail_after(&mut first, b"to", || file.write_all(b" others").unwrap());
            assert_eq!(content(&file), "whole to others", "through the same open file");
            if is_appending {
                fail_after(&mut writer(&file), b"to", || options().open(&path).unwrap().write_all(b" last").unwrap());
                assert_eq!(content(&file), "whole to othersto last", "through another one");
            }
        }
    }

    #[test]
    fn a_write_between_the_parts_of_another_is_not_cut() {
        let mut file = tempfile::tempfile().unwrap();
        let mut first = writer(&file);
        let part = first.begin();
        file.write_all(b"others").unwrap();
        write_whole(&first.file, b"to").unwrap();
        assert!(first.extend(part, true, 2).is_none(), "what was written cannot be told apart");
    }

    #[test]
    fn files_are_copied_into_files_and_pipes() {
        let mut source = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
        source.write_all(&bytes).unwrap();
        let target = tempfile::tempfile().unwrap();
        writer(&target).copy(&source, 10, 200_000).unwrap();
        let mut copy = vec![0; 200_000];
        std::os::unix::fs::FileExt::read_exact_at(&target, &mut copy, 0).unwrap();
        assert!(copy == bytes[10..200_010]);

        let (mut reader, pipe) = io::pipe().unwrap();
        let reading = thread::spawn(move || {
            let mut copy = Vec::new();
            reader.read_to_end(&mut copy).map(|_| copy).unwrap()
        });
        FileWriter::new(File::from(std::os::fd::OwnedFd::from(pipe))).copy(&source, 10, 200_000).unwrap();
        assert!(reading.join().unwrap() == bytes[10..200_010]);
    }
}
