//! The exchange: it owns the media. Every person is a leg; a bridge joins two legs; legs outlive the
//! server's restarts.
//!
//! [`table`] decides (pure), [`engine`] carries it out, `flow` moves packets, `mix` adds up
//! what several people say, [`sound`] plays what waiting visitors and callers hear, `watch` looks how each leg does, `server` is the line to the server. It refuses to know queues, presence,
//! names and what is said.

pub mod engine;
mod flow;
#[cfg(test)]
mod fuzz;
mod mix;
mod quality;
mod server;
pub mod sip;
pub mod sound;
pub mod table;
mod watch;

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use desk::code::Code;
use link::message::Who;
use tokio::sync::mpsc;

use engine::Engine;

/// Between two tries when a server that knew us refuses us: it may be in the middle of an update.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// What the telephone side may tell ahead of the engine: a burst of calls at opening time, some news each.
const CALL_NEWS: usize = 256;

/// What an exchange needs.
#[derive(Clone)]
pub struct Config {
    /// The server's socket: `wss://…/link`, or `ws://` on this machine only.
    pub server: String,
    /// The exchange's key. Secret.
    pub key: String,
    /// The authority that made the server's certificate, PEM, when the system does not know it.
    pub ca_file: Option<PathBuf>,
    /// Where all legs' media comes in; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Under which addresses the other sides reach us; empty: the bound one, or all own addresses if
    /// it is a wildcard.
    pub advertise: Vec<IpAddr>,
    /// The telephone side; none: booths alone.
    pub sip: Option<sip::SipConfig>,
    /// The contractor's own announcements; a file that is not there is the built-in one.
    pub sounds: Option<PathBuf>,
}

