//! Where a report goes that `-o` names, in all tools that have it.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use subunit_codec::Status;
use testkit::finished::{Finished, run_to_end};
use testkit::pipeline::Pipeline;
use testkit::stream::{run, stream, test};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::{DEADLINE, assert_silent, skipped, trouble};

const REPORTERS: [&str; 3] = ["subunit-stats", "subunit2csv", "subunit2junitxml"];

fn report_to(folder: &Folder, name: &str, path: &str) -> Finished {
    run_to_end(folder.command(tool(name), &["-o", path]), &test("a", Status::Success))
}

fn expected(name: &str) -> Vec<u8> {
    run_to_end(tool(name).command([""; 0]), &test("a", Status::Success)).stdout
}

#[test]
fn the_target_of_a_symbolic_link_is_replaced() {
    for name in REPORTERS {
        let folder = Folder::new();
        fs::create_dir(folder.path("sub")).expect("there is room");
        folder.write("sub/target", b"the last one");
        symlink("sub/link", folder.path("link")).expect("there is room");
        symlink("target", folder.path("sub/link")).expect("there is room");
        let before = fs::metadata(folder.path("sub/target")).expect("it is there").ino();
        let finished = report_to(&folder, name, "link");
        assert_silent(name, &finished);
        assert!(folder.read("sub/target") == expected(name));
        assert_ne!(fs::metadata(folder.path("sub/target")).expect("it is there").ino(), before, "{name} renames");
        for link in ["link", "sub/link"] {
            assert!(fs::symlink_metadata(folder.path(link)).expect("it is there").is_symlink(), "{link} stays");
        }
        assert_eq!(fs::read_dir(folder.path("sub")).expect("it can be listed").count(), 2, "nothing lies beside it");

        symlink("sub/missing", folder.path("dangling")).expect("there is room");
        assert_eq!(report_to(&folder, name, "dangling").code(), 0);
        assert!(folder.read("sub/missing") == expected(name), "a target that is not there is made");

        symlink("loop", folder.path("loop")).expect("there is room");
        let line = trouble(name, &report_to(&folder, name, "loop")).to_owned();
        assert!(line.contains("symbolic link"), "{line}");
    }
}

#[test]
fn a_full_disk_leaves_the_last_report_behind_a_link() {
    for name in REPORTERS {
        let folder = Folder::new();
        folder.write("target", b"the last one");
        symlink("target", folder.path("link")).expect("there is room");
        let mut command = Command::new("sh");
        // Room for the file that is there, and for no report.
        command.args(["-c", "ulimit -f 0; exec \"$0\" -o link", tool(name).path]).current_dir(folder.path(""));
        let finished = run_to_end(command, &stream(run(200, 1)));
        assert_eq!(trouble(name, &finished), "link: File too large");
        assert_eq!(folder.read("target"), b"the last one");
        assert_eq!(fs::read_dir(folder.path("")).expect("it can be listed").count(), 2, "nothing lies beside it");
    }
}

/// Whether we may act as somebody else, who owns nothing.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn a_report_is_written_in_place_if_its_folder_does_not_allow_another_file() {
    if !is_root() {
        skipped("there is nobody else to be");
        return;
    }
    for name in REPORTERS {
        let folder = Folder::new();
        folder.write("report", b"a longer one than any report could ever be".repeat(100).as_slice());
        fs::set_permissions(folder.path("report"), Permissions::from_mode(0o666)).expect("it is ours");
        // The last one is a folder like /tmp, in which nobody replaces what others own.
        for mode in [0o755, 0o1777] {
            fs::set_permissions(folder.path(""), Permissions::from_mode(mode)).expect("it is ours");
            let before = fs::metadata(folder.path("report")).expect("it is there").ino();
            let mut command = folder.command(tool(name), &["-o", "report"]);
            command.uid(65534).gid(65534);
            let finished = run_to_end(command, &test("a", Status::Success));
            assert_eq!(finished.stderr, [""], "{mode:o}");
            assert_eq!(finished.code(), 0, "{mode:o}");
            assert!(folder.read("report") == expected(name), "{mode:o}");
            assert_eq!(fs::metadata(folder.path("report")).expect("it is there").ino(), before, "the same file");
            assert_eq!(fs::read_dir(folder.path("")).expect("it can be listed").count(), 1, "nothing lies beside it");
        }
        fs::set_permissions(folder.path(""), Permissions::from_mode(0o755)).expect("it is ours");
        let mut command = folder.command(tool(name), &["-o", "missing"]);
        command.uid(65534).gid(65534);
        let finished = run_to_end(command, b"");
        assert_eq!(trouble(name, &finished), "missing: Permission denied");
    }
}

#[test]
fn a_report_is_written_in_place_if_it_is_a_mount_point() {
    for name in REPORTERS {
        let folder = Folder::new();
        folder.write("outside", b"the last one, of the host");
        folder.write("report", b"");
        let (outside, report) = (folder.path("outside"), folder.path("report"));
        let mounted = Command::new("mount").arg("--bind").args([&outside, &report]).output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            skipped("nothing can be mounted here");
            return;
        }
        let finished = report_to(&folder, name, "report");
        let unmounted = Command::new("umount").arg(&report).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "what was mounted can be unmounted");
        assert_eq!(finished.stderr, [""]);
        assert!(folder.read("outside") == expected(name), "{name} writes what the host sees");
    }
}

#[test]
fn a_fifo_takes_a_report() {
    for name in REPORTERS {
        let folder = Folder::new();
        folder.fifo("fifo");
        let live = Pipeline::new([folder.command(tool(name), &["-o", "fifo"])]).deadline(DEADLINE).start();
        live.write(&test("a", Status::Success));
        thread::sleep(Duration::from_millis(50));
        let path = folder.path("fifo");
        let reading = thread::spawn(move || fs::read(path).expect("it can be read"));
        assert_eq!(live.finish().code(), 0);
        assert!(reading.join().expect("it ends") == expected(name), "{name}");
    }
}

#[test]
fn an_open_file_by_its_number_is_written_to() {
    for name in REPORTERS {
        let folder = Folder::new();
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" -o /dev/fd/3 3>report", tool(name).path]).current_dir(folder.path(""));
        let seen = File::create_new(folder.path("report")).expect("there is room");
        let finished = run_to_end(command, &test("a", Status::Success));
        assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
        let report = folder.read("report");
        assert!(report == expected(name), "{name}");
        assert_eq!(seen.metadata().expect("it is open").len(), report.len() as u64, "who has it open sees it");
    }
}
