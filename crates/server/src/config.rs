//! What a server is told before it starts: one TOML file, and flags or environment that win over it.
//! `example.toml` beside this crate names every key. Opens nothing.

mod forms;
mod guidance;
mod notes;
mod signs;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use desk::calendar::{Calendar, CalendarError};
use desk::centre::Settings;
use desk::note::{CategoryGroup, SheetColumn, Template};
use desk::time::{Millis, Time};
use link::state::{DirectoryEntry, GuidanceCard, LobbyContact, WebPage};
use serde::Deserialize;

pub(crate) use notes::MAX_DAYS;
#[cfg(test)]
pub(crate) use notes::MAX_FORMS_BYTES;
pub use notes::NoteSettings;
#[cfg(test)]
pub(crate) use signs::MAX_GUIDANCE_BYTES;
pub use signs::Signs;

/// Everything that a server is told. Every key may be left out; an unknown one is refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address to listen on. Anything but this machine itself needs `tls` or `behind_proxy`.
    pub listen: SocketAddr,
    /// Where the truth is kept: `sqlite:FILE`; the file is made when it is not there.
    pub database: String,
    /// A file with the database's key, 64 hexadecimal digits. Without it the file is not encrypted.
    pub database_key_file: Option<PathBuf>,
    /// Where the audit's anchor is kept, away from the database. Not set: beside the key, when there is one.
    pub audit_anchor: Option<PathBuf>,
    /// The folder with the booth's built page.
    pub booth_page: PathBuf,
    /// The city's name as the screens show it.
    pub city: String,
    /// The number that a booth shows when it cannot serve.
    pub phone_number: String,
    /// Further web origins that may open a socket, such as `https://madoguchi.example.jp`. The server's
    /// own origin is always good.
    pub origins: Vec<String>,
    /// A proxy in front of this server speaks TLS with the clients.
    pub behind_proxy: bool,
    /// The proxies' own addresses: what they say about their clients' addresses is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The certificate that this server shows.
    pub tls: Option<Tls>,
    /// How many connections one address may hold open; an office may stand behind one.
    pub sockets_per_address: u32,
    /// An address of its own for `/metrics`, without TLS. Not set: programs of this machine alone find it.
    pub metrics_listen: Option<SocketAddr>,
    /// Somebody who waits longer is told to every desk.
    pub long_wait_ms: Millis,
    /// The wrap-up time that the desk shows as a guide; nothing ends by it.
    pub wrapup_ms: Millis,
    /// 再入電: the same number again within this time is marked.
    pub call_again_ms: Millis,
    /// 折返し: a lost call is called back within this much opened telephone time.
    pub callback_within_ms: Millis,
    /// Nothing heard, touched or moved for this long in a talk: the booth asks whether somebody is there.
    pub idle_ask_ms: Millis,
    /// No answer for this long after that: the booth leaves.
    pub idle_end_ms: Millis,
    /// The desk's rules: `ring_timeout_ms`, `offers_at_once`, `queue_limit` and so on.
    pub desk: Settings,
    /// When booths and telephone are open.
    pub calendar: Calendar,
    /// The guidance cards (案内カード); a file that names one names them all.
    pub guidance: Vec<GuidanceCard>,
    /// The pages of the city and the State that are used beside the talk.
    pub pages: Vec<WebPage>,
    /// Whom to call when somebody needs help in the lobby.
    pub lobby: Vec<LobbyContact>,
    /// 転送先: outside numbers that a call can be transferred to, by name.
    pub directory: Vec<DirectoryEntry>,
    /// What becomes of handling notes on the desks.
    pub notes: NoteSettings,
    /// 区分(大・小); a file that names one names them all.
    pub categories: Vec<CategoryGroup>,
    /// Chips with ready-made text; a file that names one names them all.
    pub templates: Vec<Template>,
    /// The columns of the files of contact sheets (連絡票); a file that names one names them all.
    pub sheet_columns: Vec<SheetColumn>,
    /// The moment at which the server's clock starts, for training and tests; a flag, never in a file.
    #[serde(skip)]
    pub clock: Option<Time>,
}

/// A certificate and its key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: "sqlite:kenmu.db".into(),
            database_key_file: None,
            audit_anchor: None,
            booth_page: PathBuf::from("ui/dist/booth"),
            city: "上尾市".into(),
            phone_number: String::new(),
            origins: Vec::new(),
            behind_proxy: false,
            trusted_proxies: vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
            tls: None,
            sockets_per_address: 512,
            metrics_listen: None,
            long_wait_ms: Millis::seconds(120),
            wrapup_ms: Millis::seconds(120),
            call_again_ms: Millis::seconds(24 * 3_600),
            callback_within_ms: Millis::seconds(2 * 3_600),
            idle_ask_ms: Millis::seconds(180),
            idle_end_ms: Millis::seconds(60),
            desk: Settings::default(),
            calendar: Calendar::default(),
            guidance: guidance::cards(),
            pages: guidance::pages(),
            lobby: guidance::lobby(),
            directory: guidance::directory(),
            notes: NoteSettings::default(),
            categories: notes::categories(),
            templates: notes::templates(),
            sheet_columns: SheetColumn::standard(),
            clock: None,
        }
    }
}

