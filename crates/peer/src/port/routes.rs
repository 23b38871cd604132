//! Which leg a datagram belongs to: by user fragment and password for a STUN request, by source
//! address for everything else. Strangers belong to nobody.
//!
//! It refuses to know sockets and clocks; the time is handed in.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crate::sdp::Credentials;

/// Credentials that a leg answers to at a time: the current ones and, while an ICE restart is under
/// way, those before.
const CREDENTIALS_KEPT: usize = 2;
/// Source addresses learnt per leg. A client has one or two; a roaming one a few more.
const SOURCES_KEPT: usize = 8;
/// A learnt address that was silent this long is forgotten: another client may get it from the
/// same NAT. Longer than the ICE agent's own end of patience.
const SOURCE_EXPIRY: Duration = Duration::from_secs(90);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LegId(u64);

/// Why an address cannot be expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken;

struct Key {
    leg: LegId,
    password: String,
}

struct Source {
    leg: LegId,
    /// Our own address that it wrote to, so that the reply leaves from there.
    local: Option<IpAddr>,
    heard: Instant,
    /// Named in the far side's description, so it does not expire.
    expected: bool,
}

/// The table of one port.
#[derive(Default)]
pub(crate) struct Routes {
    opened: u64,
    keys: HashMap<String, Key>,
    fragments: HashMap<LegId, VecDeque<String>>,
    sources: HashMap<SocketAddr, Source>,
}

/// Where a datagram came from.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) source: SocketAddr,
    pub(crate) local: Option<IpAddr>,
}

impl Routes {
    pub(crate) fn open(&mut self) -> LegId {
        self.opened += 1;
        let leg = LegId(self.opened);
        self.fragments.insert(leg, VecDeque::new());
        leg
    }

    /// Forgets everything about a leg.
    pub(crate) fn close(&mut self, leg: LegId) {
        self.fragments.remove(&leg);
        self.keys.retain(|_, key| key.leg != leg);
        self.sources.retain(|_, source| source.leg != leg);
    }

    /// From now on the leg answers to these credentials too.
    pub(crate) fn admit(&mut self, leg: LegId, credentials: Credentials) {
        let Some(fragments) = self.fragments.get_mut(&leg) else {
            return;
        };
        if !fragments.contains(&credentials.ufrag) {
            fragments.push_back(credentials.ufrag.clone());
        }
        while fragments.len() > CREDENTIALS_KEPT {
            if let Some(old) = fragments.pop_front() {
                self.keys.remove(&old);
            }
        }
        let password = credentials.password;
        self.keys.insert(credentials.ufrag, Key { leg, password });
    }

    /// The leg is going to hear from these addresses, which the far side's description names.
    pub(crate) fn expect(&mut self, now: Instant, leg: LegId, addresses: &[SocketAddr]) -> Result<(), Taken> {
        let foreign = |address| self.sources.get(address).is_some_and(|it| it.leg != leg);
        if addresses.iter().any(foreign) {
            return Err(Taken);
        }
        for &address in addresses {
            let source = Source { leg, local: None, heard: now, expected: true };
            self.sources.insert(address, source);
        }
        Ok(())
    }

    /// The password that a request for `ufrag` must be signed with.
    pub(crate) fn password(&self, ufrag: &str) -> Option<&str> {
        self.keys.get(ufrag).map(|key| key.password.as_str())
    }

    /// Takes a request that was found to be signed: its source is the leg's from now on.
    pub(crate) fn learn(&mut self, now: Instant, origin: Origin, ufrag: &str) -> Option<LegId> {
        let leg = self.keys.get(ufrag)?.leg;
        let before = self.sources.get(&origin.source);
        let expected = before.is_some_and(|it| it.leg == leg && it.expected);
        if before.is_none_or(|it| it.leg != leg) {
            self.make_room(leg);
        }
        let source = Source { leg, local: origin.local, heard: now, expected };
        self.sources.insert(origin.source, source);
        Some(leg)
    }

