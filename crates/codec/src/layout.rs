//! Where the fields of a packet are.

/// Where the fields of a packet start that was checked: each where the one before ends, one that is not there where the next one does.
/// The first is the timestamp, right after the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) test_id: u32,
    pub(crate) tags: u32,
    pub(crate) mime_type: u32,
    pub(crate) file: u32,
    pub(crate) route_code: u32,
    /// Where the last field ends.
    pub(crate) end: u32,
}
