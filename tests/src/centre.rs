//! The central service and the exchange as real processes, with accounts made by their own commands.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::AsyncWriteExt;

use crate::authority::Authority;
use crate::bench::tree::pss_mib;
use crate::child::{Child, Start, Variables};
use crate::place;
use crate::relay::Relay;
use crate::wait::until;

/// How long a server may take to come up: it replays its ledger.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A server and an exchange.
pub struct Centre {
    /// Where logs and the database lie.
    pub folder: PathBuf,
    /// The server's port on 127.0.0.1.
    pub port: u16,
    /// The network between the clients and both, when the plan has one.
    pub relay: Option<Relay>,
    config: PathBuf,
    media_port: u16,
    /// Where the exchange takes calls, when the plan has a telephone.
    trunk: Option<SocketAddr>,
    secret_trunk: bool,
    /// Where the carrier takes the calls that the exchange makes.
    carrier: SocketAddr,
    trunks: String,
    key_file: PathBuf,
    authority: Option<Authority>,
    clock: Option<String>,
    server: Option<Child>,
    exchange: Option<Child>,
}

/// Memory that is a program's own, MiB.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// The server's.
    pub server: f64,
    /// The exchange's.
    pub exchange: f64,
}

/// How a centre is set up.
pub struct Plan<'a> {
    /// How many operators' accounts: op01, op02 …
    pub operators: u32,
    /// Further lines of the server's configuration. Without a `[calendar]` among them the centre is open
    /// on every day and at every hour.
    pub settings: &'a str,
    /// The screen has a keyring.
    pub keyring: bool,
    /// Clients reach the centre over a [`Relay`].
    pub relay: bool,
    /// The server has a certificate of an authority of its own.
    pub tls: bool,
    /// The exchange has a trunk, from whose end this machine may call.
    pub telephone: bool,
    /// `[[trunk]]` tables of the exchange's settings in place of the telephone's own one.
    pub trunks: Option<&'a str>,
    /// The trunk speaks TLS with the server's certificate, and its calls are encrypted; together with `tls`.
    pub secret_trunk: bool,
    /// What the server's clock says when it starts, such as 2026-11-24T17:14:30+09:00.
    pub clock: Option<&'a str>,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Plan {
            operators: 1,
            settings: "",
            keyring: true,
            relay: false,
            tls: false,
            telephone: false,
            trunks: None,
            secret_trunk: false,
            clock: None,
        }
    }
}

/// The demo's password. It opens nothing but a throw-away database on loopback.
pub const PASSWORD: &str = "kenmu-demo-2026";
/// The address that stands before the relay's media door; all of 127/8 is this machine on Linux.
const RELAYED: &str = "127.0.0.2";

impl Centre {
    /// Makes a database with accounts for operators, and starts both.
    ///
    /// # Errors
    /// When something does not come up.
    pub async fn open(folder: &Path, plan: &Plan<'_>) -> Result<Centre> {
        let port = place::free_tcp_port()?;
        let media_port = place::free_udp_port()?;
        let carrier = place::free_udp_port().map(local)?;
        let authority = if plan.tls { Some(Authority::make(folder)?) } else { None };
        let config = folder.join("server.toml");
        std::fs::write(&config, settings(folder, port, authority.as_ref(), plan.settings)?)
            .context("write the server's configuration")?;
        let relay = if plan.relay { Some(relay(port, media_port).await?) } else { None };
        let mut centre = Centre {
            folder: folder.to_owned(),
            port,
            relay,
            config,
            media_port,
            carrier,
            trunk: plan.telephone.then(|| place::free_udp_port().map(local)).transpose()?,
            trunks: match plan.trunks {
                Some(trunks) => trunks.to_owned(),
                None => own_trunk((!plan.secret_trunk).then_some(carrier)),
            },
            secret_trunk: plan.secret_trunk,
            key_file: folder.join("exchange.key"),
            authority,
            clock: plan.clock.map(str::to_owned),
            server: None,
            exchange: None,
        };
        centre.add_accounts(plan.operators).await?;
        let key = centre.ask(&["exchange", "add"], "").await?;
        std::fs::write(&centre.key_file, key.trim()).context("keep the exchange's key")?;
        centre.start_server().await?;
        centre.start_exchange().await?;
        Ok(centre)
    }

    /// Makes the accounts op01, op02 … of a database that has none.
    ///
    /// # Errors
    /// When the command fails.
    pub async fn add_accounts(&self, operators: u32) -> Result<()> {
        for number in 1..=operators {
            let name = format!("op{number:02}");
            let display = format!("オペレーター{number:02}");
            self.ask(&["operator", "add", &name, "--display", &display], PASSWORD).await?;
        }
        Ok(())
    }

