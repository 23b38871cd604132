//! Session descriptions as text: candidates out, candidates in, credentials read.
//!
//! It knows lines, not meaning: negotiation belongs to the WebRTC stack.

use std::net::{IpAddr, SocketAddr};

use crate::PeerError;

/// Longest description that we look at, in bytes. Chromium's full offer has about 8,000.
const LONGEST: usize = 64 * 1024;
/// Candidates of the far side that are used at most: a few addresses of one exchange.
const MOST_CANDIDATES: usize = 16;
/// Local preference of our first host candidate; each further one gets one less.
const HOST_PREFERENCE: u32 = 65_535;

/// One side's ICE user fragment and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) ufrag: String,
    pub(crate) password: String,
}

/// The description without any candidate: we answer where the far side's checks come from.
pub(crate) fn strip_candidates(sdp: &str) -> Result<String, PeerError> {
    check_size(sdp)?;
    Ok(join(sdp.lines().filter(|line| !is_candidate(line))))
}

/// The description with only those candidates that can be reached over UDP by a literal address,
/// and these addresses.
pub(crate) fn usable_candidates(sdp: &str) -> Result<(String, Vec<SocketAddr>), PeerError> {
    check_size(sdp)?;
    let mut addresses: Vec<SocketAddr> = Vec::new();
    let mut lines = Vec::new();
    for line in sdp.lines() {
        if !is_candidate(line) {
            lines.push(line);
            continue;
        }
        let Some(address) = udp_address(line) else {
            continue;
        };
        if !addresses.contains(&address) {
            if addresses.len() == MOST_CANDIDATES {
                continue;
            }
            addresses.push(address);
        }
        lines.push(line);
    }
    Ok((join(lines.into_iter()), addresses))
}

/// The description with exactly these host candidates, in the first media section (all sections
/// share one transport).
pub(crate) fn advertise(sdp: &str, addresses: &[SocketAddr]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut sections = 0;
    for line in sdp.lines().filter(|line| !is_candidate(line)) {
        if line.starts_with("m=") {
            sections += 1;
            if sections == 2 {
                lines.extend(host_candidates(addresses));
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    if sections == 1 {
        lines.extend(host_candidates(addresses));
    }
    join(lines.iter().map(String::as_str))
}

/// The first user fragment and password of a description (one transport: there are no others).
pub(crate) fn credentials(sdp: &str) -> Option<Credentials> {
    let value =
        |name: &str| sdp.lines().find_map(|line| line.trim_end().strip_prefix(name)).map(str::to_owned);
    Some(Credentials { ufrag: value("a=ice-ufrag:")?, password: value("a=ice-pwd:")? })
}

fn check_size(sdp: &str) -> Result<(), PeerError> {
    if sdp.len() > LONGEST {
        return Err(PeerError::BadDescription("it is too long"));
    }
    Ok(())
}

fn is_candidate(line: &str) -> bool {
    line.starts_with("a=candidate:")
        || line.starts_with("a=end-of-candidates")
        || line.starts_with("a=remote-candidates:")
}

/// The address of `a=candidate:<foundation> <component> <transport> <priority> <ip> <port> typ …`.
fn udp_address(line: &str) -> Option<SocketAddr> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let component = fields.next()?;
    let transport = fields.next()?;
    let ip: IpAddr = fields.nth(1)?.parse().ok()?;
    let port: u16 = fields.next()?.parse().ok()?;
    let usable = component == "1" && transport.eq_ignore_ascii_case("udp") && port != 0;
    usable.then(|| SocketAddr::new(ip.to_canonical(), port))
}

fn host_candidates(addresses: &[SocketAddr]) -> Vec<String> {
    let mut lines: Vec<String> = (0u32..)
        .zip(addresses)
        .map(|(at, address)| {
            // RFC 8445, 5.1.2.1: type preference 126 for host, component 1.
            let priority = (126 << 24) + ((HOST_PREFERENCE - at) << 8) + 255;
            let (ip, port) = (address.ip(), address.port());
            format!("a=candidate:{} 1 udp {priority} {ip} {port} typ host", at + 1)
        })
        .collect();
    if !lines.is_empty() {
        lines.push("a=end-of-candidates".to_owned());
    }
    lines
}

fn join<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for line in lines {
        joined.push_str(line.trim_end());
        joined.push_str("\r\n");
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 X 111\r\na=ice-ufrag:abcd\r\n\
        a=ice-pwd:secretsecretsecretsecret\r\na=candidate:1 1 udp 5 127.0.0.1 4000 typ host\r\n\
        a=candidate:2 1 udp 5 0b6f.local 4001 typ host\r\n\
        a=candidate:3 1 tcp 5 10.0.0.1 9 typ host tcptype active\r\n\
        a=end-of-candidates\r\nm=video 9 X 96\r\na=mid:1\r\n";

    #[test]
    fn stripping_leaves_no_candidate_line() {
        let stripped = strip_candidates(ANSWER).unwrap();
        assert!(!stripped.contains("candidate"));
        assert!(stripped.ends_with("a=mid:1\r\n"));
    }

    #[test]
    fn only_literal_udp_addresses_are_usable() {
        let (sdp, addresses) = usable_candidates(ANSWER).unwrap();
        assert_eq!(addresses, [SocketAddr::from(([127, 0, 0, 1], 4000))]);
        assert_eq!(sdp.matches("a=candidate").count(), 1);
    }

    #[test]
    fn our_addresses_stand_in_the_first_section_only() {
        let ours: [SocketAddr; 2] =
            ["192.0.2.1:7000".parse().unwrap(), "[2001:db8::1]:7000".parse().unwrap()];
        let sdp = advertise(ANSWER, &ours);
        let (first, second) = sdp.split_once("m=video").unwrap();
        assert_eq!(first.matches("a=candidate").count(), 2);
        assert!(first.contains("udp 2130706431 192.0.2.1 7000 typ host"));
        assert!(!second.contains("candidate"));
    }

    #[test]
    fn credentials_are_read_or_absent() {
        assert_eq!(credentials(ANSWER).unwrap().ufrag, "abcd");
        assert_eq!(credentials("v=0\r\n"), None);
    }

    #[test]
    fn an_endless_description_is_refused() {
        assert!(strip_candidates(&"a=x\r\n".repeat(20_000)).is_err());
    }
}
