//! The sound of a telephone call: RTP, RTCP and keys over the sockets of one call.
//!
//! The parts decide and are pure: `packet` the wire, `latch` whose packets count, `inbound` and `outbound`
//! sequence and time, `keys` RFC 4733, `reports` RTCP, `seal` SRTP. `ports` and `stream` carry. None of them knows SIP, and
//! none of them waits for anybody.

mod inbound;
mod keys;
mod latch;
mod outbound;
mod packet;
mod ports;
mod reports;
mod seal;
mod stream;

pub use ports::{Pair, Ports};
pub(super) use seal::Keys;
pub(super) use stream::Stream;
