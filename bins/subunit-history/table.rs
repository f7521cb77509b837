//! Columns below their heads.

use std::fmt::Write;

/// Lines, each with its end.
pub(crate) type Lines<'a> = Box<dyn Iterator<Item = String> + 'a>;

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

/// A line for each item: cells, of ASCII characters, and a name that may be long. With `null`,
/// lines end with NUL, and there is no line of heads. Without items, there is nothing.
pub(crate) fn table<'a, T: 'a, const N: usize>(
    columns: [Column; N],
    name: &'static str,
    items: Vec<T>,
    row: impl Fn(&T) -> ([String; N], String) + 'a,
    null: bool,
) -> Lines<'a> {
    let mut widths = columns.map(|column| column.head.len());
    // Rows are made twice, so that they are not held in memory.
    for (cells, _) in items.iter().map(&row) {
        for (width, cell) in widths.iter_mut().zip(&cells) {
            *width = cell.len().max(*width);
        }
    }
    let end = if null { '\0' } else { '\n' };
    let line = move |(cells, name): ([String; N], String)| {
        let mut line = String::new();
        for ((cell, width), column) in cells.iter().zip(widths).zip(columns) {
            // Writing to a string cannot fail.
            let _ = if column.is_right { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:width$}  ") };
        }
        line.extend([&*name, end.encode_utf8(&mut [0])]);
        line
    };
    let heads = (columns.map(|column| column.head.to_owned()), name.to_owned());
    let heads = (!items.is_empty() && !null).then_some(heads);
    Box::new(heads.into_iter().chain(items.into_iter().map(move |item| row(&item))).map(line))
}
