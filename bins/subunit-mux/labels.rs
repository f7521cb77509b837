//! What the packets of each source get.

use std::sync::atomic::Ordering;

use subunit_cli::{Labels, Trouble};
use subunit_formats::repeated_name;

/// What the packets of the sources get besides the route code.
#[derive(Clone, Debug)]
pub(crate) struct SourceLabels {
    /// What the tags of the sources begin with, if they have any.
    pub(crate) tag_prefix: Option<String>,
    /// What is the same for all.
    pub(crate) all: Labels,
}

impl SourceLabels {
    /// What the packets of the source with this route code get.
    pub(crate) fn of(&self, code: &str) -> Labels {
        let mut tag = self.tag_prefix.as_ref().map(|prefix| [prefix, code].concat());
        if tag.as_mut().is_some_and(repeated_name::bound) && !self.all.is_told.swap(true, Ordering::Relaxed) {
            let cut = format!("{code}: the tag is longer than 256 bytes, and cut");
            let _ = Trouble::message(cut).reported(env!("CARGO_BIN_NAME"));
        }
        Labels { tag, ..self.all.clone() }
    }
}
