//! A file that is named to be written to.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{Builder, tempfile_in};

use crate::trouble::Trouble;

/// A file for a report: complete or absent.
///
/// A report is written beside its name and then renamed; until then, what had that name stays as it is. The permissions of a file
/// that is replaced stay. What is not an ordinary file, such as a device, a FIFO or a symbolic link, is not replaced but written to. A
/// name for standard output or standard error means just that: the report follows what was written there.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
}

impl ReportFile {
    /// Makes sure, before the work begins, that a file can be written there when it is done.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub fn new(path: PathBuf) -> Result<Self, Trouble> {
        let file = Self { path };
        let check = match fs::symlink_metadata(&file.path) {
            // Cannot be, and the system says so in its own words.
            Ok(found) if found.is_dir() => File::options().write(true).open(&file.path).map(drop),
            Ok(found) if !found.is_file() => Ok(()),
            _ => tempfile_in(file.folder()).map(drop),
        };
        match check {
            Ok(()) => Ok(file),
            Err(cause) => Err(file.trouble(&cause)),
        }
    }

    /// Writes what `report` writes.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, report: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Trouble> {
        let result = match fs::symlink_metadata(&self.path) {
            Ok(found) if !found.is_file() => self.write_in_place(report),
            // Who may do what with it, not as whom it runs.
            found => self.write_beside(found.ok().map(|found| Permissions::from_mode(found.mode() & 0o777)), report),
        };
        result.map_err(|cause| self.trouble(&cause))
    }

    fn write_in_place(&self, report: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut file = self.standard().map_or_else(|| File::create(&self.path), Ok)?;
        report(&mut file)
    }

    /// Standard output or standard error, where the name leads to what one of them is: what is there already is not lost.
    fn standard(&self) -> Option<File> {
        let named = fs::metadata(&self.path).ok()?;
        let (output, errors) = (io::stdout(), io::stderr());
        [output.as_fd(), errors.as_fd()].into_iter().find_map(|standard| {
            let file = File::from(standard.try_clone_to_owned().ok()?);
            let found = file.metadata().ok()?;
            ((found.dev(), found.ino()) == (named.dev(), named.ino())).then_some(file)
        })
    }

    /// Writes a file of the permissions that the one had that it replaces, if there is one.
    fn write_beside(
        &self,
        replaced: Option<Permissions>,
        report: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut builder = Builder::new();
        // What the user's mask leaves of this, as of any new file: at no time more than it is to be in the end.
        builder.prefix(".subunit-").permissions(replaced.clone().unwrap_or(Permissions::from_mode(0o666)));
        let mut file = builder.tempfile_in(self.folder())?;
        if let Some(permissions) = replaced {
            file.as_file().set_permissions(permissions)?;
        }
        report(file.as_file_mut())?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn trouble(&self, cause: &io::Error) -> Trouble {
        Trouble::writing(self.path.display(), cause)
    }
}
