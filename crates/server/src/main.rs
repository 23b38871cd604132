//! `kenmu-server`: reads the command line and hands over.

use std::io::IsTerminal;

use clap::Parser;
use server::commands::Cli;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// The crates of this house, whose log lines hold no person's words and no secret.
const OWN: [&str; 4] = ["server", "kenmu_server", "desk", "link"];

fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    // Below info the libraries print whole frames, with tokens and with what visitors write: whatever the
    // environment asks for, those stay silent.
    let quiet_libraries = filter_fn(|line| *line.level() <= Level::INFO || is_own(line.target()));
    tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(colours).with_writer(std::io::stderr))
        .with(filter)
        .with(quiet_libraries)
        .init();
    server::raise_file_limit();
    let cli = Cli::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(cli.run())
}

fn is_own(target: &str) -> bool {
    target.split("::").next().is_some_and(|name| OWN.contains(&name))
}
