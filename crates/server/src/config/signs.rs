//! What the administrator has written for the screens: names, cards, pages, numbers and times. Knows no
//! address to listen on and no rule of the desk.

use desk::code::Code;
use desk::note::Forms;
use desk::time::Millis;
use link::state::{DirectoryEntry, GuidanceCard, LobbyContact, WebPage};

use super::{Config, ConfigError};

/// Guidance cards, pages and lobby contacts: what one look finds on a screen.
const MAX_CARDS: usize = 40;
const MAX_PAGES: usize = 12;
const MAX_LOBBY: usize = 8;
/// Numbers of the transfer directory: a short list is read, a long one searched. Part of each desk's snapshot.
const MAX_DIRECTORY: usize = 40;
/// Steps of one card: what fits on the booth's screen without scrolling.
const MAX_STEPS: usize = 8;
/// Characters of a step or of a label: two lines on the booth's screen.
const MAX_LINE_CHARS: usize = 80;
/// Bytes of all cards together: they are part of each desk's snapshot, whose frame holds the texts too.
pub(crate) const MAX_GUIDANCE_BYTES: usize = 10 * 1024;
/// Bytes of an address.
const MAX_ADDRESS_BYTES: usize = 500;
/// A page that asked sooner whether somebody is there would disturb a visitor who reads.
const SHORTEST_IDLE_ASK: Millis = Millis::seconds(10);
/// Nobody can walk to a button and press it sooner.
const SHORTEST_IDLE_END: Millis = Millis::seconds(5);

/// What is written on the screens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signs {
    /// The city's name.
    pub city: String,
    /// The number that a booth shows when it cannot serve.
    pub phone_number: String,
    /// The guidance cards (案内カード).
    pub guidance: Vec<GuidanceCard>,
    /// Whom to call when somebody needs help in the lobby.
    pub lobby: Vec<LobbyContact>,
    /// 転送先: outside numbers by name, the city's first.
    pub directory: Vec<DirectoryEntry>,
    /// The pages that are used beside the talk.
    pub pages: Vec<WebPage>,
    /// What the note pane offers, without the articles.
    pub forms: Forms,
    /// Somebody who waits longer is told to every desk.
    pub long_wait_ms: Millis,
    /// The wrap-up time that the desk shows as a guide.
    pub wrapup_ms: Millis,
    /// 再入電: the same number again within this time is marked.
    pub call_again_ms: Millis,
    /// 折返し: a lost call is called back within this much opened telephone time.
    pub callback_within_ms: Millis,
    /// Nothing heard, touched or moved for this long: the booth asks whether somebody is there.
    pub idle_ask_ms: Millis,
    /// No answer for this long after that: the booth leaves.
    pub idle_end_ms: Millis,
}

impl Signs {
    /// The card of that name; none for none.
    ///
    /// # Errors
    /// `gone`: there is no such card.
    pub fn card(&self, name: Option<&str>) -> Result<Option<&GuidanceCard>, Code> {
        let Some(name) = name else { return Ok(None) };
        self.guidance.iter().find(|card| card.card == name).map(Some).ok_or(Code::Gone)
    }
}

impl Config {
    /// What goes onto the screens.
    pub fn signs(&self) -> Signs {
        Signs {
            city: self.city.clone(),
            phone_number: self.phone_number.clone(),
            guidance: self.guidance.clone(),
            lobby: self.lobby.clone(),
            directory: city_first(&self.directory),
            pages: self.pages.clone(),
            forms: self.forms(),
            long_wait_ms: self.long_wait_ms,
            wrapup_ms: self.wrapup_ms,
            call_again_ms: self.call_again_ms,
            callback_within_ms: self.callback_within_ms,
            idle_ask_ms: self.idle_ask_ms,
            idle_end_ms: self.idle_end_ms,
        }
    }

    fn check_directory(&self) -> Result<(), ConfigError> {
        at_most("directory", self.directory.len(), MAX_DIRECTORY)?;
        for (place, entry) in self.directory.iter().enumerate() {
            line("directory.entry", &entry.entry)?;
            line("directory.label", &entry.label)?;
            line("directory.number", &entry.number)?;
            entry.note.as_deref().map_or(Ok(()), |note| line("directory.note", note))?;
            if self.directory[..place].iter().any(|other| other.entry == entry.entry) {
                return Err(sign(format!(
                    "directory: two entries are named \"{}\"; rename one",
                    entry.entry
                )));
            }
        }
        Ok(())
    }