    /// The leg of a datagram that is not a request.
    pub(crate) fn known(&mut self, now: Instant, origin: Origin) -> Option<LegId> {
        let source = self.sources.get_mut(&origin.source)?;
        if !source.expected && now.saturating_duration_since(source.heard) > SOURCE_EXPIRY {
            self.sources.remove(&origin.source);
            return None;
        }
        source.heard = now;
        source.local = origin.local;
        Some(source.leg)
    }

    /// Our address to write from when writing to `destination`.
    pub(crate) fn local_towards(&self, destination: SocketAddr) -> Option<IpAddr> {
        self.sources.get(&destination)?.local
    }

    /// Forgets the leg's most silent learnt address when it has too many.
    fn make_room(&mut self, leg: LegId) {
        let learnt = || self.sources.iter().filter(|(_, it)| it.leg == leg && !it.expected);
        if learnt().count() < SOURCES_KEPT {
            return;
        }
        let oldest = learnt().min_by_key(|(_, it)| it.heard).map(|(at, _)| *at);
        if let Some(oldest) = oldest {
            self.sources.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(port: u16) -> Origin {
        Origin { source: SocketAddr::from(([127, 0, 0, 1], port)), local: None }
    }

    fn credentials(ufrag: &str) -> Credentials {
        Credentials { ufrag: ufrag.to_owned(), password: format!("{ufrag}-password") }
    }

    #[test]
    fn an_address_is_the_legs_only_after_a_signed_request() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        let leg = routes.open();
        routes.admit(leg, credentials("a"));
        assert_eq!(routes.known(now, origin(1)), None);
        assert_eq!(routes.learn(now, origin(1), "a"), Some(leg));
        assert_eq!(routes.known(now, origin(1)), Some(leg));
        assert_eq!(routes.known(now, origin(2)), None);
    }

    #[test]
    fn a_closed_leg_leaves_nothing() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        let leg = routes.open();
        routes.admit(leg, credentials("a"));
        routes.learn(now, origin(1), "a");
        routes.close(leg);
        assert!(routes.keys.is_empty() && routes.sources.is_empty() && routes.fragments.is_empty());
    }

    #[test]
    fn a_restart_keeps_the_credentials_before_and_no_older_ones() {
        let mut routes = Routes::default();
        let leg = routes.open();
        for ufrag in ["a", "b", "c"] {
            routes.admit(leg, credentials(ufrag));
        }
        assert_eq!(routes.password("a"), None);
        assert!(routes.password("b").is_some() && routes.password("c").is_some());
    }

    #[test]
    fn a_silent_learnt_address_expires_and_an_expected_one_does_not() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        let leg = routes.open();
        routes.admit(leg, credentials("a"));
        routes.learn(now, origin(1), "a");
        routes.expect(now, leg, &[origin(2).source]).unwrap();
        let later = now + SOURCE_EXPIRY + Duration::from_secs(1);
        assert_eq!(routes.known(later, origin(1)), None);
        assert_eq!(routes.known(later, origin(2)), Some(leg));
    }

    #[test]
    fn an_address_of_another_leg_cannot_be_expected() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        let (one, two) = (routes.open(), routes.open());
        routes.expect(now, one, &[origin(1).source]).unwrap();
        assert_eq!(routes.expect(now, two, &[origin(1).source]), Err(Taken));
        assert_eq!(routes.expect(now, one, &[origin(1).source]), Ok(()));
    }

    #[test]
    fn a_roaming_leg_keeps_its_newest_addresses_only() {
        let (mut routes, now) = (Routes::default(), Instant::now());
        let leg = routes.open();
        routes.admit(leg, credentials("a"));
        for port in 1..=20 {
            let later = now + Duration::from_secs(u64::from(port));
            routes.learn(later, origin(port), "a");
        }
        assert_eq!(routes.sources.len(), SOURCES_KEPT);
        assert!(routes.sources.contains_key(&origin(20).source));
    }
}
