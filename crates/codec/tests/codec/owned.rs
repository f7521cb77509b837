//! Items and events that borrow from nothing.

use proptest::prelude::*;
use subunit_codec::{Event, Item, OwnedItem, PARSER_TEST_ID, Packet, Protocol, Reader, Status};
use testkit::items::{Owned, decode};
use testkit::reader::failing;
use testkit::stream::{good_tests, packet, with_checksum};

use crate::strategies;

proptest! {
    #[test]
    fn a_reader_iterates_over_copies_of_its_items(stream in strategies::stream()) {
        let mut reader = Reader::new(&stream.0[..], Protocol::Auto);
        for item in Reader::new(&stream.0[..], Protocol::Auto) {
            let item = item.unwrap();
            prop_assert_eq!(Some(item.as_item()), reader.next().unwrap());
            if let OwnedItem::Packet(packet) = &item {
                prop_assert_eq!(Packet::parse(packet.as_bytes()), Ok(packet.as_packet()));
            }
        }
        prop_assert_eq!(reader.next().unwrap(), None);
    }

    #[test]
    fn an_event_that_borrows_from_nothing_is_the_same(event in strategies::event()) {
        let bytes = packet(&event);
        let owned = Packet::parse(&bytes).unwrap().to_event().into_owned();
        drop(bytes);
        prop_assert_eq!(owned, event);
    }

    #[test]
    fn no_item_is_lost_between_the_events(stream in strategies::stream()) {
        let mut events = Reader::new(&stream.0[..], Protocol::V2).into_events().map(Result::unwrap);
        let mut reader = Reader::new(&stream.0[..], Protocol::V2);
        while let Some(item) = reader.next().unwrap() {
            let expected = match item {
                Item::Packet(packet) => vec![packet.to_event().into_owned()],
                Item::Text(text) => vec![Event::global_file("stdout", text.to_vec())],
                Item::Damage(damage) => damage.report().map(Event::into_owned).to_vec(),
            };
            prop_assert_eq!(events.by_ref().take(expected.len()).collect::<Vec<_>>(), expected);
        }
        prop_assert_eq!(events.next(), None);
    }
}

#[test]
fn damage_is_a_failed_test_among_the_events() {
    let broken = with_checksum(packet(&Event::test("ab").status(Status::Success)), 0xff);
    let events: Vec<_> = Reader::new(&broken[..], Protocol::Auto).into_events().map(Result::unwrap).collect();
    let [data, fault] = &events[..] else { panic!("{events:?}") };
    assert_eq!(data.file.as_ref().unwrap().bytes, broken);
    assert_eq!((fault.test_id.as_deref(), fault.status), (Some(PARSER_TEST_ID), Some(Status::Fail)));
}

#[test]
fn a_failure_to_read_is_one_error_and_what_was_read_before_it_comes() {
    let stream = good_tests(3);
    let reader = || Reader::new(failing(&stream[..], stream.len() - 1), Protocol::Auto);
    let (items, errors): (Vec<_>, Vec<_>) = reader().into_iter().partition(Result::is_ok);
    assert_eq!(errors.len(), 1);
    let items: Vec<_> = items.iter().flatten().map(|item| Owned::from(item.as_item())).collect();
    assert_eq!(items, decode(&stream[..stream.len() - 1]));
    let (events, errors): (Vec<_>, Vec<_>) = reader().into_events().partition(Result::is_ok);
    assert_eq!((events.len(), errors.len()), (items.len() + 1, 1), "two for the packet that was cut off");
}
