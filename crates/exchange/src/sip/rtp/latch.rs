//! Whose packets count: the negotiated address, or the first source at the negotiated IP. Never a third one.
//! Knows no packets.

use std::net::SocketAddr;

/// The far side's address of one stream, and the source that its packets come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latch {
    negotiated: SocketAddr,
    latched: Option<SocketAddr>,
}

impl Latch {
    /// For a negotiated address.
    pub fn new(negotiated: SocketAddr) -> Latch {
        Latch { negotiated, latched: None }
    }

    /// Where to send.
    pub fn to(&self) -> SocketAddr {
        self.latched.unwrap_or(self.negotiated)
    }

    /// Whether a packet of this source counts. The negotiated address may take its place at any time; who merely
    /// shares its IP (a far side behind a NAT) only before anybody else did.
    pub fn accepts(&mut self, source: SocketAddr) -> bool {
        if source == self.negotiated || self.latched.is_none() && source.ip() == self.negotiated.ip() {
            self.latched = Some(source);
        }
        self.latched == Some(source)
    }

    /// The far side may have named another address: what was latched stays only for the same one.
    pub fn negotiate(&mut self, negotiated: SocketAddr) {
        if self.negotiated != negotiated {
            *self = Latch::new(negotiated);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_third_address_never_counts() {
        let mut latch = Latch::new(at("192.0.2.5:20000"));
        assert!(!latch.accepts(at("192.0.2.6:20000")), "a stranger before anything was heard");
        assert!(latch.accepts(at("192.0.2.5:20000")));
        assert!(!latch.accepts(at("192.0.2.5:20002")));
        assert!(!latch.accepts(at("192.0.2.6:20000")));
        assert_eq!(latch.to(), at("192.0.2.5:20000"));
    }

    #[test]
    fn a_far_side_behind_a_nat_is_followed_and_the_negotiated_address_wins() {
        let mut latch = Latch::new(at("192.0.2.5:20000"));
        assert!(latch.accepts(at("192.0.2.5:7777")));
        assert_eq!(latch.to(), at("192.0.2.5:7777"));
        assert!(!latch.accepts(at("192.0.2.5:8888")), "only the first one");
        assert!(latch.accepts(at("192.0.2.5:20000")));
        assert!(!latch.accepts(at("192.0.2.5:7777")), "the negotiated one has taken its place");
    }

    #[test]
    fn only_a_changed_address_lets_go() {
        let mut latch = Latch::new(at("192.0.2.5:20000"));
        latch.accepts(at("192.0.2.5:7777"));
        latch.negotiate(at("192.0.2.5:20000"));
        assert_eq!(latch.to(), at("192.0.2.5:7777"));
        latch.negotiate(at("192.0.2.9:20000"));
        assert!(!latch.accepts(at("192.0.2.5:7777")));
    }
}
