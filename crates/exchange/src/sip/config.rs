//! The settings of the telephone side: doors, ports and trunks, read from a TOML file. Knows no running stack.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use desk::time::Millis;
use serde::{Deserialize, Deserializer};

use super::outgoing::Outbound;

/// How messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// A stream.
    Tcp,
    /// A stream under TLS.
    Tls,
}

/// A door for SIP, written `udp:0.0.0.0:5060`, `tcp:…` or `tls:…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Listen {
    /// How messages travel.
    pub transport: Transport,
    /// Where; port 0 takes a free one.
    pub address: SocketAddr,
}

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Listen, String> {
        let wrong =
            || format!("{text}: not a door for SIP; write \"udp:0.0.0.0:5060\", \"tcp:…\" or \"tls:…\"");
        let (transport, address) = text.split_once(':').ok_or_else(wrong)?;
        let transport = match transport {
            "udp" => Transport::Udp,
            "tcp" => Transport::Tcp,
            "tls" => Transport::Tls,
            _ => return Err(wrong()),
        };
        Ok(Listen { transport, address: address.parse().map_err(|_| wrong())? })
    }
}

/// One address, or a network such as `192.0.2.0/28`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether an address lies in it.
    pub fn holds(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        let wrong = || format!("{text}: not an address; write \"192.0.2.10\" or \"192.0.2.0/28\"");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text.as_str(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        // Everybody is no address list.
        ((1..=most).contains(&bits)).then_some(Network { address, bits }).ok_or_else(wrong)
    }
}

/// When calls of a trunk are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// As they come in: the caller hears the announcement.
    #[default]
    AtOnce,
    /// When an operator accepts: until then it rings at the caller.
    AtAccept,
}

/// Whether the sound of a trunk's calls is encrypted, under keys that its SIP brings (SRTP, RFC 4568).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Srtp {
    /// Where the far side asks for it; calls of ours are in the open.
    #[default]
    WhenAsked,
    /// Always, both ways: a call in the open is refused, and none is made.
    Required,
}

/// A password. It does not print.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// How we register at a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The carrier's registrar, `sip:sip.carrier.example`, with `;transport=tcp` or `tls` where wanted.
    pub registrar: String,
    /// The user part of our address there.
    pub user: String,
    /// The name for the digest, when it is another one.
    pub auth_user: Option<String>,
    /// The password. Better in `password_file`.
    pub password: Option<Secret>,
    /// A file that holds the password alone.
    pub password_file: Option<PathBuf>,
    /// For how long to register, s; the carrier may grant less.
    #[serde(default = "expires_s")]
    pub expires_s: u32,
}

fn expires_s() -> u32 {
    600
}

/// A way into the telephone network.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    /// Its name on the screens.
    pub name: String,
    /// From where its calls come. The registrar's own addresses need not be listed.
    #[serde(default)]
    pub addresses: Vec<Network>,
    /// When its calls are answered.
    #[serde(default)]
    pub answer: Answer,
    /// Whether its sound is encrypted.
    #[serde(default)]
    pub srtp: Srtp,
    /// How we register there, if we do.
    pub register: Option<Register>,
    /// Whom a call of ours is sent to, `sip:192.0.2.10`, when it is not the registrar and not [`Trunk::keep_alive`].
    pub dial: Option<String>,
    /// Whom to ask whether the trunk is there, `sip:192.0.2.10`.
    pub keep_alive: Option<String>,
    /// Between two such questions, s.
    #[serde(default = "keep_alive_s")]
    pub keep_alive_s: u64,
    /// Calls at a time; more are told that the line is busy.
    #[serde(default = "max_calls")]
    pub max_calls: usize,
    /// A caller of whom nothing is heard for this long is asked whether he is still there, ms.
    #[serde(default = "silence_ms")]
    pub silence_ms: Millis,
}

fn keep_alive_s() -> u64 {
    30
}

fn max_calls() -> usize {
    60
}

fn silence_ms() -> Millis {
    Millis::seconds(18)
}

/// The certificate for `tls:` doors.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM: the certificate and what leads to its authority.
    pub certificate: PathBuf,
    /// PEM: its key.
    pub key: PathBuf,
}

