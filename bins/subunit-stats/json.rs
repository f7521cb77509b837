//! The report for programs. The keys and their order are part of the interface.

use std::time::Duration;

use serde::Serialize;
use subunit_formats::slowest::SlowTest;

use crate::groups::{Balance, Group};
use crate::report::MOST_LISTED;
use crate::stats::Stats;

/// A run as a JSON object on one line, without a newline. Durations are in seconds; what is not
/// known or was not asked for is `null`.
pub(crate) fn object(stats: &Stats) -> String {
    let groups = stats.groups.as_ref();
    let object = RunObject {
        total: stats.all.tests,
        passed: stats.passed(),
        failed: stats.all.failures,
        skipped: stats.skipped,
        xfail: stats.xfail,
        uxsuccess: stats.uxsuccess,
        unfinished: stats.unfinished,
        damage: stats.damage,
        exists: stats.exists,
        text_bytes: stats.text_bytes,
        tags: stats.tags().sorted().map(|(tag, _)| tag).take(MOST_LISTED).collect(),
        more_tags: stats.tags().len().saturating_sub(MOST_LISTED),
        start: stats.all.span.start.map(|time| time.to_string()),
        stop: stats.all.span.stop.map(|time| time.to_string()),
        wall_time: stats.all.span.duration().as_ref().map(Duration::as_secs_f64),
        test_time: stats.all.busy.as_secs_f64(),
        by: groups.map(|groups| groups.by.name()),
        groups: groups.map(|groups| groups.iter().take(MOST_LISTED).map(GroupObject::from).collect()),
        more_groups: groups.map(|groups| groups.len().saturating_sub(MOST_LISTED)),
        balance: groups.and_then(|groups| groups.balance().ok().map(BalanceObject::from)),
        slowest: stats.slowest.as_ref().map(|slowest| slowest.in_order().map(SlowObject::from).collect()),
    };
    serde_json::to_string(&object).expect("strings, numbers and lists of them are JSON")
}

#[derive(Serialize)]
struct RunObject<'a> {
    total: u64,
    passed: u64,
    failed: u64,
    skipped: u64,
    xfail: u64,
    uxsuccess: u64,
    unfinished: u64,
    damage: u64,
    exists: u64,
    text_bytes: u64,
    tags: Vec<&'a str>,
    more_tags: usize,
    start: Option<String>,
    stop: Option<String>,
    wall_time: Option<f64>,
    test_time: f64,
    by: Option<&'static str>,
    groups: Option<Vec<GroupObject<'a>>>,
    more_groups: Option<usize>,
    balance: Option<BalanceObject>,
    slowest: Option<Vec<SlowObject<'a>>>,
}

#[derive(Serialize)]
struct GroupObject<'a> {
    name: Option<&'a str>,
    tests: u64,
    failed: u64,
    start: Option<String>,
    stop: Option<String>,
    busy: f64,
    idle: Option<f64>,
}

#[derive(Serialize)]
struct BalanceObject {
    skew: f64,
    saving: f64,
}

#[derive(Serialize)]
struct SlowObject<'a> {
    id: &'a str,
    route_code: Option<&'a str>,
    worker: Option<&'a str>,
    status: &'static str,
    duration: f64,
}

impl<'a> From<Group<'a>> for GroupObject<'a> {
    fn from(Group { name, tally, idle }: Group<'a>) -> Self {
        Self {
            name,
            tests: tally.tests,
            failed: tally.failures,
            start: tally.span.start.map(|time| time.to_string()),
            stop: tally.span.stop.map(|time| time.to_string()),
            busy: tally.busy.as_secs_f64(),
            idle: idle.as_ref().map(Duration::as_secs_f64),
        }
    }
}

impl From<Balance> for BalanceObject {
    fn from(balance: Balance) -> Self {
        Self { skew: balance.skew.as_secs_f64(), saving: balance.saving.as_secs_f64() }
    }
}

impl<'a> From<(Duration, &'a SlowTest)> for SlowObject<'a> {
    fn from((duration, slow): (Duration, &'a SlowTest)) -> Self {
        Self {
            id: &slow.id,
            route_code: slow.route_code.as_deref(),
            worker: slow.worker.as_deref(),
            status: slow.status.name(),
            duration: duration.as_secs_f64(),
        }
    }
}
