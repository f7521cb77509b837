//! Descriptors for a command besides its standard ones.

use std::io;
use std::os::fd::AsFd;
use std::process::Command;

use command_fds::{CommandFdExt, FdMapping};
use rustix::io::fcntl_dupfd_cloexec;

/// Gives a command a file as descriptor `number`. The file is open until the command is dropped. To
/// be called once for a command.
///
/// # Errors
///
/// If the system has no descriptors left.
pub fn pass_descriptor(command: &mut Command, file: impl AsFd, number: u8) -> io::Result<()> {
    // Has `number` in use here, too. Otherwise the standard library may take it for the pipe on
    // which a child reports that it cannot run the program, which the file would then replace.
    let reserved = fcntl_dupfd_cloexec(&file, number.into())?;
    let mapping = FdMapping { parent_fd: reserved, child_fd: number.into() };
    command.fd_mappings(vec![mapping]).map_err(io::Error::other)?;
    Ok(())
}
