//! What becomes of the parts of a stream: report, standard output, or both.

use subunit_cli::{TextOutput, Trouble};
use subunit_codec::names::STDOUT;
use subunit_codec::{Item, Packet};

use crate::report::Report;

/// Where the parts go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Routing {
    /// Whether the stream is forwarded to standard output, with its text wrapped.
    pub(crate) forward: bool,
    /// Whether text is for the report, because standard output holds nothing else.
    pub(crate) reports_text: bool,
    /// Whether text and files of the whole run are dropped.
    pub(crate) drops_text: bool,
}

impl Routing {
    pub(crate) fn item(self, item: &Item<'_>, report: &mut Report, output: &mut TextOutput) -> Result<(), Trouble> {
        match item {
            Item::Packet(packet) if !packet.has_test_id() => self.global(packet, report, output),
            Item::Packet(packet) => {
                if self.forward {
                    output.raw().forward(packet)?;
                }
                report.packet(packet)
            }
            Item::Text(_) if self.drops_text => Ok(()),
            Item::Text(text) if self.forward => output.raw().wrapped(text),
            Item::Text(text) if self.reports_text => report.text(text),
            Item::Text(text) => output.text(text),
            Item::Damage(damage) => {
                if self.forward {
                    output.raw().damage(damage)?;
                }
                report.damage(damage)
            }
        }
    }

    /// A packet that is about no test. One of a file `stdout` is text that a filter wrapped.
    fn global(self, packet: &Packet<'_>, report: &mut Report, output: &mut TextOutput) -> Result<(), Trouble> {
        if self.drops_text {
            return Ok(());
        }
        if self.forward {
            output.raw().forward(packet)?;
        }
        match packet.file_bytes() {
            Some(text) if packet.file_name() == Some(STDOUT) && !self.reports_text => {
                if self.forward {
                    Ok(())
                } else {
                    output.text(text)
                }
            }
            _ => report.packet(packet),
        }
    }
}
