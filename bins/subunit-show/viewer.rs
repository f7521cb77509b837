//! What becomes of each item of the stream.

use subunit_cli::{Held, LiveOutput, Record, Spill, TextOutput, Trouble};
use subunit_codec::names::STDOUT;
use subunit_codec::{Flight, Packet, Stage, Status, Timestamp, Tracker};

use crate::choice::Choice;
use crate::entry::{Entry, Part};
use crate::extract::Extract;
use crate::keep::Keep;

/// Shows tests as they end.
pub(crate) struct Viewer {
    choice: Choice,
    keep: Keep,
    tests: Tracker<Record>,
    printer: Printer,
    /// What was found for each id that is looked for.
    named: Vec<Named>,
    /// For `--attachment`: that of tests that were chosen, and that of tests whose ids contain one
    /// that is looked for.
    chosen: Extract,
    similar: Extract,
    /// The files of the run, by route code, in the order in which they began.
    run: Vec<(Option<String>, Record)>,
    count: u64,
    now: Option<Timestamp>,
}

/// Prints entries, with an empty line between them.
struct Printer {
    spill: Spill,
    is_colored: bool,
    has_printed: bool,
}

/// What was found for an id.
#[derive(Default)]
struct Named {
    /// A test has just this id.
    is_exact: bool,
    /// So many tests have ids that hold it.
    similar: u64,
    /// Entries of these, for the end: as long as no test has just this id.
    entries: Held,
}

impl Viewer {
    pub(crate) fn new(choice: Choice, attachment: Option<String>, is_colored: bool) -> Self {
        let keep = attachment.map_or(Keep::Texts, Keep::Named);
        let named = choice.ids.iter().map(|_| Named::default()).collect();
        let spill = Spill::new(4 << 20, 64 << 10);
        Self {
            choice,
            keep,
            tests: Tracker::new(),
            printer: Printer { spill, is_colored, has_printed: false },
            named,
            chosen: Extract::default(),
            similar: Extract::default(),
            run: Vec::new(),
            count: 0,
            now: None,
        }
    }

    pub(crate) fn text(&mut self, text: &[u8]) -> Result<(), Trouble> {
        if !self.choice.has_text() {
            return Ok(());
        }
        let record = of_route(&mut self.run, None);
        let keep = &self.keep;
        record.attachments.add_bytes(STDOUT, text, &mut self.printer.spill, |attachment| keep.most(attachment))
    }

    pub(crate) fn packet(&mut self, packet: &Packet<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        self.now = self.now.max(packet.timestamp());
        let Some(id) = packet.test_id() else {
            if self.choice.run && self.choice.has_route(packet) {
                let record = of_route(&mut self.run, packet.route_code());
                record.add(packet, &mut self.printer.spill, |attachment| self.keep.most(attachment))?;
            }
            return Ok(());
        };
        let is_looked_for = self.choice.may_have_id(id) && self.choice.has_route(packet);
        let stage = self.tests.push(packet);
        let is_end = matches!(stage, Stage::Ended(_) | Stage::Single(_));
        self.count += u64::from(is_looked_for && is_end && packet.status() != Some(Status::Exists));
        if let Some(flight) = stage.flight().filter(|_| is_looked_for) {
            flight.value.add(packet, &mut self.printer.spill, |attachment| self.keep.most(attachment))?;
            if is_end {
                let ended = std::mem::take(flight);
                self.test(ended, output)?;
            }
        }
        if let Some(mut evicted) = self.tests.take_evicted() {
            evicted.value.attachments.forget(&mut self.printer.spill);
        }
        Ok(())
    }

    /// Shows the tests that never finished.
    pub(crate) fn unfinished(&mut self, output: &mut TextOutput) -> Result<(), Trouble> {
        for flight in self.tests.drain() {
            // Those that are not looked for have no record.
            if flight.value.status.is_some() {
                self.count += 1;
                self.test(flight, output)?;
            }
        }
        for (route_code, record) in std::mem::take(&mut self.run) {
            if let Keep::Named(name) = &self.keep {
                let name = name.clone();
                self.extract("the run", route_code.as_deref(), record, &name, true);
                continue;
            }
            let entry = Entry {
                id: None,
                route_code: route_code.as_deref(),
                record: &record,
                now: None,
                is_colored: self.printer.is_colored,
            };
            self.printer.print(&entry, output)?;
        }
        Ok(())
    }

    /// Shows a test that is over, if it is chosen, or keeps it in case that no other is.
    fn test(&mut self, mut flight: Flight<Record>, output: &mut TextOutput) -> Result<(), Trouble> {
        let mut record = std::mem::take(&mut flight.value);
        let (id, route_code) = (flight.id(), flight.route_code());
        let mut is_exact = self.choice.ids.is_empty();
        for (wanted, named) in self.choice.ids.iter().zip(&mut self.named) {
            if wanted == id {
                (is_exact, named.is_exact) = (true, true);
                self.printer.spill.forget(&mut named.entries);
            } else if id.contains(&**wanted) {
                named.similar += 1;
            }
        }
        if !record.status.is_some_and(|status| self.choice.has_status(status)) {
            record.attachments.forget(&mut self.printer.spill);
            return Ok(());
        }
        if let Keep::Named(name) = &self.keep {
            let name = name.clone();
            self.extract(id, route_code, record, &name, is_exact);
            return Ok(());
        }
        let is_colored = self.printer.is_colored;
        let entry = Entry { id: Some(id), route_code, record: &record, now: self.now, is_colored };
        if is_exact {
            self.printer.print(&entry, output)?;
        } else {
            let names = self.choice.ids.iter().zip(&mut self.named);
            for (_, named) in names.filter(|(wanted, named)| !named.is_exact && id.contains(&***wanted)) {
                self.printer.keep(&entry, &mut named.entries)?;
            }
        }
        record.attachments.forget(&mut self.printer.spill);
        Ok(())
    }

