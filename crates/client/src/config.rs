//! Which server and which devices: read once at the start, from a TOML file and the environment.
//!
//! Refuses to know passwords and tokens: neither belongs in a file.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use link::line::{TrustError, trust};
use rustls::ClientConfig;
use serde::Deserialize;

use crate::view::DeviceKind;

/// What a desk needs to know before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to sign in.
    pub server: ServerUrl,
    /// The authority that made the server's certificate, PEM, when the system does not know it.
    pub ca_file: Option<PathBuf>,
    /// Where the operator's own picture comes from.
    pub camera: CameraChoice,
    /// The microphone's name or a part of its description; none: the system's default.
    pub microphone: Option<String>,
    /// The loudspeaker of the headset; none: the system's default.
    pub speaker: Option<String>,
    /// Where offers ring; none: the system's default.
    pub ringer: Option<String>,
    /// Noise suppression and gain control on the microphone; off for tests with steady tones.
    pub voice_processing: bool,
    /// The folder of the operators' vaults; none: this desk keeps no notes.
    pub data: Option<PathBuf>,
    /// Where contact sheets are exported to; none: below `data`.
    pub exports: Option<PathBuf>,
    /// Where the chosen devices are kept; none: they are not.
    pub devices: Option<PathBuf>,
    /// The devices come from the file or the environment: nobody needs to be asked for them.
    pub devices_given: bool,
    /// The devices that the environment names: they overrule a kept choice.
    pub by_env: Vec<DeviceKind>,
}

/// Where the operator's own picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraChoice {
    /// The camera of this id or name; an empty one: whichever comes first.
    Device(String),
    /// A drawn operator with a frame counter: for tests and demonstrations.
    Synthetic,
    /// No picture is sent.
    None,
}

impl Default for CameraChoice {
    fn default() -> CameraChoice {
        CameraChoice::Device(String::new())
    }
}

impl CameraChoice {
    /// `synthetic`, `none`, or a camera's id or name.
    pub fn named(name: &str) -> CameraChoice {
        match name.trim() {
            "synthetic" => CameraChoice::Synthetic,
            "none" => CameraChoice::None,
            name => CameraChoice::Device(name.to_owned()),
        }
    }
}

/// The server's address, checked: `https`, or `http` to this very machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrl {
    base: String,
    secure: bool,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The file is there but cannot be read.
    #[error("cannot read {0}: check that it exists and that you may read it")]
    Unreadable(PathBuf),
    /// The file is not what we expect. The reason names the place.
    #[error("{path}: {reason}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong and where.
        reason: String,
    },
    /// Neither file nor environment says where the server is.
    #[error("no server: set KENMU_SERVER, such as https://kenmu.example.jp, or `server` in the file")]
    NoServer,
    /// Not an address.
    #[error("the server's address must look like https://host or http://127.0.0.1:8080")]
    BadServer,
    /// Passwords would cross a network in the clear.
    #[error("http is only allowed to this machine; use https for {0}")]
    PlainHttp(String),
    /// The authority's certificate cannot be used.
    #[error("KENMU_CA_FILE, or ca_file in the file: {0}")]
    CaFile(String),
    /// Not one of the choices.
    #[error("KENMU_VOICE_PROCESSING must be on or off")]
    BadVoiceProcessing,
}

/// The variables that name devices.
const DEVICES: [(&str, DeviceKind); 4] = [
    ("KENMU_CAMERA", DeviceKind::Camera),
    ("KENMU_MICROPHONE", DeviceKind::Microphone),
    ("KENMU_SPEAKER", DeviceKind::Speaker),
    ("KENMU_RINGER", DeviceKind::Ringer),
];

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: Option<String>,
    ca_file: Option<PathBuf>,
    camera: Option<String>,
    microphone: Option<String>,
    speaker: Option<String>,
    ringer: Option<String>,
    voice_processing: Option<bool>,
}

impl Config {
    /// A configuration with default devices.
    pub fn new(server: ServerUrl) -> Config {
        Config {
            server,
            ca_file: None,
            camera: CameraChoice::default(),
            microphone: None,
            speaker: None,
            ringer: None,
            voice_processing: true,
            data: None,
            exports: None,
            devices: None,
            devices_given: false,
            by_env: Vec::new(),
        }
    }

    /// Reads the file, if one is named, and lets the environment (`KENMU_SERVER`, `KENMU_CA_FILE`,
    /// `KENMU_CAMERA`, `KENMU_MICROPHONE`, `KENMU_SPEAKER`, `KENMU_RINGER`, `KENMU_VOICE_PROCESSING`,
    /// `KENMU_DATA`, `KENMU_EXPORTS`) overrule it. Empty variables count as absent.
    ///
    /// # Errors
    /// [`ConfigError`], whose text says what to do.
    pub fn load(file: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let file = match file {
            Some(path) => read(path)?,
            None => File::default(),
        };
        let env = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let server = env("KENMU_SERVER").or(file.server).ok_or(ConfigError::NoServer)?;
        let voice_processing = match env("KENMU_VOICE_PROCESSING").as_deref() {
            None => file.voice_processing.unwrap_or(true),
            Some("on") => true,
            Some("off") => false,
            Some(_) => return Err(ConfigError::BadVoiceProcessing),
        };
        let by_env = DEVICES.iter().filter(|(name, _)| env(name).is_some()).map(|(_, kind)| *kind).collect();
        let camera = env("KENMU_CAMERA").or(file.camera);
        let microphone = env("KENMU_MICROPHONE").or(file.microphone);
        let speaker = env("KENMU_SPEAKER").or(file.speaker);
        let ringer = env("KENMU_RINGER").or(file.ringer);
        let devices_given = [&camera, &microphone, &speaker, &ringer].iter().any(|name| name.is_some());
        let ca_file = env("KENMU_CA_FILE").map(PathBuf::from).or(file.ca_file);
        if let Some(path) = &ca_file {
            trust(Some(path)).map_err(|fault| ConfigError::CaFile(fault.to_string()))?;
        }
        Ok(Config {
            server: ServerUrl::parse(&server)?,
            ca_file,
            camera: camera.as_deref().map_or_else(CameraChoice::default, CameraChoice::named),
            microphone,
            speaker,
            ringer,
            voice_processing,
            data: env("KENMU_DATA").map(PathBuf::from),
            exports: env("KENMU_EXPORTS").map(PathBuf::from),
            devices: None,
            devices_given,
            by_env,
        })
    }
}

