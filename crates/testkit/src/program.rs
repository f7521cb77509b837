//! A program with pipes at its ends, which threads fill and empty.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// A program that was started, and what it writes to standard error.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) child: Child,
    pub(crate) stderr: Receiver<Vec<u8>>,
    pub(crate) status: Option<ExitStatus>,
}

impl Program {
    pub(crate) fn start(mut command: Command, stdin: Stdio, stdout: Stdio) -> Self {
        let path = command.get_program().to_string_lossy();
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let (stderr, writer) = pipe();
        let child = command.stdin(stdin).stdout(stdout).stderr(writer).spawn();
        let child = child.unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self { name, child, stderr: collect(stderr), status: None }
    }

    pub(crate) fn stderr_so_far(&self) -> String {
        let bytes: Vec<u8> = self.stderr.try_iter().flatten().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

pub(crate) fn pipe() -> (PipeReader, PipeWriter) {
    io::pipe().expect("the system has a pipe to give")
}

/// Writes what comes in a thread of its own: a program may fill its output before it reads all of
/// its input.
pub(crate) fn feed(mut writer: PipeWriter) -> Sender<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || receiver.into_iter().try_for_each(|bytes: Vec<u8>| writer.write_all(&bytes)));
    sender
}

/// Reads to the end in a thread of its own, and hands on what comes.
pub(crate) fn collect(mut reader: PipeReader) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}
