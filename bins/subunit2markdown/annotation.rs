//! Annotations of the lines where tests failed, as GitHub's runner reads them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use crate::results::Failure;

/// GitHub shows no more of a step.
const MOST: usize = 10;

/// A line of a file.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    file: String,
    line: u32,
}

/// The annotations, a line each.
pub(crate) fn annotations<'a>(failures: impl Iterator<Item = &'a Failure>, folder: &Path) -> String {
    let placed = failures.filter_map(|failure| Some((failure, place(&failure.text, folder)?)));
    let lines = placed.take(MOST).map(|(failure, place)| {
        let (file, title) = (property(&place.file), property(&failure.id));
        let message = if failure.message.is_empty() { "failed" } else { &failure.message };
        format!("::error file={file},line={},title={title}::{}\n", place.line, data(message))
    });
    lines.collect()
}

/// The place that a text names: of a Python traceback the last frame, of other texts the first
/// place, among files that exist below the folder.
fn place(text: &str, folder: &Path) -> Option<Place> {
    static PYTHON: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"File "([^"\n]+)", line (\d{1,9})"#).ok());
    static YAML: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"file: *['"]?([^'"\n]+?)['"]?\s*\n\s*line: *(\d{1,9})"#).ok());
    static OTHER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"([\w./@+-]*[\w@+-]\.[A-Za-z]\w*):(\d{1,9})").ok());
    let found = |regex: &LazyLock<Option<Regex>>| -> Vec<Place> {
        let captures = regex.iter().flat_map(|regex| regex.captures_iter(text));
        captures.filter_map(|found| existing(found.get(1)?.as_str(), found.get(2)?.as_str(), folder)).collect()
    };
    let first = || found(&YAML).into_iter().chain(found(&OTHER)).next();
    found(&PYTHON).pop().or_else(first)
}

/// A file below the folder, by its path in it.
fn existing(file: &str, line: &str, folder: &Path) -> Option<Place> {
    let path: PathBuf = folder.join(file);
    let below = path.strip_prefix(folder).ok()?;
    let is_inside =
        below.components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
    let file = below.strip_prefix(".").unwrap_or(below).to_str()?.to_owned();
    (is_inside && path.is_file()).then_some(Place { file, line: line.parse().ok()? })
}

/// The message of an annotation.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of an annotation.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn places_of_many_languages_are_found_if_the_file_exists() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        for name in ["a.py", "src/b.rs", "c_test.go", "d.js"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let absolute = format!("File \"{}/a.py\", line 7", folder.path().display());
        for (text, expected) in [
            ("File \"a.py\", line 3, in x\n  File \"/usr/lib/y.py\", line 9", Some(("a.py", 3))),
            ("File \"a.py\", line 3\nFile \"./a.py\", line 5\n", Some(("a.py", 5))),
            (&*absolute, Some(("a.py", 7))),
            ("thread 'x' panicked at src/b.rs:12:5:\nboom", Some(("src/b.rs", 12))),
            ("    c_test.go:4: no", Some(("c_test.go", 4))),
            ("  at:\n    file: d.js\n    line: 8\n", Some(("d.js", 8))),
            ("at Object.<anonymous> (d.js:3:1)", Some(("d.js", 3))),
            ("File \"../a.py\", line 3", None),
            ("none.rs:1", None),
            ("10:30:00 nothing", None),
        ] {
            let found = place(text, folder.path()).map(|place| (place.file, place.line));
            assert_eq!(found.as_ref().map(|(file, line)| (&**file, *line)), expected, "{text}");
        }
    }

    #[test]
    fn nothing_ends_an_annotation_early() {
        assert_eq!((data("a%\r\n:,b"), property("a%\n:,b")), ("a%25%0D%0A:,b".into(), "a%25%0A%3A%2Cb".into()));
    }
}
