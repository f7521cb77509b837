//! Names of exceptions.

use std::borrow::Cow;

/// The values of `type` that Rails' `Hash.from_xml`, which GitLab reads reports with, takes for the
/// type of the text: it parses a date or refuses the whole report.
const RAILS_TYPES: [&str; 16] = [
    "array",
    "base64binary",
    "binary",
    "boolean",
    "date",
    "datetime",
    "decimal",
    "double",
    "duration",
    "file",
    "float",
    "hash",
    "integer",
    "string",
    "symbol",
    "yaml",
];

/// The `type` of a failure that is called `name`: the name itself, unless Rails would take it for
/// the type of the text.
///
/// ```
/// use subunit_formats::junit::type_attribute;
///
/// assert_eq!(type_attribute("ValueError"), "ValueError");
/// assert_eq!(type_attribute("Date"), "exception.Date");
/// ```
#[must_use]
pub fn type_attribute(name: &str) -> Cow<'_, str> {
    let is_cast = RAILS_TYPES.iter().any(|other| name.trim().eq_ignore_ascii_case(other));
    if is_cast { format!("exception.{}", name.trim()).into() } else { name.into() }
}

/// Whether a text is the name of a class that is an exception by its name.
pub(super) fn is_exception(text: &str) -> bool {
    is_class(text) && (text.ends_with("Error") || text.ends_with("Exception"))
}

/// Whether a text is a name with dots in it, as classes have.
pub(super) fn is_class(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '<' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_rails_casts_is_none_any_more() {
        for name in RAILS_TYPES {
            for name in [name.to_owned(), name.to_uppercase(), format!(" {name}")] {
                assert_eq!(type_attribute(&name), format!("exception.{}", name.trim()));
            }
        }
        for name in ["", "failure", "dates", "x.date", "Unfinished"] {
            assert_eq!(type_attribute(name), name);
        }
    }
}
