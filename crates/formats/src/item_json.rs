//! What a stream holds, as JSON objects, and back.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use base64::display::Base64Display;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subunit_codec::{Damage, Event, File, Item, Packet, Status, Timestamp, encode};

/// Appends an item of a stream to `out`, as a JSON object and a newline.
///
/// The names are those of `StreamResult.status` in testtools. Fields that a packet does not have
/// are left out; `runnable` is there only if it is false, `eof` only if it is true. Bytes that are
/// not UTF-8 are an object with the key `base64`. With `has_raw`, the bytes of a packet are there
/// as well.
///
/// ```
/// use subunit_codec::{Item, Packet};
/// use subunit_formats::item_json::append_line;
///
/// let mut lines = Vec::new();
/// let packet = Packet::parse(b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b")?;
/// append_line(&Item::Packet(packet), false, &mut lines)?;
/// append_line(&Item::Text(b"make: done\n"), false, &mut lines)?;
/// let expected = [
///     r#"{"test_id":"foo","test_status":"exists"}"#,
///     r#"{"text":"make: done\n"}"#,
/// ];
/// assert_eq!(String::from_utf8(lines)?.lines().collect::<Vec<_>>(), expected);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If memory is out.
pub fn append_line(item: &Item<'_>, has_raw: bool, out: &mut Vec<u8>) -> io::Result<()> {
    let fields = match item {
        Item::Packet(packet) => Fields::of_packet(packet, has_raw),
        Item::Text(text) => Fields { text: Some(Bytes((*text).into())), ..Fields::default() },
        Item::Damage(damage) => Fields { damage: Some(damage.into()), ..Fields::default() },
    };
    let mut out = Growing(out);
    serde_json::to_writer(&mut out, &fields)?;
    out.write_all(b"\n")
}

/// A vector to which one may write more than there is memory for.
struct Growing<'a>(&'a mut Vec<u8>);

impl Write for Growing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_reserve(bytes.len())?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes of a stream that a line of JSON stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    /// A packet, or several if its file is long.
    Packets(Vec<u8>),
    /// Text between packets.
    Text(Vec<u8>),
    /// The bytes that were damage.
    Damage(Vec<u8>),
}

/// Reads the line that [`append_line`] made of an item. Files that are longer than a packet are
/// split.
///
/// ```
/// use subunit_codec::Packet;
/// use subunit_formats::item_json::{Restored, restore};
///
/// let Restored::Packets(bytes) = restore(br#"{"test_id":"foo","test_status":"exists"}"#)? else {
///     panic!("it is a packet")
/// };
/// assert_eq!(bytes, b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b");
/// let error = restore(br#"{"test_id":"foo","test_status":"good"}"#).unwrap_err();
/// assert!(error.to_string().starts_with("column 38: 'good': not one of exists, inprogress"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If the line is not JSON, has unknown names or values that no packet can hold, or mixes a packet
/// with text or damage.
pub fn restore(line: &[u8]) -> Result<Restored, LineError> {
    // To serde, a list of the values would do as well.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(LineError("column 1: not an object".to_owned()));
    }
    let mut fields: Fields<'_> = serde_json::from_slice(line).map_err(LineError::from)?;
    if let Some(text) = fields.text.take() {
        return fields.are_none().map(|()| Restored::Text(text.0.into_owned()));
    }
    if let Some(damage) = fields.damage.take() {
        return fields.are_none().map(|()| Restored::Damage(damage.base64.0.into_owned()));
    }
    if let Some(Base64(raw)) = fields.raw {
        Packet::parse(&raw).map_err(|error| LineError(format!("raw: {error}")))?;
        return Ok(Restored::Packets(raw.into_owned()));
    }
    let mut packets = Vec::new();
    encode(&fields.into_event()?, &mut packets).map_err(|error| LineError(error.to_string()))?;
    Ok(Restored::Packets(packets))
}

/// Why a line is no item of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError(String);

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for LineError {}

impl From<serde_json::Error> for LineError {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        // The caller knows the line, and counts it in the file.
        let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
        Self(format!("column {}: {text}", error.column()))
    }
}

/// The keys of all objects, in their order.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fields<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    test_id: Option<Cow<'a, str>>,
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "write_status",
        deserialize_with = "read_status"
    )]
    test_status: Option<Status>,
    // Read late: beside raw bytes, it may be a time that does not fit.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    test_tags: Option<Vec<Cow<'a, str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runnable: Option<bool>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    mime_type: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    file_name: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    file_bytes: Option<Bytes<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eof: Option<bool>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    route_code: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    raw: Option<Base64<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    text: Option<Bytes<'a>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    damage: Option<DamageFields<'a>>,
}

/// The keys of damage. Only the bytes count on the way back.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DamageFields<'a> {
    #[serde(default)]
    offset: u64,
    #[serde(default)]
    reason: String,
    #[serde(borrow)]
    base64: Base64<'a>,
}

impl<'a> Fields<'a> {
    fn of_packet(packet: &Packet<'a>, has_raw: bool) -> Self {
        let Event { timestamp, test_id, status, tags, runnable, mime_type, file, eof, route_code } = packet.to_event();
        let (file_name, file_bytes) = file.map(|File { name, bytes }| (name, Bytes(bytes))).unzip();
        Self {
            test_id,
            test_status: status,
            timestamp: timestamp.map(|time| time.to_string().into()),
            test_tags: tags,
            runnable: (!runnable).then_some(false),
            mime_type,
            file_name,
            file_bytes,
            eof: eof.then_some(true),
            route_code,
            raw: has_raw.then(|| Base64(packet.as_bytes().into())),
            text: None,
            damage: None,
        }
    }

