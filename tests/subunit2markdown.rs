//! What subunit2markdown does.

use pulldown_cmark::{Event as Markup, Options, Parser, Tag};
use subunit_codec::{Event, Status};
use testkit::finished::{Finished, run_to_end};
use testkit::random::Random;
use testkit::stream::{at, packet, stream, test, with_flip};

use crate::every_tool::tool;
use crate::folder::Folder;
use crate::tool::trouble;

fn sum_up(args: &[&str], input: &[u8]) -> Finished {
    run_to_end(tool("subunit2markdown").command(args), input)
}

fn failing(id: &'static str, text: &'static str) -> Event<'static> {
    Event::test(id).file("traceback", text.as_bytes()).mime_type("text/x-traceback").status(Status::Fail)
}

#[test]
fn a_summary_has_counts_failures_and_workers() {
    let input = stream([
        Event::test("m.a").status(Status::InProgress).at(at(10, 0)).tags(["worker-0"]),
        Event::test("m.a").status(Status::Success).at(at(75, 500_000_000)).tags(["worker-0"]),
        failing("m.bad", "Traceback (most recent call last):\n  x\nValueError: 1 < 2\n"),
        Event::test("m.skipped").status(Status::Skip),
        Event::test("m.ux").status(Status::UnexpectedSuccess),
        Event::test("m.there").status(Status::Exists),
        Event::test("m.hangs").status(Status::InProgress),
    ]);
    let finished = sum_up(&["--title", "Unit *tests*"], &input);
    assert_eq!(finished.code(), 1);
    let expected = "\
## Unit &#42;tests&#42;: 2 failed, 1 unfinished

| tests | passed | failed | skipped | unfinished | time |
|--:|--:|--:|--:|--:|--:|
| 5 | 1 | 2 | 1 | 1 | 1 min 5 s |

<details><summary><code>m.bad</code>: <code>ValueError&#58; 1 &#60; 2</code></summary>

```text
Traceback (most recent call last):
  x
ValueError: 1 < 2
```

</details>

- <code>m.ux</code>: <code>passed unexpectedly</code>


### Unfinished

- <code>m.hangs</code>

### Slowest

- 1 min 5 s <code>m.a</code>

### Workers

| worker | tests | failed | busy |
|:--|--:|--:|--:|
| <code>worker-0</code> | 1 | 0 | 1 min 5 s |
";
    assert_eq!(finished.text(), expected);
}

#[test]
fn the_last_attempt_counts() {
    let (fail, pass) = (|| failing("m.a", "E: no\n"), || Event::test("m.a").status(Status::Success));
    let head = |events: Vec<Event<'static>>| {
        let finished = sum_up(&[], &stream(events));
        (finished.text().lines().next().expect("there is a heading").to_owned(), finished.code())
    };
    assert_eq!(head(vec![fail(), pass()]), ("## Tests: 1 flaky".into(), 0));
    assert_eq!(head(vec![pass(), fail()]), ("## Tests: 1 failed".into(), 1));
    assert_eq!(head(vec![fail(), fail()]), ("## Tests: 1 failed".into(), 1));
    assert_eq!(head(vec![fail(), Event::test("m.a").status(Status::Skip)]).1, 1, "a skip makes nothing good");
    assert_eq!(head(vec![pass().tags(["flaky"])]), ("## Tests: 1 flaky".into(), 0));
    assert_eq!(head(vec![fail().route_code("web"), pass().route_code("db")]), ("## Tests: 1 failed".into(), 1));
    assert_eq!(head(vec![pass()]), ("## Tests: passed".into(), 0));
    assert_eq!(head(vec![]), ("## Tests: none".into(), 0));
    let damaged =
        [test("a", Status::Success), with_flip(packet(&Event::test("b").status(Status::Success)), 7, 1)].concat();
    assert_eq!(sum_up(&[], &damaged).code(), 1);
}

#[test]
fn what_a_run_broke_comes_first() {
    let folder = Folder::new();
    folder.write("before", &stream([Event::test("m.new").status(Status::Success), failing("m.old", "x\n")]));
    let now = stream([failing("m.old", "x\n"), failing("m.new", "y\n"), failing("m.unknown", "z\n")]);
    let finished = run_to_end(folder.command(tool("subunit2markdown"), &["--against", "before"]), &now);
    let summaries: Vec<&str> =
        finished.text().lines().filter_map(|line| line.strip_prefix("<details><summary>")).collect();
    let of = |id: &str| summaries.iter().position(|line| line.contains(id)).expect("it is there");
    assert!(of("m.new") < of("m.old") && of("m.old") < of("m.unknown"), "{summaries:?}");
    assert!(summaries[0].starts_with("<b>newly broken</b> <code>m.new</code>"), "{summaries:?}");
    assert_eq!(summaries.iter().filter(|line| line.contains("newly")).count(), 1);
    let finished = run_to_end(folder.command(tool("subunit2markdown"), &["--against", "none"]), &now);
    assert_eq!(trouble("subunit2markdown", &finished), "none: No such file or directory");
}

