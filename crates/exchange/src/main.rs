//! The exchange as a program: flags, key, log, signals.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use exchange::{Config, run_until};

/// The media exchange of Kenmu: all sound and picture goes through it.
#[derive(Parser)]
#[command(name = "kenmu-exchange", version)]
struct Flags {
    /// The server's socket; ws:// on this machine only, else wss://
    #[arg(long, env = "KENMU_EXCHANGE_SERVER", default_value = "ws://127.0.0.1:8080/link")]
    server: String,
    /// File with the key made by `kenmu-server exchange add`; or the key itself in KENMU_EXCHANGE_KEY
    #[arg(long, env = "KENMU_EXCHANGE_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// PEM file with the authority that made the server's certificate, when the system does not know it
    #[arg(long, env = "KENMU_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// Address and UDP port for all media; port 0 takes a free one
    #[arg(long, env = "KENMU_EXCHANGE_LISTEN", default_value = "0.0.0.0:40000")]
    listen: SocketAddr,
    /// Address under which booths and desks reach this port (repeatable, best first); default: all own
    #[arg(long, env = "KENMU_EXCHANGE_ADVERTISE", value_delimiter = ',')]
    advertise: Vec<IpAddr>,
    /// TOML file with doors, ports and trunks of the telephone; without it booths alone are served
    #[arg(long, env = "KENMU_EXCHANGE_SIP")]
    sip: Option<PathBuf>,
    /// Folder with announcements of your own; crates/exchange/sounds/README.md names the files
    #[arg(long, env = "KENMU_EXCHANGE_SOUNDS")]
    sounds: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match start(Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("kenmu-exchange: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

async fn start(flags: Flags) -> anyhow::Result<()> {
    // The stack below may log whole descriptions; only our own rooms speak by default.
    link::journal::start("error,kenmu_exchange=info,exchange=info,link=info,peer=info");
    // Fails only if a provider is there already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = Config {
        key: key(&flags)?,
        server: flags.server,
        ca_file: flags.ca_file,
        listen: flags.listen,
        advertise: flags.advertise,
        sip: flags.sip.as_deref().map(exchange::sip::SipConfig::read).transpose()?,
        sounds: flags.sounds,
    };
    let stop = stopped()?;
    run_until(config, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// The key without the line's end. An environment is inherited and shown by tools: the file is better.
fn key(flags: &Flags) -> anyhow::Result<String> {
    let key = match &flags.key_file {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        None => std::env::var("KENMU_EXCHANGE_KEY")
            .context("no key: give --key-file PATH or set KENMU_EXCHANGE_KEY")?,
    };
    let key = key.trim();
    anyhow::ensure!(!key.is_empty(), "the key is empty");
    Ok(key.to_owned())
}

/// Ready at Ctrl-C or SIGTERM.
fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("cannot listen for SIGTERM")?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminated.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
}
