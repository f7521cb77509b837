//! Bytes in, packets, text and damage out.

pub(crate) mod buffer;
pub(crate) mod candidate;
pub(crate) mod damage;
pub(crate) mod damage_run;
pub(crate) mod decoder;
pub(crate) mod iter;
#[cfg(test)]
mod linear;
mod memo;
pub(crate) mod owned;
pub(crate) mod protocol;
pub(crate) mod reader;
mod scan;

use crate::decode::damage::Damage;
use crate::packet::Packet;

/// A stretch of the input. Items come in the order of the input and cover all of it.
///
/// There are no other kinds, and a match needs no `_`, so that no stretch is lost by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A packet.
    Packet(Packet<'a>),
    /// Bytes that are no packet and never were: build output, mostly. Text may come in pieces, cut
    /// anywhere.
    Text(&'a [u8]),
    /// Bytes that are no packet and should be.
    Damage(Damage<'a>),
}
