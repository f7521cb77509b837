//! A line at the bottom of a terminal that says how far things are.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthChar;

use crate::escape::escape;

/// The text of a status line, which is never wider than the terminal. [`TextOutput`] shows it.
///
/// ```
/// use subunit_cli::StatusLine;
///
/// let mut line = StatusLine::new(20);
/// assert!(line.add("3 failed"));
/// assert!(!line.add(", 4 tests are running"));
/// line.add_cut(" tests.api.TestUpload", 0);
/// assert_eq!(line.as_str(), "3 failed tests.a...");
/// ```
///
/// [`TextOutput`]: crate::TextOutput::flush_with_status
#[derive(Debug)]
pub struct StatusLine {
    text: String,
    /// Columns that are free.
    room: usize,
}

impl StatusLine {
    const CUT: &str = "...";

    /// An empty line on a terminal of so many columns. The last one stays free: some terminals wrap
    /// as soon as it is taken.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { text: String::new(), room: columns.saturating_sub(1) }
    }

    /// Adds a text if all of it fits, and says whether it did. Control characters are
    /// [escaped](crate::escape).
    pub fn add(&mut self, text: &str) -> bool {
        self.add_in(None, text)
    }

    /// Adds a text that stands out in red if all of it fits, and says whether it did.
    pub fn add_red(&mut self, text: &str) -> bool {
        self.add_in(Some("31;1"), text)
    }

    /// Adds as much of a text as fits, if that is all of it or so many columns. Dots show that
    /// something is missing.
    pub fn add_cut(&mut self, text: &str, least: usize) {
        // An id may have a megabyte. No more of it is looked at than fits, with marks on each
        // letter.
        let start = text.char_indices().nth(8 * (self.room + 1)).map_or(text, |(end, _)| &text[..end]);
        let (start, is_cut) = (escape(start), start.len() < text.len());
        if !is_cut && columns(&start) <= self.room {
            self.add(&start);
        } else if self.room >= least.max(Self::CUT.len()) {
            let mut left = self.room - Self::CUT.len();
            let does_not_fit = |character: char| {
                let width = width(character);
                let fits = width <= left;
                left -= width.min(left);
                !fits
            };
            let end = start.find(does_not_fit).unwrap_or(start.len());
            self.add(&start[..end]);
            self.add(Self::CUT);
        }
    }

    /// The line as the terminal gets it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn add_in(&mut self, color: Option<&str>, text: &str) -> bool {
        let text = escape(text);
        let Some(room) = self.room.checked_sub(columns(&text)) else { return false };
        self.room = room;
        match color {
            None => self.text.push_str(&text),
            Some(color) => self.text.extend(["\x1b[", color, "m", &*text, "\x1b[0m"]),
        }
        true
    }
}

/// How wide a text is at the most. Terminals that join emoji need less.
fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn width(character: char) -> usize {
    character.width().unwrap_or_default()
}

/// Standard output as a terminal whose last line is a [`StatusLine`].
#[derive(Debug)]
pub(crate) struct Screen {
    /// The status line, while it is there.
    shown: Option<String>,
    /// When the last frame was.
    frame: Option<Instant>,
}

impl Screen {
    /// The screen is drawn at most this often. Nobody reads faster, and a terminal over ssh is
    /// slow.
    const FRAME: Duration = Duration::from_millis(100);
    /// So many bytes are kept for a frame.
    pub(crate) const MOST_OF_FRAME: usize = 1 << 20;
    /// Erases the status line, also one that a narrower terminal has wrapped: the cursor waits at
    /// its start. The row goes first: tmux keeps what is erased with all of the screen.
    const ERASE: &str = "\r\x1b[K\x1b[J";

    /// The screen, if standard output is a terminal that can erase a line.
    pub(crate) fn new() -> Option<Self> {
        let is_dumb = env::var_os("TERM").is_none_or(|name| name.is_empty() || name == "dumb");
        (io::stdout().is_terminal() && !is_dumb).then_some(Self { shown: None, frame: None })
    }