    /// Takes the last attachment of this name out of a record.
    fn extract(&mut self, id: &str, route_code: Option<&str>, mut record: Record, name: &str, is_chosen: bool) {
        let spill = &mut self.printer.spill;
        if let Some(attachment) = record.attachments.take(name) {
            let to = if is_chosen { &mut self.chosen } else { &mut self.similar };
            to.add(id, route_code, attachment, spill);
        }
        record.attachments.forget(spill);
    }

    /// Shows what was kept for the end, and says what was not found. Whether all was found.
    pub(crate) fn end(&mut self, is_foreign: bool, output: &mut TextOutput) -> Result<bool, Trouble> {
        let mut is_complete = true;
        output.make_way_for_message()?;
        for (wanted, named) in self.choice.ids.iter().zip(&self.named) {
            if named.is_exact || is_foreign {
                continue;
            }
            if named.similar == 0 {
                say(format_args!("no test '{wanted}'"));
                is_complete = false;
                continue;
            }
            let tests = if named.similar == 1 { "1 test whose id contains" } else { "tests whose ids contain" };
            let count = if named.similar == 1 { String::new() } else { format!("{} ", named.similar) };
            say(format_args!("no test '{wanted}': showing {count}{tests} it"));
            self.printer.print_kept(&named.entries, output)?;
            output.make_way_for_message()?;
        }
        if let Keep::Named(name) = &self.keep {
            let extract = if self.chosen.is_empty() { &self.similar } else { &self.chosen };
            if let Some(torn) = extract.write(&self.printer.spill, output)? {
                output.make_way_for_message()?;
                let _ = torn.reported(crate::TOOL);
            }
            if extract.is_empty() && is_complete && !is_foreign {
                say(format_args!("no attachment '{name}'"));
            }
            return Ok(is_complete && !extract.is_empty());
        }
        if self.choice.is_default() && !self.printer.has_printed && !is_foreign {
            let tests = if self.count == 1 { "test" } else { "tests" };
            say(format_args!("no failures in {} {tests}", self.count));
        }
        Ok(is_complete)
    }
}

impl Printer {
    fn print(&mut self, entry: &Entry<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
        self.separate(output)?;
        entry.show(&self.spill, &mut |part| print(part, output))
    }

    /// Keeps an entry for later: its parts, each with its kind and length before it.
    fn keep(&mut self, entry: &Entry<'_>, entries: &mut Held) -> Result<(), Trouble> {
        let mut parts = vec![vec![b'E', 0, 0, 0, 0]];
        entry.show(&self.spill, &mut |part| {
            let (kind, text) = match part {
                Part::Lines(lines) => (b'L', lines),
                Part::Text(text) => (b'T', text),
            };
            let length = u32::try_from(text.len()).map_err(|_| Trouble::message("an entry is too long"))?;
            parts.push([&[kind][..], &length.to_be_bytes(), text.as_bytes()].concat());
            Ok(())
        })?;
        parts.iter().try_for_each(|part| self.spill.add(entries, part))
    }

    fn print_kept(&mut self, entries: &Held, output: &mut TextOutput) -> Result<(), Trouble> {
        let mut has_printed = self.has_printed;
        self.spill.read(entries, |mut parts| {
            while let Some((&[kind, a, b, c, d], rest)) = parts.split_first_chunk() {
                let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
                let (text, rest) = rest.split_at(length.min(rest.len()));
                let text = String::from_utf8_lossy(text);
                match kind {
                    b'E' if std::mem::replace(&mut has_printed, true) => output.lines("\n")?,
                    b'E' => {}
                    b'L' => print(Part::Lines(&text), output)?,
                    _ => print(Part::Text(&text), output)?,
                }
                parts = rest;
            }
            Ok(())
        })?;
        self.has_printed = has_printed;
        Ok(())
    }

    fn separate(&mut self, output: &mut TextOutput) -> Result<(), Trouble> {
        if std::mem::replace(&mut self.has_printed, true) { output.lines("\n") } else { Ok(()) }
    }
}

fn print(part: Part<'_>, output: &mut TextOutput) -> Result<(), Trouble> {
    match part {
        Part::Lines(lines) => output.lines(lines),
        Part::Text(text) => output.text(text.as_bytes()),
    }
}

/// The record of the files of the run from this route.
fn of_route<'a>(run: &'a mut Vec<(Option<String>, Record)>, route_code: Option<&str>) -> &'a mut Record {
    let index = run.iter().position(|(code, _)| code.as_deref() == route_code).unwrap_or_else(|| {
        run.push((route_code.map(str::to_owned), Record::default()));
        run.len() - 1
    });
    &mut run[index].1
}

fn say(message: std::fmt::Arguments<'_>) {
    let _ = Trouble::message(message).reported(crate::TOOL);
}
