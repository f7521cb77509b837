//! A file that is named to be written to.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, OFlags, linkat};
use rustix::io::Errno;
use tempfile::{Builder, NamedTempFile};

use crate::file_id::FileId;
use crate::file_writer::{self, FileWriter};
use crate::trouble::Trouble;

/// A file for a report: complete or absent.
///
/// A report is written beside its name and then renamed; until then, what had that name stays as it
/// is. The permissions of a file that is replaced stay. A symbolic link stays too: the file that it
/// leads to is replaced. If the folder does not allow that, a file that can be written to is
/// written in place. A device or a FIFO is not replaced but written to. A name for standard output
/// or standard error means just that: the report follows what was written there.
#[derive(Debug)]
pub struct ReportFile {
    path: PathBuf,
}

/// How a report gets to its name.
enum Place {
    /// Behind what was written to this file.
    Behind(File),
    /// Into what is there.
    Inside,
    /// By a rename to this path.
    Beside(PathBuf),
}

impl ReportFile {
    /// Makes sure, before the work begins, that a file can be written there when it is done.
    ///
    /// # Errors
    ///
    /// When it cannot.
    pub fn new(path: PathBuf) -> Result<Self, Trouble> {
        let file = Self { path };
        file.check().map_err(|cause| file.trouble(&cause))?;
        Ok(file)
    }

    /// Writes what `report` writes.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, report: impl FnOnce(&mut FileWriter) -> io::Result<()>) -> Result<(), Trouble> {
        let result = match self.place() {
            Ok(Place::Behind(file)) => report(&mut FileWriter::new(file)),
            Ok(Place::Inside) => {
                file_writer::create(&self.path, false).and_then(|file| report(&mut FileWriter::new(file)))
            }
            Ok(Place::Beside(target)) => write_beside(&target, report),
            Err(cause) => Err(cause),
        };
        result.map_err(|cause| self.trouble(&cause))
    }

    /// A file for a long report to grow in, in the folder where it is to be and without a name
    /// there: a tool that is killed leaves nothing. `None` if the system has no such files.
    #[must_use]
    pub fn unnamed(&self) -> Option<File> {
        #[cfg(target_os = "linux")]
        if let Ok(Place::Beside(target)) = self.place() {
            let mut options = File::options();
            options.read(true).write(true).mode(0o666).custom_flags(OFlags::TMPFILE.bits().cast_signed());
            return options.open(folder_of(&target)).ok();
        }
        None
    }

    /// Gives the report's name to an [unnamed](Self::unnamed) file that holds it. If that cannot
    /// be, the report is copied.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn keep(&self, file: &File) -> Result<(), Trouble> {
        if let Ok(Place::Beside(target)) = self.place()
            && name(file, &target).is_ok()
        {
            return Ok(());
        }
        self.write(|target| target.copy(file, 0, file.metadata()?.len()))
    }

    /// Trouble with writing the report.
    #[must_use]
    pub fn trouble(&self, cause: &io::Error) -> Trouble {
        Trouble::writing(self.path.display(), cause)
    }

    fn check(&self) -> io::Result<()> {
        let Place::Beside(target) = self.place()? else { return Ok(()) };
        new_beside(&target).map(drop).or_else(|cause| in_place(&target, cause).map(drop))
    }

    fn place(&self) -> io::Result<Place> {
        if let Some(file) = self.standard() {
            return Ok(Place::Behind(file));
        }
        match fs::metadata(&self.path) {
            // Cannot be, and the system says so in its own words.
            Ok(found) if found.is_dir() => File::options().write(true).open(&self.path).map(|_| Place::Inside),
            Ok(found) if !found.is_file() => Ok(Place::Inside),
            _ => self.follow(),
        }
    }

    /// Standard output or standard error, where the name leads to what one of them is: what is
    /// there already is not lost.
    fn standard(&self) -> Option<File> {
        let named = FileId::at(&self.path)?;
        let (output, errors) = (io::stdout(), io::stderr());
        let mut standard = [output.as_fd(), errors.as_fd()].into_iter();
        let file = standard.find(|standard| FileId::of(standard) == Some(named))?;
        file.try_clone_to_owned().ok().map(File::from)
    }

    /// Follows symbolic links to the name that the report is to have.
    fn follow(&self) -> io::Result<Place> {
        /// As many as the system follows.
        const MOST: usize = 40;
        let mut path = self.path.clone();
        for _ in 0..MOST {
            let Ok(next) = fs::read_link(&path) else { return Ok(Place::Beside(path)) };
            // An open file by its number: whoever has it open would not see another one of that
            // name.
            if fs::canonicalize(folder_of(&path)).is_ok_and(|folder| folder.starts_with("/proc")) {
                return Ok(Place::Inside);
            }
            path = folder_of(&path).join(next);
        }
        Err(Errno::LOOP.into())
    }
}

/// Gives a file without a name this one, by a rename: a link alone does not replace what has the
/// name.
fn name(file: &File, target: &Path) -> io::Result<()> {
    if let Some(mode) = replaced_mode(target) {
        file.set_permissions(Permissions::from_mode(mode))?;
    }
    let number = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |path: &Path| Ok(linkat(CWD, &*number, CWD, path, AtFlags::SYMLINK_FOLLOW)?);
    let named = Builder::new().prefix(".subunit-").make_in(folder_of(target), link)?;
    named.persist(target).map(drop).map_err(|error| error.error)
}

/// The permissions of the file that is to be replaced, if there is one: who may do what with it,
/// not as whom it runs.
fn replaced_mode(target: &Path) -> Option<u32> {
    fs::metadata(target).ok().map(|found| found.permissions().mode() & 0o777)
}

fn write_beside(target: &Path, report: impl FnOnce(&mut FileWriter) -> io::Result<()>) -> io::Result<()> {
    let mut file = match new_beside(target) {
        Ok(file) => file,
        Err(cause) => {
            let file = in_place(target, cause)?;
            file.set_len(0)?;
            return report(&mut FileWriter::new(file));
        }
    };
    report(&mut FileWriter::new(file.as_file().try_clone()?))?;
    let Err(error) = file.persist(target) else { return Ok(()) };
    file = error.file;
    let in_place = in_place(target, error.error)?;
    in_place.set_len(0)?;
    FileWriter::new(in_place).copy(file.as_file(), 0, file.as_file().metadata()?.len())
}

/// Makes a file with the permissions of the one that it is to replace, if there is one.
fn new_beside(target: &Path) -> io::Result<NamedTempFile> {
    let replaced = replaced_mode(target);
    // What the user's mask leaves of this, as of any new file: at no time more than it is to be in
    // the end.
    let mode = replaced.unwrap_or(0o666);
    let mut options = File::options();
    options.read(true).write(true).create_new(true).mode(mode);
    // Opened here: the library's own errors name the temporary file, which means nothing to a user.
    let file = Builder::new().prefix(".subunit-").make_in(folder_of(target), |path| options.open(path))?;
    if replaced.is_some() {
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    Ok(file)
}

/// Opens a file that cannot be replaced because of `cause`: its folder is not ours, or it is a
/// mount point, as a container has it.
fn in_place(target: &Path, cause: io::Error) -> io::Result<File> {
    let is_allowed = [Errno::ACCESS, Errno::PERM, Errno::BUSY, Errno::XDEV, Errno::ROFS]
        .into_iter()
        .any(|errno| cause.raw_os_error() == Some(errno.raw_os_error()));
    if !is_allowed {
        return Err(cause);
    }
    File::options().write(true).open(target).map_err(|_| cause)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
