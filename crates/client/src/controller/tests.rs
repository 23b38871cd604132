//! The desk's day by tables and stories, without sockets and clocks.
#![allow(clippy::unwrap_used, clippy::panic)]

mod fixtures;
mod legs;
mod notes;
mod number;
mod offers;
mod offline;
mod records;
mod sign_in;
mod talk;
