//! Finds the tests that break another one.

#[cfg_attr(not(test), expect(dead_code, reason = "nothing runs trials yet"))]
#[cfg_attr(test, allow(dead_code))]
mod search;

fn main() {}