/// Why an exchange cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// That is no address of a socket.
    #[error("{0}: not a server's socket; write wss://NAME/link, or ws://127.0.0.1:8080/link on this machine")]
    NoSocket(String),
    /// The key would cross a network in the clear.
    #[error("{0}: unencrypted ws:// is allowed to this machine only; use wss://")]
    Unencrypted(String),
    /// The server's certificate could not be checked.
    #[error(transparent)]
    Trust(#[from] link::line::TrustError),
    /// The media port cannot be opened.
    #[error("cannot listen for media on {0}: {1}")]
    Port(SocketAddr, std::io::Error),
    /// The telephone side cannot start.
    #[error(transparent)]
    Sip(#[from] sip::SipError),
    /// The ready-made sounds cannot be made or read.
    #[error(transparent)]
    Sound(#[from] sound::SoundError),
    /// The server did not take us at the first connection.
    #[error("the server refuses this exchange ({0:?}): check its key and version")]
    Refused(Code),
    /// A fault in the exchange itself. Start it anew: the legs come back by themselves.
    #[error("the engine broke; the log above says where")]
    Broken,
}

/// Runs until the server refuses us at the first connection, or the engine breaks. Dropping the future ends everything.
///
/// # Errors
/// See [`ExchangeError`].
pub async fn run(config: Config) -> Result<(), ExchangeError> {
    run_until(config, std::future::pending()).await
}

/// Runs until `stop` is ready, then closes all legs.
///
/// # Errors
/// See [`ExchangeError`].
pub async fn run_until(config: Config, stop: impl Future<Output = ()>) -> Result<(), ExchangeError> {
    check_server(&config.server)?;
    let stock = sound::Stock::load(config.sounds.as_deref())?;
    let encrypted = config.server.starts_with("wss://");
    let tls = encrypted.then(|| link::line::trust(config.ca_file.as_deref())).transpose()?;
    let port_error = |fault| ExchangeError::Port(config.listen, fault);
    let advertise = advertised(&config).map_err(port_error)?;
    let port = peer::Port::bind(config.listen, advertise).await.map_err(port_error)?;
    tracing::info!(port = port.local_addr().port(), "listening for media");
    let (says, mut said) = mpsc::channel(server::SAYS);
    let engine = Engine::start_with(port, says, stock);
    let line = link::line::Config { url: config.server, who: Who::Exchange { key: config.key }, tls };
    let (news, calls) = mpsc::channel(CALL_NEWS);
    engine.take_calls(calls);
    let telephone = match config.sip {
        Some(sip) => {
            let stack = sip::Stack::start(sip, news).await?;
            engine.dial_by(stack.dialler()).await;
            Some(stack)
        }
        None => None,
    };
    let ended = go_on(line, &engine, &mut said, stop).await;
    if let Some(telephone) = telephone {
        telephone.stop().await;
    }
    engine.stop().await;
    ended
}

/// Until `stop` is ready, or it makes no sense to go on.
async fn go_on(
    line: link::line::Config,
    engine: &Engine,
    said: &mut mpsc::Receiver<link::message::ExchangeSays>,
    stop: impl Future<Output = ()>,
) -> Result<(), ExchangeError> {
    tokio::select! {
        refused = serve(line, engine, said) => Err(refused),
        () = engine.ended() => Err(ExchangeError::Broken),
        () = stop => Ok(()),
    }
}

/// Keeps a line; ends only when the very first one is refused. A server that knew us and refuses us
/// now cannot take the talks away: they go on while we ask again.
async fn serve(
    line: link::line::Config,
    engine: &Engine,
    said: &mut mpsc::Receiver<link::message::ExchangeSays>,
) -> ExchangeError {
    let mut was_up = false;
    loop {
        let refused = server::talk(line.clone(), engine, said).await;
        was_up |= refused.was_up;
        if !was_up {
            return ExchangeError::Refused(refused.code);
        }
        tracing::error!(code = ?refused.code, "the server refuses this exchange; asking again");
        tokio::time::sleep(REFUSED_PAUSE).await;
    }
}

fn advertised(config: &Config) -> std::io::Result<Vec<IpAddr>> {
    if !config.advertise.is_empty() || !config.listen.ip().is_unspecified() {
        return Ok(config.advertise.clone());
    }
    let mut own = peer::own_addresses()?;
    // An IPv4 socket hears nothing on an IPv6 address.
    own.retain(|ip| ip.is_ipv4() || config.listen.is_ipv6());
    if own.is_empty() {
        tracing::warn!("this machine has no network address: only itself can reach its media");
        own.push(Ipv4Addr::LOCALHOST.into());
    }
    tracing::info!(?own, "advertising all own addresses");
    Ok(own)
}

fn check_server(url: &str) -> Result<(), ExchangeError> {
    let (rest, encrypted) = match (url.strip_prefix("wss://"), url.strip_prefix("ws://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return Err(no_socket(url)),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(v6),
        None => authority.split(':').next().unwrap_or(authority),
    };
    // A name and a password in front of the host would hide which host it is.
    if host.is_empty() || authority.contains('@') || url.contains(char::is_whitespace) {
        return Err(no_socket(url));
    }
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match encrypted || local {
        true => Ok(()),
        false => Err(ExchangeError::Unencrypted(url.to_owned())),
    }
}

/// Without what stands in front of an `@`: that may be a password.
fn no_socket(url: &str) -> ExchangeError {
    ExchangeError::NoSocket(url.rsplit('@').next().unwrap_or(url).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_broken_engine_ends_the_exchange_with_an_error() {
        let (says, mut said) = mpsc::channel(1);
        let engine = Engine::start(engine::tests::port().await, says).expect("it starts");
        engine::tests::break_down(&engine);
        // Nobody listens there: the line goes on trying.
        let url = "ws://127.0.0.1:9/link".to_owned();
        let line = link::line::Config { url, who: Who::Exchange { key: "key".into() }, tls: None };
        let ended = go_on(line, &engine, &mut said, std::future::pending());
        let ended = tokio::time::timeout(engine::tests::PATIENCE, ended).await.expect("it ends");
        assert!(matches!(ended, Err(ExchangeError::Broken)), "{ended:?}");
    }

    #[test]
    fn the_key_never_crosses_a_network_in_the_clear() {
        for url in [
            "ws://127.0.0.1:8080/link",
            "ws://localhost/link",
            "ws://[::1]:9/link",
            "wss://kenmu.example/link",
        ] {
            assert!(check_server(url).is_ok(), "{url}");
        }
        for url in [
            "ws://192.168.1.4/link",
            "ws://kenmu.example:80/link",
            "ws://127.0.0.1@kenmu.example/",
            "ws://localhost.example/",
            "ws://localhost:x@kenmu.example/",
            "WS://kenmu.example/link",
        ] {
            assert!(check_server(url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_address_that_is_no_socket_is_refused_with_what_to_write() {
        for url in
            ["http://kenmu.example/link", "https://kenmu.example", "kenmu.example:8080", "wss:///link", ""]
        {
            let said = check_server(url).expect_err(url).to_string();
            assert!(said.contains("wss://NAME/link"), "{said}");
        }
        let said =
            check_server("wss://me:secret@kenmu.example/link").expect_err("no password here").to_string();
        assert!(!said.contains("secret"), "{said}");
    }
}
