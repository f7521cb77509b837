//! Reports that do not fit in memory.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use subunit_codec::{Event, Status};
use testkit::finished::run_to_end;
use testkit::stream::stream;

use super::{assert_valid, command_to, outline, report};
use crate::folder::Folder;

/// A stream of 40 tests whose report is longer than what is kept in memory.
fn long_stream() -> Vec<u8> {
    let log = "a line <of> a log\n".repeat(2000);
    let tests = (0..40).flat_map(|number| {
        let id = format!("m.C.t{number}");
        let file = Event::test(id.clone()).file("log", log.clone().into_bytes()).mime_type("text/plain").eof();
        [file, Event::test(id).status(Status::Success).tags([format!("worker-{}", number % 3)])]
    });
    [b"text\n".to_vec(), stream(tests)].concat()
}

#[test]
fn a_long_report_says_all_that_a_short_one_does() {
    let input = long_stream();
    for args in [&[][..], &["--suite-by", "worker"]] {
        let finished = report(args, &input);
        let text = finished.text();
        assert!(text.len() > 1 << 20, "it does not fit in memory");
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuite"));
        let outline = outline(text);
        assert_eq!(outline.matches("testcase ").count(), 40);
        assert_eq!(outline.matches("log: {{{\\na line <of> a log\\na line").count(), 40);
        assert!(outline.contains("tests=\"40\"") && outline.contains("\"text\\n\""), "{args:?}");
    }
}

#[test]
fn a_long_report_to_a_file_is_the_same() {
    let input = long_stream();
    for args in [&["--no-passthrough"][..], &["--no-passthrough", "--suite-by", "worker"]] {
        let expected = report(args, &input).stdout;
        let folder = Folder::new();
        folder.write("old", b"the last one");
        fs::set_permissions(folder.path("old"), Permissions::from_mode(0o640)).expect("it is ours");
        symlink("old", folder.path("link")).expect("there is room for a link");
        for name in ["new", "old", "link"] {
            let finished = run_to_end(command_to(&folder.path(name), args), &input);
            assert_eq!((finished.code(), finished.text()), (0, ""));
            assert!(folder.read(name) == expected, "{name} with {args:?}");
            assert_valid(&folder.read(name));
        }
        let mode = |name| fs::metadata(folder.path(name)).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode("old"), 0o640, "permissions are kept");
        assert_eq!(mode("new") & 0o600, 0o600, "its owner may read and write it");
        assert!(folder.path("link").is_symlink(), "the file that a link leads to is replaced");
        let files = fs::read_dir(folder.path(".")).expect("it can be listed").count();
        assert_eq!(files, 3, "nothing lies beside them");
    }
}
