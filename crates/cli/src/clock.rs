//! What time it is.

use std::time::SystemTime;

use subunit_codec::Timestamp;

/// The time, unless the clock is set to one that a packet cannot hold.
#[must_use]
pub fn now() -> Option<Timestamp> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Timestamp::new(u32::try_from(now.as_secs()).ok()?, now.subsec_nanos())
}