    /// Throws the database away, as a disk that died does. The server must not run.
    ///
    /// # Errors
    /// When a file stays.
    pub fn forget_everything(&self) -> Result<()> {
        ensure!(self.server.is_none(), "the server must not run");
        for ending in ["", "-wal", "-shm"] {
            let file = self.folder.join(format!("kenmu.db{ending}"));
            if file.exists() {
                std::fs::remove_file(&file).with_context(|| format!("throw {} away", file.display()))?;
            }
        }
        Ok(())
    }

    /// Accepts the booth that shows this code, under this name.
    ///
    /// # Errors
    /// When the code is refused; the command's words are in the text.
    pub async fn approve(&self, code: &str, name: &str) -> Result<String> {
        self.ask(&["booth", "approve", code, "--name", name, "--place", "1階ロビー"], "").await
    }

    /// Runs a command of the server's program, with a line on its standard input.
    ///
    /// # Errors
    /// When the command fails; its words are in the text.
    pub async fn ask(&self, words: &[&str], line: &str) -> Result<String> {
        self.run(tokio::process::Command::new(place::program("kenmu-server")?), words, line).await
    }

    /// The same as if it were asked later, such as `+11m`: the command sees another wall clock.
    ///
    /// # Errors
    /// When the command fails; its words are in the text.
    pub async fn ask_later(&self, later: &str, words: &[&str]) -> Result<String> {
        let mut command = tokio::process::Command::new("faketime");
        command.args(["-f", later]).arg(place::program("kenmu-server")?);
        self.run(command, words, "").await
    }

    async fn run(&self, mut command: tokio::process::Command, words: &[&str], line: &str) -> Result<String> {
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
        format!("{}://127.0.0.1:{}", self.scheme(), self.port)
    }

    /// The booth page's address.
    pub fn booth_address(&self) -> String {
        let port = self.relay.as_ref().map_or(self.port, |relay| relay.line_port);
        format!("{}://127.0.0.1:{port}/booth/", self.scheme())
    }

    /// How a desk finds the centre.
    pub fn desk_variables(&self) -> Variables {
        let mut variables = Variables::from([("KENMU_SERVER".to_owned(), Some(self.address()))]);
        if let Some(file) = self.authority() {
            variables.insert("KENMU_CA_FILE".to_owned(), Some(file.to_string_lossy().into_owned()));
        }
        variables
    }