#[test]
fn a_limit_shortens_the_page_and_cuts_nothing_in_the_middle() {
    let long = |number: usize| format!("Traceback {number}\n{}\nError: {number}\n", "line\n".repeat(30));
    let input: Vec<u8> = (0..500)
        .flat_map(|number| {
            packet(
                &Event::test(format!("m.t{number:03}"))
                    .file("traceback", long(number).into_bytes())
                    .status(Status::Fail),
            )
        })
        .collect();
    for limit in [1_000, 2_000, 10_000, 50_000, 1_000_000] {
        let finished = sum_up(&["--limit", &limit.to_string()], &input);
        let page = finished.text();
        assert_eq!(finished.code(), 1);
        assert!(page.len() <= limit, "{} bytes of {limit}", page.len());
        assert!(page.starts_with("## Tests: 500 failed\n"));
        assert_eq!(page.matches("<details>").count(), page.matches("</details>").count(), "limit {limit}");
        assert_eq!(page.matches("```").count() % 2, 0, "limit {limit}");
        let shown = (0..500).filter(|number| page.contains(&format!("<code>m.t{number:03}</code>"))).count();
        if shown < 500 {
            assert!(page.contains(&format!("\n{} failures left out\n", 500 - shown)), "limit {limit}: {shown} shown");
        }
        assert!(limit < 1_000_000 || shown == 500);
    }
    assert!(trouble("subunit2markdown", &sum_up(&["--limit", "999"], b"")).contains("must be 1000 or more"));
}

#[test]
fn ids_and_texts_are_text_whatever_they_hold() {
    const PARTS: [&str; 24] = [
        "|",
        "<b>",
        "</summary>",
        "`",
        "```",
        "\n",
        "\r",
        "@name",
        "#1",
        "*x*",
        "_y_",
        "[a](b)",
        "![i](j)",
        "<!--",
        "&amp;",
        "\\",
        "www.x.y",
        "http://x.y",
        "~~~",
        "</details>",
        "\n\n# ",
        "\u{202e}",
        "- ",
        "a@b.cd",
    ];
    let mut random = Random::new(6);
    for _ in 0..60 {
        let mut hostile =
            |most: usize| (0..=random.below(most)).map(|_| PARTS[random.below(PARTS.len())]).collect::<String>();
        let (id, text, tag) = (hostile(8), hostile(40), format!("worker-{}", hostile(4)));
        let events = [
            Event::test(id.clone()).tags([tag.clone()]).status(Status::InProgress).at(at(1, 0)),
            Event::test(id.clone())
                .file("traceback", text.clone().into_bytes())
                .mime_type("text/plain")
                .status(Status::Fail)
                .at(at(2, 0)),
            Event::test(id.clone() + "?").status(Status::InProgress),
            Event::test(id.clone() + "!").tags([tag, "flaky".to_owned()]).status(Status::Success),
        ];
        let finished = sum_up(&["--title", "T"], &stream(events));
        let page = finished.text();
        let mut said = String::new();
        let mut blocks = 0;
        for event in Parser::new_ext(page, Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH)
        {
            match event {
                Markup::Text(text) => said.push_str(&text),
                Markup::Start(Tag::CodeBlock(_)) => blocks += 1,
                Markup::Start(
                    Tag::Link { .. }
                    | Tag::Image { .. }
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::BlockQuote(_),
                ) => {
                    panic!("{id:?} and {text:?} are no markup: {page}")
                }
                Markup::Html(html) | Markup::InlineHtml(html) => {
                    let plain = ["details", "summary", "code", "b"].iter().fold(html.to_string(), |html, name| {
                        html.replace(&format!("<{name}>"), "").replace(&format!("</{name}>"), "")
                    });
                    assert!(!plain.contains('<'), "{plain}");
                    said.push_str(&plain);
                }
                _ => {}
            }
        }
        assert!(blocks <= 1, "{page}");
        assert_eq!(page.matches("<summary>").count(), usize::from(!text.trim().is_empty()), "{page}");
        assert!(
            !page.contains('@') || page.split("```").nth(1).is_some(),
            "mentions are in blocks of code alone: {page}"
        );
        assert!(said.contains("T: 1 failed, 1 unfinished, 1 flaky"), "{said}");
    }
}

#[test]
fn annotations_name_the_lines_of_files_that_exist() {
    let folder = Folder::new();
    folder.write("test_a.py", b"");
    let mut events =
        vec![failing("m.a:b", "  File \"test_a.py\", line 3, in x\n  File \"/usr/x.py\", line 9\nValueError: 1%\n")];
    events.push(failing("m.elsewhere", "  File \"gone.py\", line 3\nError: no\n"));
    events.extend((0..20).map(|_| failing("m.c", "test_a.py:7: no\n")));
    events.extend(["d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"].map(|id| failing(id, "test_a.py:8: no\n")));
    let finished = run_to_end(folder.command(tool("subunit2markdown"), &["--annotate"]), &stream(events));
    assert_eq!(finished.code(), 1);
    let lines: Vec<&str> = finished.text().lines().collect();
    assert_eq!(lines.len(), 10);
    assert_eq!(lines[0], "::error file=test_a.py,line=3,title=m.a%3Ab::ValueError: 1%25");
    assert_eq!(lines[1], "::error file=test_a.py,line=7,title=m.c::test_a.py:7: no");
}
