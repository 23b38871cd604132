//! Opens the doors for SIP, each behind the address list: whoever stands on none is not even read. Knows no calls.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, UdpSocket as Probe};
use std::sync::{Arc, PoisonError, RwLock};

use rsipstack::EndpointBuilder;
use rsipstack::platform::CancellationToken;
use rsipstack::transaction::endpoint::EndpointOption;
use rsipstack::transaction::{CallIdFormat, Endpoint};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{TcpListenerConnection, TlsConfig, TlsListenerConnection, TransportLayer};
use tokio::net::{TcpListener, UdpSocket};

use super::config::{Listen, SipConfig, SipError, Transport, Trunk};
use super::dialog::AGENT;
use super::tls;
use super::wording::Wording;

/// Which trunk an address belongs to: by the settings' lists, and by what the registrars' names mean now.
pub struct Guests {
    trunks: Vec<Trunk>,
    registrars: RwLock<BTreeMap<IpAddr, usize>>,
}

impl Guests {
    /// Those of the settings.
    pub fn new(trunks: Vec<Trunk>) -> Guests {
        Guests { trunks, registrars: RwLock::default() }
    }

    /// The trunk of a source; nothing for a stranger.
    pub fn trunk_of(&self, source: IpAddr) -> Option<usize> {
        let source = source.to_canonical();
        let listed = |trunk: &Trunk| trunk.addresses.iter().any(|network| network.holds(source));
        self.trunks
            .iter()
            .position(listed)
            .or_else(|| self.registrars.read().unwrap_or_else(PoisonError::into_inner).get(&source).copied())
    }

    /// The registrar's name means these addresses now, in place of what it meant before.
    pub fn resolved(&self, trunk: usize, addresses: impl Iterator<Item = IpAddr>) {
        let mut registrars = self.registrars.write().unwrap_or_else(PoisonError::into_inner);
        registrars.retain(|_, owner| *owner != trunk);
        registrars.extend(addresses.map(|address| (address.to_canonical(), trunk)));
    }
}

/// Opens everything that the settings name.
///
/// # Errors
/// [`SipError::Door`], [`SipError::Unreadable`], [`SipError::Unusable`], [`SipError::Stack`].
pub async fn open(config: &SipConfig, guests: &Arc<Guests>) -> Result<Endpoint, SipError> {
    let token = CancellationToken::new();
    let layer = TransportLayer::new(token.clone());
    let list = Arc::clone(guests);
    layer.set_whitelist(move |source: IpAddr| {
        let is_guest = list.trunk_of(source).is_some();
        async move { is_guest }
    });
    let tls = tls::read(config)?;
    layer.set_tls_config(tls.clone());
    for door in &config.listen {
        open_one(&layer, config, *door, &tls, &token).await?;
    }
    let mut builder = EndpointBuilder::new();
    // By default the stack signs its messages with its maker's name.
    let option = EndpointOption { callid_format: CallIdFormat::Uuid, ..EndpointOption::default() };
    builder.with_user_agent(AGENT).with_transport_layer(layer).with_cancel_token(token);
    builder.with_option(option).with_inspector(Box::new(Wording));
    Ok(builder.build())
}

async fn open_one(
    layer: &TransportLayer,
    config: &SipConfig,
    door: Listen,
    tls: &TlsConfig,
    token: &CancellationToken,
) -> Result<(), SipError> {
    let fault = |fault| SipError::Door(door.address, fault);
    let stack = |fault: rsipstack::Error| SipError::Stack(fault.to_string());
    let advertised = |port: u16| config.advertise.map(|address| SocketAddr::new(address, port));
    match door.transport {
        Transport::Udp => {
            let socket = UdpSocket::bind(door.address).await.map_err(fault)?;
            let external = advertised(socket.local_addr().map_err(fault)?.port());
            let token = Some(token.child_token());
            let connection =
                UdpConnection::from_socket(Arc::new(socket), external, token).await.map_err(stack)?;
            layer.add_transport(connection.into());
        }
        Transport::Tcp | Transport::Tls => {
            // The stack opens it later and only logs what went wrong: a taken port has to be told now.
            let listener = TcpListener::bind(door.address).await.map_err(fault)?;
            let address = listener.local_addr().map_err(fault)?;
            drop(listener);
            let external = advertised(address.port());
            let connection = match door.transport {
                Transport::Tls => {
                    TlsListenerConnection::new(address, external, tls.clone()).await.map_err(stack)?.into()
                }
                Transport::Udp | Transport::Tcp => {
                    TcpListenerConnection::new(address, external).await.map_err(stack)?.into()
                }
            };
            layer.add_transport(connection);
        }
    }
    Ok(())
}

/// Under which address a far side reaches our sound: the advertised one, the bound one, or the one that the
/// system would take to it.
pub fn own_address(config: &SipConfig, far: IpAddr) -> IpAddr {
    let bound = config.listen.first().map(|door| door.address.ip());
    let routed = || {
        let probe = Probe::bind(if far.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }).ok()?;
        // Connecting a datagram socket sends nothing.
        probe.connect((far, 9)).ok()?;
        probe.local_addr().ok().map(|local| local.ip())
    };
    config.advertise.or(bound.filter(|bound| !bound.is_unspecified())).or_else(routed).unwrap_or(far)
}
