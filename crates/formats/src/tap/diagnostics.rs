//! The lines around test points: comments, YAML, and text.

use subunit_codec::Timestamp;

use super::document::Dialect;
use super::events::{Out, write_text};
use super::input::Input;
use super::kernel;
use super::line::Line;
use super::pending::Pending;
use super::stack::Stack;

/// Where the rest goes of a line that is too long to be read as one.
#[derive(Clone, Copy, Debug, Default)]
enum Rest {
    #[default]
    Text,
    Comment,
    Yaml,
}

/// Finds the test that a line belongs to which is no TAP, or a comment.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    pub(super) pending: Pending,
    rest: Rest,
    /// When the present line came.
    pub(super) time: Option<Timestamp>,
    /// Whether the present document has a test point: comments before the first one wait for it.
    pub(super) has_points: bool,
}

impl Diagnostics {
    /// A line comes, at this time.
    pub(super) fn begin_line(&mut self, time: Option<Timestamp>) {
        (self.time, self.rest) = (time, Rest::Text);
    }

    /// Whether there is a test point that braces or YAML can follow.
    pub(super) fn has_result(&self) -> bool {
        self.pending.is_there || self.pending.is_late
    }

    /// Takes in more of the line that came last.
    pub(super) fn rest<E>(&mut self, bytes: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        match self.rest {
            Rest::Text => self.text(bytes, out),
            Rest::Comment => self.pending.more_comment(bytes.strip_suffix(b"\n").unwrap_or(bytes), out),
            Rest::Yaml => self.pending.yaml(bytes, out),
        }
    }

    /// Writes what waits for more.
    pub(super) fn pause<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        let is_late = self.has_result();
        self.pending.settle(out)?;
        self.pending.is_late = is_late;
        // More of a long line would have been for the result that is written now.
        self.rest = Rest::Text;
        self.lead_as_text(out)
    }

    /// Writes the diagnostics that wait for a test point that does not come.
    pub(super) fn lead_as_text<E>(&mut self, out: &mut Out<'_, E>) -> Result<(), E> {
        self.pending.lead_as_text(self.time, out)
    }

    /// Takes in a line of a block of YAML; `false` if the block ended before it without saying so.
    pub(super) fn yaml<E>(&mut self, stack: &Stack, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<bool, E> {
        let Some(block) = self.pending.yaml_indent else { return Ok(false) };
        let content = input.content;
        let is_tap = matches!(input.line, Line::Point(_) | Line::Plan(_) | Line::BailOut(_));
        if is_tap && input.indent.columns <= stack.innermost().indent.columns {
            self.pending.end_yaml(out)?;
            return Ok(false);
        }
        if self.pending.is_there {
            let blanks = content.iter().take(block).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            self.rest = Rest::Yaml;
            self.pending.yaml(&content[blanks..], out)?;
            // A piece of a long line has no end.
            if input.raw.ends_with(b"\n") {
                self.pending.yaml(b"\n", out)?;
            }
        } else {
            self.text(input.raw, out)?;
        }
        if input.indent.columns == block && content.trim_ascii() == b"..." {
            self.pending.end_yaml(out)?;
        }
        Ok(true)
    }

    /// Takes in a comment: for the test before it, for the next one, or text.
    pub(super) fn comment<E>(
        &mut self,
        stack: &mut Stack,
        line: &[u8],
        comment: &[u8],
        out: &mut Out<'_, E>,
    ) -> Result<(), E> {
        let leads = self.leads(stack, comment);
        if leads {
            self.pending.settle(out)?;
        }
        if self.pending.is_there {
            return self.diagnostic(comment, out);
        }
        if self.has_points && !leads || !self.pending.lead(comment) {
            self.lead_as_text(out)?;
            return self.text(line, out);
        }
        Ok(())
    }

    /// Whether a comment is for the test point that comes next, as the signs of the kernel in it or
    /// before it say.
    fn leads(&mut self, stack: &mut Stack, comment: &[u8]) -> bool {
        let dialect = stack.innermost().dialect;
        if dialect.is_kernel {
            return true;
        }
        if kernel::is_of_runner(comment) {
            stack.set_dialect(Dialect::of_kernel);
        } else if kernel::is_of_harness(comment) {
            stack.set_dialect(|dialect| Dialect { diagnostics_lead: true, ..dialect });
        } else if let Some((name, message)) = kernel::case_and_message(comment)
            && !self.pending.is_named(name)
        {
            if kernel::is_failure(message) {
                self.pending.comment_leads_from(&[b"# ", name, b": "].concat());
                stack.set_dialect(Dialect::of_kernel);
            } else if dialect.may_be_kunit {
                return true;
            }
        }
        stack.innermost().dialect.diagnostics_lead || dialect.may_be_kunit && self.pending.has_lead()
    }

    /// Adds a line to the comment of the test that is pending.
    pub(super) fn diagnostic<E>(&mut self, line: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        self.rest = Rest::Comment;
        self.pending.comment(line, out)
    }

    /// A line that is not TAP. It continues a diagnostic that leads; else, if it is indented, it
    /// belongs to the test before it.
    pub(super) fn other<E>(&mut self, stack: &mut Stack, input: &Input<'_>, out: &mut Out<'_, E>) -> Result<(), E> {
        let document = stack.innermost_mut();
        document.not_tap();
        let (columns, dialect) = (document.indent.columns, document.dialect);
        if (dialect.diagnostics_lead || dialect.may_be_kunit) && self.pending.has_lead() {
            return self.comment(stack, input.raw, input.content, out);
        }
        if self.pending.is_there && input.indent.columns > columns {
            return self.diagnostic(input.content, out);
        }
        self.text(input.raw, out)
    }

    /// Writes text that belongs to no test.
    pub(super) fn text<E>(&mut self, text: &[u8], out: &mut Out<'_, E>) -> Result<(), E> {
        write_text(text, self.time, out)
    }
}
