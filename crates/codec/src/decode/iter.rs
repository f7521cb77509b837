//! Iterators over what is read.

use std::io::{self, Read};

use crate::decode::Item;
use crate::decode::owned::OwnedItem;
use crate::decode::reader::Reader;
use crate::event::Event;
use crate::names::STDOUT;

/// The items of a [`Reader`], each a copy.
///
/// After an error come the items that were read before it, then the end: see [`Reader::next`].
#[derive(Debug)]
pub struct Items<R> {
    reader: Reader<R>,
}

/// ```
/// use subunit_codec::{OwnedItem, Protocol, Reader};
///
/// let stream = b"test: a\nbuilding\nsuccess: a\n";
/// let reader = Reader::new(&stream[..], Protocol::Auto);
/// let items = reader.into_iter().collect::<Result<Vec<OwnedItem>, _>>()?;
/// assert!(matches!(&items[..], [OwnedItem::Packet(_), OwnedItem::Text(_), OwnedItem::Packet(_)]));
/// # Ok::<(), std::io::Error>(())
/// ```
impl<R: Read> IntoIterator for Reader<R> {
    type Item = io::Result<OwnedItem>;
    type IntoIter = Items<R>;

    fn into_iter(self) -> Items<R> {
        Items { reader: self }
    }
}

impl<R: Read> Iterator for Items<R> {
    type Item = io::Result<OwnedItem>;

    fn next(&mut self) -> Option<io::Result<OwnedItem>> {
        Some(self.reader.next().transpose()?.map(Item::into_owned))
    }
}

/// All that a [`Reader`] reads as events: see [`Reader::into_events`].
#[derive(Debug)]
pub struct Events<R> {
    reader: Reader<R>,
    /// The second event of a report of damage.
    next: Option<Event<'static>>,
}

impl<R: Read> Reader<R> {
    /// All that is read as events, for those who need not tell packets, text and damage apart.
    ///
    /// Nothing is left out. Text is an event with a file `stdout` and without a test id, as filters
    /// write it, and damage the two events of [`Damage::report`](crate::Damage::report), so that a
    /// damaged stream has a failed test. After an error come the events that were read before it,
    /// then the end.
    ///
    /// ```
    /// use subunit_codec::{Event, PARSER_TEST_ID, Protocol, Reader, Status};
    ///
    /// let stream = b"building\n\xb3\x29\x01\x0c\x03foo\x08\x55\x5f\x1b\xb3\x29torn\n";
    /// let reader = Reader::new(&stream[..], Protocol::Auto);
    /// let events = reader.into_events().collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(events[0], Event::global_file("stdout", &b"building\n"[..]));
    /// assert_eq!(events[1], Event::test("foo").status(Status::Exists));
    /// assert_eq!(events[3].test_id.as_deref(), Some(PARSER_TEST_ID));
    /// assert_eq!(events[3].status, Some(Status::Fail));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn into_events(self) -> Events<R> {
        Events { reader: self, next: None }
    }
}

impl<R: Read> Iterator for Events<R> {
    type Item = io::Result<Event<'static>>;

    fn next(&mut self) -> Option<io::Result<Event<'static>>> {
        if let Some(event) = self.next.take() {
            return Some(Ok(event));
        }
        let item = match self.reader.next().transpose()? {
            Ok(item) => item,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(match item {
            Item::Packet(packet) => packet.to_event().into_owned(),
            Item::Text(text) => Event::global_file(STDOUT, text.to_vec()),
            Item::Damage(damage) => {
                let [data, fault] = damage.report().map(Event::into_owned);
                self.next = Some(fault);
                data
            }
        }))
    }
}
