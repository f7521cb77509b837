//! A file for each route.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io;
use std::num::NonZeroUsize;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use lru::LruCache;
use rustix::io::Errno;
use subunit_cli::{self as cli, Output, Trouble, Verdict};

use crate::TOOL;
use crate::name::file_name;

/// The files, of which those that were written to last are open.
pub(crate) struct Files {
    directory: PathBuf,
    overwrites: bool,
    /// Devices and inodes of the files to read, which are not written.
    inputs: Vec<(u64, u64)>,
    /// By their names.
    open: LruCache<String, Output>,
    /// All that were opened so far.
    known: HashSet<String>,
    /// Those that were reported: nothing more is written to them.
    failed: HashSet<String>,
}

/// So many files are open at once.
const MOST_OPEN: NonZeroUsize = NonZeroUsize::new(128).unwrap();

impl Files {
    /// Files in a directory, which is created if it is missing.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub(crate) fn new(directory: PathBuf, overwrites: bool, inputs: &[OsString]) -> Result<Self, Trouble> {
        fs::create_dir_all(&directory).map_err(|cause| Trouble::with(directory.display(), &cause))?;
        let inputs = inputs.iter().filter_map(|name| fs::metadata(name).ok()).map(|it| identity(&it)).collect();
        let (known, failed) = (HashSet::new(), HashSet::new());
        Ok(Self { directory, overwrites, inputs, open: LruCache::new(MOST_OPEN), known, failed })
    }

    /// Writes to the file for the first part of a route code. A file that fails is reported.
    pub(crate) fn write(&mut self, first: Option<&str>, write: impl FnOnce(&mut Output) -> Result<(), Trouble>) {
        let name = file_name(first);
        if self.failed.contains(&name) {
            return;
        }
        if !self.open.contains(&name) {
            match self.opened(&name) {
                Ok(output) => {
                    self.known.insert(name.clone());
                    if let Some((other, output)) = self.open.push(name.clone(), output) {
                        self.close(other, output);
                    }
                }
                Err(trouble) => return self.report(name, trouble),
            }
        }
        let result = self.open.get_mut(&name).map_or(Ok(()), write);
        if let Err(trouble) = result {
            self.open.pop(&name);
            self.report(name, trouble);
        }
    }

    /// Hands on all that was written.
    pub(crate) fn flush(&mut self) {
        let mut failed = Vec::new();
        for (name, output) in &mut self.open {
            if let Err(trouble) = output.flush() {
                failed.push((name.clone(), trouble));
            }
        }
        for (name, trouble) in failed {
            self.open.pop(&name);
            self.report(name, trouble);
        }
    }

    /// Hands on all that was written, for the last time.
    pub(crate) fn finish(mut self) -> Verdict {
        while let Some((name, output)) = self.open.pop_lru() {
            self.close(name, output);
        }
        if self.failed.is_empty() { Verdict::Success } else { Verdict::Incomplete }
    }

    /// Opens a file: for the first time, or to go on at its end. If the system has no descriptor,
    /// another file is closed.
    fn opened(&mut self, name: &str) -> Result<Output, Trouble> {
        let path = self.directory.join(name);
        loop {
            let file = if self.known.contains(name) {
                File::options().append(true).open(&path)
            } else if self.overwrites {
                self.overwritten(&path)
            } else {
                File::create_new(&path)
            };
            let cause = match file {
                Ok(file) => return Ok(Output::file(&path, file)),
                Err(cause) => cause,
            };
            let is_out_of_descriptors =
                [Errno::MFILE, Errno::NFILE].iter().any(|errno| cause.raw_os_error() == Some(errno.raw_os_error()));
            match is_out_of_descriptors.then(|| self.open.pop_lru()).flatten() {
                Some((other, output)) => self.close(other, output),
                None => return Err(Trouble::with(path.display(), &cause)),
            }
        }
    }

    /// Empties a file, or creates it.
    fn overwritten(&self, path: &Path) -> io::Result<File> {
        if fs::metadata(path).is_ok_and(|found| self.inputs.contains(&identity(&found))) {
            return Err(io::Error::other("input file is output file"));
        }
        cli::create(path, false)
    }

    fn close(&mut self, name: String, output: Output) {
        if let Err(trouble) = output.finish() {
            self.report(name, trouble);
        }
    }

    fn report(&mut self, name: String, trouble: Trouble) {
        let _ = trouble.reported(TOOL);
        self.failed.insert(name);
    }
}

fn identity(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}
