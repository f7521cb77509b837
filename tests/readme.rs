//! The README: its tables name every tool and status, and its links lead somewhere. `examples` runs
//! its commands.

use std::fs;
use std::path::Path;

use crate::every_tool::TOOLS;

pub(crate) fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("there is a README")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text below a heading, up to the next one of its level.
pub(crate) fn section<'a>(readme: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n");
    let (_, rest) = readme.split_once(&start).unwrap_or_else(|| panic!("the README has a heading {heading:?}"));
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The cells of the rows of the first table in a section.
fn table(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    lines.skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_tool_of_the_reference_has_its_row_and_ours_beside_it() {
    const THEIRS: [&str; 20] = [
        "gojson2subunit",
        "junitxml2subunit",
        "subunit-1to2",
        "subunit-2to1",
        "subunit-combine",
        "subunit-filter",
        "subunit-ls",
        "subunit-output",
        "subunit-stats",
        "subunit-tags",
        "subunit2csv",
        "subunit2disk",
        "subunit2junitxml",
        "subunit2pyunit",
        "tap2subunit",
        "subunit-trace (os-testr)",
        "subunit2html (os-testr)",
        "generate-subunit (os-testr)",
        "subunit-notify",
        "subunit2gtk",
    ];
    let readme = readme();
    let rows = table(section(&readme, "Coming from python-subunit and os-testr"));
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), THEIRS);
    assert!(rows.iter().all(|row| TOOLS.iter().any(|tool| tool.name == row[1])), "each has one of ours");
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
fn differences_from_python_subunit_are_in_their_page_and_not_here() {
    assert!(!readme().contains("| python-subunit |"), "man/subunit-compat.7 has them");
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
    let pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "BENCHMARKS.md"];
    let text: String = pages.map(|page| fs::read_to_string(root().join(page)).expect("there is a page")).concat();
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let is_elsewhere = link.starts_with("https://") || link.starts_with('#');
        assert!(is_elsewhere || root().join(link).exists(), "{link} is there");
    }
}
