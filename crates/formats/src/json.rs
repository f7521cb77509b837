//! Tests as JSON.

use serde::Serialize;
use subunit_codec::{Attachment, Test};

use crate::time::rfc3339;

/// A test as a JSON object on one line, without a newline: what is known of it, `null` for what is not.
///
/// Times are RFC 3339, the duration is in seconds. The keys and their order are part of the interface.
///
/// ```
/// use subunit_codec::{Status, Test};
/// use subunit_formats::json;
///
/// let test = Test {
///     id: "a".into(),
///     route_code: None,
///     status: Status::Skip,
///     tags: vec!["worker-0".into()],
///     start: None,
///     stop: None,
///     runnable: true,
///     attachments: vec![],
/// };
/// assert_eq!(
///     json::test(&test),
///     r#"{"id":"a","status":"skip","tags":["worker-0"],"route_code":null,"start":null,"stop":null,"duration":null,"runnable":true,"attachments":[]}"#
/// );
/// ```
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "it cannot")]
pub fn test(test: &Test) -> String {
    let object = TestObject {
        id: &test.id,
        status: test.status.name(),
        tags: &test.tags,
        route_code: test.route_code.as_deref(),
        start: test.start.map(rfc3339),
        stop: test.stop.map(rfc3339),
        duration: test.duration().map(|duration| duration.as_secs_f64()),
        runnable: test.runnable,
        attachments: test.attachments.iter().map(AttachmentObject::from).collect(),
    };
    serde_json::to_string(&object).expect("strings, numbers and lists of them are JSON")
}

#[derive(Serialize)]
struct TestObject<'a> {
    id: &'a str,
    status: &'static str,
    tags: &'a [String],
    route_code: Option<&'a str>,
    start: Option<String>,
    stop: Option<String>,
    duration: Option<f64>,
    runnable: bool,
    attachments: Vec<AttachmentObject<'a>>,
}

#[derive(Serialize)]
struct AttachmentObject<'a> {
    name: &'a str,
    mime_type: Option<&'a str>,
    size: u64,
}

impl<'a> From<&'a Attachment> for AttachmentObject<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        Self { name: &attachment.name, mime_type: attachment.mime_type.as_deref(), size: attachment.size }
    }
}
