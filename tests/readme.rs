//! The README: what it says of the tools is so, and its pipelines run.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use testkit::pipeline::Pipeline;

use crate::every_tool::TOOLS;
use crate::tool::{assert_silent, data};

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("there is a README")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What stands under a heading, up to the next one of its level.
fn section<'a>(readme: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n");
    let (_, rest) = readme.split_once(&start).unwrap_or_else(|| panic!("the README has a heading {heading:?}"));
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The cells of the rows of the first table in a section.
fn table(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// A block of shell commands, and the exit status that it is said to have.
struct Block {
    commands: String,
    status: i32,
}

/// The ```` ```sh ```` blocks of a section. One that does not end with status 0 has `<!-- exit: N -->` on the line before it.
fn blocks(section: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        if line == "```sh" {
            let commands: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let status = before.strip_prefix("<!-- exit: ").and_then(|rest| rest.strip_suffix(" -->"));
            let status = status.map_or(0, |status| status.parse().expect("an exit status is a number"));
            blocks.push(Block { commands: commands.join("\n"), status });
        }
        before = line;
    }
    blocks
}

#[test]
fn every_tool_has_its_row() {
    let readme = readme();
    let rows = table(section(&readme, "Tools"));
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let expected: Vec<String> = TOOLS.iter().map(|tool| format!("[{0}](man/{0}.1)", tool.name)).collect();
    assert_eq!(names, expected, "the tools in the order of the table of the tests");
    assert!(rows.iter().all(|row| row.len() == 2 && !row[1].is_empty()), "each row says what the tool does");
}

#[test]
fn every_exit_status_has_its_row() {
    let readme = readme();
    let rows = table(section(&readme, "Exit statuses"));
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["0", "1", "2", "129, 130, 143", "141"]);
    for (row, is_for_all) in rows.iter().zip([true, false, true, true, true]) {
        let words: Vec<&str> = row[1].split(|c: char| c.is_whitespace() || ",;:".contains(c)).collect();
        for tool in &TOOLS {
            let is_named = !is_for_all && tool.statuses().contains(&row[0]);
            assert_eq!(
                words.contains(&tool.name),
                is_named,
                "{}, which only some tools end with: {}",
                row[0],
                tool.name
            );
        }
    }
}

#[test]
fn every_link_into_the_repository_leads_somewhere() {
    for link in readme().split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let is_elsewhere = link.starts_with("https://") || link.starts_with('#');
        assert!(is_elsewhere || root().join(link).exists(), "{link} is there");
    }
}

#[test]
fn the_pipelines_run() {
    let readme = readme();
    let blocks = blocks(section(&readme, "Pipelines"));
    assert!(blocks.len() >= 3, "there are pipelines to try");
    for block in blocks {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let copy = folder.path().join("tests/data");
        fs::create_dir_all(&copy).expect("there is room for a folder");
        for entry in fs::read_dir(data("")).expect("there is test data") {
            let entry = entry.expect("the test data can be listed");
            fs::copy(entry.path(), copy.join(entry.file_name())).expect("there is room for test data");
        }
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &block.commands]).current_dir(folder.path()).env("PATH", path_with_tools());
        let finished = Pipeline::new([shell]).run(b"");
        assert_eq!(finished.code(), block.status, "{}\nstandard error: {:?}", block.commands, finished.stderr);
        assert_silent(&block.commands, &finished);
    }
}

/// The folders of the tools, and then those that programs come from anyway.
fn path_with_tools() -> OsString {
    let folders = TOOLS.iter().filter_map(|tool| Path::new(tool.path).parent()).map(Path::to_owned);
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.chain(env::split_paths(&others))).expect("no folder has a colon in its name")
}
