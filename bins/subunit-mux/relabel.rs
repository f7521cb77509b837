//! What happens to the packets of one source.

use std::borrow::Cow;

use subunit_codec::{
    Damage, EncodeError, Event, InFlight, Item, PARSER_TEST_ID, Packet, PacketEdit, Status, Timestamp, encode,
};

/// What packets get besides the route code.
#[derive(Clone, Copy)]
pub(crate) struct Labels {
    /// A tag with the name of the source.
    pub(crate) tag: bool,
    /// The time, when they have none.
    pub(crate) timestamps: bool,
    /// Whether text is wrapped in packets, or left out.
    pub(crate) text: bool,
}

/// Puts the route code of one source on its packets, and knows the tests that it has begun.
pub(crate) struct Route {
    code: String,
    tag: Option<String>,
    labels: Labels,
    /// The tests in flight, where they are needed.
    tests: Option<InFlight<Begun>>,
}

/// What is known of a test in flight.
#[derive(Default)]
struct Begun {
    /// Whether it has had a status.
    is_test: bool,
    is_runnable: bool,
    /// Its tags, the one of the source not counted.
    tags: Vec<String>,
}

impl Route {
    /// The route of a source that never [fails](Self::fail) its tests.
    pub(crate) fn new(code: &str, labels: Labels) -> Self {
        let tag = labels.tag.then(|| format!("worker-{code}"));
        let tests = labels.tag.then(InFlight::new);
        Self { code: code.to_owned(), tag, labels, tests }
    }

    /// The route of a source that may fail its tests.
    pub(crate) fn that_may_fail(code: &str, labels: Labels) -> Self {
        Self { tests: Some(InFlight::new()), ..Self::new(code, labels) }
    }

    /// Appends what becomes of an item to `out`.
    pub(crate) fn item(&mut self, item: &Item<'_>, out: &mut Vec<u8>) {
        match item {
            Item::Packet(packet) => self.packet(packet, out),
            Item::Text(text) => self.file("stdout", text, out),
            Item::Damage(damage) => self.damage(damage, out),
        }
    }

    /// Wraps bytes that are no packets.
    pub(crate) fn file(&self, name: &str, bytes: &[u8], out: &mut Vec<u8>) {
        if self.labels.text {
            self.event(Event::global_file(name, bytes), None, out);
        }
    }

    /// Fails the tests in flight, because of `reason`; when there are none, a test `id`.
    pub(crate) fn fail(&mut self, id: &str, reason: &str, out: &mut Vec<u8>) {
        let failed = |id| failed_test(id, "reason", reason);
        let mut tests = self.tests.as_mut().map(InFlight::drain).unwrap_or_default();
        tests.retain(|test| test.value.is_test);
        for test in &tests {
            let mut event = failed(Cow::from(test.id())).tags(&test.value.tags);
            event.tags = event.tags.filter(|tags| !tags.is_empty());
            event.runnable = test.value.is_runnable;
            self.event(event, test.route_code.as_deref(), out);
        }
        if tests.is_empty() {
            self.event(failed(Cow::from(id)), None, out);
        }
    }

    fn packet(&mut self, packet: &Packet<'_>, out: &mut Vec<u8>) {
        let tags = self.follow(packet);
        let mut changes = PacketEdit::new().route_code(self.joined(packet.route_code()));
        if let Some(tag) = &self.tag {
            changes = changes.tags(tags.iter().filter(|own| *own != tag).chain([tag]));
        }
        if let Some(now) = self.now().filter(|_| packet.timestamp().is_none()) {
            changes = changes.timestamp(now);
        }
        if let Err(error) = changes.encode(packet, out) {
            self.event(Event::test(PARSER_TEST_ID).file("Packet data", packet.as_bytes()).eof(), None, out);
            self.refused(&error, out);
        }
    }

    /// Keeps track of the test that a packet is about, and gives the tags that it has now.
    fn follow(&mut self, packet: &Packet<'_>) -> Vec<String> {
        let Some(tests) = &mut self.tests else { return Vec::new() };
        let said = packet.tags().filter(|_| self.tag.is_some()).map(|tags| tags.map(str::to_owned).collect());
        let Some(key) = tests.key(packet) else { return said.unwrap_or_default() };
        if let Some(status) = packet.status().filter(|status| status.is_final()) {
            // A test that exists is not one of the same name that runs.
            let is_alone = status == Status::Exists && tests.get_mut(&key).is_some_and(|begun| begun.is_test);
            let before = if is_alone { None } else { tests.end(&key) };
            return said.or(before.map(|test| test.value.tags)).unwrap_or_default();
        }
        if tests.get_mut(&key).is_none() {
            tests.begin(&key, Begun::default());
            if packet.status().is_none() {
                // The oldest that has no status after thousands of others is an attachment that came late.
                tests.note_loose(&key, |begun| !begun.is_test);
            }
        }
        let Some(begun) = tests.get_mut(&key) else { return said.unwrap_or_default() };
        begun.is_test |= packet.status().is_some();
        begun.is_runnable |= packet.is_runnable();
        begun.tags = said.unwrap_or(std::mem::take(&mut begun.tags));
        begun.tags.clone()
    }

    fn damage(&self, damage: &Damage<'_>, out: &mut Vec<u8>) {
        for event in damage.report() {
            self.event(event, None, out);
        }
    }

    /// Appends an event of our own. `inner` is the rest of its route code.
    fn event<'a>(&'a self, mut event: Event<'a>, inner: Option<&str>, out: &mut Vec<u8>) {
        event.route_code = Some(self.joined(inner));
        event.timestamp = self.now();
        if let Some(tag) = &self.tag {
            let tags = event.tags.get_or_insert_default();
            tags.retain(|own| own != tag);
            tags.push(Cow::from(tag));
        }
        if let Err(error) = encode(&event, out) {
            self.refused(&error, out);
        }
    }

    /// Reports that there is no room for a route code beside an id of megabytes.
    fn refused(&self, error: &EncodeError, out: &mut Vec<u8>) {
        let error = format!("{error} with the route code {}", self.code);
        self.event(failed_test(Cow::from(PARSER_TEST_ID), "Parser Error", &error), None, out);
    }

    fn joined<'a>(&'a self, inner: Option<&str>) -> Cow<'a, str> {
        inner.map_or(Cow::from(&self.code), |inner| Cow::from([&self.code, "/", inner].concat()))
    }

    fn now(&self) -> Option<Timestamp> {
        self.labels.timestamps.then(subunit_cli::now)?
    }
}

fn failed_test<'a>(id: Cow<'a, str>, file: &'a str, text: &'a str) -> Event<'a> {
    Event::test(id).status(Status::Fail).file(file, text.as_bytes()).mime_type("text/plain;charset=utf8").eof()
}
