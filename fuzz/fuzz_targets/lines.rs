//! Lines cover their input, and their pieces are as long as they may be.

#![no_main]

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use subunit_cli::{InterruptibleInput, LineReader, Output, Piece};

fuzz_target!(|input: &[u8]| {
    // Some inputs are repeated until a line may be longer than a piece.
    let input = if input.len() % 4 == 1 { input.repeat(1 + LineReader::MOST / input.len()) } else { input.to_vec() };
    let mut file = tempfile::tempfile().expect("there is room for a file");
    file.write_all(&input).and_then(|()| file.rewind()).expect("there is room for the input");
    let null = File::create("/dev/null").expect("there is a null device");
    let mut output = Output::file(Path::new("/dev/null"), null);
    let mut lines = LineReader::new("input".to_owned(), InterruptibleInput::new(file, None));
    let (mut read, mut is_line_open) = (Vec::new(), false);
    while let Some(piece) = lines.next(&mut output, None).ok().flatten() {
        let (bytes, is_rest) = match piece {
            Piece::Line(bytes) => (bytes, false),
            Piece::Rest(bytes) => (bytes, true),
            Piece::Pause(_) => panic!("nobody asked for pauses"),
        };
        assert_eq!(is_rest, is_line_open, "a piece goes on with a line if that is not complete");
        assert!(!bytes.is_empty() && bytes.len() <= LineReader::MOST);
        assert!(!bytes[..bytes.len() - 1].contains(&b'\n'), "a piece is of one line");
        is_line_open = !bytes.ends_with(b"\n");
        read.extend_from_slice(bytes);
    }
    assert!(read == input, "lines cover the input");
});
