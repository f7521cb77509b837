//! Regular expressions to search text for.

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};
use subunit_cli::Trouble;

/// Regular expressions of which one has to match.
#[derive(Debug)]
pub(crate) struct Patterns(Vec<Pattern>);

/// The regex crate takes the product of both lengths for a pattern of thousands of characters in
/// text that repeats its start: a minute for 10,000 in 300 KB. A search for a plain string takes
/// their sum.
#[derive(Debug)]
enum Pattern {
    /// The pattern is a plain string.
    Literal(Finder<'static>),
    Regex {
        regex: Regex,
        /// A long string that each match holds. Text without it is not searched for the rest.
        needed: Option<Finder<'static>>,
    },
}

impl Patterns {
    /// Compiles the values of an option. They match in lines, as python-subunit's do.
    pub(crate) fn new(option: &str, patterns: &[String]) -> Result<Self, Trouble> {
        let compile = |pattern: &String| Pattern::new(pattern).map_err(|error| bad_pattern(option, pattern, &error));
        patterns.iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn match_in(&self, text: &[u8]) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(text))
    }
}

impl Pattern {
    /// A table of this size lets patterns of up to 3,000 characters be searched for in linear time,
    /// whatever they are.
    const MOST_MEMORY: usize = 8 << 20;
    /// Shorter strings make no pattern slow.
    const SHORTEST_NEEDED: usize = 64;

    fn new(pattern: &str) -> Result<Self, regex::Error> {
        let regex = RegexBuilder::new(pattern).multi_line(true).dfa_size_limit(Self::MOST_MEMORY).build()?;
        let parsed = ParserBuilder::new().multi_line(true).build().parse(pattern).ok();
        if let Some(literal) = parsed.as_ref().and_then(only_match) {
            return Ok(Self::Literal(Finder::new(&literal).into_owned()));
        }
        let needed = parsed.as_ref().map(needed_string).filter(|needed| needed.len() >= Self::SHORTEST_NEEDED);
        Ok(Self::Regex { regex, needed: needed.map(|needed| Finder::new(&needed).into_owned()) })
    }

    fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Self::Literal(literal) => literal.find(text).is_some(),
            Self::Regex { regex, needed } => {
                needed.as_ref().is_none_or(|needed| needed.find(text).is_some()) && regex.is_match(text)
            }
        }
    }
}

/// The string that is the only match, if there is only one.
fn only_match(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(literal.0.to_vec()),
        HirKind::Capture(group) => only_match(&group.sub),
        HirKind::Concat(parts) => parts.iter().map(only_match).collect::<Option<Vec<_>>>().map(|parts| parts.concat()),
        HirKind::Repetition(repetition) if repetition.max == Some(repetition.min) => {
            Some(only_match(&repetition.sub)?.repeat(usize::try_from(repetition.min).ok()?))
        }
        _ => None,
    }
}

/// A string that is in every match, the longest that is easily seen.
fn needed_string(hir: &Hir) -> Vec<u8> {
    let (mut longest, mut current) = (Vec::new(), Vec::new());
    let parts = if let HirKind::Concat(parts) = hir.kind() { parts } else { std::slice::from_ref(hir) };
    for part in parts {
        if let Some(string) = only_match(part) {
            current.extend(string);
        } else {
            let inside = match part.kind() {
                HirKind::Capture(group) => needed_string(&group.sub),
                HirKind::Repetition(repetition) if repetition.min > 0 => needed_string(&repetition.sub),
                _ => Vec::new(),
            };
            longest = longer(longest, longer(inside, std::mem::take(&mut current)));
        }
    }
    longer(longest, current)
}

fn longer(one: Vec<u8>, other: Vec<u8>) -> Vec<u8> {
    if one.len() < other.len() { other } else { one }
}

/// What is wrong with a pattern, in a line.
pub(crate) fn bad_pattern(option: &str, pattern: &str, error: &regex::Error) -> Trouble {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    let reason = reason.trim().trim_start_matches("error: ");
    let is_other_syntax = ["look-around", "backreference", "unrecognized"].iter().any(|word| reason.contains(word));
    let hint = if is_other_syntax { " (regular expressions are in the syntax of Rust's regex crate)" } else { "" };
    Trouble::message(format_args!("{option} '{pattern}': {reason}{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_strings_are_searched_for_as_such() {
        let is_literal = |pattern| matches!(Pattern::new(pattern).unwrap(), Pattern::Literal(_));
        assert!(["a", r"b\.c", "café", r"\[x\]", "(a)b{3}", "(?:ab){2}"].into_iter().all(is_literal));
        assert!(!["", "^a", "a|b", "a*", "a{2,3}", "(?i)a", "."].into_iter().any(is_literal));
    }

    #[test]
    fn each_pattern_matches_what_its_regular_expression_matches() {
        let long = "x".repeat(100);
        let texts =
            ["", "a", "b\na", "caf\u{e9}.", &long, &long[1..], &format!("b\n{long}\n"), &format!("{long}c{long}")];
        let sources = ["", "a", "^a$", "caf\u{e9}\\.", "(?i)CAF\u{c9}", "x", "b|x"].map(str::to_owned);
        let long_sources = [
            long.clone(),
            format!("^{long}$"),
            format!("({long})c?"),
            format!("(?:{long}){{2}}"),
            format!("(?:{long})?b"),
            format!("a|{long}"),
            format!("{long}.{long}"),
            "x{100}c(x{50}){2}".to_owned(),
            format!("(?:{long}b|a)"),
            "[bc]x{99}x(?:\\n|$)".to_owned(),
        ];
        for source in sources.into_iter().chain(long_sources) {
            let (pattern, regex) = (Pattern::new(&source).unwrap(), Regex::new(&format!("(?m){source}")).unwrap());
            for text in texts {
                assert_eq!(pattern.is_match(text.as_bytes()), regex.is_match(text.as_bytes()), "{source} in {text:?}");
            }
        }
    }

    #[test]
    fn the_hint_is_for_patterns_of_other_syntaxes() {
        let hint = |pattern| {
            let error = Regex::new(pattern).unwrap_err();
            format!("{:?}", bad_pattern("--with", pattern, &error)).contains("Rust's")
        };
        assert!(["(?=a)", "(?<!a)b", r"(a)\1", r"a\Z"].into_iter().all(hint));
        assert!(!["(", "a)", "[b", "*", "a{3,1}"].into_iter().any(hint));
    }
}
