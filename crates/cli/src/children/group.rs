//! The processes in the group of a command.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Waits until a command ends. Its status stays there to be collected: until then its number is no
/// other process's, and signals go to it or to nobody.
pub(super) fn wait_for_end(leader: Pid) {
    let ended = || waitid(WaitId::Pid(leader), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    while matches!(ended(), Err(Errno::INTR)) {}
}

/// Whether a command has not ended.
pub(super) fn is_running(leader: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    matches!(waitid(WaitId::Pid(leader), options), Ok(None) | Err(Errno::INTR))
}

/// How many processes beside its leader are in a group. None if the system has no `/proc` to tell.
pub(super) fn count_others(leader: Pid) -> usize {
    let group = leader.as_raw_nonzero().to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = processes.map(|process| process.path()).filter(|path| {
        let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
        name.iter().all(u8::is_ascii_digit) && name != group.as_bytes()
    });
    // Behind the name of the program, which may hold anything: state, parent, group.
    let stats = names.filter_map(|path| fs::read(path.join("stat")).ok());
    stats
        .filter(|stat| {
            let fields = stat.rsplit(|byte| *byte == b')').next().unwrap_or_default();
            let mut fields = fields.split(|byte| *byte == b' ').skip(1);
            let is_dead = matches!(fields.next(), None | Some(b"Z" | b"X"));
            !is_dead && fields.nth(1) == Some(group.as_bytes())
        })
        .count()
}