impl Config {
    /// Whom to believe on the way to the server; none: it is this very machine, and nothing is encrypted.
    ///
    /// # Errors
    /// [`TrustError`], whose text says what to do.
    pub fn trust(&self) -> Result<Option<Arc<ClientConfig>>, TrustError> {
        self.server.secure.then(|| trust(self.ca_file.as_deref())).transpose()
    }
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|_| ConfigError::Unreadable(path.to_owned()))?;
    toml::from_str(&text)
        .map_err(|fault| ConfigError::Malformed { path: path.to_owned(), reason: fault.message().to_owned() })
}

impl ServerUrl {
    /// Takes `https://host[:port]`, or `http://` with a loopback host.
    ///
    /// # Errors
    /// [`ConfigError::BadServer`] or [`ConfigError::PlainHttp`].
    pub fn parse(text: &str) -> Result<ServerUrl, ConfigError> {
        let url = reqwest::Url::parse(text.trim()).map_err(|_| ConfigError::BadServer)?;
        let host = url.host_str().ok_or(ConfigError::BadServer)?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(ConfigError::BadServer);
        }
        let secure = match url.scheme() {
            "https" => true,
            "http" if is_this_machine(host) => false,
            "http" => return Err(ConfigError::PlainHttp(host.to_owned())),
            _ => return Err(ConfigError::BadServer),
        };
        Ok(ServerUrl { base: url.as_str().trim_end_matches('/').to_owned(), secure })
    }

    /// Where a sign-in is posted.
    pub fn sign_in(&self) -> String {
        format!("{}/api/sign-in", self.base)
    }

    /// Where a session is renewed.
    pub fn refresh(&self) -> String {
        format!("{}/api/refresh", self.base)
    }

    /// Where the day's hours stand.
    pub fn hours(&self) -> String {
        format!("{}/api/hours", self.base)
    }

    /// Where revisions of notes are pushed.
    pub fn push(&self) -> String {
        format!("{}/api/notes/push", self.base)
    }

    /// Where they are pulled.
    pub fn pull(&self) -> String {
        format!("{}/api/notes/pull", self.base)
    }

    /// Where notes that no desk keeps are looked for.
    pub fn search(&self) -> String {
        format!("{}/api/notes/search", self.base)
    }

    /// Where the manual's texts are read.
    pub fn manual(&self) -> String {
        format!("{}/api/manual", self.base)
    }

    /// Where the line is opened.
    pub fn link(&self) -> String {
        let rest = self.base.split_once("://").map_or("", |(_, rest)| rest);
        format!("{}://{rest}/link", if self.secure { "wss" } else { "ws" })
    }
}

fn is_this_machine(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_never_crosses_a_network_in_the_clear() {
        for (text, link) in [
            ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/link"),
            ("http://[::1]:8080/", "ws://[::1]:8080/link"),
            ("http://localhost", "ws://localhost/link"),
            ("https://kenmu.example.jp", "wss://kenmu.example.jp/link"),
        ] {
            assert_eq!(ServerUrl::parse(text).unwrap().link(), link);
        }
        for text in ["http://10.0.0.5:8080", "http://127.0.0.1.example.jp", "http://kenmu.example.jp"] {
            assert!(matches!(ServerUrl::parse(text), Err(ConfigError::PlainHttp(_))), "{text}");
        }
        for text in ["", "kenmu", "ftp://127.0.0.1", "https://a:b@example.jp", "ws://127.0.0.1"] {
            assert_eq!(ServerUrl::parse(text), Err(ConfigError::BadServer), "{text}");
        }
    }

    #[test]
    fn the_environment_overrules_the_file_and_a_slip_of_the_pen_is_named() {
        let path = std::env::temp_dir().join(format!("kenmu-config-{}.toml", std::process::id()));
        std::fs::write(&path, "server = \"https://a.example.jp\"\nspeaker = \"headset\"\n").unwrap();
        let env = |name: &str| (name == "KENMU_SERVER").then(|| "http://127.0.0.1:1".to_owned());
        let config = Config::load(Some(&path), env).unwrap();
        assert_eq!(config.server.sign_in(), "http://127.0.0.1:1/api/sign-in");
        assert_eq!(config.speaker.as_deref(), Some("headset"));
        std::fs::write(&path, "sever = \"https://a.example.jp\"\n").unwrap();
        let fault = Config::load(Some(&path), |_| None).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(fault.contains("sever"), "{fault}");
        assert_eq!(Config::load(None, |_| None), Err(ConfigError::NoServer));
        let env = |name: &str| match name {
            "KENMU_SERVER" => Some("https://a.example.jp".to_owned()),
            "KENMU_CA_FILE" => Some("/nowhere/ca.pem".to_owned()),
            _ => None,
        };
        let fault = Config::load(None, env).unwrap_err().to_string();
        assert!(fault.contains("KENMU_CA_FILE") && fault.contains("/nowhere/ca.pem"), "{fault}");
    }
}
