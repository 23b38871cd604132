//! The central service and the exchange as real processes, with accounts made by their own commands.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::AsyncWriteExt;

use crate::child::{Child, Start};
use crate::place;
use crate::wait::until;

/// How long a server may take to come up: it replays its ledger.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A server and an exchange.
pub struct Centre {
    /// Where logs and the database lie.
    pub folder: PathBuf,
    /// The server's port on 127.0.0.1.
    pub port: u16,
    config: PathBuf,
    media_port: u16,
    key_file: PathBuf,
    server: Option<Child>,
    exchange: Option<Child>,
}

/// A booth as the server knows it.
#[derive(Clone)]
pub struct BoothAccount {
    /// Its number.
    pub number: String,
    /// Its secret.
    pub secret: String,
}

/// The demo's password. It opens nothing but a throw-away database on loopback.
pub const PASSWORD: &str = "kenmu-demo-2026";

impl Centre {
    /// Makes a database with `operators` (op01, op02 …) and `booths` (ブース1 …), and starts both.
    /// `settings` are further lines of the server's configuration.
    ///
    /// # Errors
    /// When something does not come up.
    pub async fn open(
        folder: &Path,
        operators: u32,
        booths: u32,
        settings: &str,
    ) -> Result<(Centre, Vec<BoothAccount>)> {
        let port = place::free_tcp_port()?;
        let config = folder.join("server.toml");
        let database = database(folder);
        let page = place::page("booth")?;
        let text = format!(
            "listen = \"127.0.0.1:{port}\"\ndatabase = \"{database}\"\nbooth_page = \"{}\"\ncity = \"上尾市\"\nphone_number = \"0120-000-000\"\n{settings}",
            page.display(),
        );
        std::fs::write(&config, text).context("write the server's configuration")?;
        let mut centre = Centre {
            folder: folder.to_owned(),
            port,
            config,
            media_port: place::free_udp_port()?,
            key_file: folder.join("exchange.key"),
            server: None,
            exchange: None,
        };
        for number in 1..=operators {
            let name = format!("op{number:02}");
            let display = format!("オペレーター{number:02}");
            centre.ask(&["operator", "add", &name, "--display", &display], PASSWORD).await?;
        }
        let mut accounts = Vec::new();
        for number in 1..=booths {
            let name = format!("ブース{number}");
            accounts.push(centre.add_booth(&name).await?);
        }
        let key = centre.ask(&["exchange", "add"], "").await?;
        std::fs::write(&centre.key_file, key.trim()).context("keep the exchange's key")?;
        centre.start_server().await?;
        centre.start_exchange().await?;
        Ok((centre, accounts))
    }

    async fn add_booth(&self, name: &str) -> Result<BoothAccount> {
        let told = self.ask(&["booth", "add", name, "--generate"], "").await?;
        let mut lines = told.lines().map(str::to_owned);
        let number = lines.next().context("the booth's number on the first line")?;
        let secret = lines.next().context("the booth's secret on the second line")?;
        Ok(BoothAccount { number, secret })
    }

    /// Runs a command of the server's program, with a line on its standard input.
    ///
    /// # Errors
    /// When the command fails; its words are in the text.
    pub async fn ask(&self, words: &[&str], line: &str) -> Result<String> {
        let mut command = tokio::process::Command::new(place::program("kenmu-server")?);
        command
            .arg("--config")
            .arg(&self.config)
            .args(words)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().context("start kenmu-server")?;
        let mut stdin = child.stdin.take().context("a pipe to kenmu-server")?;
        stdin.write_all(format!("{line}\n").as_bytes()).await.context("speak to kenmu-server")?;
        drop(stdin);
        let done = child.wait_with_output().await.context("wait for kenmu-server")?;
        let errors = String::from_utf8_lossy(&done.stderr);
        ensure!(done.status.success(), "kenmu-server {words:?} failed: {errors}");
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// The server's address for desktops.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The booth page's address.
    pub fn booth_address(&self) -> String {
        format!("http://127.0.0.1:{}/booth/", self.port)
    }

    /// Starts the server and waits until it is healthy.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_server(&mut self) -> Result<()> {
        let server = Start::new("server", place::program("kenmu-server")?, &self.folder)
            .arg_path("--config", &self.config)
            .args(["serve"])
            .env("RUST_LOG", crate::child::log_level())
            .start()?;
        self.server = Some(server);
        let health = format!("{}/health", self.address());
        until("the server is healthy", START_LIMIT, || async {
            http().get(&health).send().await.ok()?.status().is_success().then_some(())
        })
        .await
    }

    /// Starts the exchange and waits until the server says that it is there.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_exchange(&mut self) -> Result<()> {
        let exchange = Start::new("exchange", place::program("kenmu-exchange")?, &self.folder)
            .args(["--server", &format!("ws://127.0.0.1:{}/link", self.port)])
            .arg_path("--key-file", &self.key_file)
            .args(["--listen", &format!("127.0.0.1:{}", self.media_port)])
            .env("RUST_LOG", crate::child::log_level())
            .start()?;
        self.exchange = Some(exchange);
        self.exchange_is_there().await
    }

    /// Waits until the server has its exchange.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn exchange_is_there(&self) -> Result<()> {
        let health = format!("{}/health", self.address());
        until("the exchange is connected", START_LIMIT, || async {
            let told = http().get(&health).send().await.ok()?.text().await.ok()?;
            told.contains("\"exchange_up\":true").then_some(())
        })
        .await
    }

    /// Kills the server (SIGKILL).
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill_server(&mut self) -> Result<()> {
        self.server.take().context("the server runs")?.kill().await
    }

    /// The ledger's own account: `arrived`, `answered` … `conservation_difference`, one per line.
    ///
    /// # Errors
    /// When the ledger does not add up.
    pub async fn conservation(&self) -> Result<String> {
        let told = self.ask(&["verify"], "").await?;
        ensure!(told.contains("conservation_difference\t0"), "the ledger does not add up:\n{told}");
        Ok(told)
    }

    /// Stops both.
    pub async fn stop(mut self) {
        if let Some(exchange) = self.exchange.take() {
            exchange.stop().await;
        }
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
}

/// A database of this run's own: `KENMU_TEST_DATABASE` with `{name}` for the run's name, else a SQLite
/// file in its folder.
fn database(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    std::env::var("KENMU_TEST_DATABASE").map_or_else(
        |_| format!("sqlite:{}", folder.join("kenmu.db").display()),
        |url| url.replace("{name}", &name),
    )
}

/// One HTTP client for all looks at a server's health.
fn http() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        // Somebody else in this process may have chosen the same provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::new()
    })
}
