//! Files that list test ids.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::input;
use crate::interruptible::InterruptibleInput;
use crate::trouble::Trouble;

/// A set of test ids from files with one on each line.
///
/// As python-subunit reads them: a `#` begins a comment, wherever it stands, white space at the end
/// of a line does not count. Ids that hold a `#` need [`whole lines`](Self::read). A file that
/// holds a NUL byte is read as `subunit-ls -0` writes it: each NUL ends an id, and every other byte
/// belongs to one.
#[derive(Clone, Debug, Default)]
pub struct IdList(HashSet<Vec<u8>>);

impl IdList {
    /// Reads the lists in `files`; with `whole_lines`, nothing but the line end is taken off a
    /// line.
    ///
    /// # Errors
    ///
    /// When a file cannot be read to its end, or standard output is the same file.
    pub fn read(files: &[PathBuf], whole_lines: bool) -> Result<Self, Trouble> {
        let mut list = Self::default();
        for file in files {
            list.add_file(file, whole_lines)?;
        }
        Ok(list)
    }

    /// The ids in a file, in their order. Here a `#` begins a comment only at the start of a line,
    /// since ids of other languages hold it.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn ordered(file: &Path) -> Result<Vec<Vec<u8>>, Trouble> {
        Ok(ids_in(&bytes_of_path(file)?, false).map(<[u8]>::to_vec).collect())
    }

    /// Whether the list holds a test id.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(id.as_bytes())
    }

    /// Whether the list holds no test id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add_file(&mut self, file: &Path, whole_lines: bool) -> Result<(), Trouble> {
        self.add(&bytes_of_path(file)?, whole_lines);
        Ok(())
    }

    fn add(&mut self, bytes: &[u8], whole_lines: bool) {
        if let Some(ids) = bytes.strip_suffix(b"\0").or(bytes.contains(&0).then_some(bytes)) {
            return self.0.extend(ids.split(|byte| *byte == 0).map(<[u8]>::to_vec));
        }
        let lines = bytes.split(|byte| *byte == b'\n');
        let ids = lines.map(|line| if whole_lines { without_line_end(line) } else { without_comment(line) });
        self.0.extend(ids.filter(|id| !id.is_empty()).map(<[u8]>::to_vec));
    }
}

fn bytes_of_path(file: &Path) -> Result<Vec<u8>, Trouble> {
    let (name, file) = input::open_path(file, None)?;
    bytes_of(&name, file)
}

/// All bytes of a list.
pub(crate) fn bytes_of(name: &str, mut file: InterruptibleInput) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let read = match file.read_to_end(&mut bytes) {
        // Half a list is worse than none.
        Ok(_) if file.is_cut() => Err(io::ErrorKind::Interrupted.into()),
        read => read,
    };
    read.map_err(|cause| Trouble::with(name, &cause))?;
    Ok(bytes)
}

/// The ids in a list: between NUL bytes, if there is one. Otherwise in lines, where a `#` at the
/// start makes a comment, unless lines are taken whole.
pub(crate) fn ids_in(bytes: &[u8], whole_lines: bool) -> impl Iterator<Item = &[u8]> {
    let has_nul = bytes.contains(&0);
    let ids = bytes.split(move |byte| *byte == if has_nul { 0 } else { b'\n' });
    ids.filter_map(move |id| {
        let id = match (has_nul, whole_lines) {
            (true, _) => id,
            (false, true) => without_line_end(id),
            (false, false) if id.starts_with(b"#") => b"",
            (false, false) => id.trim_ascii_end(),
        };
        (!id.is_empty()).then_some(id)
    })
}

fn without_line_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn without_comment(line: &[u8]) -> &[u8] {
    line.split(|byte| *byte == b'#').next().unwrap_or_default().trim_ascii_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(bytes: &[u8], whole_lines: bool) -> IdList {
        let mut list = IdList::default();
        list.add(bytes, whole_lines);
        list
    }

    #[test]
    fn comments_and_trailing_space_are_left_out() {
        let list = list(b"# all of it\na.b\nc.d # slow\n  e\t\r\n\nlast", false);
        for id in ["a.b", "c.d", "  e", "last"] {
            assert!(list.contains(id), "{id:?} is listed");
        }
        assert_eq!(list.0.len(), 4, "{list:?}");
    }

    #[test]
    fn whole_lines_keep_what_looks_like_a_comment() {
        let list = list(b"a#1\r\nb \n", true);
        assert!(list.contains("a#1") && list.contains("b ") && !list.contains("b"));
    }

    #[test]
    fn a_list_with_nul_bytes_is_split_at_them_alone() {
        let ids = list(b"a\nb # c\0d\0", false);
        assert!(ids.contains("a\nb # c") && ids.contains("d"));
        assert_eq!(ids.0.len(), 2, "{ids:?}");
        assert!(list(b"\0a\0", false).contains(""), "an id may be empty");
        assert!(list(b"a\0b", false).contains("b"));
    }
}
