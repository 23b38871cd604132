//! What a server is told before it starts: one TOML file, and flags or environment that win over it.
//! `example.toml` beside this crate names every key. Opens nothing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use desk::centre::Settings;
use serde::Deserialize;

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
    /// The certificate that this server shows.
    pub tls: Option<Tls>,
    /// The desk's rules: `ring_timeout_ms`, `offers_at_once`, `queue_limit` and so on.
    pub desk: Settings,
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
            booth_page: PathBuf::from("ui/dist/booth"),
            city: "上尾市".into(),
            phone_number: String::new(),
            origins: Vec::new(),
            behind_proxy: false,
            tls: None,
            desk: Settings::default(),
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
        Ok(())
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
        let all = ["# database_key_file", "# [tls]", "# certificate", "# key"];
        let all = all.iter().fold(example.to_owned(), |text, key| text.replace(key, &key[2..]));
        let all: Config = toml::from_str(&all).unwrap();
        assert!(all.tls.is_some() && all.database_key_file.is_some());
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
