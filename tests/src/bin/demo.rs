//! `kenmu-demo`: server, exchange, a desktop and two booths on this machine; with `--check` the whole
//! round by itself, its facts printed as `name<TAB>value`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use kenmu_tests::{play, round};

/// Starts Kenmu on this machine.
#[derive(Parser)]
struct Words {
    /// Plays the whole round by itself and measures it.
    #[arg(long)]
    check: bool,
    /// With --check: plays only this act: 1 booths, 2 troubles, 3 the telephone, 4 notes.
    #[arg(long, requires = "check", value_parser = clap::value_parser!(u8).range(1..=4))]
    act: Option<u8>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();
    let words = Words::parse();
    let stop = async {
        let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = term.recv() => Ok(()),
            pressed = tokio::signal::ctrl_c() => pressed,
        }
    };
    let work = async { if words.check { check(words.act).await } else { play::play().await.map(|()| true) } };
    tokio::select! {
        done = work => match done {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(fault) => {
                eprintln!("{fault:#}");
                ExitCode::FAILURE
            }
        },
        // Everything that was started ends with this process: each child is held by the work.
        _ = stop => ExitCode::from(130),
    }
}

async fn check(act: Option<u8>) -> Result<bool> {
    let facts = round::check(act).await?;
    for short in facts.short() {
        eprintln!("falls short: {short}");
    }
    Ok(facts.short().is_empty())
}
