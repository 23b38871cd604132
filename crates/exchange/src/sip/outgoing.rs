//! The settings of calls that we make. Knows no running stack.

use desk::time::Millis;
use rsipstack::sip::{Host, Uri};
use serde::Deserialize;

use super::config::Trunk;
use super::numbers::{MAX_SHORT, Prefixes};

/// A prefix is no longer than a number.
const MAX_PREFIX: usize = 11;
/// A longer limit is none: a day.
const MOST_SECONDS: u64 = 86_400;

/// The `[outbound]` table: without it no call is made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// By which trunk calls are made. Where it does not work, by the others that have an address to call.
    pub trunk: String,
    /// What may be dialled although it is special, by its beginning, and short numbers as a whole.
    #[serde(default)]
    pub allow: Vec<String>,
    /// What may not be dialled, by its beginning.
    #[serde(default)]
    pub refuse: Vec<String>,
    /// Our number, as it is shown there. Without it the name by which the trunk is registered.
    pub caller_id: Option<String>,
    /// Calls of ours at a time.
    #[serde(default = "max_calls")]
    pub max_calls: usize,
    /// A call of ours ends after this long, s.
    #[serde(default = "max_seconds")]
    pub max_seconds: u64,
    /// Calls of ours on a day of Japan. They are counted in memory: a new start of the exchange counts anew.
    #[serde(default = "max_calls_a_day")]
    pub max_calls_a_day: u32,
}

fn max_calls() -> usize {
    4
}

fn max_seconds() -> u64 {
    3_600
}

fn max_calls_a_day() -> u32 {
    300
}

impl Outbound {
    /// What it adds to the numbers that may be dialled.
    pub fn prefixes(&self) -> Prefixes<'_> {
        Prefixes { allow: &self.allow, refuse: &self.refuse }
    }

    /// How long a call may last.
    pub fn longest(&self) -> Millis {
        Millis::seconds(self.max_seconds)
    }

    /// The trunks to try, in their order.
    pub fn ways(&self, trunks: &[Trunk]) -> Vec<usize> {
        let first = trunks.iter().position(|trunk| trunk.name == self.trunk);
        let others = (0..trunks.len()).filter(|at| Some(*at) != first);
        first.into_iter().chain(others).filter(|at| target(&trunks[*at]).is_some()).collect()
    }

    /// As whom we call by a trunk.
    pub fn caller_id<'a>(&'a self, trunk: &'a Trunk) -> Option<&'a str> {
        let registered = || trunk.register.as_ref().map(|register| register.user.as_str());
        self.caller_id.as_deref().or_else(registered)
    }

    /// Whether calls may be made like this.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn check(&self, trunks: &[Trunk]) -> Result<(), String> {
        let wrong = |text: &str| Err(format!("[outbound]: {text}"));
        let Some(trunk) = trunks.iter().find(|trunk| trunk.name == self.trunk) else {
            return wrong("write the name of a trunk, trunk = \"…\"");
        };
        if target(trunk).is_none() {
            return wrong("its trunk has no address to call; write dial = \"sip:192.0.2.10\" there");
        }
        if let Some(stranger) =
            self.ways(trunks).iter().map(|at| &trunks[*at]).find(|trunk| is_stranger(trunk))
        {
            return wrong(&format!(
                "the answers of trunk {:?} would not be let in; write the address to call into its addresses",
                stranger.name
            ));
        }
        if self.ways(trunks).iter().any(|at| self.caller_id(&trunks[*at]).is_none()) {
            return wrong("write our own number, caller_id = \"0120123456\"");
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        if self.caller_id.as_deref().is_some_and(|number| !digits(number) || number.len() > MAX_PREFIX) {
            return wrong("caller_id has digits only, caller_id = \"0120123456\"");
        }
        let prefixes = || self.allow.iter().chain(&self.refuse);
        if prefixes().any(|prefix| !digits(prefix) || prefix.len() > MAX_PREFIX) {
            return wrong("allow and refuse hold beginnings of numbers, allow = [\"0570\"]");
        }
        if self.allow.iter().any(|prefix| !prefix.starts_with('0') && prefix.len() > MAX_SHORT) {
            return wrong("a short number in allow has up to six digits");
        }
        if self.max_calls == 0 || self.max_calls_a_day == 0 || !(1..=MOST_SECONDS).contains(&self.max_seconds)
        {
            return wrong(
                "max_calls and max_calls_a_day must be at least 1, max_seconds between 1 and 86400",
            );
        }
        Ok(())
    }
}

