//! Routes and tags of tests, as properties of test cases and of suites.

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};
use subunit_cli::Trouble;
use subunit_formats::junit::{Markup, clean};

use crate::suite_store::{Kind, Section, SuiteStore};
use crate::tags::TagList;

/// Finds out which routes and tags are new to a suite. Those go to the store; a hash is all that is
/// remembered of each, about 15 bytes.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    seen: HashTable<u64>,
    hasher: DefaultHashBuilder,
    /// The last tests, each at a place that depends on its properties.
    recent: Vec<Recent>,
}

/// The properties of a test, which most tests have in common with one that was not long ago.
#[derive(Debug, Default)]
struct Recent {
    suite: u32,
    route_code: Option<String>,
    tags: String,
    lines: String,
}

/// How long the value of a property of a suite may be, as XML.
pub(crate) const LONGEST_VALUE: usize = 4 << 10;

impl Properties {
    const RECENT: usize = 1 << 8;
    /// Longer properties than these are not kept.
    const MOST_TO_KEEP: usize = 1 << 10;

    /// Notes the properties of a test in its suite, and gives out the lines in which a test case
    /// has them.
    pub(crate) fn of_test(
        &mut self,
        suite: u32,
        route_code: Option<&str>,
        tags: &TagList,
        store: &mut SuiteStore,
    ) -> Result<&str, Trouble> {
        if route_code.is_none() && tags.is_empty() {
            return Ok("");
        }
        let mut hasher = self.hasher.build_hasher();
        hasher.write(route_code.unwrap_or_default().as_bytes());
        hasher.write(tags.as_str().as_bytes());
        let place = usize::try_from(hasher.finish() % Self::RECENT as u64).unwrap_or_default();
        if self.recent.is_empty() {
            self.recent.resize_with(Self::RECENT, Recent::default);
        }
        if !self.recent[place].is_of(suite, route_code, tags) {
            if let Some(code) = route_code {
                self.note(Section { suite, kind: Kind::Routes }, code, store)?;
            }
            tags.iter().try_for_each(|tag| self.note(Section { suite, kind: Kind::Tags }, tag, store))?;
            self.recent[place].set(suite, route_code, tags);
        }
        Ok(&self.recent[place].lines)
    }

    /// Puts a value into the store, if it is new there.
    fn note(&mut self, section: Section, value: &str, store: &mut SuiteStore) -> Result<(), Trouble> {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u32(section.suite);
        hasher.write_u8(section.kind as u8);
        hasher.write(value.as_bytes());
        let hash = hasher.finish();
        if self.seen.find(hash, |other| *other == hash).is_some() {
            return Ok(());
        }
        self.seen.insert_unique(hash, hash, |hash| *hash);
        store.add(section, value)?;
        store.add(section, "\0")
    }
}

impl Recent {
    fn is_of(&self, suite: u32, route_code: Option<&str>, tags: &TagList) -> bool {
        !self.lines.is_empty()
            && self.suite == suite
            && self.route_code.as_deref() == route_code
            && self.tags == tags.as_str()
    }

    /// Writes the lines. Some readers take them for properties: in Jenkins' schema, a test case has
    /// no other place for one. Of several of one name, they would keep the last.
    fn set(&mut self, suite: u32, route_code: Option<&str>, tags: &TagList) {
        if self.lines.len() > Properties::MOST_TO_KEEP {
            *self = Self::default();
        }
        self.suite = suite;
        self.route_code = route_code.map(str::to_owned);
        self.tags.clear();
        self.tags.push_str(tags.as_str());
        self.lines.clear();
        if let Some(code) = route_code {
            self.lines.extend(["[[PROPERTY|route=", &clean(code), "]]\n"]);
        }
        for (number, tag) in tags.iter().enumerate() {
            self.lines.push_str(if number == 0 { "[[PROPERTY|tag=" } else { ", " });
            self.lines.push_str(&clean(tag));
        }
        if !tags.is_empty() {
            self.lines.push_str("]]\n");
        }
    }
}

/// Writes the properties of a suite, each once: readers keep one of several that have one name.
pub(crate) fn write(suite: u32, store: &mut SuiteStore, markup: &mut Markup) -> Result<(), Trouble> {
    let mut is_open = false;
    for (name, kind) in [("route", Kind::Routes), ("tag", Kind::Tags)] {
        if let Some(value) = listed(Section { suite, kind }, store)? {
            if !is_open {
                markup.open("properties", &[]);
            }
            is_open = true;
            markup.empty("property", &[("name", name), ("value", &value)]);
        }
    }
    if is_open {
        markup.close("properties");
        markup.line();
    }
    Ok(())
}

/// The values in a section, sorted, those that came first if they are too many.
fn listed(section: Section, store: &mut SuiteStore) -> Result<Option<String>, Trouble> {
    let (mut values, mut length, mut others) = (Vec::new(), 0, 0_u64);
    // A value that was cut by the end of a piece. Of one that is too long, the start is enough.
    let mut value = String::new();
    store.read(section, |piece| {
        for part in piece.split_inclusive('\0') {
            if value.len() <= LONGEST_VALUE {
                value.push_str(part);
            }
            if part.ends_with('\0') {
                let shown = clean(value.trim_end_matches('\0'));
                let longer = length + xml_length(&shown) + ", ".len();
                if longer <= LONGEST_VALUE {
                    length = longer;
                    values.push(shown.into_owned());
                } else {
                    others += 1;
                }
                value.clear();
            }
        }
        Ok(())
    })?;
    values.sort_unstable();
    let rest = match others {
        0 => None,
        _ if values.is_empty() => Some(format!("{others} too long to list")),
        _ => Some(format!("and {others} more")),
    };
    values.extend(rest);
    Ok((!values.is_empty()).then(|| values.join(", ")))
}

/// How many bytes a value takes in an attribute.
fn xml_length(value: &str) -> usize {
    let (mut with, mut without) = (Markup::new(), Markup::new());
    with.empty("", &[("", value)]);
    without.empty("", &[("", "")]);
    with.len() - without.len()
}
