//! `kenmu-bench`: figures beside a peer, `id name ours peer ratio limit`, tab-separated.

use std::process::ExitCode;

use clap::Parser;

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
