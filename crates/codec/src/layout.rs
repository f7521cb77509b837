//! Where the fields of a packet are.

/// Where those fields of a packet start that it takes a walk to find; the others are found from these, or from the start.
///
/// Both are in one number, which processors move about without waiting for its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout(u64);

impl Layout {
    #[inline]
    pub(crate) fn new(mime_type: u32, route_code: u32) -> Self {
        Self(u64::from(mime_type) << 32 | u64::from(route_code))
    }

    /// Where the MIME type starts, or would: tags end there.
    #[inline]
    pub(crate) fn mime_type(self) -> usize {
        place(self.0 >> 32)
    }

    /// Where the route code starts, or would: the file ends there.
    #[inline]
    pub(crate) fn route_code(self) -> usize {
        place(self.0 & u64::from(u32::MAX))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "offsets in a packet are below 4 MiB")]
fn place(at: u64) -> usize {
    at as usize
}
