//! Which operand is what.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use subunit_cli::Trouble;
use subunit_codec::{Protocol, Reader};

/// The page if only a stream is named, as in python-subunit.
pub(crate) const DEFAULT: &str = "results.html";

/// Where the page is to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// `None` for standard output.
    pub(crate) path: Option<PathBuf>,
    /// Whether nobody named it.
    pub(crate) is_default: bool,
}

/// Takes the page out of the operands, unless an option names it: what is left are streams.
pub(crate) fn target(operands: &mut Vec<OsString>, option: Option<PathBuf>) -> Result<Target, Trouble> {
    let named = match (option, &operands[..]) {
        (Some(path), _) => Some(path.into_os_string()),
        (None, []) => Some(OsString::from("-")),
        (None, [only]) if is_page(only) => operands.pop(),
        (None, [_]) => None,
        (None, [_, _]) => operands.pop(),
        (None, [_, _, third, ..]) => {
            let third = third.display();
            return Err(Trouble::message(format_args!(
                "operand '{third}' is one too many; name the page by -o to read several files"
            )));
        }
    };
    let is_default = named.is_none();
    let name = named.unwrap_or_else(|| DEFAULT.into());
    Ok(Target { path: (name != "-").then(|| name.into()), is_default })
}

/// Whether a name is one of a page, not of a stream.
fn is_page(name: &OsStr) -> bool {
    Path::new(name).extension().is_some_and(|it| it.eq_ignore_ascii_case("html") || it.eq_ignore_ascii_case("htm"))
}

/// Refuses a page that is to replace a stream: `subunit2html a.subunit b.subunit` asks for that.
pub(crate) fn refuse_stream(path: &Path) -> Result<(), Trouble> {
    // What cannot be read is trouble when it is written, if at all.
    let Some(file) = File::open(path).ok().filter(is_regular) else { return Ok(()) };
    if holds_stream(BufReader::new(file)).unwrap_or_default() {
        let path = path.display();
        return Err(Trouble::message(format_args!("{path}: a subunit stream, which the page does not replace")));
    }
    Ok(())
}

fn is_regular(file: &File) -> bool {
    file.metadata().is_ok_and(|found| found.is_file())
}

fn holds_stream(mut file: impl BufRead) -> std::io::Result<bool> {
    // Texts in an earlier page may look like version 1.
    let start = file.fill_buf()?.trim_ascii_start();
    if start.get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype")) {
        return Ok(false);
    }
    let mut reader = Reader::new(file, Protocol::Auto);
    while reader.next()?.is_some() && !reader.decoder().is_recognized() {}
    Ok(reader.decoder().is_recognized())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(operands: &[&str], option: Option<&str>, inputs: &[&str], page: Option<&str>) {
        let mut names: Vec<OsString> = operands.iter().map(OsString::from).collect();
        let target = target(&mut names, option.map(PathBuf::from)).expect("the operands are good");
        assert_eq!((names, target.path), (inputs.iter().map(OsString::from).collect(), page.map(PathBuf::from)));
    }

    #[test]
    fn operands_mean_what_they_mean_in_scripts() {
        check(&[], None, &[], None);
        check(&["a", "b"], None, &["a"], Some("b"));
        check(&["a", "-"], None, &["a"], None);
        check(&["-", "b"], None, &["-"], Some("b"));
        check(&["a"], None, &["a"], Some(DEFAULT));
        check(&["-"], None, &["-"], Some(DEFAULT));
        check(&["a.html"], None, &[], Some("a.html"));
        check(&["x/A.HTM"], None, &[], Some("x/A.HTM"));
        check(&["html"], None, &["html"], Some(DEFAULT));
        check(&["a.html", "b.html"], None, &["a.html"], Some("b.html"));
        check(&["a", "b", "c.html"], Some("p"), &["a", "b", "c.html"], Some("p"));
        check(&["a"], Some("-"), &["a"], None);
        assert!(target(&mut vec!["a".into(); 3], None).is_err(), "three operands are one too many");
    }
}
