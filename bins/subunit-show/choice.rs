//! Which tests are shown.

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use subunit_codec::{PARSER_TEST_ID, Packet, Status};

/// The arguments that choose tests.
#[derive(Args)]
pub(crate) struct Choice {
    /// Test ids, or parts of ids
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) ids: Vec<String>,

    /// Show only these statuses: success,skip
    #[arg(long, value_name = "LIST", value_delimiter = ',', hide_possible_values = true, conflicts_with_all = ["all", "run"])]
    #[arg(value_parser = PossibleValuesParser::new(Status::ALL.map(Status::name)).try_map(|name| name.parse::<Status>()))]
    status: Vec<Status>,

    /// Show all tests
    #[arg(long, conflicts_with = "run")]
    all: bool,

    /// Show the attachments of the whole run
    #[arg(long, conflicts_with = "ids")]
    pub(crate) run: bool,

    /// Take only what comes from this route
    #[arg(long, value_name = "CODE", allow_hyphen_values = true)]
    route: Option<String>,
}

impl Choice {
    /// Whether only failures are shown because nothing else was asked for.
    pub(crate) fn is_default(&self) -> bool {
        self.status.is_empty() && !self.all && !self.run && self.ids.is_empty()
    }

    /// Whether a packet is from the route. Damage that no route is known of may be from any.
    pub(crate) fn has_route(&self, packet: &Packet<'_>) -> bool {
        let Some(wanted) = &self.route else { return true };
        match packet.route_code() {
            Some(code) => code.strip_prefix(&**wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            None => packet.is_about(PARSER_TEST_ID),
        }
    }

    /// Whether text that stands between packets is shown: it has no route.
    pub(crate) fn has_text(&self) -> bool {
        self.run && self.route.is_none()
    }

    /// Whether an id is one of those that are looked for, or holds one of them.
    pub(crate) fn may_have_id(&self, id: &str) -> bool {
        !self.run && (self.ids.is_empty() || self.ids.iter().any(|wanted| id.contains(&**wanted)))
    }

    /// Whether tests of this status are shown.
    pub(crate) fn has_status(&self, status: Status) -> bool {
        if self.status.is_empty() {
            self.all || !self.ids.is_empty() || status.is_failure()
        } else {
            self.status.contains(&status)
        }
    }
}
