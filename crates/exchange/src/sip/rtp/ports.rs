//! The sockets of calls: pairs out of the configured range, an even port for RTP and the next one for RTCP.
//! Knows no packets.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::net::UdpSocket;

/// Gives out pairs of sockets. The system knows which ports are taken; we begin behind the latest one, so that a
/// port rests before it is used again and stray packets of an ended call meet nobody.
#[derive(Debug)]
pub struct Ports {
    address: IpAddr,
    range: RangeInclusive<u16>,
    next: AtomicU32,
}

/// The sockets of a call.
#[derive(Debug)]
pub struct Pair {
    /// For RTP, on an even port.
    pub rtp: UdpSocket,
    /// For RTCP, on the next one.
    pub rtcp: UdpSocket,
}

impl Ports {
    /// All pairs of a range at an address of this machine.
    pub fn new(address: IpAddr, range: RangeInclusive<u16>) -> Ports {
        Ports { address, range, next: AtomicU32::new(0) }
    }

    /// A free pair.
    ///
    /// # Errors
    /// The system's, when no pair of the whole range is free.
    pub async fn pair(&self) -> io::Result<Pair> {
        let first = u32::from(*self.range.start()).next_multiple_of(2);
        let pairs = (u32::from(*self.range.end()) + 1).saturating_sub(first) / 2;
        let mut fault = io::Error::new(io::ErrorKind::AddrInUse, "the port range holds no pair");
        for _ in 0..pairs {
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % pairs;
            match self.bind(first + 2 * turn).await {
                Ok(pair) => return Ok(pair),
                Err(taken) => fault = taken,
            }
        }
        Err(fault)
    }

    async fn bind(&self, port: u32) -> io::Result<Pair> {
        // Below 65,536: it stands in a range of such.
        let at = |port: u32| SocketAddr::new(self.address, port as u16);
        Ok(Pair { rtp: UdpSocket::bind(at(port)).await?, rtcp: UdpSocket::bind(at(port + 1)).await? })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[tokio::test]
    async fn pairs_are_even_rest_before_they_are_used_again_and_end() {
        let ports = Ports::new(Ipv4Addr::LOCALHOST.into(), 42_901..=42_907);
        let mut held = Vec::new();
        for port in [42_902, 42_904, 42_906] {
            let pair = ports.pair().await.unwrap();
            assert_eq!(pair.rtp.local_addr().unwrap().port(), port);
            assert_eq!(pair.rtcp.local_addr().unwrap().port(), port + 1);
            held.push(pair);
        }
        assert!(ports.pair().await.is_err());
        held.remove(1);
        assert_eq!(ports.pair().await.unwrap().rtp.local_addr().unwrap().port(), 42_904);
    }
}
