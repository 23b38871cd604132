//! This machine's own addresses, for a port that listens on all of them.

use std::io;
use std::net::IpAddr;

use rtc::shared::ifaces::ifaces;

/// Under which addresses other machines can reach this one: neither loopback nor link-local, each
/// once, in the system's order.
///
/// # Errors
/// When the system does not tell its interfaces.
pub fn own_addresses() -> io::Result<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    for interface in ifaces()? {
        let Some(ip) = interface.addr.map(|address| address.ip().to_canonical()) else {
            continue;
        };
        if is_reachable(ip) && !addresses.contains(&ip) {
            addresses.push(ip);
        }
    }
    Ok(addresses)
}

/// A link-local address means nothing without the name of an interface, which a candidate cannot carry.
fn is_reachable(ip: IpAddr) -> bool {
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    !link_local && !ip.is_loopback() && !ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_link_local_addresses_are_for_nobody_else() {
        for ip in ["127.0.0.1", "::1", "169.254.3.4", "fe80::1", "0.0.0.0", "::"] {
            assert!(!is_reachable(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["192.168.1.20", "10.0.0.1", "2001:db8::1"] {
            assert!(is_reachable(ip.parse().unwrap()), "{ip}");
        }
    }
}
