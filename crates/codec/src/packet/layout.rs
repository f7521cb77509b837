//! Where the fields of a packet are.

/// Offsets of the fields that it takes a walk to find; the others are found from these, or from the
/// start of the packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    test_id: u32,
    mime_type: u32,
    route_code: u32,
}

impl Layout {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "offsets in a packet are below 4 MiB")]
    pub(crate) fn new(test_id: usize, mime_type: usize, route_code: usize) -> Self {
        Self { test_id: test_id as u32, mime_type: mime_type as u32, route_code: route_code as u32 }
    }

    /// Where the test id starts, or would: the timestamp ends there.
    #[inline]
    pub(crate) fn test_id(self) -> usize {
        self.test_id as usize
    }

    /// Where the MIME type starts, or would: tags end there.
    #[inline]
    pub(crate) fn mime_type(self) -> usize {
        self.mime_type as usize
    }

    /// Where the route code starts, or would: the file ends there.
    #[inline]
    pub(crate) fn route_code(self) -> usize {
        self.route_code as usize
    }
}