    fn into_event(self) -> Result<Event<'a>, LineError> {
        let file = match (self.file_name, self.file_bytes) {
            (Some(name), bytes) => Some(File { name, bytes: bytes.map(|Bytes(bytes)| bytes).unwrap_or_default() }),
            (None, None) => None,
            (None, Some(_)) => return Err(LineError("file_bytes without file_name".to_owned())),
        };
        let timestamp = self.timestamp.map(|time| {
            let fault = |error| LineError(format!("timestamp '{time}': {error}"));
            time.parse::<Timestamp>().map_err(fault)
        });
        Ok(Event {
            timestamp: timestamp.transpose()?,
            test_id: self.test_id,
            status: self.test_status,
            tags: self.test_tags,
            runnable: self.runnable.unwrap_or(true),
            mime_type: self.mime_type,
            file,
            eof: self.eof.unwrap_or_default(),
            route_code: self.route_code,
        })
    }

    /// Makes sure that nothing stands beside text or damage.
    fn are_none(&self) -> Result<(), LineError> {
        if *self == Self::default() {
            Ok(())
        } else {
            Err(LineError("text and damage stand alone in their objects".to_owned()))
        }
    }
}

impl<'a> From<&Damage<'a>> for DamageFields<'a> {
    fn from(damage: &Damage<'a>) -> Self {
        Self { offset: damage.offset, reason: damage.fault.to_string(), base64: Base64(damage.bytes.into()) }
    }
}

/// Bytes as a string if they are UTF-8, and else as `{"base64": "..."}`.
#[derive(Debug, PartialEq, Eq)]
struct Bytes<'a>(Cow<'a, [u8]>);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Encoded<'a> {
    #[serde(borrow)]
    base64: Base64<'a>,
}

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Encoded { base64: Base64((&*self.0).into()) }.serialize(serializer),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "neither text nor an object with base64")]
        enum Form<'a> {
            Text(#[serde(borrow)] Cow<'a, str>),
            Encoded(#[serde(borrow)] Encoded<'a>),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::Text(Cow::Borrowed(text)) => text.as_bytes().into(),
            Form::Text(Cow::Owned(text)) => text.into_bytes().into(),
            Form::Encoded(Encoded { base64: Base64(bytes) }) => bytes,
        }))
    }
}

/// Bytes in base64.
#[derive(Debug, PartialEq, Eq)]
struct Base64<'a>(Cow<'a, [u8]>);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(&self.0, &BASE64_STANDARD))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Base64<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        BASE64_STANDARD.decode(&*text).map(|bytes| Self(bytes.into())).map_err(|_| D::Error::custom("invalid base64"))
    }
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn write_status<S: Serializer>(status: &Option<Status>, serializer: S) -> Result<S::Ok, S::Error> {
    status.map(Status::name).serialize(serializer)
}

fn read_status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Status>, D::Error> {
    let name = Option::<Cow<'_, str>>::deserialize(deserializer)?;
    name.map(|name| name.parse().map_err(|error| D::Error::custom(format_args!("'{name}': {error}")))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn error(line: &str) -> String {
        restore(line.as_bytes()).expect_err("it is no item").to_string()
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told() {
        for (line, expected) in [
            ("{", "column 1: EOF while parsing an object"),
            ("{} x", "column 4: trailing characters"),
            ("[1]", "column 1: not an object"),
            (r#"{"test_idd":"a"}"#, "column 11: unknown field `test_idd`"),
            (r#"{"test_id":1}"#, "column 12: invalid type: integer `1`"),
            (r#"{"test_id":"a","test_id":"b"}"#, "column 24: duplicate field `test_id`"),
            (r#"{"test_status":"good"}"#, "column 22: 'good': not one of exists, inprogress, "),
            (r#"{"timestamp":"1969-12-31T23:59:59Z"}"#, "'1969-12-31T23:59:59Z': not a time between 1970 and 2106"),
            (r#"{"timestamp":"2106-02-07T06:28:16Z"}"#, "'2106-02-07T06:28:16Z': not a time between 1970 and 2106"),
            (r#"{"timestamp":"now"}"#, "'now': not a time in RFC 3339"),
            (r#"{"test_id":"a\u0000b"}"#, "NUL"),
            (r#"{"file_bytes":"x"}"#, "file_bytes without file_name"),
            (r#"{"file_name":"x","file_bytes":{"base64":"*"}}"#, "neither text nor an object with base64"),
            (r#"{"text":"x","eof":true}"#, "text and damage stand alone"),
            (r#"{"damage":{"base64":""},"text":"x"}"#, "text and damage stand alone"),
            (r#"{"damage":{"base64":"","by":1}}"#, "unknown field `by`"),
            (r#"{"raw":"AAAA"}"#, "raw: "),
        ] {
            let error = error(line);
            assert!(error.contains(expected), "{line}: {error}");
        }
    }

    #[test]
    fn null_is_as_good_as_nothing() {
        let line = br#"{"test_id":"a","test_status":null,"timestamp":null,"test_tags":null,"eof":null,"text":null}"#;
        let mut packet = Vec::new();
        encode(&Event::test("a"), &mut packet).unwrap();
        assert_eq!(restore(line), Ok(Restored::Packets(packet)));
    }

    #[test]
    fn raw_bytes_win() {
        let packet = b"\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b";
        let mut line = Vec::new();
        append_line(&Item::Packet(Packet::parse(packet).unwrap()), true, &mut line).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert!(line.contains(r#""raw":"sykBDANmb28IVV8b""#), "{line}");
        assert_eq!(restore(line.replace("exists", "fail").as_bytes()), Ok(Restored::Packets(packet.to_vec())));
    }
}
