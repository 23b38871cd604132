//! The commands of an administrator. A running server notices what they change within two seconds.

use std::io::{BufRead, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use desk::centre::Fact;
use desk::end::EndReason;
use desk::ids::BoothId;
use desk::time::Time;

use crate::books::Bookkeeper;
use crate::clock::{moment, wall_now};
use crate::config::{Config, Tls};
use crate::secret::{MAX_SECRET_BYTES, argon2id, hash_token, keep_secret, new_token};
use crate::store::{self, Standing, Store};

/// A password that a person chooses, and a booth secret that a person chooses.
const MIN_PASSWORD_CHARS: usize = 8;
const MIN_SECRET_CHARS: usize = 12;

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
    /// Add up the ledger and compare it with the tables; fails when the books are wrong.
    Verify,
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
}

#[derive(Subcommand)]
enum OperatorCommand {
    /// Add an account; the password is asked for, or read as one line of the standard input.
    Add {
        /// What is typed at the sign-in, such as op01.
        name: String,
        /// The name on the tag, such as オペレーター01.
        #[arg(long)]
        display: String,
    },
    /// Set a new password; the account is signed out everywhere.
    Password {
        /// The account.
        name: String,
    },
    /// List the accounts.
    List,
}

#[derive(Subcommand)]
enum BoothCommand {
    /// Add a booth and print its number; its secret is asked for, or read as one line of the standard input.
    Add {
        /// Its name, such as ブース1.
        name: String,
        /// Where it stands.
        #[arg(long)]
        place: Option<String>,
        /// Make the secret here and print it once, as a second line.
        #[arg(long)]
        generate: bool,
    },
    /// List the booths.
    List,
    /// Shut a booth out, within 5 s if it is connected.
    Revoke {
        /// Its number.
        id: u32,
    },
}

#[derive(Subcommand)]
enum ExchangeCommand {
    /// Make a key and print it once; its number goes to the standard error.
    Add,
    /// Shut out one key, or all of them.
    Revoke {
        /// The key's number; without it every key.
        id: Option<u64>,
    },
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
            Command::Operator(command) => operator(&open(&config).await?, command, now).await,
            Command::Booth(command) => booth(&open(&config).await?, command, now).await,
            Command::Exchange(command) => exchange(&open(&config).await?, command, now).await,
            Command::Verify => {
                let store =
                    store::open_existing(&config.database, config.database_key_file.as_deref()).await?;
                verify(&store).await
            }
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
    }
}

async fn open(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let store = store::open(&config.database, config.database_key_file.as_deref()).await;
    store.with_context(|| format!("cannot open {}", config.database))
}

async fn operator(store: &Arc<dyn Store>, command: OperatorCommand, now: Time) -> anyhow::Result<()> {
    match command {
        OperatorCommand::Add { name, display } => {
            if name.trim().is_empty() || display.trim().is_empty() {
                bail!("the name and the display name must not be empty");
            }
            let hash = argon2id(&new_secret("Password", MIN_PASSWORD_CHARS)?)?;
            let id = store.add_operator(&name, &display, &hash, now).await?;
            say(&id.to_string())
        }
        OperatorCommand::Password { name } => {
            let hash = argon2id(&new_secret("New password", MIN_PASSWORD_CHARS)?)?;
            if !store.set_password(&name, &hash).await? {
                bail!("there is no operator {name}; `kenmu-server operator list` shows all");
            }
            Ok(())
        }
        OperatorCommand::List => {
            for row in store.directory(now).await?.operators {
                say(&format!("{}\t{}\t{}", row.operator, row.name, row.display))?;
            }
            Ok(())
        }
    }
}

