//! The tests of the tools.
//!
//! | file | holds |
//! |---|---|
//! | `every_tool` | what every tool does, and the table of tools |
//! | `foreign_input` | input that is no subunit stream |
//! | `help` | `--help`, and messages about arguments |
//! | `installation` | that every tool is installed, with its page and completions |
//! | `subunit_ls` and so on | what one tool does; `subunit2json` holds the way back as well |
//! | `descriptors` | what every tool does with awkward inputs and outputs |
//! | `report_files` | what `-o` does in every tool that has it |
//! | `signals` | what every tool does when a signal comes |
//! | `pipes` | tools connected, as people use them |
//! | `manpages`, `readme` | that the pages and the README are complete |
//! | `examples` | that the examples in them run |
//! | `terminal` | what people see on a terminal |
//! | `tool`, `folder`, `printed` | how a tool is run, where, and its output made readable |

mod descriptors;
mod every_tool;
mod examples;
mod folder;
mod foreign_input;
mod gojson2subunit;
mod help;
mod installation;
mod junitxml2subunit;
mod manpages;
mod pipes;
mod printed;
mod readme;
mod report_files;
mod signals;
mod story;
mod subunit2csv;
mod subunit2disk;
mod subunit2html;
mod subunit2json;
mod subunit2junitxml;
mod subunit2markdown;
mod subunit2perfetto;
mod subunit2pyunit;
mod subunit_1to2;
mod subunit_2to1;
mod subunit_attempts;
mod subunit_bisect;
mod subunit_combine;
mod subunit_demux;
mod subunit_diff;
mod subunit_exec;
mod subunit_filter;
mod subunit_history;
mod subunit_ls;
mod subunit_mux;
mod subunit_output;
mod subunit_sched;
mod subunit_show;
mod subunit_split;
mod subunit_stats;
mod subunit_suspects;
mod subunit_tags;
mod subunit_tee;
mod subunit_trace;
mod tap2subunit;
mod terminal;
mod tool;