/// The settings of the telephone side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SipConfig {
    /// The doors for SIP.
    #[serde(default = "doors")]
    pub listen: Vec<Listen>,
    /// Under which address carriers reach us, when it is not the bound one.
    pub advertise: Option<IpAddr>,
    /// Ports for sound, written `"41000-41399"`: two for each call.
    #[serde(default = "rtp_ports", deserialize_with = "range")]
    pub rtp_ports: RangeInclusive<u16>,
    /// The certificate for `tls:` doors.
    pub tls: Option<Tls>,
    /// PEM: the authorities that may have made the carriers' certificates. No others are believed.
    pub ca_file: Option<PathBuf>,
    /// How calls of ours are made, if they are.
    pub outbound: Option<Outbound>,
    /// The ways into the telephone network.
    #[serde(default, rename = "trunk")]
    pub trunks: Vec<Trunk>,
}

fn doors() -> Vec<Listen> {
    vec![Listen { transport: Transport::Udp, address: SocketAddr::from(([0, 0, 0, 0], 5060)) }]
}

fn rtp_ports() -> RangeInclusive<u16> {
    41_000..=41_399
}

fn range<'de, D: Deserializer<'de>>(text: D) -> Result<RangeInclusive<u16>, D::Error> {
    let text = String::deserialize(text)?;
    let ends = text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    let (first, last) =
        ends.ok_or_else(|| serde::de::Error::custom(format!("{text}: write rtp_ports = \"41000-41399\"")))?;
    Ok(first..=last)
}

/// Why the telephone side cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SipError {
    /// A file cannot be read.
    #[error("cannot read {path}: {fault}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        fault: std::io::Error,
    },
    /// A file for TLS cannot be used.
    #[error("{path} cannot be used for TLS: {why}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// The file is not TOML, or has an unknown key or a value of the wrong kind.
    #[error("{path} is not a valid configuration: {fault}")]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        fault: Box<toml::de::Error>,
    },
    /// The settings contradict each other.
    #[error("{0}")]
    Wrong(String),
    /// A door cannot be opened.
    #[error("cannot listen for SIP on {0}: {1}")]
    Door(SocketAddr, std::io::Error),
    /// The SIP stack refused.
    #[error("the SIP stack refused: {0}")]
    Stack(String),
}

impl SipConfig {
    /// Reads a file; what it leaves out has its default. Passwords come from their files.
    ///
    /// # Errors
    /// [`SipError::Unreadable`], [`SipError::Invalid`] and [`SipError::Wrong`].
    pub fn read(path: &Path) -> Result<SipConfig, SipError> {
        let text = read_text(path)?;
        let mut config: SipConfig = toml::from_str(&text)
            .map_err(|fault| SipError::Invalid { path: path.to_owned(), fault: Box::new(fault) })?;
        for register in config.trunks.iter_mut().filter_map(|trunk| trunk.register.as_mut()) {
            if let (None, Some(file)) = (&register.password, &register.password_file) {
                register.password = Some(Secret(read_text(file)?.trim().to_owned()));
            }
        }
        config.check()?;
        Ok(config)
    }

    /// Whether a stack may start like this.
    ///
    /// # Errors
    /// [`SipError::Wrong`]: what is wrong, and what to write.
    pub fn check(&self) -> Result<(), SipError> {
        let wrong = |text: &str| Err(SipError::Wrong(text.to_owned()));
        let pairs = u32::from(*self.rtp_ports.end()) + 1;
        if u32::from(*self.rtp_ports.start()).next_multiple_of(2) + 2 > pairs || *self.rtp_ports.start() == 0
        {
            return wrong("rtp_ports holds no pair of ports; write rtp_ports = \"41000-41399\"");
        }
        if self.listen.is_empty() {
            return wrong("no door for SIP; write listen = [\"udp:0.0.0.0:5060\"]");
        }
        if self.tls.is_none() && self.listen.iter().any(|door| door.transport == Transport::Tls) {
            return wrong("a tls: door needs a certificate; write [tls] with certificate and key");
        }
        if self.trunks.is_empty() {
            return wrong("no trunk; write [[trunk]] with a name and addresses or register");
        }
        self.trunks.iter().enumerate().try_for_each(|(at, trunk)| self.check_trunk(at, trunk))?;
        self.outbound
            .as_ref()
            .map_or(Ok(()), |outbound| outbound.check(&self.trunks))
            .map_err(SipError::Wrong)
    }