async fn booth(store: &Arc<dyn Store>, command: BoothCommand, now: Time) -> anyhow::Result<()> {
    match command {
        BoothCommand::Add { name, place, generate } => {
            if name.trim().is_empty() {
                bail!("the name must not be empty");
            }
            let made = generate.then(new_token);
            let secret = match &made {
                Some(made) => made.clone(),
                None => new_secret("Booth secret", MIN_SECRET_CHARS)?,
            };
            let id = store.add_booth(&name, place.as_deref(), &keep_secret(&secret)?, now).await?;
            say(&id.to_string())?;
            made.map_or(Ok(()), |made| say(&made))
        }
        BoothCommand::List => {
            for row in store.directory(now).await?.booths {
                let place = row.place.unwrap_or_default();
                let revoked = if row.revoked { "revoked" } else { "" };
                say(&format!("{}\t{}\t{place}\t{revoked}", row.booth, row.name))?;
            }
            Ok(())
        }
        BoothCommand::Revoke { id } => {
            if !store.revoke_booth(BoothId(id), now).await? {
                bail!("there is no booth {id} that could come in");
            }
            Ok(())
        }
    }
}

async fn exchange(store: &Arc<dyn Store>, command: ExchangeCommand, now: Time) -> anyhow::Result<()> {
    match command {
        ExchangeCommand::Add => {
            let key = new_token();
            let id = store.add_exchange_key(hash_token(&key), now).await?;
            writeln!(std::io::stderr(), "exchange key {id}; keep it, it is not shown again")?;
            say(&key)
        }
        ExchangeCommand::Revoke { id } => {
            let gone = store.revoke_exchange_keys(id, now).await?;
            if gone == 0 {
                bail!("there is no such key that could come in");
            }
            say(&format!("{gone} revoked"))
        }
    }
}

async fn verify(store: &Arc<dyn Store>) -> anyhow::Result<()> {
    let mut keeper = Bookkeeper::default();
    let (mut last, mut missing) = (0, None);
    let mut take = |page: Vec<(u64, Time, Fact)>| {
        for (place, _, fact) in page {
            if place != last + 1 {
                missing.get_or_insert(last + 1);
            }
            keeper.take(&fact);
            last = place;
        }
    };
    let tables = store.audit(&mut take).await?;
    if let Some(place) = missing {
        bail!("the ledger has a gap: {place} is missing");
    }
    let books = keeper.books();
    let expected = Standing {
        waiting: books.waiting + books.offered,
        active: books.active,
        wrapping: books.wrapping,
        closed: books.arrived - books.waiting - books.offered - books.active - books.wrapping,
    };
    for (name, value) in [
        ("facts", last),
        ("arrived", books.arrived),
        ("waiting", books.waiting),
        ("offered", books.offered),
        ("active", books.active),
        ("answered", books.answered),
        ("abandoned", books.abandoned),
        ("overflowed", books.overflowed),
        ("out_of_hours", books.out_of_hours),
        ("lost_with_callback", books.lost_with_callback),
        ("wrapping", books.wrapping),
        ("violations", books.violations),
        ("tables_differ", u64::from(expected != tables)),
    ] {
        say(&format!("{name}\t{value}"))?;
    }
    for end in EndReason::ALL {
        say(&format!("end_{}\t{}", link::json::encode(&end).trim_matches('"'), keeper.ends(end)))?;
    }
    say(&format!("conservation_difference\t{}", books.conservation_difference()))?;
    if books.conservation_difference() != 0 || books.violations != 0 || expected != tables {
        bail!("the books are wrong");
    }
    Ok(())
}

/// Asks for a secret twice at a terminal, or takes one line of the standard input.
fn new_secret(what: &str, least: usize) -> anyhow::Result<String> {
    let secret = if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password(format!("{what}: "))?;
        if rpassword::prompt_password(format!("{what} again: "))? != first {
            bail!("the two are not the same");
        }
        first
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if secret.chars().count() < least || secret.len() > MAX_SECRET_BYTES {
        bail!("it must have at least {least} characters and at most {MAX_SECRET_BYTES} bytes");
    }
    Ok(secret)
}

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
