//! Every decision of the product: who is offered what, who may take it, how it ends.
//!
//! Refuses to know: clocks, randomness, sockets, disks and tasks. Time comes in as a value and every
//! effect goes out as a value, so that the same machine runs in the server, in the desktop and in a
//! simulator, and the same seed gives the same run.

pub mod calendar;
pub mod centre;
pub mod code;
pub mod contact;
pub mod day;
pub mod end;
pub mod guard;
pub mod ids;
pub mod note;
pub mod presence;
pub mod time;