    fn check_trunk(&self, at: usize, trunk: &Trunk) -> Result<(), SipError> {
        let name = &trunk.name;
        let wrong = |text: &str| Err(SipError::Wrong(format!("trunk {name:?}: {text}")));
        if name.is_empty() || self.trunks[..at].iter().any(|other| other.name == *name) {
            return wrong("every trunk needs a name of its own");
        }
        if trunk.addresses.is_empty() && trunk.register.is_none() {
            return wrong("nobody could call; write addresses = [\"192.0.2.10\"] or a register table");
        }
        if trunk.max_calls == 0 || trunk.keep_alive_s == 0 || trunk.silence_ms.0 == 0 {
            return wrong("max_calls, keep_alive_s and silence_ms must be at least 1");
        }
        let is_uri = |text: &str| text.starts_with("sip:") || text.starts_with("sips:");
        if trunk.keep_alive.as_deref().is_some_and(|uri| !is_uri(uri)) {
            return wrong("write keep_alive = \"sip:192.0.2.10\"");
        }
        if trunk.dial.as_deref().is_some_and(|uri| !is_uri(uri)) {
            return wrong("write dial = \"sip:192.0.2.10\"");
        }
        self.check_secrecy(trunk).or_else(wrong)?;
        let Some(register) = &trunk.register else { return Ok(()) };
        if !is_uri(&register.registrar) {
            return wrong("write registrar = \"sip:sip.carrier.example\"");
        }
        if register.password.is_none() {
            return wrong("no password; write password_file = \"…\" in its register table");
        }
        if register.expires_s == 0 {
            return wrong("expires_s must be at least 1");
        }
        Ok(())
    }

    /// Who is asked over TLS has to be believed by somebody, and keys that travel in the open keep nothing secret.
    fn check_secrecy(&self, trunk: &Trunk) -> Result<(), &'static str> {
        let registrar = trunk.register.as_ref().map(|register| register.registrar.as_str());
        let asked = || [trunk.dial.as_deref(), trunk.keep_alive.as_deref(), registrar].into_iter().flatten();
        if asked().any(|uri| uri.starts_with("sips:")) {
            return Err("write sip:…;transport=tls in place of sips:");
        }
        if self.ca_file.is_none() && asked().any(is_tls) {
            return Err(
                "nobody's certificate would be believed; write ca_file = \"…\" (the authorities of a Debian \
                        system are in /etc/ssl/certs/ca-certificates.crt)",
            );
        }
        let has_door = self.listen.iter().any(|door| door.transport == Transport::Tls);
        if trunk.srtp == Srtp::Required && (!has_door || !asked().all(is_tls)) {
            return Err("srtp = \"required\" needs SIP over TLS, or anybody could read the keys; write \
                        listen = [\"tls:0.0.0.0:5061\"] and ;transport=tls behind its addresses");
        }
        Ok(())
    }
}

/// Whether a far side is asked over TLS.
fn is_tls(uri: &str) -> bool {
    uri.split(';').skip(1).any(|parameter| parameter.eq_ignore_ascii_case("transport=tls"))
}

