//! The rules for what is kept, and their state at each point of a test's life.

use subunit_cli::IdList;
use subunit_codec::{Packet, Status, Tags};

use crate::edits::Edited;
use crate::patterns::Patterns;

/// The rules of a run. A test is kept if all of them keep it.
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
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a rule")]
pub(crate) struct RuleState {
    /// Whether it had all of the tags that it must have.
    has_tags: bool,
    /// Whether the tags that its packets gave last hold one that it must not have.
    has_unwanted_tag: bool,
    /// Whether one of the patterns that a test must match has.
    matches: bool,
    /// Whether one of the patterns that a test must not match has.
    is_out: bool,
}

impl Rules {
    /// The decision on a packet without a test id: by its route, and by its tags if it has any.
    pub(crate) fn decide_global(&self, packet: &Packet<'_>) -> Decision {
        let meets_tags = packet.tags().is_none_or(|tags| self.has_tags(&tags) && !self.has_unwanted_tag(&tags));
        Decision::keep_if(meets_tags && self.meets_route(packet))
    }

    /// What its id and its route say of a test, before its first packet.
    pub(crate) fn begin(&self, first: &Edited<'_>) -> RuleState {
        let mut state = RuleState {
            has_tags: self.with_tags.is_empty(),
            has_unwanted_tag: false,
            matches: self.with.is_empty(),
            is_out: !self.meets_route(first.packet),
        };
        if self.needs_id() {
            let id = first.id();
            state.matches |= self.with.match_in(id.as_bytes());
            state.is_out |= self.listed.as_ref().is_some_and(|listed| !listed.contains(id));
            state.is_out |= self.without.match_in(id.as_bytes());
        }
        state
    }

    /// Notes the tags of one more packet, and whether the test can be run by itself.
    pub(crate) fn note_packet(&self, state: &mut RuleState, packet: &Packet<'_>) {
        if self.needs_tags()
            && let Some(tags) = packet.tags()
        {
            state.has_tags = state.has_tags || self.has_tags(&tags);
            state.has_unwanted_tag = self.has_unwanted_tag(&tags);
        }
        if packet.status().is_some() {
            state.is_out |= self.only_runnable && !packet.is_runnable();
        }
    }

    fn needs_tags(&self) -> bool {
        !(self.with_tags.is_empty() && self.without_tags.is_empty())
    }

    fn needs_id(&self) -> bool {
        self.listed.is_some() || !self.with.is_empty() || !self.without.is_empty()
    }

    /// Whether text of a test could still make a difference.
    pub(crate) fn wants_text(&self, state: &RuleState) -> bool {
        !state.is_out && (!state.matches || !self.without.is_empty())
    }

    /// Searches text of a test.
    pub(crate) fn search(&self, state: &mut RuleState, text: &[u8]) {
        state.matches = state.matches || self.with.match_in(text);
        state.is_out = state.is_out || self.without.match_in(text);
    }

    /// The decision on a test that still runs, if it is certain.
    pub(crate) fn decide_early(&self, state: &RuleState, has_status: bool) -> Option<Decision> {
        if state.is_out {
            return Some(Decision::Drop);
        }
        let end_matters = !(self.excluded.is_empty() && self.without.is_empty() && self.without_tags.is_empty());
        let runnable_is_known = has_status || !self.only_runnable;
        let is_certain = state.matches && state.has_tags && runnable_is_known;
        (is_certain && !end_matters).then_some(Decision::Keep)
    }

    /// The decision on a test that is over: `outcome` is its last status, `None` if it had none.
    pub(crate) fn decide(&self, state: &RuleState, outcome: Option<Status>) -> Decision {
        let counts_as = if outcome == Some(Status::InProgress) { Some(Status::Fail) } else { outcome };
        let meets_outcome = counts_as.is_none_or(|outcome| !self.excluded.contains(&outcome));
        let meets_tags = state.has_tags && !state.has_unwanted_tag;
        Decision::keep_if(!state.is_out && state.matches && meets_tags && meets_outcome)
    }

    fn has_tags(&self, tags: &Tags<'_>) -> bool {
        self.with_tags.iter().all(|tag| tags.contains(tag))
    }

    fn has_unwanted_tag(&self, tags: &Tags<'_>) -> bool {
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
