//! What a packet means.

use std::borrow::Cow;

use crate::packet::status::Status;
use crate::packet::timestamp::Timestamp;

/// What one packet says, with every field open to change.
///
/// Fields are borrowed from a packet or owned. All of them may be absent: an event without a test
/// id is about the run as a whole, an event without a status adds to a test without changing what
/// became of it.
///
/// ```
/// use subunit_codec::{Event, Status, encode};
///
/// let event = Event::test("pkg.Case.test_it").tags(["worker-0"]).route_code("0");
/// let mut stream = Vec::new();
/// encode(&event.status(Status::Fail), &mut stream)?;
/// # Ok::<(), subunit_codec::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// When it happened.
    pub timestamp: Option<Timestamp>,
    /// The test that it is about.
    pub test_id: Option<Cow<'a, str>>,
    /// The status that the test now has.
    pub status: Option<Status>,
    /// All tags that the test now has: `None` leaves them as they were, an empty list takes them
    /// away.
    pub tags: Option<Vec<Cow<'a, str>>>,
    /// Whether the test can be run by itself.
    pub runnable: bool,
    /// The MIME type of the file.
    pub mime_type: Option<Cow<'a, str>>,
    /// A file, or a part of one.
    pub file: Option<File<'a>>,
    /// Whether the file ends with this part.
    pub eof: bool,
    /// The way through multiplexers, outermost first, parts separated by `/`.
    pub route_code: Option<Cow<'a, str>>,
}

/// A file, or a part of one: same name, test id and route code, same file.
///
/// ```
/// use subunit_codec::{Event, File};
///
/// let event = Event::test("net.Ping").file("log", &b"no route"[..]).mime_type("text/plain").eof();
/// assert_eq!(event.file, Some(File { name: "log".into(), bytes: b"no route".into() }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// The file's name.
    pub name: Cow<'a, str>,
    /// The bytes that follow those of earlier events.
    pub bytes: Cow<'a, [u8]>,
}

impl<'a> Event<'a> {
    /// An event about a test that can be run by itself.
    #[must_use]
    pub fn test(id: impl Into<Cow<'a, str>>) -> Self {
        Self { test_id: Some(id.into()), runnable: true, ..Self::default() }
    }

    /// An event that carries a file of the run as a whole, or a part of one. It is marked as
    /// runnable, as python-subunit marks it.
    ///
    /// ```
    /// use subunit_codec::Event;
    ///
    /// let event = Event::global_file("stdout", &b"building\n"[..]);
    /// assert_eq!((event.test_id, event.runnable), (None, true));
    /// ```
    #[must_use]
    pub fn global_file(name: impl Into<Cow<'a, str>>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { runnable: true, ..Self::default() }.file(name, bytes)
    }

    /// Gives the test a status.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Says when it happened.
    #[must_use]
    pub fn at(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// Says which tags the test has, in place of any before.
    #[must_use]
    pub fn tags<T: Into<Cow<'a, str>>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a file or a part of one.
    #[must_use]
    pub fn file(mut self, name: impl Into<Cow<'a, str>>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        self.file = Some(File { name: name.into(), bytes: bytes.into() });
        self
    }

    /// Says what the file is.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<Cow<'a, str>>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Says that the file ends here.
    #[must_use]
    pub fn eof(mut self) -> Self {
        self.eof = true;
        self
    }

    /// Says where it comes from.
    #[must_use]
    pub fn route_code(mut self, code: impl Into<Cow<'a, str>>) -> Self {
        self.route_code = Some(code.into());
        self
    }

    /// Says that the test cannot be run by itself.
    #[must_use]
    pub fn not_runnable(mut self) -> Self {
        self.runnable = false;
        self
    }

    /// The same event, which borrows from nothing: what was borrowed is copied.
    ///
    /// ```
    /// use subunit_codec::{Event, Status};
    ///
    /// let id = String::from("net.Ping");
    /// let event: Event<'static> = Event::test(&id).status(Status::Success).into_owned();
    /// drop(id);
    /// assert_eq!(event, Event::test("net.Ping").status(Status::Success));
    /// ```
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        Event {
            timestamp: self.timestamp,
            test_id: self.test_id.map(owned),
            status: self.status,
            tags: self.tags.map(|tags| tags.into_iter().map(owned).collect()),
            runnable: self.runnable,
            mime_type: self.mime_type.map(owned),
            file: self.file.map(File::into_owned),
            eof: self.eof,
            route_code: self.route_code.map(owned),
        }
    }
}

impl File<'_> {
    /// The same file, which borrows from nothing.
    #[must_use]
    pub fn into_owned(self) -> File<'static> {
        File { name: owned(self.name), bytes: Cow::Owned(self.bytes.into_owned()) }
    }
}

fn owned(string: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(string.into_owned())
}
