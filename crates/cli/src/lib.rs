//! What every subunit tool shares.
