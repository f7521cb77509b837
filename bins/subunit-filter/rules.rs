//! What is kept: the rules, and what they say at each point of a test's life.

use std::borrow::Cow;

use regex::bytes::Regex;
use subunit_cli::IdList;
use subunit_codec::{Packet, Status, Tags};

use crate::rename::Rename;

/// The rules of a run. A test is kept when all of them keep it.
pub(crate) struct Rules {
    /// Outcomes that are left out.
    pub(crate) excluded: Vec<Status>,
    pub(crate) with: Patterns,
    pub(crate) without: Patterns,
    pub(crate) with_tags: Vec<String>,
    pub(crate) without_tags: Vec<String>,
    pub(crate) with_routes: Vec<String>,
    pub(crate) without_routes: Vec<String>,
    /// The only test ids to keep.
    pub(crate) listed: Option<IdList>,
    pub(crate) only_runnable: bool,
    pub(crate) expected_failures: IdList,
    pub(crate) renames: Vec<Rename>,
}

/// Regular expressions of which one has to match.
pub(crate) struct Patterns(Vec<Regex>);

impl Patterns {
    pub(crate) fn new(patterns: Vec<Regex>) -> Self {
        Self(patterns)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn match_in(&self, text: &[u8]) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(text))
    }
}

/// What is to become of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Keep,
    Drop,
}

impl Decision {
    fn keep_if(keeps: bool) -> Self {
        if keeps { Self::Keep } else { Self::Drop }
    }
}

/// What is known of a test so far, and which rules it meets for certain.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a rule")]
pub(crate) struct RuleState {
    /// Whether it had all of the tags that it must have.
    has_tags: bool,
    /// Whether one of the tags that its packets gave last is one that it must not have.
    has_tag_that_is_out: bool,
    /// Whether one of the patterns that a test must match has.
    matches: bool,
    /// Whether one of the patterns that a test must not match has.
    is_out: bool,
}

impl Rules {
    /// The id that a test goes by, where it is not its own.
    pub(crate) fn renamed(&self, id: &str) -> Option<String> {
        let mut renamed = None;
        for rename in &self.renames {
            renamed = rename.apply(renamed.as_deref().unwrap_or(id)).or(renamed);
        }
        renamed
    }

    /// What the rules say of a packet that is not about a test: those that can judge it.
    pub(crate) fn judge_global(&self, packet: &Packet<'_>) -> Decision {
        let meets_tags = packet.tags().is_none_or(|tags| self.has_tags(&tags) && !self.has_tag_that_is_out(&tags));
        Decision::keep_if(meets_tags && self.meets_route(packet))
    }

    /// How a test stands before its first packet: by its id, as it was renamed, and by its route.
    pub(crate) fn begin(&self, packet: &Packet<'_>) -> RuleState {
        let mut standing = RuleState {
            has_tags: self.with_tags.is_empty(),
            has_tag_that_is_out: false,
            matches: self.with.is_empty(),
            is_out: !self.meets_route(packet),
        };
        if self.judges_ids() {
            let id = self.name(packet.test_id().unwrap_or_default());
            standing.matches |= self.with.match_in(id.as_bytes());
            standing.is_out |= self.listed.as_ref().is_some_and(|listed| !listed.contains(&id));
            standing.is_out |= self.without.match_in(id.as_bytes());
        }
        standing
    }

    /// How a test stands after one more packet, apart from the text in it.
    pub(crate) fn take_in(&self, standing: &mut RuleState, packet: &Packet<'_>) {
        if self.judges_tags()
            && let Some(tags) = packet.tags()
        {
            standing.has_tags = standing.has_tags || self.has_tags(&tags);
            standing.has_tag_that_is_out = self.has_tag_that_is_out(&tags);
        }
        if packet.status().is_some() {
            standing.is_out |= self.only_runnable && !packet.is_runnable();
        }
    }

    /// Whether kept packets may leave otherwise than they came.
    pub(crate) fn rewrites(&self) -> bool {
        !self.renames.is_empty() || !self.expected_failures.is_empty()
    }

