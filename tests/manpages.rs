//! The manual pages: there is one for each tool, and it has the options that the tool has.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::every_tool::TOOLS;
use crate::tool::Tool;

/// Options as they are typed, `-s` or `--success`, with the names of their values.
type Options = BTreeMap<String, Vec<String>>;

fn page(tool: &Tool) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("man").join(format!("{}.1", tool.name));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_page_of_the_protocol_names_every_tool() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("man/subunit.7");
    let page = fs::read_to_string(path).expect("there is a page");
    for tool in &TOOLS {
        assert!(page.contains(&format!(".Xr {} 1", tool.name)), "{} is named", tool.name);
    }
}

/// The options in the help of a tool.
fn options_of_help(tool: &Tool) -> Options {
    let help = tool.run(&["--help"], b"");
    let mut options = Options::new();
    for line in help.text().lines().map(str::trim_start).filter(|line| line.starts_with('-')) {
        let usage = line.split("  ").next().unwrap_or_default();
        // A value that is optional stands after a `=` in brackets.
        let usage = usage.replace("[=", " ");
        let (flags, values): (Vec<&str>, _) = usage.split_whitespace().partition(|word| word.starts_with('-'));
        let values: Vec<String> =
            values.iter().map(|value: &&str| value.trim_matches(['<', '>', '[', ']']).to_owned()).collect();
        options.extend(flags.iter().map(|flag| (flag.trim_end_matches(',').to_owned(), values.clone())));
    }
    assert!(options.contains_key("--help"), "{}: the help was read", tool.name);
    options
}

/// The options on a line of a manual page, each with the names of its values.
fn options_of_line(line: &str) -> Options {
    let mut flags = Vec::new();
    let mut values = Vec::new();
    let mut macro_name = "";
    for word in line.trim_start_matches('.').split_whitespace() {
        let is_macro = matches!(word.as_bytes(), [b'A'..=b'Z', b'a'..=b'z']);
        match macro_name {
            _ if is_macro => macro_name = word,
            _ if [",", "|", ".", ";", ":", "(", ")"].contains(&word) => {}
            "Fl" => flags.push(format!("-{}", word.replace(r"\-", "-"))),
            "Ar" => values.push(word.to_owned()),
            _ => {}
        }
    }
    flags.into_iter().map(|flag| (flag, values.clone())).collect()
}

/// The sections of a page and the lines in each.
fn sections(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix(".Sh ") {
            sections.push((name, Vec::new()));
        } else if let Some((_, lines)) = sections.last_mut() {
            lines.push(line);
        }
    }
    sections
}

fn lines_of<'a>(tool: &Tool, page: &'a str, section: &str) -> Vec<&'a str> {
    let found = sections(page).into_iter().find(|(name, _)| *name == section);
    found.unwrap_or_else(|| panic!("{} has a section {section}", tool.name)).1
}

#[test]
fn every_option_is_explained_and_no_other() {
    for tool in &TOOLS {
        let page = page(tool);
        let description = lines_of(tool, &page, "DESCRIPTION");
        let items = description.iter().filter(|line| line.starts_with(".It Fl "));
        let explained: Options = items.flat_map(|line| options_of_line(line)).collect();
        assert_eq!(explained, options_of_help(tool), "{}: page on the left, help on the right", tool.name);
    }
}

/// The tool whose option a line of a page is about: the page's own, unless `of` and a reference to
/// another follow.
fn owner<'a>(tool: &'a Tool, following: &[&str]) -> &'a Tool {
    let other = match following {
        ["of", reference, ..] => reference.strip_prefix(".Xr ").and_then(|name| name.split(' ').next()),
        _ => None,
    };
    other.map_or(tool, |name| TOOLS.iter().find(|tool| tool.name == name).unwrap_or(tool))
}

#[test]
fn no_page_speaks_of_an_option_that_is_not_there() {
    for tool in &TOOLS {
        let page = page(tool);
        let lines: Vec<&str> = page.lines().collect();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with('.')) {
            let tool = owner(tool, &lines[index + 1..]);
            for option in options_of_line(line).keys() {
                assert!(options_of_help(tool).contains_key(option), "{} has no {option}: {line}", tool.name);
            }
        }
    }
}

#[test]
fn the_synopsis_has_every_option() {
    for tool in &TOOLS {
        let page = page(tool);
        let synopsis: Options = lines_of(tool, &page, "SYNOPSIS").into_iter().flat_map(options_of_line).collect();
        let help = options_of_help(tool);
        // An option of two names has two lines in the map and need stand there by one of them.
        for line in lines_of(tool, &page, "DESCRIPTION").iter().filter(|line| line.starts_with(".It Fl ")) {
            let names = options_of_line(line);
            assert!(names.keys().all(|name| help.contains_key(name)), "{}: {line}", tool.name);
            assert!(names.keys().any(|name| synopsis.contains_key(name)), "{}: the synopsis lacks {line}", tool.name);
        }
    }
}

#[test]
fn every_page_has_the_sections_that_a_reader_looks_for() {
    for tool in &TOOLS {
        let page = page(tool);
        assert!(page.contains(&format!("\n.Dt {} 1\n", tool.name.to_uppercase())), "{}", tool.name);
        assert!(page.contains(&format!("\n.Nm {}\n.Nd ", tool.name)), "{}: name and what it is for", tool.name);
        let names: Vec<&str> = sections(&page).into_iter().map(|(name, _)| name).collect();
        let wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"];
        let present: Vec<&str> = names.iter().copied().filter(|name| wanted.contains(name)).collect();
        assert_eq!(present, wanted, "{}: these sections in this order", tool.name);
    }
}

#[test]
fn exit_statuses_are_explained() {
    for tool in &TOOLS {
        let page = page(tool);
        let lines = lines_of(tool, &page, "EXIT STATUS");
        let statuses = lines.iter().filter_map(|line| line.strip_prefix(".It "));
        let statuses: Vec<String> = statuses.map(|statuses| statuses.replace(" , ", ", ")).collect();
        assert_eq!(statuses, tool.statuses(), "{}", tool.name);
    }
}

#[test]
fn mandoc_finds_nothing_to_say_of_any_page() {
    let man = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    for entry in fs::read_dir(man).expect("there are pages") {
        let page = entry.expect("the pages can be listed").path();
        // Where mandoc is not installed, there is nothing to check the pages with.
        let Ok(output) = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&page).output() else {
            return;
        };
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{}", page.display());
    }
}