/// Whom a call by this trunk is sent to: its own setting, the registrar, or whoever is asked whether it is there.
pub fn target(trunk: &Trunk) -> Option<Uri> {
    let registrar = || trunk.register.as_ref().map(|register| register.registrar.as_str());
    let text = trunk.dial.as_deref().or_else(registrar).or(trunk.keep_alive.as_deref())?;
    Uri::try_from(text).ok()
}

/// Whether the machine to call stands, as an address, on no list of its trunk.
fn is_stranger(trunk: &Trunk) -> bool {
    match target(trunk).map(|uri| uri.host_with_port.host) {
        Some(Host::IpAddr(address)) => {
            trunk.register.is_none() && !trunk.addresses.iter().any(|network| network.holds(address))
        }
        Some(Host::Domain(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::SipConfig;

    const MAIN: &str = "[[trunk]]\nname = 'main'\naddresses = ['192.0.2.10']\ndial = 'sip:192.0.2.10'\n";
    const SECOND: &str = "[[trunk]]\nname = 'second'\n\
        register = { registrar = 'sip:carrier.example', user = '0487829922', password = 'p' }\n";
    const DEAF: &str = "[[trunk]]\nname = 'deaf'\naddresses = ['192.0.2.11']\n";

    fn parse(text: &str) -> Result<SipConfig, String> {
        let config: SipConfig = toml::from_str(text).map_err(|fault| fault.to_string())?;
        config.check().map_err(|fault| fault.to_string())?;
        Ok(config)
    }

    #[test]
    fn the_named_trunk_goes_first_and_one_without_an_address_never() {
        let text =
            format!("outbound = {{ trunk = 'second', caller_id = '0120123456' }}\n{MAIN}{DEAF}{SECOND}");
        let config = parse(&text).unwrap();
        let outbound = config.outbound.unwrap();
        assert_eq!(outbound.ways(&config.trunks), [2, 0]);
        assert_eq!(outbound.caller_id(&config.trunks[2]), Some("0120123456"));
        assert_eq!((outbound.max_calls, outbound.max_seconds, outbound.max_calls_a_day), (4, 3_600, 300));
        let config = parse(&format!("outbound = {{ trunk = 'second' }}\n{SECOND}")).unwrap();
        assert_eq!(config.outbound.unwrap().caller_id(&config.trunks[0]), Some("0487829922"));
    }

    #[test]
    fn a_wrong_table_is_told_what_to_write() {
        let with = |outbound: &str| format!("outbound = {{ {outbound} }}\n{MAIN}{DEAF}");
        let good = "trunk = 'main', caller_id = '0120123456'";
        let table = [
            (with("caller_id = '0120123456'"), "trunk"),
            (with("trunk = 'x', caller_id = '0120123456'"), "name of a trunk"),
            (with("trunk = 'deaf', caller_id = '0120123456'"), "dial = "),
            (with("trunk = 'main'"), "our own number"),
            (with("trunk = 'main', caller_id = '0120-123456'"), "digits only"),
            (with(&format!("{good}, allow = ['05x']")), "beginnings"),
            (with(&format!("{good}, allow = ['']")), "beginnings"),
            (with(&format!("{good}, refuse = ['012345678901']")), "beginnings"),
            (with(&format!("{good}, allow = ['1234567']")), "six digits"),
            (with(&format!("{good}, max_calls = 0")), "at least 1"),
            (with(&format!("{good}, max_seconds = 86401")), "between 1"),
            (with(&format!("{good}, max = 1")), "unknown field"),
            (with(good).replace("sip:192.0.2.10'", "sip:192.0.2.99'"), "would not be let in"),
            (with(good).replace("sip:192.0.2.10'", "192.0.2.10'"), "dial = "),
        ];
        for (text, expected) in table {
            let said = parse(&text).expect_err(&text);
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
}
