//! Streams read and written with tokio.

use bytes::BytesMut;
use proptest::prelude::*;
use subunit_codec::{Event, OwnedItem, Protocol, Reader, Status, StreamCodec};
use testkit::stream::{packet, with_checksum};
use tokio::io::AsyncWriteExt;
use tokio_stream::StreamExt;
use tokio_util::codec::{Decoder, Encoder, FramedRead};

use crate::strategies;

/// The items of a stream that comes in these pieces. Pieces of text that adjoin are one item.
fn in_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>, protocol: Protocol) -> Vec<OwnedItem> {
    let (mut codec, mut buffer, mut items) = (StreamCodec::new(protocol), BytesMut::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(item) = codec.decode(&mut buffer).expect("any bytes are items") {
            push(&mut items, item);
        }
        assert!(buffer.is_empty(), "the decoder holds what it needs");
    }
    while let Some(item) = codec.decode_eof(&mut buffer).expect("any bytes are items") {
        push(&mut items, item);
    }
    items
}

fn push(items: &mut Vec<OwnedItem>, item: OwnedItem) {
    match (items.last_mut(), &item) {
        (Some(OwnedItem::Text(before)), OwnedItem::Text(text)) => *before = [&before[..], text].concat().into(),
        _ => items.push(item),
    }
}

fn read(stream: &[u8], protocol: Protocol) -> Vec<OwnedItem> {
    let mut items = Vec::new();
    Reader::new(stream, protocol).into_iter().for_each(|item| push(&mut items, item.expect("memory does not fail")));
    items
}

proptest! {
    #[test]
    fn the_items_are_those_of_a_reader_however_the_stream_is_cut(
        stream in prop_oneof![strategies::stream(), strategies::stream_of_version_1()],
        size in 1..200_usize,
    ) {
        for protocol in [Protocol::Auto, Protocol::V1, Protocol::V2] {
            let whole = read(&stream.0, protocol);
            prop_assert_eq!(&in_pieces(stream.0.chunks(size), protocol), &whole);
            prop_assert_eq!(&in_pieces(std::iter::once(&stream.0[..]), protocol), &whole);
        }
    }
}

#[tokio::test]
async fn packets_text_and_damage_come_out_as_they_are_written() {
    let good = packet(&Event::test("a").status(Status::Success));
    let broken = with_checksum(packet(&Event::test("b").status(Status::Success)), 0xff);
    let stream = [b"building\n", &good[..], &broken, &good, &good[..7]].concat();
    let (mut writer, source) = tokio::io::duplex(3);
    let written = stream.clone();
    let writing = tokio::spawn(async move { writer.write_all(&written).await });

    let mut items = Vec::new();
    let mut framed = FramedRead::new(source, StreamCodec::default());
    while let Some(item) = framed.next().await {
        push(&mut items, item.unwrap());
    }
    writing.await.unwrap().unwrap();
    assert_eq!(items, read(&stream, Protocol::Auto));
    let [
        OwnedItem::Text(text),
        OwnedItem::Packet(first),
        OwnedItem::Damage(wrong),
        OwnedItem::Packet(second),
        OwnedItem::Damage(torn),
    ] = &items[..]
    else {
        panic!("{items:?}")
    };
    assert_eq!((&text[..], first.as_bytes(), second.as_bytes()), (&b"building\n"[..], &good[..], &good[..]));
    assert_eq!((&wrong.bytes[..], &torn.bytes[..]), (&broken[..], &good[..7]), "also of a packet that the end cut off");
}

#[tokio::test]
async fn an_item_comes_before_the_next_bytes_do() {
    let (mut writer, source) = tokio::io::duplex(1 << 16);
    let mut framed = FramedRead::new(source, StreamCodec::default());
    for id in ["a", "b"] {
        writer.write_all(&packet(&Event::test(id).status(Status::InProgress))).await.unwrap();
        let Some(Ok(OwnedItem::Packet(packet))) = framed.next().await else { panic!("a packet was written") };
        assert_eq!(packet.as_packet().test_id(), Some(id));
    }
}

#[test]
fn events_and_packets_are_written() {
    let event = Event::test("a").status(Status::Fail).file("log", &b"no route"[..]).route_code("0");
    let (mut codec, mut out) = (StreamCodec::default(), BytesMut::new());
    codec.encode(event.clone(), &mut out).unwrap();
    assert_eq!(out, packet(&event));
    let Some(OwnedItem::Packet(again)) = codec.decode(&mut out).unwrap() else { panic!("a packet was written") };
    codec.encode(again, &mut out).unwrap();
    assert_eq!(out, packet(&event), "forwarded byte for byte");

    let before = out.clone();
    let error = codec.encode(Event::test("a\0b"), &mut out).unwrap_err();
    assert_eq!(error.to_string(), "the test id holds a NUL byte");
    assert_eq!(out, before, "nothing is written in part");
}
