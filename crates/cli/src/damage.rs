//! Damage as the packets that report it.

use subunit_codec::{Damage, Packet, encode};

use crate::trouble::Trouble;

/// Shows the packets of the failed test that [reports](Damage::report) damage: a tool treats damage
/// that it finds like that which a filter before it found.
///
/// # Errors
///
/// If `show` fails.
pub fn report_damage(
    damage: &Damage<'_>,
    mut show: impl FnMut(&Packet<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut report = Vec::new();
    let encoded = damage.report().iter().try_for_each(|event| encode(event, &mut report));
    encoded.map_err(Trouble::message)?;
    let mut rest = &report[..];
    while !rest.is_empty() {
        let (packet, after) = Packet::split_first(rest).map_err(Trouble::message)?;
        show(&packet)?;
        rest = after;
    }
    Ok(())
}
