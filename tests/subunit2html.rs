//! subunit2html.
