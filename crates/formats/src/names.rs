//! Distinct names in little memory.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct names, numbered in the order in which they came.
///
/// A stream may have millions of tags. All names are in one string, and a hash table of numbers
/// finds them again: about 25 bytes a name besides its text.
///
/// ```
/// use subunit_formats::names::Names;
///
/// let mut names = Names::default();
/// assert_eq!(["b", "a", "b"].map(|name| names.number(name)), [0, 1, 0]);
/// assert!(names.sorted().eq([("a", 1), ("b", 0)]));
/// ```
#[derive(Debug, Default)]
pub struct Names {
    text: String,
    /// Where each name ends in the text.
    ends: Vec<usize>,
    numbers: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

impl Names {
    /// The number of a name, which is added if it is new.
    pub fn number(&mut self, name: &str) -> usize {
        let Self { text, ends, numbers, hasher } = self;
        let hash = hasher.hash_one(name);
        if let Some(number) = numbers.find(hash, |number| name_at(text, ends, *number) == name) {
            return *number;
        }
        let number = ends.len();
        text.push_str(name);
        ends.push(text.len());
        numbers.insert_unique(hash, number, |number| hasher.hash_one(name_at(text, ends, *number)));
        number
    }

    /// The name of a number, if there is one.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&str> {
        (number < self.len()).then(|| self.name(number))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The names in order, each with its number.
    pub fn sorted(&self) -> impl Iterator<Item = (&str, usize)> {
        let mut numbers: Vec<usize> = (0..self.len()).collect();
        numbers.sort_unstable_by_key(|number| self.name(*number));
        numbers.into_iter().map(|number| (self.name(number), number))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The names in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|number| self.name(number))
    }

    fn name(&self, number: usize) -> &str {
        name_at(&self.text, &self.ends, number)
    }
}

fn name_at<'a>(text: &'a str, ends: &[usize], number: usize) -> &'a str {
    let start = if number == 0 { 0 } else { ends[number - 1] };
    &text[start..ends[number]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_sorted() {
        let mut names = Names::default();
        let numbers = ["b", "", "é", "b", "a", "", "bb"].map(|name| names.number(name));
        assert_eq!(numbers, [0, 1, 2, 0, 3, 1, 4]);
        assert_eq!(names.sorted().collect::<Vec<_>>(), [("", 1), ("a", 3), ("b", 0), ("bb", 4), ("é", 2)]);
        assert_eq!(names.len(), 5);
        assert_eq!([1, 2, 5].map(|number| names.get(number)), [Some(""), Some("é"), None]);
    }
}
