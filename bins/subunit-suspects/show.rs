//! Suspects, as they are listed.

use serde::Serialize;
use subunit_cli::escape;

use crate::suspects::Suspect;

/// An id for each.
pub(crate) fn lines(suspects: &[Suspect<'_>], ends_with_nul: bool) -> String {
    let ids = suspects.iter().map(|suspect| suspect.id);
    ids.map(|id| if ends_with_nul { format!("{id}\0") } else { format!("{}\n", escape(id)) }).collect()
}

/// A suspect in JSON.
#[derive(Serialize)]
struct Json<'a> {
    id: &'a str,
    failing: u64,
    passing_with: u64,
    passing_without: u64,
    p_value: f64,
}

/// An object for each, on a line of its own.
pub(crate) fn json(suspects: &[Suspect<'_>]) -> String {
    let objects = suspects.iter().map(|suspect| Json {
        id: suspect.id,
        failing: suspect.failing,
        passing_with: suspect.passing_with,
        passing_without: suspect.passing_without,
        p_value: suspect.p_value(),
    });
    // Strings and numbers can always be written.
    objects.map(|object| serde_json::to_string(&object).unwrap_or_default() + "\n").collect()
}
