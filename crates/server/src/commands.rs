//! The commands of an administrator. A running server notices what they change within two seconds.

mod audit;
mod backup;
mod booth;
mod exchange;
mod manual;
mod operator;
mod pdf;
mod run_by;
mod verify;

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use desk::time::Time;

use crate::clock::{moment, wall_now};
use crate::config::{Config, Tls};
use crate::store::{self, Store};
pub use backup::{copy, put_back};
use booth::BoothCommand;
use exchange::ExchangeCommand;
use manual::ManualCommand;
use operator::OperatorCommand;
pub use verify::check_copy;

/// The server of Kenmu: one desk for the city hall's video booths and its telephone line.
#[derive(Parser)]
#[command(name = "kenmu-server", version)]
pub struct Cli {
    /// The configuration, TOML; flags win over it.
    #[arg(long, global = true, env = "KENMU_CONFIG")]
    config: Option<PathBuf>,
    /// The database: sqlite:FILE.
    #[arg(long, global = true, env = "KENMU_DATABASE")]
    database: Option<String>,
    /// A file with the database's key, 64 hexadecimal digits.
    #[arg(long, global = true, env = "KENMU_DATABASE_KEY_FILE")]
    database_key_file: Option<PathBuf>,
    /// The moment at which the clock starts, for training and tests, such as 2026-11-24T17:14:30+09:00;
    /// a server and the commands beside it need the same.
    #[arg(long, global = true, env = "KENMU_CLOCK", value_parser = moment)]
    clock: Option<Time>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGTERM or Ctrl-C.
    Serve(Box<Serve>),
    /// Operators' accounts.
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Booths.
    #[command(subcommand)]
    Booth(BoothCommand),
    /// Keys with which an exchange comes in.
    #[command(subcommand)]
    Exchange(ExchangeCommand),
    /// マニュアル・FAQ for the desks.
    #[command(subcommand)]
    Manual(ManualCommand),
    /// Print what operators tried and may not do and what commands did, the newest first: time, operator or
    /// `command`, contact, what, why.
    Audit {
        /// How many lines.
        #[arg(long, default_value_t = 100)]
        most: u32,
    },
    /// Add up the ledger, the notes' chain and the audit log, and compare them with the tables and the audit's
    /// anchor; fails when anything is wrong.
    Verify,
    /// Write a verified copy, encrypted with the same key, while the server runs. Desks give up their own copies of
    /// notes only when a backup has them.
    Backup {
        /// A new file.
        file: PathBuf,
    },
    /// Put a backup in the database's place; the server must be stopped. Desks notice and send again what is missing.
    Restore {
        /// What `backup` wrote.
        file: PathBuf,
        /// There is a database already: it is kept beside under another name.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Args)]
struct Serve {
    /// The address to listen on.
    #[arg(long, env = "KENMU_LISTEN")]
    listen: Option<SocketAddr>,
    /// The folder with the booth's built page.
    #[arg(long, env = "KENMU_BOOTH_PAGE")]
    booth_page: Option<PathBuf>,
    /// The city's name.
    #[arg(long, env = "KENMU_CITY")]
    city: Option<String>,
    /// The number that a booth shows when it cannot serve.
    #[arg(long, env = "KENMU_PHONE_NUMBER")]
    phone_number: Option<String>,
    /// A further web origin that may open a socket; may be given several times.
    #[arg(long = "origin", env = "KENMU_ORIGINS", value_delimiter = ',')]
    origins: Vec<String>,
    /// The certificate's chain, PEM.
    #[arg(long, env = "KENMU_TLS_CERTIFICATE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's private key, PEM.
    #[arg(long, env = "KENMU_TLS_KEY", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// A proxy in front of this server speaks TLS with the clients; `--behind-proxy=false` when the file
    /// says otherwise.
    #[arg(
        long,
        env = "KENMU_BEHIND_PROXY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    behind_proxy: Option<bool>,
    /// A proxy's own address: what it says about its clients' addresses is believed; may be given several
    /// times.
    #[arg(long = "trusted-proxy", env = "KENMU_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Vec<IpAddr>,
    /// An address of its own for /metrics (plain HTTP, counts only).
    #[arg(long, env = "KENMU_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// What went wrong, in words for the administrator.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        if let Some(database) = self.database {
            config.database = database;
        }
        if let Some(path) = self.database_key_file {
            config.database_key_file = Some(path);
        }
        config.clock = self.clock;
        let now = self.clock.unwrap_or_else(wall_now);
        match self.command {
            Command::Serve(serve) => {
                serve.over(&mut config);
                Ok(crate::run(config).await?)
            }
            Command::Operator(command) => operator::run(&*open(&config).await?, command, now).await,
            Command::Booth(command) => booth::run(&*open(&config).await?, command, now).await,
            Command::Exchange(command) => exchange::run(&*open(&config).await?, command, now).await,
            Command::Manual(command) => manual::run(&*open(&config).await?, command, now).await,
            Command::Audit { most } => audit::run(&*open(&config).await?, most, now).await,
            Command::Verify => {
                let store =
                    store::open_existing(&config.database, config.database_key_file.as_deref()).await?;
                verify::verify(&*store, config.anchor().as_deref(), now).await
            }
            Command::Backup { file } => backup::backup(&config, &file, now).await,
            Command::Restore { file, force } => backup::restore(&config, &file, force, now).await,
        }
    }
}

impl Serve {
    /// Lets the flags win over the file.
    fn over(self, config: &mut Config) {
        config.listen = self.listen.unwrap_or(config.listen);
        if let Some(folder) = self.booth_page {
            config.booth_page = folder;
        }
        if let Some(city) = self.city {
            config.city = city;
        }
        if let Some(number) = self.phone_number {
            config.phone_number = number;
        }
        if !self.origins.is_empty() {
            config.origins = self.origins;
        }
        if let (Some(certificate), Some(key)) = (self.tls_certificate, self.tls_key) {
            config.tls = Some(Tls { certificate, key });
        }
        config.behind_proxy = self.behind_proxy.unwrap_or(config.behind_proxy);
        if !self.trusted_proxies.is_empty() {
            config.trusted_proxies = self.trusted_proxies;
        }
        config.metrics_listen = self.metrics_listen.or(config.metrics_listen);
    }
}

async fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let store = store::open(&config.database, config.database_key_file.as_deref()).await;
    store.with_context(|| format!("cannot open {}", config.database))
}

#[cfg(test)]
pub(crate) use manual::MAX_LIST_BYTES;

fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind_proxy(file: bool, flags: &[&str]) -> bool {
        let cli = Cli::try_parse_from(["kenmu-server", "serve"].iter().chain(flags)).unwrap();
        let Command::Serve(serve) = cli.command else { panic!("serve was asked for") };
        let mut config = Config { behind_proxy: file, ..Config::default() };
        serve.over(&mut config);
        config.behind_proxy
    }

    #[test]
    fn a_flag_wins_over_the_file_in_both_directions() {
        assert!(behind_proxy(true, &[]) && !behind_proxy(false, &[]));
        assert!(behind_proxy(false, &["--behind-proxy"]) && behind_proxy(false, &["--behind-proxy=1"]));
        assert!(
            !behind_proxy(true, &["--behind-proxy=false"]) && !behind_proxy(true, &["--behind-proxy=no"])
        );
    }
}