    /// How many columns there are.
    pub(crate) fn columns() -> usize {
        tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col)).filter(|count| *count > 0).unwrap_or(80)
    }

    /// How long to wait for the next frame; nothing if it is due.
    pub(crate) fn until_next_frame(&self) -> Duration {
        self.frame.map_or(Duration::ZERO, |frame| Self::FRAME.saturating_sub(frame.elapsed()))
    }

    /// Begins a frame.
    pub(crate) fn begin_frame(&mut self) {
        self.frame = Some(Instant::now());
    }

    /// Bytes that take the status line away, to be written now; nothing if it is not there.
    pub(crate) fn erase(&mut self) -> &'static str {
        self.shown.take().map_or("", |_| Self::ERASE)
    }

    /// Bytes that show this status line, to be written now; nothing if it is there already.
    pub(crate) fn draw(&mut self, line: &StatusLine) -> String {
        if self.shown.as_deref().unwrap_or_default() == line.as_str() {
            return String::new();
        }
        let erase = self.erase();
        self.shown = Some(line.as_str().to_owned());
        // From the start of the line the cursor finds it again whatever the terminal's width is.
        format!("{erase}{}\r", line.as_str())
    }

    /// Forgets the status line after a failure to write, after which nothing more is written.
    pub(crate) fn forget(&mut self) {
        self.shown = None;
    }
}

impl Drop for Screen {
    /// Takes the status line away if the tool ends in trouble: a message follows.
    fn drop(&mut self) {
        if self.shown.is_some() {
            let mut stdout = io::stdout();
            // There is nobody to tell of more trouble.
            let _ = stdout.write_all(Self::ERASE.as_bytes()).and_then(|()| stdout.flush());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_or_cut() {
        let mut line = StatusLine::new(11);
        assert!(line.add("12345") && !line.add("123456"));
        line.add_cut(" more than fits", 0);
        assert_eq!(line.as_str(), "12345 m...");
        line.add_cut("x", 0);
        assert_eq!(line.as_str(), "12345 m...");
        let mut line = StatusLine::new(11);
        line.add_cut("0123456789x", 11);
        assert_eq!(line.as_str(), "", "ten columns are too few");
        line.add_cut("0123456789x", 10);
        assert_eq!(line.as_str(), "0123456...");

        let mut line = StatusLine::new(6);
        line.add_cut("12345", 0);
        assert_eq!(line.as_str(), "12345");
        for columns in [0, 1, 3] {
            let mut line = StatusLine::new(columns);
            line.add_cut("long text", 0);
            assert_eq!(line.as_str(), "", "{columns} columns have no room even for dots");
        }
    }

    #[test]
    fn columns_are_counted_as_a_terminal_shows_them() {
        let mut line = StatusLine::new(9);
        line.add_cut("日本語テスト", 0);
        assert_eq!(line.as_str(), "日本...", "each has two columns, so one is left over");
        let mut line = StatusLine::new(6);
        line.add_cut("e\u{301}te\u{301}s!", 0);
        assert_eq!(line.as_str(), "e\u{301}te\u{301}s!", "accents have none");
        let mut line = StatusLine::new(12);
        assert!(!line.add("\x1b[2J\n456789"));
        line.add_cut("\x1b[2J\nx", 0);
        assert_eq!(line.as_str(), r"\x1b[2J\nx");
        let mut line = StatusLine::new(9);
        assert!(line.add_red("3 failed") && !line.add("x"));
        assert_eq!(line.as_str(), "\x1b[31;1m3 failed\x1b[0m");
    }

    #[test]
    fn a_line_is_never_wider_than_the_terminal() {
        let text = "a日\u{301}\x1b\u{202e}👩\u{200d}🔬é".repeat(40);
        for room in 0..200 {
            let mut line = StatusLine::new(room);
            line.add_cut(&text, 0);
            assert!(columns(line.as_str()) < room.max(1), "{room} columns");
        }
    }
}
