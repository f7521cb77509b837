//! A line behind the first layer.

use super::kernel;
use super::lex::{Indent, indentation};
use super::line::Line;
use super::log_prefix::Source;

/// A line and what it is.
#[derive(Debug)]
pub(super) struct Input<'a> {
    /// All of it, with its end.
    pub(super) raw: &'a [u8],
    /// Without its end, and without the prefix of a log.
    pub(super) content: &'a [u8],
    pub(super) indent: Indent,
    /// Without its indentation, too.
    pub(super) inner: &'a [u8],
    pub(super) line: Line<'a>,
    pub(super) source: Source,
}

impl<'a> Input<'a> {
    #[inline]
    pub(super) fn new(raw: &'a [u8], content: &'a [u8], source: Source) -> Self {
        let (indent, inner) = indentation(content);
        let mut input = Self { raw, content, indent, inner, line: Line::parse(inner.trim_ascii_end()), source };
        if source == Source::KernelLog && !kernel::may_print(&input.line) {
            input.line = Line::Other;
        }
        input
    }

    pub(super) fn is_version(&self) -> bool {
        matches!(self.line, Line::Version { .. })
    }
}
