//! `kenmu-bench`: figures beside a peer, `id name ours peer ratio limit`, tab-separated.

use std::process::ExitCode;

use clap::Parser;
use client::memory::Wiping;

/// As in the desks' programs: what runs of a desk in here pays for it too.
#[global_allocator]
static MEMORY: Wiping = Wiping;

/// Measures Kenmu beside its peers.
#[derive(Parser)]
struct Words {
    /// Runs one row only, such as M1.
    #[arg(long)]
    only: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    match kenmu_tests::bench::run(Words::parse().only.as_deref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}