    fn scheme(&self) -> &'static str {
        if self.authority.is_some() { "https" } else { "http" }
    }

    /// The server's authority and what it made, where it has one.
    ///
    /// # Errors
    /// When the plan has none.
    pub fn certificates(&self) -> Result<&Authority> {
        self.authority.as_ref().context("the plan has TLS")
    }

    /// The certificate of the server's authority, where it has one.
    pub fn authority(&self) -> Option<&Path> {
        self.authority.as_ref().map(|authority| authority.file.as_path())
    }

    /// By which a browser knows the server's key, where it has one.
    pub fn key_hash(&self) -> Option<&str> {
        self.authority.as_ref().map(|authority| authority.key_hash.as_str())
    }

    /// Starts the server and waits until it is healthy.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_server(&mut self) -> Result<()> {
        let server = Start::new("server", place::program("kenmu-server")?, &self.folder)
            .arg_path("--config", &self.config)
            .args(["serve"])
            .args(self.clock.iter().flat_map(|clock| ["--clock", clock.as_str()]))
            .env("RUST_LOG", crate::child::log_level())
            .start()?;
        self.server = Some(server);
        self.health("the server is healthy", |told| told.starts_with('{')).await
    }

    /// Stops the server and starts it at another time of its clock.
    ///
    /// # Errors
    /// When it does not come up again.
    pub async fn restart_server_at(&mut self, clock: &str) -> Result<()> {
        self.server.take().context("the server runs")?.stop().await;
        self.clock = Some(clock.to_owned());
        self.start_server().await
    }

    /// Starts the exchange and waits until the server says that it is there.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_exchange(&mut self) -> Result<()> {
        let scheme = if self.authority.is_some() { "wss" } else { "ws" };
        let mut start = Start::new("exchange", place::program("kenmu-exchange")?, &self.folder)
            .args(["--server", &format!("{scheme}://127.0.0.1:{}/link", self.port)])
            .arg_path("--key-file", &self.key_file)
            .args(["--listen", &format!("127.0.0.1:{}", self.media_port)])
            .env("RUST_LOG", crate::child::log_level());
        if self.relay.is_some() {
            start = start.args(["--advertise", RELAYED]);
        }
        if let Some(trunk) = self.trunk {
            let file = self.folder.join("sip.toml");
            let authority = self.authority.as_ref().filter(|_| self.secret_trunk);
            let text = sip(trunk, &self.trunks, authority);
            std::fs::write(&file, text).context("write the exchange's trunks")?;
            start = start.arg_path("--sip", &file);
        }
        if let Some(authority) = self.authority() {
            start = start.arg_path("--ca-file", authority);
        }
        self.exchange = Some(start.start()?);
        self.exchange_is_there().await
    }

    /// Where a telephone is called by the exchange.
    pub fn carrier(&self) -> SocketAddr {
        self.carrier
    }

    /// Where a telephone calls.
    ///
    /// # Errors
    /// When the plan has no telephone.
    pub fn trunk(&self) -> Result<SocketAddr> {
        self.trunk.context("the plan has a telephone")
    }

    /// Waits until the server has its exchange.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn exchange_is_there(&self) -> Result<()> {
        self.health("the exchange is connected", |told| told.contains("\"exchange_up\":true")).await
    }

    async fn health(&self, what: &str, good: impl Fn(&str) -> bool) -> Result<()> {
        let http = self.http()?;
        let health = format!("{}/health", self.address());
        until(what, START_LIMIT, || async {
            let answer = http.get(&health).send().await.ok()?.error_for_status().ok()?;
            good(&answer.text().await.ok()?).then_some(())
        })
        .await
    }

    /// A client that trusts the server's authority.
    ///
    /// # Errors
    /// When the authority's certificate cannot be read.
    pub fn http(&self) -> Result<reqwest::Client> {
        // Somebody else in this process may have chosen the same provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder();
        if let Some(file) = self.authority() {
            let pem = std::fs::read(file).context("read the authority's certificate")?;
            client = client.add_root_certificate(reqwest::Certificate::from_pem(&pem)?);
        }
        client.build().context("a client for the server's doors")
    }

    /// What both take of the machine's memory now.
    ///
    /// # Errors
    /// When one of them does not run.
    pub fn memory_mib(&self) -> Result<Memory> {
        let of = |child: &Option<Child>| pss_mib(child.as_ref().context("it runs")?.id());
        Ok(Memory { server: of(&self.server)?, exchange: of(&self.exchange)? })
    }

    /// What server and exchange have logged.
    pub fn server_log(&self) -> String {
        self.server.as_ref().map(Child::log).unwrap_or_default()
    }

    /// Kills the server (SIGKILL).
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill_server(&mut self) -> Result<()> {
        self.server.take().context("the server runs")?.kill().await
    }

    /// Kills the exchange (SIGKILL): every call of it is gone.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill_exchange(&mut self) -> Result<()> {
        self.exchange.take().context("the exchange runs")?.kill().await
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

fn settings(folder: &Path, port: u16, authority: Option<&Authority>, further: &str) -> Result<String> {
    let database = database(folder);
    let page = place::page("booth")?;
    let mut text = format!(
        "listen = \"127.0.0.1:{port}\"\ndatabase = \"{database}\"\nbooth_page = \"{}\"\ncity = \"上尾市\"\n\
         phone_number = \"0120-000-000\"\n{further}\n",
        page.display(),
    );
    if !further.contains("[calendar]") {
        text.push_str("[calendar]\nalways_open = true\n");
    }
    if let Some(Authority { chain, key, .. }) = authority {
        text += &format!("[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n", chain.display(), key.display());
    }
    Ok(text)
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

pub(crate) fn sip(door: SocketAddr, trunks: &str, authority: Option<&Authority>) -> String {
    let door = match authority {
        Some(Authority { chain, key, .. }) => format!(
            "listen = [\"tls:{door}\"]\ntls = {{ certificate = \"{}\", key = \"{}\" }}\n",
            chain.display(),
            key.display()
        ),
        None => format!("listen = [\"udp:{door}\"]\n"),
    };
    format!("{door}advertise = \"127.0.0.1\"\nrtp_ports = \"20000-24999\"\n\n{trunks}")
}

/// A trunk on loopback for the tests' telephones, those that call and the one that is called; it takes nearly as many
/// calls as an exchange does (160). Without a carrier its calls are encrypted, and it makes none.
pub(crate) fn own_trunk(carrier: Option<SocketAddr>) -> String {
    let more = match carrier {
        None => "srtp = \"required\"\n".to_owned(),
        Some(carrier) => format!(
            "dial = \"sip:{carrier}\"\n\n[outbound]\ntrunk = \"フリーダイヤル\"\ncaller_id = \"0120000000\"\n"
        ),
    };
    format!("[[trunk]]\nname = \"フリーダイヤル\"\naddresses = [\"127.0.0.1\"]\nmax_calls = 150\n{more}")
}

async fn relay(port: u16, media_port: u16) -> Result<Relay> {
    let door = SocketAddr::new(RELAYED.parse().context("an address")?, media_port);
    Relay::open(door, local(media_port), local(port)).await
}
