//! Columns below their heads.

use std::fmt::Write;

/// A column with its head.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    head: &'static str,
    is_right: bool,
}

impl Column {
    /// A column whose cells end below each other.
    pub(crate) fn right(head: &'static str) -> Self {
        Self { head, is_right: true }
    }

    /// A column whose cells begin below each other.
    pub(crate) fn left(head: &'static str) -> Self {
        Self { head, is_right: false }
    }
}

/// Rows of cells, of ASCII characters, each followed by a name that may be long. With `null`, lines
/// end with NUL, and there is no line of heads. Without rows, there is nothing.
pub(crate) fn table<const N: usize>(
    columns: [Column; N],
    last: &str,
    rows: Vec<([String; N], String)>,
    null: bool,
) -> String {
    let heads = columns.map(|column| column.head.to_owned());
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|(cells, _)| &cells[column]).chain([&heads[column]]);
        cells.map(String::len).max().unwrap_or(0)
    });
    let head = (!rows.is_empty() && !null).then(|| (heads, last.to_owned()));
    let end = if null { "\0" } else { "\n" };
    let mut lines = String::new();
    for (cells, name) in head.into_iter().chain(rows) {
        for ((cell, width), column) in cells.iter().zip(widths).zip(columns) {
            // Writing to a string cannot fail.
            let _ = if column.is_right { write!(lines, "{cell:>width$}  ") } else { write!(lines, "{cell:width$}  ") };
        }
        lines.extend([&name, end]);
    }
    lines
}
