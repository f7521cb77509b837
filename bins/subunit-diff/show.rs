//! Changes, as they are shown.

use std::fmt::Write;
use std::time::Duration;

use serde::Serialize;
use subunit_cli::escape;
use subunit_codec::PARSER_TEST_ID;
use subunit_formats::number::grouped;

use crate::changes::{Change, Changes, Class};
use crate::run::TestResult;

/// A line for each change, and one that sums them up.
pub(crate) fn lines(changes: &Changes<'_>, shows_all: bool) -> String {
    let mut lines = String::new();
    for change in listed(changes, shows_all) {
        let Change { class, test, old, new } = change;
        let profile = if test.profile.is_empty() { String::new() } else { format!(" ({})", escape(&test.profile)) };
        let words = [*old, *new].map(|result| result.map_or("-", |result| result.status.name()));
        let what = match (class, old.and_then(|it| it.duration), new.and_then(|it| it.duration)) {
            (Class::Slower, Some(old), Some(new)) => took(old, new),
            _ => format!("{} -> {}", words[0], words[1]),
        };
        let message = new.map_or("", |result| &*result.message);
        let message = if message.is_empty() { String::new() } else { format!("  {}", escape(message)) };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{} {:<17} {}{profile}  {what}{message}", class.mark(), class.name(), escape(&test.id));
    }
    for damage in changes.damage {
        let _ = writeln!(lines, "! {:<17} {PARSER_TEST_ID}  {}", "damage", escape(damage));
    }
    lines + &summary(changes)
}

/// How much longer a test took.
fn took(old: Duration, new: Duration) -> String {
    let (old, new) = (old.as_secs_f64(), new.as_secs_f64());
    let factor = if old > 0.0 { format!(" x {:.1}", new / old) } else { String::new() };
    format!("{old:.3} s -> {new:.3} s{factor}")
}

fn summary(changes: &Changes<'_>) -> String {
    let is_usual = |class| matches!(class, Class::Broken | Class::Fixed | Class::New | Class::Gone | Class::StillBad);
    let counts = Class::ALL.into_iter().map(|class| (class, changes.count(class)));
    let counts = counts.filter(|(class, count)| *count > 0 || is_usual(*class));
    let mut parts: Vec<String> = counts.map(|(class, count)| format!("{} {}", grouped(count), class.name())).collect();
    if !changes.damage.is_empty() {
        parts.push(format!("{} damage", grouped(changes.damage.len() as u64)));
    }
    parts.push(format!("{} as before", grouped(changes.as_before)));
    parts.join(", ") + "\n"
}

/// A change in JSON. Durations are in seconds.
#[derive(Serialize)]
struct Json<'a> {
    class: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    profile: &'a str,
    old: Option<&'static str>,
    new: Option<&'static str>,
    old_duration: Option<f64>,
    new_duration: Option<f64>,
    message: &'a str,
}

/// An object for each change, on a line of its own.
pub(crate) fn json(changes: &Changes<'_>, shows_all: bool) -> String {
    let status = |result: Option<&TestResult>| result.map(|result| result.status.name());
    let seconds = |result: Option<&TestResult>| Some(result?.duration?.as_secs_f64());
    let tests = listed(changes, shows_all).map(|change| Json {
        class: change.class.name(),
        id: &change.test.id,
        profile: &change.test.profile,
        old: status(change.old),
        new: status(change.new),
        old_duration: seconds(change.old),
        new_duration: seconds(change.new),
        message: change.new.map_or("", |result| &result.message),
    });
    let damage = changes.damage.iter().map(|message| Json {
        class: "damage",
        id: PARSER_TEST_ID,
        profile: "",
        old: None,
        new: Some("fail"),
        old_duration: None,
        new_duration: None,
        message,
    });
    // Strings and numbers can always be written.
    tests.chain(damage).map(|change| serde_json::to_string(&change).unwrap_or_default() + "\n").collect()
}

fn listed<'a, 'b>(changes: &'b Changes<'a>, shows_all: bool) -> impl Iterator<Item = &'b Change<'a>> {
    changes.tests.iter().filter(move |change| shows_all || change.class != Class::StillBad)
}
