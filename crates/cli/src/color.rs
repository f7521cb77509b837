//! When to use colour.

use std::env;
use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};

/// `--color`, for tools that print for people.
#[derive(Args, Clone, Copy, Debug)]
pub struct Color {
    /// Colour: auto, always or never
    #[arg(long = "color", value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "auto")]
    #[arg(value_enum, hide_possible_values = true)]
    when: Option<When>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Whether standard output gets colour. By default, if it is a terminal and `NO_COLOR` is not
    /// set.
    #[must_use]
    pub fn is_on(self) -> bool {
        match self.when {
            None | Some(When::Auto) => {
                io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
            Some(When::Always) => true,
            Some(When::Never) => false,
        }
    }
}