    fn judges_tags(&self) -> bool {
        !(self.with_tags.is_empty() && self.without_tags.is_empty())
    }

    fn judges_ids(&self) -> bool {
        self.listed.is_some() || !self.with.is_empty() || !self.without.is_empty()
    }

    /// Whether text of a test could still make a difference.
    pub(crate) fn wants_text(&self, standing: &RuleState) -> bool {
        !standing.is_out && (!standing.matches || !self.without.is_empty())
    }

    /// How a test stands after some of its text.
    pub(crate) fn take_in_text(&self, standing: &mut RuleState, text: &[u8]) {
        standing.matches = standing.matches || self.with.match_in(text);
        standing.is_out = standing.is_out || self.without.match_in(text);
    }

    /// The decision on a test that still runs, if it is certain.
    pub(crate) fn decide_early(&self, standing: &RuleState, has_status: bool) -> Option<Decision> {
        if standing.is_out {
            return Some(Decision::Drop);
        }
        let end_matters = !(self.excluded.is_empty() && self.without.is_empty() && self.without_tags.is_empty());
        let runnable_is_known = has_status || !self.only_runnable;
        let is_certain = standing.matches && standing.has_tags && runnable_is_known;
        (is_certain && !end_matters).then_some(Decision::Keep)
    }

    /// The decision on a test that ended so, or never: `outcome` is its last status, `None` when it had none.
    pub(crate) fn decide(&self, standing: &RuleState, outcome: Option<Status>) -> Decision {
        let counts_as = if outcome == Some(Status::InProgress) { Some(Status::Fail) } else { outcome };
        let meets_outcome = counts_as.is_none_or(|outcome| !self.excluded.contains(&outcome));
        let meets_tags = standing.has_tags && !standing.has_tag_that_is_out;
        Decision::keep_if(!standing.is_out && standing.matches && meets_tags && meets_outcome)
    }

    /// The status that a packet gives its test, corrected by the list of expected failures.
    pub(crate) fn corrected_status(&self, packet: &Packet<'_>) -> Option<Status> {
        let status = packet.status()?;
        let correction = match status {
            Status::Fail => Status::ExpectedFailure,
            Status::Success => Status::UnexpectedSuccess,
            other => return Some(other),
        };
        let is_expected = !self.expected_failures.is_empty()
            && packet.test_id().is_some_and(|id| self.expected_failures.contains(&self.name(id)));
        Some(if is_expected { correction } else { status })
    }

    /// The id that a test goes by.
    fn name<'a>(&self, id: &'a str) -> Cow<'a, str> {
        self.renamed(id).map_or(Cow::Borrowed(id), Cow::Owned)
    }

    fn has_tags(&self, tags: &Tags<'_>) -> bool {
        self.with_tags.iter().all(|tag| tags.contains(tag))
    }

    fn has_tag_that_is_out(&self, tags: &Tags<'_>) -> bool {
        self.without_tags.iter().any(|tag| tags.contains(tag))
    }

    fn meets_route(&self, packet: &Packet<'_>) -> bool {
        if self.with_routes.is_empty() && self.without_routes.is_empty() {
            return true;
        }
        let route_code = packet.route_code();
        let begins_with = |codes: &[String]| codes.iter().any(|code| leads(code, route_code));
        (self.with_routes.is_empty() || begins_with(&self.with_routes)) && !begins_with(&self.without_routes)
    }
}

/// Whether `code` is a route code or the start of it, in whole parts.
fn leads(code: &str, route_code: Option<&str>) -> bool {
    let rest = route_code.and_then(|route_code| route_code.strip_prefix(code));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_led_by_whole_parts_only() {
        for (code, route_code, is_led) in [
            ("0", Some("0"), true),
            ("0", Some("0/3"), true),
            ("0/3", Some("0/3/1"), true),
            ("0", Some("01"), false),
            ("0/3", Some("0"), false),
            ("0", None, false),
        ] {
            assert_eq!(leads(code, route_code), is_led, "{code} leads {route_code:?}");
        }
    }
}
