//! Writes what packets say to files.

use std::borrow::Cow;
use std::collections::HashMap;

use subunit_cli::{NoPassthrough, Trouble};
use subunit_codec::names::STDOUT;
use subunit_codec::{Flight, Packet, Renew, Span, Stage, Status, Tracker};

use crate::component::components;
use crate::summary::Summary;
use crate::tree::{Place, Tree};

/// Writes tests to folders.
pub(crate) struct Exporter {
    tree: Tree,
    text: NoPassthrough,
    tests: Tracker<Test>,
    /// Files of no test that have not ended, by route code and name.
    global: HashMap<(String, String), Place>,
}

/// A test that runs.
#[derive(Default)]
struct Test {
    folder: Place,
    /// All its attachments, in the order in which they began.
    names: Vec<String>,
    /// Those that have not ended, by name.
    growing: HashMap<String, Place>,
    tags: Vec<String>,
    status: Option<Status>,
    span: Span,
}

impl Renew for Test {}

/// What is known of a test beside its attachments.
const SUMMARY: &str = "test.json";
/// The folder for files of no test.
const GLOBAL: &str = "_global";

impl Exporter {
    pub(crate) fn new(tree: Tree, text: NoPassthrough) -> Self {
        Self { tree, text, tests: Tracker::new(), global: HashMap::new() }
    }

    /// Writes what a packet says.
    pub(crate) fn packet(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        let (is_end, test) = match self.tests.push(packet) {
            Stage::NoTest => return self.global_file(packet),
            Stage::Begun(test) | Stage::Continued(test) => (false, test),
            Stage::Ended(test) | Stage::Single(test) => (true, test),
        };
        let tree = &mut self.tree;
        if test.value.folder.is_empty() {
            test.value.folder = tree.new_folder(&components(test.id()))?;
        }
        test.value.add(packet);
        if let (Some(name), Some(bytes)) = (packet.file_name(), packet.file_bytes()) {
            test.value.attach(name, bytes, packet.is_eof(), tree)?;
        }
        if is_end {
            end(test, tree)?;
        }
        Ok(())
    }

    /// Writes text between packets.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        self.global_bytes("", STDOUT, text, false)
    }

    /// A stream has ended: its tests in flight will not finish.
    pub(crate) fn end_stream(&mut self) -> Result<(), Trouble> {
        self.global.clear();
        for mut test in self.tests.drain() {
            // Attachments alone make no test.
            if test.has_status() {
                end(&mut test, &mut self.tree)?;
            }
        }
        Ok(())
    }

    fn global_file(&mut self, packet: &Packet<'_>) -> Result<(), Trouble> {
        match (packet.file_name(), packet.file_bytes()) {
            (Some(name), Some(bytes)) => {
                self.global_bytes(packet.route_code().unwrap_or_default(), name, bytes, packet.is_eof())
            }
            _ => Ok(()),
        }
    }

    fn global_bytes(&mut self, route: &str, name: &str, bytes: &[u8], is_end: bool) -> Result<(), Trouble> {
        if self.text.no_passthrough {
            return Ok(());
        }
        let key = (route.to_owned(), name.to_owned());
        let place = if let Some(place) = self.global.get(&key) {
            place.clone()
        } else {
            let route = if route.is_empty() { Vec::new() } else { components(route) };
            let path = [vec![Cow::from(GLOBAL)], route, components(name)].concat();
            self.tree.new_file(&[], &path)?
        };
        self.tree.append(&place, bytes)?;
        if is_end {
            self.tree.close(&place);
            self.global.remove(&key);
        } else {
            self.global.insert(key, place);
        }
        Ok(())
    }
}

impl Test {
    fn add(&mut self, packet: &Packet<'_>) {
        let timestamp = packet.timestamp();
        self.span.start = self.span.start.or(timestamp);
        if let Some(tags) = packet.tags() {
            self.tags = tags.map(str::to_owned).collect();
        }
        if let Some(status) = packet.status() {
            self.status = Some(status);
            if status.is_final() {
                self.span.stop = timestamp;
            }
        }
    }

    /// Writes a part of an attachment.
    fn attach(&mut self, name: &str, bytes: &[u8], is_end: bool, tree: &mut Tree) -> Result<(), Trouble> {
        let place = if let Some(place) = self.growing.get(name) {
            place.clone()
        } else {
            self.names.push(name.to_owned());
            let mut path = components(name);
            // That name is taken, though the file comes last.
            if let [only] = &mut path[..]
                && only.eq_ignore_ascii_case(SUMMARY)
            {
                *only = format!("{only}-1").into();
            }
            tree.new_file(&self.folder, &path)?
        };
        tree.append(&place, bytes)?;
        if is_end {
            tree.close(&place);
            self.growing.remove(name);
        } else {
            self.growing.insert(name.to_owned(), place);
        }
        Ok(())
    }
}

/// Writes what became of a test.
fn end(test: &mut Flight<Test>, tree: &mut Tree) -> Result<(), Trouble> {
    for place in std::mem::take(&mut test.value.growing).into_values() {
        tree.close(&place);
    }
    let Test { folder, names, tags, status, span, .. } = &test.value;
    let Some(status) = *status else { return Ok(()) };
    let names = names.iter().map(String::as_str);
    let summary = Summary::new(test.id(), test.route_code(), status, *span, tags, names);
    tree.write(folder, SUMMARY, &summary.json())
}
