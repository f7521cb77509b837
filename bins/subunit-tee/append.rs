//! Files to append to, which must end in a whole packet or line first.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use subunit_cli as cli;
use subunit_codec::{Item, MAX_LENGTH, Protocol, Reader};

/// Opens a file to append to. Writes a newline first if the file ends in an unfinished line or a
/// torn packet, or cannot be read.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    let mut file = cli::create(path, true)?;
    if file.metadata()?.is_file() && !ends_whole(path).unwrap_or(false) {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// Whether a file is empty or ends in a newline or a whole packet. Reads its last byte, or as much
/// as the longest packet.
fn ends_whole(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        return Ok(true);
    }
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_LENGTH as u64)))?;
    let mut reader = Reader::new(file, Protocol::V2);
    let mut is_packet = false;
    while let Some(item) = reader.next()? {
        is_packet = matches!(item, Item::Packet(_));
    }
    Ok(is_packet)
}
