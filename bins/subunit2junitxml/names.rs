//! Names and their numbers.

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Different names, numbered in the order in which they came. Each takes about 20 bytes besides its
/// own.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// All names in one string, and where each ends.
    text: String,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Names {
    /// The number of a name, which is a new one for a new name.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        let hash = hash(&self.hasher, name);
        if let Some(number) = self.numbers.find(hash, |number| self.name(*number) == name) {
            return *number;
        }
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let Self { text, ends, numbers, hasher } = self;
        numbers.insert_unique(hash, number, |number| self::hash(hasher, find(text, ends, *number)));
        number
    }

    /// The name of a number, empty for one that there is not.
    pub(crate) fn name(&self, number: u32) -> &str {
        find(&self.text, &self.ends, number)
    }
}

fn find<'a>(text: &'a str, ends: &[usize], number: u32) -> &'a str {
    let number = number as usize;
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
    ends.get(number).and_then(|end| text.get(start..*end)).unwrap_or_default()
}

fn hash(hasher: &DefaultHashBuilder, name: &str) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(name.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Names::default();
        for _ in 0..2 {
            for number in 0..1000 {
                assert_eq!(names.number(&format!("name {number}")), number);
            }
        }
        assert_eq!((names.name(0), names.name(999), names.name(1000)), ("name 0", "name 999", ""));
    }
}
