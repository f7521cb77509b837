//! What comes behind a line that counts only if the right lines follow it.

use crate::packet::header::SIGNATURE;
use crate::v1::glued;
use crate::v1::input::{Input, Taken, take_line};
use crate::v1::line::{Directive, Form, Strength, content_type};

/// No more bytes than this are held behind a start that only its outcome makes sure.
pub(super) const MOST_AHEAD: usize = 1 << 13;

/// Details in brackets are looked through this far for their end, or for that of an outcome that
/// only its details make sure.
pub(super) const MOST_DETAILS: usize = 1 << 16;

/// Whether the outcome of a test comes soon, so that what comes before it belongs to the test;
/// `None` if more lines are needed to tell. Text comes before it only if it `may_hold_text`. The
/// first bytes `behind`, as many as `looked_at`, were looked at before.
pub(super) fn outcome(label: &[u8], may_hold_text: bool, behind: Input<'_>, looked_at: &mut usize) -> Option<bool> {
    loop {
        let (line, length) = match next_line(behind, *looked_at, MOST_AHEAD) {
            Next::Line(line, length) => (line, length),
            Next::More => return None,
            Next::Nothing => return Some(false),
        };
        let directive = Directive::read(line);
        let is_outcome = match directive {
            Some((Directive::Outcome(_, rest), _)) => Form::readings(rest).any(|(known, _)| known == label),
            _ => false,
        };
        if is_outcome || glued::outcome(line, |known| known == label).is_some() {
            return Some(true);
        }
        let goes_on = match directive {
            _ if line.contains(&SIGNATURE) => false,
            Some((Directive::Test(_), _)) => false,
            Some((Directive::Outcome(_, rest), Strength::Strong)) if Form::with_details(rest).is_some() => false,
            Some((Directive::Tags(_) | Directive::Time(_) | Directive::Progress(_), _)) => true,
            Some((Directive::Outcome(..), _)) | None => may_hold_text,
        };
        if !goes_on {
            return Some(false);
        }
        *looked_at += length;
    }
}

/// Whether details that an outcome announces are there and end before a line that `is_outside`.
/// Prose may end in a bracket, too. `None` if more lines are needed to tell.
pub(super) fn details(
    form: Form,
    behind: Input<'_>,
    looked_at: &mut usize,
    is_outside: impl Fn(&[u8]) -> bool,
) -> Option<bool> {
    loop {
        let (line, length) = match next_line(behind, *looked_at, MOST_DETAILS) {
            Next::Line(line, length) => (line, length),
            Next::More => return None,
            Next::Nothing => return Some(false),
        };
        if line == b"]" {
            return Some(true);
        }
        if is_outside(line) || (*looked_at == 0 && !may_begin(form, line)) {
            return Some(false);
        }
        *looked_at += length;
    }
}

/// Whether details that do not end at once may begin with a line.
pub(super) fn may_begin(form: Form, line: &[u8]) -> bool {
    form != Form::Multipart || content_type(line).is_some()
}

enum Next<'a> {
    /// A line, and its length with its end.
    Line(&'a [u8], usize),
    More,
    /// The end of the input, or too much was looked at.
    Nothing,
}

fn next_line(behind: Input<'_>, looked_at: usize, most: usize) -> Next<'_> {
    let rest = &behind.bytes[looked_at..];
    match take_line(rest, behind.is_last) {
        _ if looked_at > most || rest.is_empty() && behind.is_last => Next::Nothing,
        Taken::Line(line, length) if length <= most => Next::Line(line, length),
        Taken::More if rest.len() <= most => Next::More,
        Taken::Line(..) | Taken::More | Taken::TooLong => Next::Nothing,
    }
}
