//! Text between packets, and files that belong to no test.

use subunit_cli::Trouble;
use subunit_codec::Packet;
use subunit_codec::names::STDOUT;
use subunit_formats::excerpt::Reading;
use subunit_formats::number::counted;
use subunit_formats::text::is_text_attachment;

use crate::article::{LONGEST_TEXT, push_excerpt};
use crate::part::Part;
use crate::text::name;

/// The files of the whole run, in the order in which they began.
#[derive(Default)]
pub(crate) struct RunFiles {
    files: Vec<RunFile>,
    /// How many more there were.
    left_out: u64,
}

struct RunFile {
    name: String,
    route_code: Option<String>,
    mime_type: Option<String>,
    size: u64,
    /// Its text, if it is one.
    reading: Option<Reading>,
    is_ended: bool,
}

impl RunFiles {
    /// So many are shown.
    const MOST: usize = 32;

    /// Adds text that stood between packets.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.add(STDOUT, None, None, text, false);
    }

    /// Adds what a packet without a test id carries.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) {
        let Some((name, bytes)) = packet.file_name().zip(packet.file_bytes()) else { return };
        self.add(name, packet.route_code(), packet.mime_type(), bytes, packet.is_eof());
    }

    fn add(&mut self, name: &str, route_code: Option<&str>, mime_type: Option<&str>, bytes: &[u8], is_last: bool) {
        let is_same = |file: &RunFile| !file.is_ended && file.name == name && file.route_code.as_deref() == route_code;
        let index = self.files.iter().position(is_same).unwrap_or(self.files.len());
        if index == Self::MOST {
            self.left_out += u64::from(is_last);
            return;
        }
        if index == self.files.len() {
            let is_text = is_text_attachment(name, mime_type);
            self.files.push(RunFile {
                name: name.to_owned(),
                route_code: route_code.map(str::to_owned),
                mime_type: mime_type.map(str::to_owned),
                size: 0,
                reading: is_text.then(|| Reading::new(mime_type, LONGEST_TEXT)),
                is_ended: false,
            });
        }
        let file = &mut self.files[index];
        file.size += bytes.len() as u64;
        file.is_ended = is_last;
        if let Some(reading) = &mut file.reading {
            reading.push(bytes);
        }
    }

    /// What was not finished in a stream does not go on in the next one.
    pub(crate) fn end_stream(&mut self) {
        self.files.iter_mut().for_each(|file| file.is_ended = true);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes them, each folded.
    pub(crate) fn write(self, part: &mut Part) -> Result<(), Trouble> {
        for file in self.files {
            let route = file.route_code.map(|code| format!(" from {}", name(&code))).unwrap_or_default();
            let kind = file.mime_type.map(|kind| format!("{}, ", name(&kind))).unwrap_or_default();
            let label = format!("{}{route} <small>{kind}{}</small>", name(&file.name), counted(file.size, "byte"));
            match file.reading {
                Some(reading) => {
                    part.push(&format!("<details class=\"file\"><summary>{label}</summary>"))?;
                    push_excerpt(&reading.end(), part)?;
                    part.push("</details>\n")?;
                }
                None => part.push(&format!("<p class=\"file\">{label}</p>\n"))?,
            }
        }
        if self.left_out > 0 {
            part.push(&format!("<p>{} more are not shown.</p>", counted(self.left_out, "file")))?;
        }
        Ok(())
    }
}
