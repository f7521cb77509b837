//! Reads a stream from standard input with tokio and lists the statuses in it as they come.
//!
//! ```text
//! cargo run --example runner | cargo run --example async_reader --features tokio
//! ```

use std::io::{self, Write};

use subunit_codec::{OwnedItem, StreamCodec};
use tokio_stream::StreamExt;
use tokio_util::codec::FramedRead;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let mut out = io::stdout();
    let mut items = FramedRead::new(tokio::io::stdin(), StreamCodec::default());
    while let Some(item) = items.next().await {
        match item? {
            OwnedItem::Packet(packet) => {
                let packet = packet.as_packet();
                if let (Some(id), Some(status)) = (packet.test_id(), packet.status()) {
                    writeln!(out, "{id} {status}")?;
                }
            }
            OwnedItem::Text(text) => out.write_all(&text)?,
            OwnedItem::Damage(damage) => writeln!(out, "damage at {}", damage.as_damage().summary())?,
        }
    }
    Ok(())
}
