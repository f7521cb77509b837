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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_descriptor_of_any_number_is_passed_on() {
        for number in 3..=9 {
            let (mut reader, writer) = io::pipe().unwrap();
            let mut command = Command::new("sh");
            pass_descriptor(&mut command, writer, number).unwrap();
            assert!(command.args(["-c", &format!("echo here >&{number}")]).status().unwrap().success());
            drop(command);
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            assert_eq!(text, "here\n", "descriptor {number}");
        }
    }

    #[test]
    fn no_number_keeps_a_program_that_cannot_run_from_being_reported() {
        // The standard library takes one of these for its own pipe.
        for number in 3..100 {
            let (mut reader, writer) = io::pipe().unwrap();
            let mut command = Command::new("/no/such/program");
            pass_descriptor(&mut command, writer, number).unwrap();
            assert_eq!(command.status().unwrap_err().kind(), io::ErrorKind::NotFound, "descriptor {number}");
            drop(command);
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, b"", "descriptor {number}");
        }
    }
}
