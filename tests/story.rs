//! The story that the README tells: a test that another one breaks now and then is found with the
//! tools alone.

use std::fs;
use std::process::Command;

use testkit::finished::run_to_end;

use crate::examples::path_with_tools;
use crate::folder::Folder;
use crate::readme::{readme, section};
use crate::tool::read_data;

#[test]
fn the_test_that_breaks_another_one_is_found() {
    let readme = readme();
    let story = section(&readme, "Many runs").split("### Which test breaks another one").nth(1).expect("it is told");
    let commands = story.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has commands");
    let folder = Folder::new();
    fs::create_dir_all(folder.path("tests/data")).expect("there is room for a folder");
    folder.write("tests/data/flaky-suite.sh", &read_data("flaky-suite.sh"));
    let mut shell = Command::new("sh");
    shell.args(["-c", commands]).current_dir(folder.path("")).env("PATH", path_with_tools(&folder));
    let finished = run_to_end(shell, b"");
    assert_eq!(finished.code(), 0, "{:?}", finished.stderr);
    let lines: Vec<&str> = finished.text().lines().collect();
    let (last, before) = lines.split_last().expect("something is printed");
    assert_eq!(*last, "suite.test_137");
    let failures = before.iter().filter(|line| **line == "suite.test_402").count();
    assert!((2..12).contains(&failures), "{before:?}");
    let flaky = before.last().expect("the flaky test is listed");
    assert!(flaky.ends_with("  suite.test_402") && flaky.contains(&format!(" {failures}/12 ")), "{flaky}");
    let suspects = String::from_utf8(folder.read("suspects")).expect("ids are text");
    assert!(
        (2..100).contains(&suspects.lines().count()),
        "suspects are few, and bisecting has to find out: {suspects}"
    );
    assert!(finished.stderr[0].contains("suite.test_402 fails after suite.test_137"), "{:?}", finished.stderr);
}
