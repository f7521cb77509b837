//! Files and folders below a directory, of which nothing is reached through a link.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use lru::LruCache;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, open, openat, renameat, statat};
use rustix::io::Errno;
use subunit_cli::Trouble;

/// A path below the directory, by its components.
pub(crate) type Place = Vec<String>;

/// The directory that all is written to.
pub(crate) struct Tree {
    path: PathBuf,
    directory: OwnedFd,
    /// Files that grow. Others are opened again to append.
    open: LruCache<Place, File>,
    /// The numbers of the last clashes, so that the next one is not looked for from the start.
    clashes: LruCache<Place, u64>,
}

/// So many files are open at once.
const MOST_OPEN: NonZeroUsize = NonZeroUsize::new(16).unwrap();
const MOST_CLASHES: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FILE: OFlags = OFlags::WRONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Tree {
    /// Opens a directory, which is created if it is missing.
    ///
    /// # Errors
    ///
    /// If that fails.
    pub(crate) fn create(path: PathBuf) -> Result<Self, Trouble> {
        let directory = fs::create_dir_all(&path)
            .and_then(|()| Ok(open(&path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
            .map_err(|cause| Trouble::with(path.display(), &cause))?;
        Ok(Self { path, directory, open: LruCache::new(MOST_OPEN), clashes: LruCache::new(MOST_CLASHES) })
    }

    /// Makes a folder that was not there, with a number behind its name if it was.
    pub(crate) fn new_folder(&mut self, place: &[Cow<'_, str>]) -> Result<Place, Trouble> {
        self.made(&[], place, |folder, name| mkdirat(folder, name, Mode::RWXU | Mode::RWXG | Mode::RWXO))
    }

    /// Makes a file below a folder that was not there, with a number behind its name if it was.
    pub(crate) fn new_file(&mut self, folder: &[String], place: &[Cow<'_, str>]) -> Result<Place, Trouble> {
        let mut file = None;
        let place = self.made(folder, place, |folder, name| {
            file = Some(created(folder, name)?);
            Ok(())
        })?;
        if let Some(file) = file {
            self.open.put(place.clone(), file);
        }
        Ok(place)
    }

    /// Appends to a file.
    pub(crate) fn append(&mut self, place: &Place, bytes: &[u8]) -> Result<(), Trouble> {
        if !self.open.contains(place) {
            let file = self.reopened(place).map_err(|cause| self.trouble(place, &cause))?;
            self.open.put(place.clone(), file);
        }
        let written = self.open.get_mut(place).map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|cause| self.trouble(place, &cause))
    }

    /// Says that nothing more is written to a file.
    pub(crate) fn close(&mut self, place: &Place) {
        self.open.pop(place);
    }

    /// Writes a whole file in a folder: beside its name, which it gets when it is complete.
    pub(crate) fn write(&mut self, folder: &[String], name: &'static str, bytes: &[u8]) -> Result<(), Trouble> {
        let part = self.new_file(folder, &[format!("{name}.part").into()])?;
        self.append(&part, bytes)?;
        self.close(&part);
        let part_name = part.last().cloned().unwrap_or_default();
        self.made(folder, &[name.into()], |folder, name| {
            // A test may be called so, too, and have a folder here.
            match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Err(Errno::EXIST),
                Err(_) => renameat(folder, &*part_name, folder, name),
            }
        })
        .map(drop)
    }

    /// Makes something at a place below a folder, by another name if there is something.
    fn made(
        &mut self,
        folder: &[String],
        place: &[Cow<'_, str>],
        mut act: impl FnMut(&OwnedFd, &str) -> Result<(), Errno>,
    ) -> Result<Place, Trouble> {
        let mut done = folder.to_vec();
        let Some((last, parents)) = place.split_last() else { return Ok(done) };
        let mut directory = self.folder(&done).map_err(|cause| self.trouble(&done, &cause))?;
        for parent in parents {
            (directory, _) = self.with_number(&mut done, parent, 0, |name| {
                match mkdirat(&directory, name, Mode::RWXU | Mode::RWXG | Mode::RWXO) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(errno),
                }
                // A file or a link of this name is not the folder.
                let opened = openat(&directory, name, FOLDER, Mode::empty());
                opened.map_err(|errno| if matches!(errno, Errno::NOTDIR | Errno::LOOP) { Errno::EXIST } else { errno })
            })?;
        }
        let wanted = [&done[..], &[last.clone().into_owned()]].concat();
        let number = self.clashes.get(&wanted).copied().unwrap_or_default();
        let ((), number) = self.with_number(&mut done, last, number, |name| act(&directory, name))?;
        if number > 0 {
            self.clashes.put(wanted, number);
        }
        Ok(done)
    }

    /// Does something with a name, with a number behind it as long as something of that name is
    /// there, and adds the name to a place. Numbers begin with `number`; 0 is none.
    fn with_number<T>(
        &self,
        place: &mut Place,
        name: &str,
        mut number: u64,
        mut act: impl FnMut(&str) -> Result<T, Errno>,
    ) -> Result<(T, u64), Trouble> {
        loop {
            let candidate = if number == 0 { name.to_owned() } else { format!("{name}-{number}") };
            let result = act(&candidate);
            if matches!(result, Err(Errno::EXIST)) {
                number += 1;
                continue;
            }
            place.push(candidate);
            return match result {
                Ok(done) => Ok((done, number)),
                Err(errno) => Err(self.trouble(place, &errno.into())),
            };
        }
    }

    fn reopened(&self, place: &Place) -> io::Result<File> {
        let Some((name, folder)) = place.split_last() else { return Err(io::ErrorKind::NotFound.into()) };
        let folder = self.folder(folder)?;
        Ok(File::from(openat(folder, &**name, FILE | OFlags::APPEND, Mode::empty())?))
    }

    fn folder(&self, place: &[String]) -> io::Result<OwnedFd> {
        let mut folder = self.directory.try_clone()?;
        for name in place {
            folder = openat(&folder, &**name, FOLDER, Mode::empty())?;
        }
        Ok(folder)
    }

    fn trouble(&self, place: &[String], cause: &io::Error) -> Trouble {
        let path: PathBuf = place.iter().fold(self.path.clone(), |path, name| path.join(Path::new(name)));
        Trouble::with(path.display(), cause)
    }
}

fn created(folder: &OwnedFd, name: &str) -> Result<File, Errno> {
    let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP | Mode::ROTH | Mode::WOTH;
    openat(folder, name, FILE | OFlags::CREATE | OFlags::EXCL | OFlags::APPEND, mode).map(File::from)
}
