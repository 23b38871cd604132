//! Just enough of STUN (RFC 8489) to say which leg a binding request is for and whether its sender
//! knows that leg's password.
//!
//! It refuses to answer requests: that is the ICE agent's business.

use rtc::crypto::RTCCrypto;
use rtc::stun::attributes::ATTR_USERNAME;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{Message, is_stun_message};

/// A binding request's type field (RFC 8489, 5).
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];

/// A decoded binding request with a user name.
pub(crate) struct Request {
    message: Message,
    /// The user fragment of the side that is asked: what stands before the colon.
    pub(crate) ufrag: String,
}

impl Request {
    /// The request in a datagram, if it is one.
    pub(crate) fn read(datagram: &[u8]) -> Option<Request> {
        if !is_stun_message(datagram) || !datagram.starts_with(&BINDING_REQUEST) {
            return None;
        }
        let mut message = Message { raw: datagram.to_vec(), ..Message::default() };
        message.decode().ok()?;
        let name = String::from_utf8(message.get(ATTR_USERNAME).ok()?).ok()?;
        let ufrag = name.split_once(':')?.0.to_owned();
        Some(Request { message, ufrag })
    }

    /// Whether the sender knows `password` (MESSAGE-INTEGRITY, RFC 8489, 14.5).
    pub(crate) fn is_signed_with(&mut self, password: &str, crypto: &dyn RTCCrypto) -> bool {
        MessageIntegrity::check(&mut self.message, password.as_bytes(), crypto).is_ok()
    }
}

/// Whether a datagram claims to be a binding request.
pub(crate) fn is_request(datagram: &[u8]) -> bool {
    is_stun_message(datagram) && datagram.starts_with(&BINDING_REQUEST)
}
