//! What every subunit tool shares: how it starts and ends, where it reads from and writes to.
//!
//! A tool is an argument struct and a function:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use clap::Parser;
//! use subunit_cli::{self as cli, Input, Output, Trouble, Verdict};
//! use subunit_codec::{Item, Protocol};
//!
//! /// Count the packets in a stream
//! #[derive(Parser)]
//! #[command(version)]
//! struct Args {
//!     #[command(flatten)]
//!     input: Input,
//! }
//!
//! fn main() -> ExitCode {
//!     cli::main(run)
//! }
//!
//! fn run(args: Args) -> Result<Verdict, Trouble> {
//!     let mut output = Output::new()?;
//!     let mut packets = 0;
//!     for stream in args.input.streams(Protocol::Auto) {
//!         let mut stream = stream?;
//!         while let Some(item) = stream.next(&mut output)? {
//!             packets += usize::from(matches!(item, Item::Packet(_)));
//!         }
//!     }
//!     output.bytes(format!("{packets}\n").as_bytes())?;
//!     output.finish()?;
//!     Ok(Verdict::Success)
//! }
//! ```

mod attachments;
mod children;
mod color;
mod completions;
mod damage;
mod descriptor_limit;
mod escape;
mod estimates;
mod file_id;
mod file_writer;
mod foreign;
mod id_list;
mod identity;
mod input;
mod interruptible;
mod line_reader;
mod options;
mod output;
mod pattern;
mod record;
mod report_draft;
mod report_file;
mod route;
mod route_prefix;
mod routing;
mod run;
mod run_durations;
mod run_results;
mod shared_output;
mod shares;
mod signals;
mod spill;
mod spill_file;
mod status_line;
mod test_groups;
mod test_list;
mod test_row;
mod test_tags;
mod text_output;
mod threads;
mod trouble;
mod values;
mod whole_lines;

pub use attachments::{HeldAttachment, HeldAttachments};
pub use children::{
    Children, CommandInput, Deadline, Ending, Failures, ListedCommand, Running, TimeLimit, failure_reason,
    pass_descriptor, say_cut, start_failure_reason,
};
pub use color::Color;
pub use damage::report_damage;
pub use descriptor_limit::allow_descriptors;
pub use escape::escape;
pub use estimates::Estimate;
pub use file_id::refuse_same_files;
pub use file_writer::{FileWriter, create};
pub use id_list::IdList;
pub use identity::{Identity, TestKey};
pub use input::{Input, Stream, open_input, operands};
pub use interruptible::InterruptibleInput;
pub use line_reader::{LineReader, Piece};
pub use options::{
    FailOnEmpty, NO_PASSTHROUGH_HELP, NoPassthrough, ProtocolVersion, Seen, count, help_end, positive_count,
};
pub use output::Output;
pub use pattern::pattern;
pub use record::Record;
pub use report_draft::{CompleteReport, ReportDraft};
pub use report_file::ReportFile;
pub use route::{Labels, OpenTest, Route, ended_test};
pub use route_prefix::{joined_route, refused_event, refused_packet};
pub use routing::Routing;
pub use run::{Verdict, main, main_with};
pub use run_durations::RunDurations;
pub use run_results::RunResults;
pub use shared_output::{SharedOutput, SourceFailure, try_reserve};
pub use shares::Shares;
pub use signals::is_interrupted;
pub use spill::{Held, Spill};
pub use spill_file::SpillFile;
pub use status_line::StatusLine;
pub use test_groups::{TestGroup, TestGroups};
pub use test_list::read_test_list;
pub use test_row::{TestRow, seconds};
pub use text_output::{LiveOutput, TextOutput};
pub use threads::spawn;
pub use trouble::Trouble;
pub use values::{duration, factor, signal};
pub use whole_lines::{WholeLine, WholeLines};