    /// Whether the screens can show what was written for them.
    pub(super) fn check_signs(&self) -> Result<(), ConfigError> {
        at_most("guidance", self.guidance.len(), MAX_CARDS)?;
        at_most("pages", self.pages.len(), MAX_PAGES)?;
        at_most("lobby", self.lobby.len(), MAX_LOBBY)?;
        for (place, card) in self.guidance.iter().enumerate() {
            check_card(card)?;
            if self.guidance[..place].iter().any(|other| other.card == card.card) {
                return Err(sign(format!("guidance: two cards are named \"{}\"; rename one", card.card)));
            }
        }
        let bytes = link::json::encode(&self.guidance).len();
        if bytes > MAX_GUIDANCE_BYTES {
            return Err(sign(format!(
                "guidance: all cards together have {bytes} bytes, more than {MAX_GUIDANCE_BYTES}; shorten \
                 them or take some away"
            )));
        }
        for page in &self.pages {
            line("pages.label", &page.label)?;
            check_address("pages.address", &page.address)?;
        }
        for contact in &self.lobby {
            line("lobby.label", &contact.label)?;
            line("lobby.number", &contact.number)?;
        }
        self.check_directory()?;
        for (name, value, least) in [
            ("long_wait_ms", self.long_wait_ms, Millis(1)),
            ("wrapup_ms", self.wrapup_ms, Millis(1)),
            ("call_again_ms", self.call_again_ms, Millis(1)),
            ("callback_within_ms", self.callback_within_ms, Millis(1)),
            ("idle_ask_ms", self.idle_ask_ms, SHORTEST_IDLE_ASK),
            ("idle_end_ms", self.idle_end_ms, SHORTEST_IDLE_END),
        ] {
            if value < least {
                return Err(sign(format!("{name} must be at least {} (milliseconds)", least.0)));
            }
        }
        Ok(())
    }
}

/// The city's own numbers before the others, each as they were written.
fn city_first(directory: &[DirectoryEntry]) -> Vec<DirectoryEntry> {
    let (mut city, others): (Vec<_>, Vec<_>) = directory.iter().cloned().partition(|entry| entry.city);
    city.extend(others);
    city
}

fn check_card(card: &GuidanceCard) -> Result<(), ConfigError> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if card.card.is_empty() || card.card.len() > MAX_LINE_CHARS || !card.card.bytes().all(good) {
        return Err(sign(format!(
            "guidance.card \"{}\" must be a name of a-z, 0-9, _ and -, such as \"photo\"",
            card.card
        )));
    }
    line("guidance.title", &card.title)?;
    if card.steps.is_empty() || card.steps.len() > MAX_STEPS {
        return Err(sign(format!("guidance \"{}\" must have 1 to {MAX_STEPS} steps", card.card)));
    }
    card.steps.iter().try_for_each(|step| line("guidance.steps", step))
}

/// The page opens on a booth beside a talk: nobody on the way may read or change it.
pub(super) fn check_address(what: &str, address: &str) -> Result<(), ConfigError> {
    let host = |rest: &str| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    let good = match (address.strip_prefix("https://"), address.strip_prefix("http://")) {
        (Some(rest), _) => is_host(&host(rest)),
        (None, Some(rest)) => is_host(&host(rest)) && is_loopback(&host(rest)),
        (None, None) => false,
    };
    let plain = !address.contains(char::is_whitespace) && address.len() <= MAX_ADDRESS_BYTES;
    if good && plain {
        return Ok(());
    }
    Err(sign(format!(
        "{what} \"{address}\" must begin with https:// and name a host (http:// is taken for this \
         machine itself only, such as http://127.0.0.1:8000/)"
    )))
}

/// A host, with a port or without; no name and password before it.
fn is_host(host: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    !host.is_empty() && !host.starts_with(':') && host.bytes().all(good)
}

fn is_loopback(host: &str) -> bool {
    let name = if host.starts_with('[') { host.split_inclusive(']').next() } else { host.split(':').next() };
    matches!(name, Some("127.0.0.1" | "localhost" | "[::1]"))
}

pub(super) fn at_most(what: &str, count: usize, most: usize) -> Result<(), ConfigError> {
    if count > most {
        return Err(sign(format!("{what}: {count} entries, at most {most} fit on a screen; take some away")));
    }
    Ok(())
}

pub(super) fn line(what: &str, text: &str) -> Result<(), ConfigError> {
    let chars = text.chars().count();
    if text.trim().is_empty() || chars > MAX_LINE_CHARS || text.contains(char::is_control) {
        return Err(sign(format!(
            "{what} \"{text}\" must be one line of 1 to {MAX_LINE_CHARS} characters, not {chars}"
        )));
    }
    Ok(())
}

pub(super) fn sign(words: String) -> ConfigError {
    ConfigError::Sign(words)
}
