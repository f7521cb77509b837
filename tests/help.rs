//! What --help and messages about arguments look like, in every tool.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;

use testkit::finished::run_to_end;

use crate::every_tool::{TOOLS, tool};
use crate::tool::trouble;

/// Options that several tools have: their words, in the order in which they end the list.
const SHARED: [(&str, &str); 5] = [
    ("--no-passthrough", "Drop non-test output"),
    ("--fail-on-empty", "Fail if there is no test"),
    ("--protocol <VERSION>", "Protocol version: auto, 1 or 2"),
    ("-h, --help", "Print help"),
    ("-V, --version", "Print version"),
];

/// The lines that explain options, each as option and words.
fn options(help: &str) -> Vec<(&str, &str)> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.filter_map(|line| line.split_once("  ")).map(|(option, words)| (option, words.trim())).collect()
}

#[test]
fn a_shared_option_has_the_same_words_in_every_tool_and_stands_behind_the_tools_own() {
    for tool in &TOOLS {
        let help = tool.run(&["--help"], b"");
        let options = options(help.text());
        let places: Vec<usize> = SHARED
            .iter()
            .filter_map(|(name, words)| {
                // One tool has no short options.
                let long = name.split_once(", ").map_or(*name, |(_, long)| long);
                let place = options.iter().position(|(option, _)| option == name || *option == long)?;
                let told = options[place].1;
                let is_same = told == *words || tool.name == "subunit-1to2" && told == format!("{words} [default: 1]");
                assert!(is_same, "{}: {name} is {told:?}", tool.name);
                Some(place)
            })
            .collect();
        let last: Vec<usize> = (options.len() - places.len()..options.len()).collect();
        assert_eq!(places, last, "{}: its own options come first: {options:?}", tool.name);
    }
}

#[test]
fn an_option_of_several_tools_has_the_same_words_in_all_of_them() {
    // One tool lists an object for each test, another reports one in all. What some choose, others
    // write.
    const OF_ANOTHER_MEANING: [&str; 13] = [
        "--all",
        "--exists",
        "--flaky",
        "--json",
        "--load-list",
        "--status",
        "--success",
        "--tag",
        "--test",
        "--timeout",
        "--times",
        "--worker",
        "--xfail",
    ];
    let mut known: HashMap<String, (String, &str)> = HashMap::new();
    for tool in TOOLS.iter().filter(|tool| tool.refuses_unknown) {
        let help = tool.run(&["--help"], b"");
        for (option, words) in options(help.text()) {
            let name = option.split([' ', '[', '=']).find(|part| part.starts_with("--")).expect("all are long ones");
            // A tool may add a remark, such as its default.
            let words = words.split([';', '[']).next().unwrap_or_default().trim_end();
            let told = format!("{option}  {words}");
            let (first, of) = known.entry(name.to_owned()).or_insert_with(|| (told.clone(), tool.name));
            assert!(
                *first == told || OF_ANOTHER_MEANING.contains(&name),
                "{}: {told:?}, but {of}: {first:?}",
                tool.name
            );
        }
    }
    assert!(known.len() > 30 && known.contains_key("--forward"), "options are found: {known:?}");
}

#[test]
fn help_ends_with_two_examples_the_exit_statuses_and_the_manual() {
    for tool in &TOOLS {
        let help = tool.run(&["--help"], b"");
        let (_, end) = help.text().split_once("\n\nExamples:\n").unwrap_or_else(|| panic!("{}: examples", tool.name));
        let lines: Vec<&str> = end.lines().collect();
        let [first, second, "", statuses, manual] = lines[..] else {
            panic!("{}: {lines:?}", tool.name);
        };
        for example in [first, second] {
            assert!(example.starts_with("  ") && example.contains(tool.name), "{}: {example}", tool.name);
            assert!(example.trim().len() <= 69, "{}: pasted, it stays on its line: {example}", tool.name);
        }
        assert!(statuses.starts_with("Exit status: 0 success, "), "{}: {statuses}", tool.name);
        assert_eq!(statuses.contains(", 1 "), tool.statuses().contains(&"1"), "{}: {statuses}", tool.name);
        assert!(manual.starts_with(&format!("Manual: man {} (man/{0}.1 ", tool.name)), "{manual}");
    }
}

#[test]
fn a_mistyped_option_is_answered_with_the_one_that_is_meant() {
    for tool in TOOLS.iter().filter(|tool| tool.refuses_unknown) {
        let passthrough = Some(("--no-pasthrough", "--no-passthrough")).filter(|_| tool.drops_text);
        for (typed, meant) in passthrough.into_iter().chain([("--hepl", "--help")]) {
            let finished = tool.run(&[typed], b"");
            let line = format!("unexpected argument '{typed}' found; a similar argument exists: '{meant}'");
            assert_eq!(trouble(tool.name, &finished), line);
        }
    }
}

#[test]
fn an_argument_that_is_not_utf_8_is_named() {
    let argument = std::ffi::OsStr::from_bytes(b"--with=caf\xe9");
    let finished = run_to_end(tool("subunit-filter").command([argument]), b"");
    assert_eq!(trouble("subunit-filter", &finished), "'--with=caf\u{fffd}' is not UTF-8");
}
