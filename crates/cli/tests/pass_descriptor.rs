//! Descriptors for commands. The test is alone in its process: others would use the same numbers.

use std::io::{self, Read};
use std::process::Command;

use subunit_cli::pass_descriptor;

#[test]
fn a_descriptor_of_any_number_is_passed_on_and_hides_no_failure_to_start() {
    for number in 3..=9 {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut command = Command::new("sh");
        pass_descriptor(&mut command, writer, number).unwrap();
        assert!(command.args(["-c", &format!("echo here >&{number}")]).status().unwrap().success());
        drop(command);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "here\n", "descriptor {number}");
    }
    // The standard library takes one of these for its own pipe.
    for number in 3..100 {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut command = Command::new("/no/such/program");
        pass_descriptor(&mut command, writer, number).unwrap();
        assert_eq!(command.status().unwrap_err().kind(), io::ErrorKind::NotFound, "descriptor {number}");
        drop(command);
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"", "descriptor {number}");
    }
}