/// Why a configuration is not taken. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {fault}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        fault: std::io::Error,
    },
    /// The file is not TOML, or has an unknown key or a value of the wrong kind.
    #[error("{path} is not a valid configuration: {fault}")]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        fault: Box<toml::de::Error>,
    },
    /// Others than this machine could read tokens and talks on the way.
    #[error(
        "{listen} can be reached from other machines, and there is no certificate. Give one ([tls] certificate \
         and key, or --tls-certificate and --tls-key), or listen on 127.0.0.1, or say --behind-proxy when a proxy \
         in front of this server speaks TLS."
    )]
    OpenWithoutCertificate {
        /// The address that was asked for.
        listen: SocketAddr,
    },
    /// The ring time is outside of what the field knows.
    #[error("desk.ring_timeout_ms must be 5000 to 60000")]
    RingTimeout,
    /// Nobody could ever be offered anything.
    #[error("desk.{0} must be at least 1")]
    Zero(&'static str),
    /// The calendar contradicts itself.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A screen could not show it, or should not.
    #[error("{0}")]
    Sign(String),
}

impl Config {
    /// Reads a file; what it leaves out has its default.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] and [`ConfigError::Invalid`].
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|fault| ConfigError::Unreadable { path: path.to_owned(), fault })?;
        toml::from_str(&text)
            .map_err(|fault| ConfigError::Invalid { path: path.to_owned(), fault: Box::new(fault) })
    }

    /// Where the audit's anchor is kept; none: nowhere.
    pub fn anchor(&self) -> Option<PathBuf> {
        let beside = |key: &PathBuf| key.with_extension("audit");
        self.audit_anchor.clone().or_else(|| self.database_key_file.as_ref().map(beside))
    }

    /// Whether a server may start like this.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !self.listen.ip().is_loopback() && self.tls.is_none() && !self.behind_proxy {
            return Err(ConfigError::OpenWithoutCertificate { listen: self.listen });
        }
        if !(5_000..=60_000).contains(&self.desk.ring_timeout_ms.0) {
            return Err(ConfigError::RingTimeout);
        }
        for (name, value) in
            [("offers_at_once", self.desk.offers_at_once), ("queue_limit", self.desk.queue_limit)]
        {
            if value == 0 {
                return Err(ConfigError::Zero(name));
            }
        }
        self.calendar.check()?;
        self.check_notes()?;
        self.check_signs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_door_without_a_certificate_is_refused() {
        let open = Config { listen: SocketAddr::from(([0, 0, 0, 0], 8443)), ..Config::default() };
        let words = open.check().unwrap_err().to_string();
        assert!(words.contains("--behind-proxy") && words.contains("certificate"), "{words}");
        assert!(Config { behind_proxy: true, ..open.clone() }.check().is_ok());
        let tls = Tls { certificate: "c.pem".into(), key: "k.pem".into() };
        assert!(Config { tls: Some(tls), ..open }.check().is_ok());
        assert!(Config::default().check().is_ok());
        assert!(Config { listen: "[::1]:8080".parse().unwrap(), ..Config::default() }.check().is_ok());
    }

    #[test]
    fn the_example_names_every_key_with_its_default() {
        let example = include_str!("../example.toml");
        assert_eq!(toml::from_str::<Config>(example).unwrap(), Config::default());
        // With the optional ones switched on it is still a configuration.
        let all = [
            "# database_key_file",
            "# audit_anchor",
            "# [tls]",
            "# certificate",
            "# key",
            "# holidays",
            "# exceptions",
            "# metrics_listen",
        ];
        let all = all.iter().fold(example.to_owned(), |text, key| text.replace(key, &key[2..]));
        let all: Config = toml::from_str(&all).unwrap();
        assert!(all.tls.is_some() && all.database_key_file.is_some());
        assert_eq!((all.calendar.holidays.len(), all.calendar.booth.exceptions.len()), (1, 1));
        assert!(all.check().is_ok());
    }

    fn refused(toml: &str) -> String {
        toml::from_str::<Config>(toml).unwrap().check().unwrap_err().to_string()
    }

    #[test]
    fn what_a_screen_cannot_show_is_refused_with_what_to_do() {
        for (toml, told) in [
            ("[[pages]]\nlabel = 'x'\naddress = 'http://example.jp/'", "must begin with https://"),
            ("[[pages]]\nlabel = 'x'\naddress = 'http://127.0.0.1.example.jp/'", "must begin with https://"),
            ("[[pages]]\nlabel = 'x'\naddress = 'http://127.0.0.1@example.jp/'", "must begin with https://"),
            ("[[pages]]\nlabel = 'x'\naddress = 'https:///path'", "name a host"),
            ("[[pages]]\nlabel = 'x'\naddress = 'javascript:alert(1)'", "must begin with https://"),
            ("[[pages]]\nlabel = ' '\naddress = 'https://example.jp/'", "one line of 1 to 80"),
            ("[[lobby]]\nlabel = 'x'\nnumber = ''", "one line of 1 to 80"),
            ("[[guidance]]\ncard = 'p'\ntitle = 'x'\nsteps = []", "1 to 8 steps"),
            ("[[guidance]]\ncard = '写真'\ntitle = 'x'\nsteps = ['y']", "a-z"),
            ("idle_ask_ms = 10", "at least 10000"),
            ("[calendar.booth]\nsaturdays = [6]", "numbers from 1 to 5"),
        ] {
            let words = refused(toml);
            assert!(words.contains(told), "{toml}: {words}");
        }
        let twice = "[[guidance]]\ncard = 'p'\ntitle = 'x'\nsteps = ['y']\n";
        assert!(refused(&twice.repeat(2)).contains("two cards are named"));
        let own = "[[pages]]\nlabel = 'x'\naddress = 'http://localhost:8000/a?b'\n\
                   [[pages]]\nlabel = 'x'\naddress = 'http://[::1]/'";
        assert!(toml::from_str::<Config>(own).unwrap().check().is_ok());
    }

    #[test]
    fn the_shipped_cards_can_be_shown_and_those_with_a_pin_propose_the_mask() {
        let config = Config::default();
        config.check().unwrap();
        for card in &config.guidance {
            assert!((3..=6).contains(&card.steps.len()), "{}", card.card);
            let pin = card.steps.iter().any(|step| step.contains("暗証番号") && step.contains("入れ"));
            assert!(!pin || (card.mask && card.quiet), "{}", card.card);
        }
    }

    #[test]
    fn lists_for_notes_that_contradict_themselves_are_refused_with_what_to_do() {
        for (toml, told) in [
            ("[notes]\nkeep_days = 0", "keep_days must be 1 to 60"),
            ("[notes]\nlock_after_ms = 1000", "30000 to 3600000"),
            ("[notes]\nreservation_url = 'http://example.jp/'", "must begin with https://"),
            ("[notes]\nhandouts = ['']", "one line of 1 to 80"),
            ("[[categories]]\ncode = 0\nword = 'x'\nitems = []", "must be 1 to 99"),
            ("[[categories]]\ncode = 1\nword = 'x'\nitems = [{ code = 201, word = 'y' }]", "101 to 199"),
            ("[[templates]]\nlabel = 'x'\ntext = ''", "1 to 500 characters"),
            ("[[templates]]\nlabel = 'x'\ntext = '1234 5678 9018'", "the guard refuses it"),
            ("[[templates]]\nlabel = 'x'\ntext = 'y'\ncategories = [1301]", "there is no category 1301"),
        ] {
            let words = refused(toml);
            assert!(words.contains(told), "{toml}: {words}");
        }
        let group = |text: &str| format!("[[categories]]\ncode = 1\nword = '{text}'\nitems = []\n");
        assert!(refused(&group("x").repeat(2)).contains("each once"));
        let long = "[[templates]]\nlabel = 'x'\ntext = '".to_owned() + &"あ".repeat(500) + "'\n";
        assert!(refused(&long.repeat(8)).contains("more than 10240"));
    }

    #[test]
    fn the_shipped_lists_hold_the_whole_taxonomy_and_texts_that_a_note_may_hold() {
        let config = Config::default();
        config.check().unwrap();
        let items: Vec<u16> =
            config.categories.iter().flat_map(|group| &group.items).map(|item| item.code.0).collect();
        assert_eq!((config.categories.len(), items.len()), (12, 66));
        assert!([104, 601, 802, 1206].iter().all(|code| items.contains(code)));
        assert!((20..=24).contains(&config.templates.len()));
    }

    #[test]
    fn a_misspelt_key_is_refused_and_a_left_out_one_has_its_default() {
        assert!(toml::from_str::<Config>("listn = '127.0.0.1:1'").is_err());
        assert!(toml::from_str::<Config>("[desk]\nring_timeout = 1").is_err());
        let config: Config = toml::from_str("[desk]\nring_timeout_ms = 15000").unwrap();
        assert_eq!(config.desk.ring_timeout_ms.0, 15_000);
        assert_eq!(config.city, "上尾市");
    }
}
