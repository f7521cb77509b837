//! The properties of suites: routes and tags of their tests.

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
    /// Hashes of suites with all properties of a test, each at a place that depends on it: most tests
    /// have those of one that was not long ago.
    recent: Vec<u64>,
    hasher: DefaultHashBuilder,
}

/// How long the value of a property may be, as XML.
pub(crate) const LONGEST_VALUE: usize = 4 << 10;

impl Properties {
    const RECENT: usize = 1 << 8;

    /// Notes the properties of a test in its suite.
    pub(crate) fn note(
        &mut self,
        suite: u32,
        route_code: Option<&str>,
        tags: &TagList,
        store: &mut SuiteStore,
    ) -> Result<(), Trouble> {
        if route_code.is_none() && tags.is_empty() {
            return Ok(());
        }
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u32(suite);
        hasher.write(route_code.unwrap_or_default().as_bytes());
        // No string holds it.
        hasher.write_u8(if route_code.is_some() { 0xfe } else { 0xff });
        hasher.write(tags.as_bytes());
        let all = hasher.finish();
        self.recent.resize(Self::RECENT, !all);
        let recent = &mut self.recent[usize::try_from(all % Self::RECENT as u64).unwrap_or_default()];
        if std::mem::replace(recent, all) == all {
            return Ok(());
        }
        if let Some(code) = route_code {
            self.note_one(Section { suite, kind: Kind::Routes }, code, store)?;
        }
        tags.iter().try_for_each(|tag| self.note_one(Section { suite, kind: Kind::Tags }, tag, store))
    }

    fn note_one(&mut self, section: Section, value: &str, store: &mut SuiteStore) -> Result<(), Trouble> {
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

/// Writes the properties of a suite, each once: readers keep one of several that have one name.
pub(crate) fn write(suite: u32, store: &SuiteStore, markup: &mut Markup) -> Result<(), Trouble> {
    let values = [("route", Kind::Routes), ("tag", Kind::Tags)]
        .map(|(name, kind)| (name, listed(Section { suite, kind }, store)));
    let mut is_open = false;
    for (name, value) in values {
        if let Some(value) = value? {
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
fn listed(section: Section, store: &SuiteStore) -> Result<Option<String>, Trouble> {
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
    let mut markup = Markup::new();
    markup.empty("", &[("", value)]);
    markup.len()
}