fn read_text(path: &Path) -> Result<String, SipError> {
    std::fs::read_to_string(path).map_err(|fault| SipError::Unreadable { path: path.to_owned(), fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        listen = ["udp:0.0.0.0:5060", "tcp:[::]:5060", "tls:192.0.2.1:5061"]
        advertise = "203.0.113.5"
        rtp_ports = "42000-42099"
        tls = { certificate = "c.pem", key = "k.pem" }
        [[trunk]]
        name = "main"
        addresses = ["192.0.2.10", "198.51.100.0/28"]
        answer = "at_accept"
        keep_alive = "sip:192.0.2.10"
        [[trunk]]
        name = "second"
        register = { registrar = "sip:sip.carrier.example;transport=tcp", user = "kenmu", password = "secret" }
    "#;

    const SECRET: &str = "listen = ['tls:0.0.0.0:5061']\ntls = { certificate = 'c.pem', key = 'k.pem' }\n\
        ca_file = 'a.pem'\n";

    fn parse(text: &str) -> Result<SipConfig, String> {
        let config: SipConfig = toml::from_str(text).map_err(|fault| fault.to_string())?;
        config.check().map_err(|fault| fault.to_string())?;
        Ok(config)
    }

    #[test]
    fn a_whole_file_is_read_and_a_password_does_not_print() {
        let config = parse(WHOLE).unwrap();
        assert_eq!(config.listen[2].transport, Transport::Tls);
        assert_eq!(config.rtp_ports, 42_000..=42_099);
        assert_eq!((config.trunks[0].answer, config.trunks[1].answer), (Answer::AtAccept, Answer::AtOnce));
        assert!(!format!("{config:?}").contains("secret"));
        let least = parse("[[trunk]]\nname = 'a'\naddresses = ['192.0.2.1']").unwrap();
        assert_eq!((least.listen, least.rtp_ports), (doors(), 41_000..=41_399));
    }

    #[test]
    fn the_example_is_a_good_file_and_tells_the_defaults() {
        let text = include_str!("../../../../docs/sip.toml");
        let config: SipConfig = toml::from_str(text).unwrap();
        assert_eq!((config.listen, config.rtp_ports), (doors(), rtp_ports()));
        let told = text.replace("# keep_alive_s", "keep_alive_s").replace("# max_calls", "max_calls");
        let told = told
            .replace("# srtp", "srtp")
            .replace("# silence_ms", "silence_ms")
            .replace("# max_seconds", "max_seconds");
        let told: SipConfig = toml::from_str(&told).unwrap();
        assert_eq!((&told.trunks, &told.outbound), (&config.trunks, &config.outbound));
        config.outbound.expect("it stands there").check(&config.trunks).expect("and is a good one");
    }

    #[test]
    fn a_wrong_file_is_told_what_to_write() {
        let trunk = "[[trunk]]\nname = 'a'\naddresses = ['192.0.2.1']\n";
        let table = [
            ("", "write [[trunk]]"),
            ("listn = []", "unknown field"),
            ("listen = ['5060']", "udp:0.0.0.0:5060"),
            ("listen = ['sctp:0.0.0.0:1']", "udp:0.0.0.0:5060"),
            ("rtp_ports = '41000'", "41000-41399"),
            (&format!("rtp_ports = '41001-41002'\n{trunk}"), "no pair"),
            (&format!("listen = []\n{trunk}"), "no door"),
            (&format!("listen = ['tls:127.0.0.1:0']\n{trunk}"), "[tls]"),
            (&format!("{trunk}{trunk}"), "name of its own"),
            ("[[trunk]]\nname = 'a'", "nobody could call"),
            ("[[trunk]]\nname = 'a'\naddresses = ['0.0.0.0/0']", "192.0.2.0/28"),
            ("[[trunk]]\nname = 'a'\naddresses = ['x']", "192.0.2.10"),
            (&format!("{trunk}keep_alive = '192.0.2.1'"), "keep_alive = \"sip:"),
            (&format!("{trunk}max_calls = 0"), "at least 1"),
            (&format!("{trunk}register = {{ registrar = 'x', user = 'u', password = 'p' }}"), "registrar = "),
            (&format!("{trunk}register = {{ registrar = 'sip:x', user = 'u' }}"), "password_file"),
            (&format!("{trunk}srtp = 'always'"), "unknown variant"),
            (&format!("{trunk}srtp = 'required'"), "SIP over TLS"),
            (&format!("{SECRET}{trunk}srtp = 'required'\ndial = 'sip:192.0.2.1'"), ";transport=tls"),
            (
                &format!("{SECRET}{trunk}srtp = 'required'\nkeep_alive = 'sip:192.0.2.1;transport=tcp'"),
                "needs SIP",
            ),
            (&format!("{trunk}keep_alive = 'sip:192.0.2.1;transport=tls'"), "ca_file"),
            (&format!("{SECRET}{trunk}keep_alive = 'sips:192.0.2.1'"), "in place of sips:"),
        ];
        for (text, expected) in table {
            let said = parse(text).expect_err(text);
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn a_trunk_over_tls_may_insist_on_encryption() {
        let trunk =
            "[[trunk]]\nname = 'a'\naddresses = ['192.0.2.1']\ndial = 'sip:192.0.2.1;transport=tls'\n";
        let config = parse(&format!("{SECRET}{trunk}srtp = 'required'")).expect("a good file");
        assert_eq!(config.trunks[0].srtp, Srtp::Required);
        assert_eq!(parse(&format!("{SECRET}{trunk}")).expect("a good file").trunks[0].srtp, Srtp::WhenAsked);
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let network = |text: &str| Network::try_from(text.to_owned()).unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(network("192.0.2.16/28").holds(ip("192.0.2.31")));
        assert!(!network("192.0.2.16/28").holds(ip("192.0.2.32")));
        assert!(network("192.0.2.1").holds(ip("::ffff:192.0.2.1")));
        assert!(network("2001:db8::/32").holds(ip("2001:db8:1::1")));
        assert!(!network("2001:db8::/32").holds(ip("192.0.2.1")));
    }
}
