//! `kenmu-server`: reads the command line and hands over.

use clap::Parser;
use server::commands::Cli;

fn main() -> anyhow::Result<()> {
    link::journal::start("info");
    server::raise_file_limit();
    let cli = Cli::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(cli.run())
}
