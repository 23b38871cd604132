//! Where a request comes from, and how much one address may ask, fail and hold open. Pure but for the lock;
//! knows no route.
//!
//! A header may claim any address, so that `X-Forwarded-For` is read only behind a proxy and only from that
//! proxy's own address, and from it only what the proxy itself has seen: the last address that is no proxy.
//! This machine itself is held to no limit per address: whoever is on it needs no door.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, HeaderName};
use desk::time::Time;

use super::rate::{Allowance, Bucket};
use super::sign_in::LOCK;
use crate::config::Config;

/// Requests of one address: an office of a hundred seats may stand behind one, and they all begin at 8:30.
const REQUESTS: Allowance = Allowance { per_second: 20.0, burst: 200.0 };
/// Pushes and pulls of one address: an office's desks, each of which reads some hundred pages when it is new.
const SYNCS: Allowance = Allowance { per_second: 100.0, burst: 1000.0 };
/// Codes of one address: a page asks once in ten minutes, and a few booths may stand behind one.
const ENROLMENTS: Allowance = Allowance { per_second: 1.0 / 60.0, burst: 10.0 };
/// Wrong passwords from one address within the time of a lock: far more than an office mistypes, far fewer
/// than guessing through all accounts needs.
const MAX_FAILURES: u32 = 100;
/// Addresses that are remembered; beyond it those without a socket are forgotten.
const MAX_ADDRESSES: usize = 16 * 1024;
/// A whole /64 is one customer of IPv6.
const V6_NETWORK: u128 = !0 << 64;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client {
    /// The address; of IPv6 its network.
    address: IpAddr,
    /// A program of this very machine, without a proxy between.
    pub local: bool,
}

/// What is known of the addresses.
pub(crate) struct Addresses {
    behind_proxy: bool,
    proxies: Vec<IpAddr>,
    most_sockets: u32,
    seen: Mutex<HashMap<IpAddr, Seen>>,
}

struct Seen {
    requests: Bucket,
    syncs: Bucket,
    enrolments: Bucket,
    failures: u32,
    failed: Time,
    sockets: u32,
}

impl Addresses {
    /// Nobody has asked yet.
    pub(super) fn new(config: &Config) -> Addresses {
        Addresses {
            behind_proxy: config.behind_proxy,
            proxies: config.trusted_proxies.iter().map(IpAddr::to_canonical).collect(),
            most_sockets: config.sockets_per_address,
            seen: Mutex::default(),
        }
    }

    /// Who asks, as far as it can be known.
    pub(super) fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> Client {
        let peer = peer.ip().to_canonical();
        if !self.is_proxy(peer) {
            return Client { address: network(peer), local: peer.is_loopback() && !self.behind_proxy };
        }
        let claims = headers.get_all(FORWARDED).iter().rev();
        let claims = claims.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        let mut address = peer;
        for claim in claims {
            let Ok(claimed) = claim.trim().parse::<IpAddr>() else { break };
            address = claimed.to_canonical();
            if !self.is_proxy(address) {
                break;
            }
        }
        Client { address: network(address), local: false }
    }

    /// Counts a request. False: too many.
    pub(super) fn may_ask(&self, client: Client, now: Instant) -> bool {
        client.local || self.with(client.address, |seen| seen.requests.take(now))
    }

    /// Counts a push or pull. False: too many.
    pub(super) fn may_sync(&self, client: Client, now: Instant) -> bool {
        client.local || self.with(client.address, |seen| seen.syncs.take(now))
    }

    /// Counts an enrolment. False: too many.
    pub(super) fn may_enrol(&self, client: Client, now: Instant) -> bool {
        client.local || self.with(client.address, |seen| seen.enrolments.take(now))
    }

    /// A password from here was wrong.
    pub(super) fn failed(&self, client: Client, now: Time) {
        self.with(client.address, |seen| {
            seen.failures = if now.since(seen.failed) >= LOCK { 1 } else { seen.failures + 1 };
            seen.failed = now;
        });
    }

    /// Too many passwords from here were wrong.
    pub(super) fn is_shut(&self, client: Client, now: Time) -> bool {
        let failed = self.with(client.address, |seen| (seen.failures, seen.failed));
        !client.local && failed.0 >= MAX_FAILURES && now.since(failed.1) < LOCK
    }

    /// A place for a connection straight from this peer. None: it holds too many. A proxy's connections are
    /// other people's, and are counted by what it says of them.
    pub(super) fn connect(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let counted = !(self.is_proxy(peer) || peer.is_loopback());
        self.place(network(peer), counted)
    }

    /// A place for a socket that came through a proxy; one that came straight has its place already.
    pub(super) fn socket(self: &Arc<Self>, client: Client) -> Option<Place> {
        self.place(client.address, self.behind_proxy && !client.local)
    }

    fn place(self: &Arc<Self>, address: IpAddr, counted: bool) -> Option<Place> {
        if !counted {
            return Some(Place { addresses: Arc::clone(self), address: None });
        }
        let most = self.most_sockets;
        let free = self.with(address, |seen| {
            let free = seen.sockets < most;
            seen.sockets += u32::from(free);
            free
        });
        free.then(|| Place { addresses: Arc::clone(self), address: Some(address) })
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.behind_proxy && self.proxies.contains(&address)
    }

