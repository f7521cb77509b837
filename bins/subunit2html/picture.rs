//! Pictures, as part of the page.

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use std::io::Write;
use subunit_cli::{HeldAttachment, Spill, Trouble};

/// The types of picture that browsers show. SVG is not among them: it is a document of its own.
const TYPES: [&str; 7] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/apng"];

/// A picture of more bytes than this is named, not shown.
pub(crate) const LARGEST: u64 = 4 << 20;

/// The type of an attachment that is a picture.
pub(crate) fn kind(attachment: &HeldAttachment) -> Option<&'static str> {
    let mime_type = attachment.mime_type.as_deref()?;
    let mime_type = mime_type.split([';', ',']).next().unwrap_or_default().trim();
    TYPES.into_iter().find(|kind| kind.eq_ignore_ascii_case(mime_type))
}

/// An address that holds the picture itself.
pub(crate) fn address(kind: &str, attachment: &HeldAttachment, spill: &Spill) -> Result<String, Trouble> {
    let mut encoder = EncoderStringWriter::from_consumer(format!("data:{kind};base64,"), &STANDARD);
    spill.read(&attachment.content, |piece| encoder.write_all(piece).map_err(Trouble::message))?;
    Ok(encoder.into_inner())
}
