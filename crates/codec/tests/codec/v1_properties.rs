//! What holds for any lines of version 1.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use subunit_codec::{Packet, Protocol, Status};
use testkit::items::{Owned, in_pieces, read, translate};

use crate::strategies::cuts;
use crate::v1_lines::{OUTCOMES, verdicts};

/// What a runner does. Labels contain one another.
#[derive(Clone, Debug)]
enum Act {
    Start(&'static str),
    Outcome(usize, &'static str, &'static str),
    Print(&'static str),
}

impl Act {
    fn line(&self) -> String {
        match self {
            Self::Start(label) => format!("test: {label}\n"),
            Self::Outcome(word, label, details) => format!("{}: {label}{details}\n", OUTCOMES[*word].0),
            Self::Print(output) => (*output).to_owned(),
        }
    }
}

const LABELS: [&str; 3] = ["a", "b", "a b"];

/// Details, some of which hold lines that are directives elsewhere.
const DETAILS: [&str; 5] = [
    "",
    " [\n]",
    " [\nboom\nsuccess: a\n]",
    " [ multipart\n]",
    " [ multipart\nContent-Type: a/b\nlog\nB\r\nsuccess: b\n0\r\n]",
];

/// Output of tests and of those who run them. It is never a directive.
const OUTPUT: [&str; 10] = [
    "testing connection to db\n",
    "test result: ok\n",
    "error: no such file\n",
    "time taken: 3 s\n",
    "time: 3 s\n",
    "tags are fine: a\n",
    "  test: a\n",
    "latest: 3\n",
    "]\n",
    "\n",
];

fn act() -> impl Strategy<Value = Act> {
    let label = || select(&LABELS[..]);
    prop_oneof![
        3 => label().prop_map(Act::Start),
        3 => (0..OUTCOMES.len(), label(), select(&DETAILS[..])).prop_map(|(word, label, details)| Act::Outcome(word, label, details)),
        1 => select(&OUTPUT[..]).prop_map(Act::Print),
    ]
}

/// The verdicts of a run, by the rules in as few words as they can be put.
fn expected(acts: &[Act]) -> Vec<(String, Status)> {
    let (mut open, mut known, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
    for act in acts {
        match act {
            Act::Start(label) if !open.contains(label) => open.push(label),
            Act::Outcome(word, label, details)
                if open.contains(label) || known.contains(label) || !details.is_empty() =>
            {
                open.retain(|open| open != label);
                known.push(label);
                verdicts.push(((*label).to_owned(), OUTCOMES[*word].1));
            }
            _ => {}
        }
    }
    verdicts.extend(open.into_iter().map(|label| ((*label).to_owned(), Status::Fail)));
    verdicts
}

/// Lines made of what directives are made of, in any order.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let before = select(&["", "", "", "", "x", "50%\r", " ", "\0", "error: "][..]);
    let words =
        ["test", "testing", "success", "failure", "error", "skip", "xfail", "uxsuccess", "tags", "time", "progress"];
    let colon = select(&[": ", ": ", ": ", " ", ":: ", ":"][..]);
    let rests = [
        "a",
        "b",
        "a b",
        "a (i=1)",
        "a [",
        "b [",
        "a [ multipart",
        "b [ multipart",
        "-x",
        "x",
        "2014-06-08 09:09:11Z",
        "3",
        "push",
    ];
    let end = select(&["\n", "\n", "\n", "\r\n", ""][..]);
    let directive = (before, select(words.to_vec()), colon, select(rests.to_vec()), end)
        .prop_map(|(before, word, colon, rest, end)| [before, word, colon, rest, end].concat());
    let others = [
        "]\n",
        "]\r\n",
        " ]\n",
        "Content-Type: a/b\n",
        "log\n",
        "0\r\n",
        "5\r\nhello",
        "5\nhello0\n]\n",
        "60\r\n",
        "FFFFFFFF\r\n",
        "\n",
        "text\n",
        "\u{feff}",
        "ó\n",
    ];
    let line = prop_oneof![4 => directive, 2 => select(others.to_vec()).prop_map(str::to_owned)];
    vec(line, 0..40).prop_map(|lines| lines.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_are_those_of_the_rules(acts in vec(act(), 0..20)) {
        let stream: Vec<_> = acts.iter().map(Act::line).collect();
        let stream = stream.concat();
        prop_assert_eq!(verdicts(&translate(stream.as_bytes())), expected(&acts), "{}", stream);
        let detected = verdicts(&read(stream.as_bytes(), Protocol::Auto));
        prop_assert_eq!(detected, expected(&acts), "if the version is found out: {}", stream);
    }

    #[test]
    fn items_do_not_depend_on_where_lines_are_cut(stream in lines(), cuts in cuts()) {
        for protocol in [Protocol::V1, Protocol::Auto] {
            let whole = read(&stream[..], protocol);
            prop_assert_eq!(&in_pieces(&stream, &cuts, protocol), &whole, "{}", stream.escape_ascii());
            // Packets may be made; text and damage are bytes of the stream, in order.
            let mut rest = &stream[..];
            for item in &whole {
                match item {
                    Owned::Packet(bytes) => prop_assert!(Packet::parse(bytes).is_ok(), "a packet parses"),
                    Owned::Text(bytes) | Owned::Damage { bytes, .. } => for byte in bytes {
                        let at = rest.iter().position(|known| known == byte);
                        prop_assert!(at.is_some(), "bytes come in order");
                        rest = &rest[at.unwrap_or_default() + 1..];
                    }
                }
            }
        }
    }

    #[test]
    fn each_start_has_one_verdict(stream in lines()) {
        for protocol in [Protocol::V1, Protocol::Auto] {
            let items = read(&stream[..], protocol);
            let packets: Vec<_> = items.iter().filter_map(|item| if let Owned::Packet(bytes) = item { Packet::parse(bytes).ok() } else { None }).collect();
            let starts = packets.iter().filter(|packet| packet.status() == Some(Status::InProgress)).count();
            prop_assert_eq!(verdicts(&items).iter().filter(|(id, _)| id != "damage").count(), starts);
        }
    }
}