    fn with<T>(&self, address: IpAddr, look: impl FnOnce(&mut Seen) -> T) -> T {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_ADDRESSES && !seen.contains_key(&address) {
            seen.retain(|_, seen| seen.sockets > 0);
        }
        look(seen.entry(address).or_insert_with(|| {
            let now = Instant::now();
            let (requests, enrolments) = (Bucket::new(REQUESTS, now), Bucket::new(ENROLMENTS, now));
            let syncs = Bucket::new(SYNCS, now);
            Seen { requests, syncs, enrolments, failures: 0, failed: Time(0), sockets: 0 }
        }))
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & V6_NETWORK).into(),
    }
}

/// A place among the sockets of an address; free again when dropped.
pub(super) struct Place {
    addresses: Arc<Addresses>,
    address: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(address) = self.address {
            self.addresses.with(address, |seen| seen.sockets = seen.sockets.saturating_sub(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::time::Millis;

    fn addresses(behind_proxy: bool) -> Arc<Addresses> {
        let trusted_proxies = vec!["10.0.0.1".parse().unwrap(), "127.0.0.1".parse().unwrap()];
        let config = Config { behind_proxy, trusted_proxies, sockets_per_address: 2, ..Config::default() };
        Arc::new(Addresses::new(&config))
    }

    fn client(addresses: &Addresses, peer: &str, forwarded: &[&str]) -> Client {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED, value.parse().unwrap());
        }
        addresses.client(SocketAddr::new(peer.parse().unwrap(), 1), &headers)
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let direct = addresses(false);
        let proxied = addresses(true);
        for (addresses, peer, forwarded, expected, local) in [
            (&direct, "203.0.113.9", &["198.51.100.1"][..], "203.0.113.9", false),
            (&direct, "127.0.0.1", &["198.51.100.1"], "127.0.0.1", true),
            (&direct, "::ffff:127.0.0.1", &[], "127.0.0.1", true),
            (&proxied, "203.0.113.9", &["198.51.100.1"], "203.0.113.9", false),
            (&proxied, "10.0.0.1", &["198.51.100.1"], "198.51.100.1", false),
            (&proxied, "127.0.0.1", &["198.51.100.1"], "198.51.100.1", false),
            // What the client itself wrote stands before what the proxy saw.
            (&proxied, "10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1", false),
            (&proxied, "10.0.0.1", &["192.0.2.66", "198.51.100.1, 127.0.0.1"], "198.51.100.1", false),
            (&proxied, "10.0.0.1", &["nonsense"], "10.0.0.1", false),
            (&proxied, "10.0.0.1", &[], "10.0.0.1", false),
            (&direct, "2001:db8:1:2:3:4:5:6", &[], "2001:db8:1:2::", false),
        ] {
            let found = client(addresses, peer, forwarded);
            assert_eq!(
                (found.address, found.local),
                (expected.parse().unwrap(), local),
                "{peer} {forwarded:?}"
            );
        }
    }

    #[test]
    fn one_address_cannot_take_every_place_and_gives_them_back() {
        let direct = addresses(false);
        let peer = "203.0.113.9".parse().unwrap();
        let first = direct.connect(peer).unwrap();
        let _second = direct.connect(peer).unwrap();
        assert!(direct.connect(peer).is_none());
        assert!(direct.connect("203.0.113.8".parse().unwrap()).is_some());
        drop(first);
        assert!(direct.connect(peer).is_some());

        let proxied = addresses(true);
        let _all: Vec<Place> =
            (0..9).map(|_| proxied.connect("10.0.0.1".parse().unwrap()).unwrap()).collect();
        let one = client(&proxied, "10.0.0.1", &["198.51.100.1"]);
        let _sockets = [proxied.socket(one).unwrap(), proxied.socket(one).unwrap()];
        assert!(proxied.socket(one).is_none());
        assert!(proxied.socket(client(&proxied, "10.0.0.1", &["198.51.100.2"])).is_some());
    }

    #[test]
    fn floods_of_requests_codes_and_passwords_end_at_their_own_address() {
        let direct = addresses(false);
        let (bad, good) = (client(&direct, "203.0.113.9", &[]), client(&direct, "203.0.113.8", &[]));
        let now = Instant::now();
        assert_eq!((0..1000).filter(|_| direct.may_ask(bad, now)).count(), 200);
        assert_eq!((0..1000).filter(|_| direct.may_enrol(bad, now)).count(), 10);
        for _ in 0..MAX_FAILURES {
            assert!(!direct.is_shut(bad, Time(5)));
            direct.failed(bad, Time(5));
        }
        assert!(direct.is_shut(bad, Time(5)));
        assert!(!direct.is_shut(bad, Time(5) + LOCK));
        assert!(direct.may_ask(good, now) && direct.may_enrol(good, now) && !direct.is_shut(good, Time(5)));
        direct.failed(bad, Time(5) + LOCK + Millis(1));
        assert!(!direct.is_shut(bad, Time(6) + LOCK));
    }

    #[test]
    fn a_flood_of_addresses_takes_bounded_room_and_frees_no_socket() {
        let direct = addresses(false);
        let holder: IpAddr = "203.0.113.9".parse().unwrap();
        let _places = [direct.connect(holder).unwrap(), direct.connect(holder).unwrap()];
        for n in 0..3 * MAX_ADDRESSES as u32 {
            direct.failed(Client { address: std::net::Ipv4Addr::from_bits(n).into(), local: false }, Time(5));
        }
        assert!(direct.seen.lock().unwrap().len() <= MAX_ADDRESSES + 1);
        assert!(direct.connect(holder).is_none());
    }
}
