//! What holds for any input.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use subunit_codec::v1::{Detail, Writer};
use subunit_codec::{Assembler, Event, Packet, Protocol, Status, encode};
use testkit::reader::{interrupted, random_pieces};
use testkit::stream::packet;

use crate::strategies::{Bytes, bytes, cuts, damage, event, stream, stream_of_version_1, test, wreck};
use testkit::items::{Owned, cover, decode, in_pieces, packets, read, translate};
use testkit::oracle::sound_packets;

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_reads_back_as_it_was_written(event in event()) {
        let mut out = Vec::new();
        encode(&event, &mut out).unwrap();
        let packet = Packet::parse(&out).expect("what is written is a packet");
        prop_assert_eq!(packet.to_event(), event);
        prop_assert_eq!(packet.as_bytes(), &out[..]);
    }

    #[test]
    fn items_cover_the_input(stream in stream()) {
        let items = decode(&stream.0);
        prop_assert_eq!(cover(&items), &stream.0[..]);
        let mut offset = 0;
        for item in &items {
            if let Owned::Damage { offset: told, .. } = item {
                prop_assert_eq!(*told, offset, "damage tells where it is");
            }
            offset += item.bytes().len() as u64;
        }
    }

    #[test]
    fn items_cover_arbitrary_bytes(stream in bytes(2000)) {
        prop_assert_eq!(cover(&decode(&stream.0)), stream.0);
    }

    #[test]
    fn cuts_change_no_item(stream in stream(), sizes in cuts()) {
        prop_assert_eq!(in_pieces(&stream.0, &sizes, Protocol::V2), decode(&stream.0));
    }

    #[test]
    fn cuts_change_no_item_of_version_1(stream in stream_of_version_1(), sizes in cuts()) {
        prop_assert_eq!(in_pieces(&stream.0, &sizes, Protocol::V1), translate(&stream.0));
    }

    #[test]
    fn awkward_readers_change_no_item(stream in prop_oneof![stream(), stream_of_version_1()], seed in any::<u64>()) {
        for protocol in [Protocol::Auto, Protocol::V1, Protocol::V2] {
            let awkward = read(interrupted(random_pieces(&stream.0, 300, seed)), protocol);
            prop_assert_eq!(awkward, read(&stream.0[..], protocol), "{:?}", protocol);
        }
    }

    #[test]
    fn every_packet_that_is_found_is_one(stream in stream()) {
        for bytes in packets(&decode(&stream.0)) {
            prop_assert!(Packet::parse(bytes).is_ok(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn every_packet_of_version_1_is_one(stream in stream_of_version_1()) {
        for bytes in packets(&translate(&stream.0)) {
            prop_assert!(Packet::parse(bytes).is_ok(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn the_decoder_finds_a_packet_exactly_where_one_parses(bytes in prop_oneof![damage(), event().prop_map(|event| Bytes(packet(&event)))]) {
        let found = decode(&bytes.0);
        prop_assert_eq!(found == [Owned::Packet(bytes.0.clone())], Packet::parse(&bytes.0).is_ok());
    }

    #[test]
    fn every_sound_packet_is_found_and_no_other(stream in wreck(), sizes in cuts()) {
        let sound = sound_packets(&stream.0);
        let items = decode(&stream.0);
        prop_assert_eq!(packets(&items), sound.clone(), "{:?}", items);
        prop_assert_eq!(cover(&items), &stream.0[..]);
        prop_assert_eq!(in_pieces(&stream.0, &sizes, Protocol::V2), items.clone());
        prop_assert_eq!(in_pieces(&stream.0, &[1], Protocol::V2), items);
        let lines = translate(&stream.0);
        prop_assert_eq!(packets(&lines), sound, "as version 1: {:?}", lines);
        prop_assert_eq!(cover(&lines), &stream.0[..]);
        prop_assert_eq!(in_pieces(&stream.0, &sizes, Protocol::V1), lines);
    }

    #[test]
    fn damage_is_one_report_wherever_it_adjoins(stream in wreck()) {
        for items in [decode(&stream.0), translate(&stream.0)] {
            let is_damage = |item: &Owned| matches!(item, Owned::Damage { .. });
            prop_assert!(!items.windows(2).any(|pair| pair.iter().all(is_damage)), "{:?}", items);
        }
    }

    #[test]
    fn a_test_is_found_between_any_bytes(before in bytes(100), after in bytes(100)) {
        let good = packet(&Event::test("a").status(Status::Fail));
        let stream = [&before.0[..], &good, &after.0].concat();
        prop_assert!(packets(&decode(&stream)).contains(&&good[..]));
    }

    #[test]
    fn what_version_1_accepts_translates_back(tests in vec(test(), 0..6)) {
        let mut writer = Writer::new(Vec::new());
        let mut written = Vec::new();
        for test in tests {
            let details: Vec<_> = test.details.iter().map(|(name, mime_type, bytes)| Detail { name, mime_type, bytes: &bytes.0 }).collect();
            if writer.test(&test.id).is_err() {
                continue;
            }
            let tags: Vec<_> = test.tags.iter().map(String::as_str).collect();
            let has_tags = writer.tags(&tags, &[]).is_ok();
            let has_details = writer.outcome(test.outcome, &test.id, &details).is_ok();
            if !has_details {
                writer.outcome(test.outcome, &test.id, &[]).unwrap();
            }
            written.push((test, has_tags, has_details));
        }
        let items = translate(&writer.into_inner());
        let mut assembler = Assembler::keeping_files();
        let mut read: Vec<_> = packets(&items).into_iter().filter_map(|bytes| assembler.push(&Packet::parse(bytes).unwrap()).cloned()).collect();
        read.extend(assembler.finish());
        prop_assert_eq!(read.len(), written.len());
        prop_assert_eq!(cover(&items), packets(&items).concat(), "there is no text and no damage");
        for (read, (test, has_tags, has_details)) in read.iter().zip(&written) {
            prop_assert_eq!(&read.id, &test.id);
            prop_assert_eq!(read.status, test.outcome.status());
            let mut tags = if *has_tags { test.tags.clone() } else { Vec::new() };
            let mut seen = HashSet::new();
            tags.reverse();
            tags.retain(|tag| seen.insert(tag.clone()));
            tags.reverse();
            prop_assert_eq!(&read.tags, &tags);
            let details: &[_] = if *has_details { &test.details } else { &[] };
            let attachments: Vec<_> = read.attachments.iter().map(|file| (&file.name, file.bytes.as_deref().unwrap())).collect();
            prop_assert_eq!(attachments, details.iter().map(|(name, _, bytes)| (name, &bytes.0[..])).collect::<Vec<_>>());
        }
    }
}
