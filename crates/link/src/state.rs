//! What the server shows to a desktop and to a booth page: whole states, and the parts that change.
//!
//! A change replaces one part by its new value, so that applying it twice does no harm.

mod consult;
mod hours;
mod phone;
mod ring;
mod wall;

use desk::centre::OfferWhy;
use desk::contact::{Channel, ConsultEnd, Mask, Phase};
use desk::end::EndReason;
use desk::ids::{BoothId, ContactId, Fence, OfferId, OperatorId};
use desk::note::Forms;
use desk::presence::{Chosen, Presence};
use desk::time::{Millis, Time};
use serde::{Deserialize, Serialize};

use crate::message::notes::NotesMark;

pub use consult::{Callee, Colleague, ConsultCard, ConsultGuest, Counterpart, DirectoryEntry};
pub use hours::{HourSpan, Hours};
pub use phone::{
    CallbackCard, Callbacks, Caller, CallerCard, Digit, MAX_CALLBACKS, MAX_DIGITS, PhoneNumber, TrunkState,
};
pub use ring::{RingEnd, RingNotice};
pub use wall::{SeatCard, WaitingCard, Wall};

/// An operator's own place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Me {
    /// The account.
    pub operator: OperatorId,
    /// The name on the tag, such as オペレーター01.
    pub name: String,
    /// What the board shows.
    pub presence: Presence,
    /// Since when.
    pub since: Time,
    /// What was asked for last: in a contact, what follows.
    pub next: Chosen,
    /// The warm line to the exchange is up.
    pub media: bool,
    /// 手上げ, since when.
    pub hand: Option<Time>,
}

/// An offer as the desk shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OfferCard {
    /// Which offer.
    pub offer: OfferId,
    /// To be sent back with the accept.
    pub fence: Fence,
    /// Which contact.
    pub contact: ContactId,
    /// 受付番号, such as W-20260406-0007.
    pub number: String,
    /// How it came.
    pub channel: Channel,
    /// The booth's name.
    pub booth: Option<String>,
    /// The caller, when it came by telephone.
    pub caller: Option<CallerCard>,
    /// When the visitor rang.
    pub arrived: Time,
    /// When this ring began.
    pub offered: Time,
    /// When this ring ends.
    pub expires: Time,
    /// Why it came here.
    pub why: OfferWhy,
    /// The name of the operator who asks this one into a consultation; none for a contact from the queue.
    pub asked_by: Option<String>,
}

/// The contact in hand as the desk shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ContactCard {
    /// Which contact.
    pub contact: ContactId,
    /// 受付番号.
    pub number: String,
    /// How it came.
    pub channel: Channel,
    /// The booth's name.
    pub booth: Option<String>,
    /// The caller, when it came by telephone.
    pub caller: Option<CallerCard>,
    /// How often and how long in all the visitor was on hold, without a hold that goes on.
    pub holds: u32,
    /// See [`ContactCard::holds`].
    pub held_ms: Millis,
    /// Since when it is live, held or wrapping.
    pub phase_since: Time,
    /// Where it stands: connecting, live, held or wrapping.
    pub phase: Phase,
    /// When the visitor rang.
    pub arrived: Time,
    /// When it was taken.
    pub answered: Time,
    /// When the talk ended.
    pub ended: Option<Time>,
    /// How the talk ended.
    pub end: Option<EndReason>,
    /// The visitor's side is there; false: 再接続中.
    pub visitor_up: bool,
    /// Since when `visitor_up` has its value.
    pub visitor_since: Time,
    /// How often the visitor's line broke in the talk.
    pub interruptions: u32,
    /// 目隠し.
    pub mask: Mask,
    /// We called: 折返し.
    pub outgoing: bool,
    /// 相談: whom this desk's operator speaks with about it.
    pub consult: Option<ConsultCard>,
    /// How the last consultation ended that was no transfer.
    pub consult_end: Option<ConsultEnd>,
    /// What was written to and fro (筆談), oldest first. Kept in memory for the talk only.
    pub texts: Vec<TextCard>,
    /// The guidance card that the booth shows.
    pub shown: Option<ShownCard>,
    /// The visitor's second window.
    pub screen: ScreenShare,
    /// What is wrong at the booth.
    pub trouble: VisitorTrouble,
}

/// One written word (筆談).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TextCard {
    /// Counts from 1 within the contact.
    pub place: u32,
    /// Who wrote it.
    pub from: Writer,
    /// What; at most [`MAX_TEXT_CHARS`] characters.
    pub text: String,
    /// When.
    pub at: Time,
}

/// The longest text card, characters: what is read at a glance on the booth's screen.
pub const MAX_TEXT_CHARS: usize = 200;
/// Text cards kept of one contact; the oldest go first. A frame holds them all.
pub const MAX_TEXTS: usize = 30;

/// Who wrote a text card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// The visitor.
    Visitor,
    /// The operator.
    Operator,
}

/// A guidance card (案内カード): the steps of one procedure in the visitor's words. Editable data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct GuidanceCard {
    /// Its stable name, such as `photo`.
    pub card: String,
    /// Its heading.
    pub title: String,
    /// The steps, one sentence each.
    pub steps: Vec<String>,
    /// A step has personal data: nothing of it is read aloud (読み上げ注意).
    #[serde(default)]
    pub quiet: bool,
    /// A step has a PIN typed: 目隠し is proposed with it.
    #[serde(default)]
    pub mask: bool,
}

/// A guidance card on the booth's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ShownCard {
    /// The card itself, so that the booth needs no list.
    pub card: GuidanceCard,
    /// 指さし: the step that is pointed at, from 0.
    pub pointing: Option<u32>,
}

/// Whether the visitor's second window is shown to the operator (view only).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ScreenShare {
    /// Not shown.
    #[default]
    Off,
    /// The operator has asked; the visitor has not agreed yet.
    Asked,
    /// Shown with the visitor's consent.
    On,
}

/// What is wrong at a booth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct VisitorTrouble {
    /// No camera: missing, denied or taken away.
    pub camera: bool,
    /// No microphone: missing, denied or taken away.
    pub microphone: bool,
    /// Nobody seems to be there: the page has asked.
    pub walked_away: bool,
}

/// A web page of the city or the State that is used beside the talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct WebPage {
    /// What the button says.
    pub label: String,
    /// Its address, https.
    pub address: String,
}

/// Whom to call when somebody needs help in the lobby.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct LobbyContact {
    /// Who, and when to call.
    pub label: String,
    /// The number, as it is shown.
    pub number: String,
}

/// What stands on a booth's table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BoothDevice {
    /// PC.
    #[default]
    Pc,
    /// タブレット.
    Tablet,
}

/// How well a leg is heard at the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Quality {
    /// Lost packets, per mille, of the last report.
    pub loss_permille: u16,
    /// Round trip, ms; none before the first report that knows it.
    pub round_trip_ms: Option<u32>,
}

/// One channel's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ChannelBoard {
    /// The channel takes new contacts.
    pub open: bool,
    /// How many wait (offered ones included).
    pub waiting: u32,
    /// When the one that waits longest arrived.
    pub oldest: Option<Time>,
    /// How many operators are ready for this channel.
    pub ready: u32,
}

/// Both queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct QueueBoard {
    /// 電話.
    pub phone: ChannelBoard,
    /// オンライン窓口.
    pub booth: ChannelBoard,
}

/// What a booth does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BoothDoing {
    /// 接続なし.
    Offline,
    /// 空き.
    Idle,
    /// 呼出中.
    Ringing,
    /// 対応中.
    Talking {
        /// With whom.
        operator: OperatorId,
    },
}

/// One booth on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BoothCard {
    /// Which one.
    pub booth: BoothId,
    /// Its name, such as ブース2.
    pub name: String,
    /// What it does.
    pub doing: BoothDoing,
    /// Since when; none when it was never seen since the server started.
    pub since: Option<Time>,
    /// PC or tablet.
    pub device: BoothDevice,
    /// Where it stands, such as 1階ロビー.
    pub place: Option<String>,
    /// Its Wi-Fi, as the exchange sees it, while it has media.
    pub quality: Option<Quality>,
}

/// Counts of today (Japan time), both channels together and the phone apart are reports' business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DayCounts {
    /// 着信.
    pub arrived: u32,
    /// 応答.
    pub answered: u32,
    /// 放棄.
    pub abandoned: u32,
    /// 呼出中 and waiting.
    pub waiting: u32,
}

/// Everything that a desktop shows of the server's truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeskState {
    /// The city's name, such as 上尾市.
    pub city: String,
    /// Own place.
    pub me: Me,
    /// What rings here.
    pub offer: Option<OfferCard>,
    /// How the last ring ended.
    pub notice: Option<RingNotice>,
    /// The contact in hand.
    pub contact: Option<ContactCard>,
    /// Both queues.
    pub queue: QueueBoard,
    /// The booths, in order.
    pub booths: Vec<BoothCard>,
    /// Today's counts.
    pub day: DayCounts,
    /// The exchange is connected to the server.
    pub exchange_up: bool,
    /// How long one seat rings.
    pub ring_timeout_ms: Millis,
    /// The day's hours.
    pub hours: Hours,
    /// The guidance cards that can be sent.
    pub guidance: Vec<GuidanceCard>,
    /// Whom to call when somebody needs help in the lobby.
    pub lobby: Vec<LobbyContact>,
    /// Somebody who waits longer is told to every desk.
    pub long_wait_ms: Millis,
    /// The wrap-up time that the desk shows as a guide.
    pub wrapup_ms: Millis,
    /// 折返しが要る電話: the same on every desk.
    pub callbacks: Callbacks,
    /// 相談を受けている: the talk about which another operator consults this one.
    pub guest: Option<ConsultGuest>,
    /// Who else is signed in, for 相談・転送.
    pub colleagues: Vec<Colleague>,
    /// 転送先: outside numbers by name, the city's first.
    pub directory: Vec<DirectoryEntry>,
    /// 責任者室, for a shift lead.
    pub wall: Option<Wall>,
    /// What the note pane offers.
    pub forms: Forms,
    /// How far the server's notes are: a hint to pull.
    pub notes: NotesMark,
}

/// One part of a [`DeskState`], new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum DeskChange {
    /// Own place.
    Me(Me),
    /// What rings here.
    Offer(Option<OfferCard>),
    /// How the last ring ended.
    Notice(Option<RingNotice>),
    /// The contact in hand.
    Contact(Option<ContactCard>),
    /// Both queues.
    Queue(QueueBoard),
    /// The booths.
    Booths(Vec<BoothCard>),
    /// Today's counts.
    Day(DayCounts),
    /// The exchange came or went.
    ExchangeUp(bool),
    /// The day's hours.
    Hours(Hours),
    /// 折返しが要る電話.
    Callbacks(Callbacks),
    /// [`DeskState::guest`].
    Guest(Option<ConsultGuest>),
    /// [`DeskState::colleagues`].
    Colleagues(Vec<Colleague>),
    /// 責任者室.
    Wall(Option<Wall>),
    /// [`DeskState::notes`].
    Notes(NotesMark),
    /// [`DeskState::forms`]: an article came or went.
    Forms(Forms),
}

/// What a visitor's contact does, as the booth page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BoothContactState {
    /// In the queue.
    Waiting {
        /// How many parties are before this one.
        ahead: u32,
    },
    /// Taken; the bridge is being made.
    Connecting {
        /// The operator's name on the tag.
        operator: String,
    },
    /// In the talk.
    Live {
        /// The operator's name on the tag.
        operator: String,
        /// Since when.
        since: Time,
        /// The operator's side is there; false: お待ちください.
        operator_up: bool,
    },
    /// On hold.
    Held {
        /// The operator's name on the tag.
        operator: String,
    },
    /// Over; shown until the next visitor rings.
    Ended {
        /// How.
        end: EndReason,
        /// When.
        at: Time,
    },
}

/// A visitor's contact, as the booth page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BoothContact {
    /// Which contact.
    pub contact: ContactId,
    /// 受付番号.
    pub number: String,
    /// When the visitor rang.
    pub arrived: Time,
    /// Where it stands.
    pub state: BoothContactState,
    /// 目隠し.
    pub mask: Mask,
    /// What was written to and fro, oldest first.
    pub texts: Vec<TextCard>,
    /// The guidance card to show.
    pub shown: Option<ShownCard>,
    /// The second window: asked for, or shown.
    pub screen: ScreenShare,
}

/// Everything that a booth page shows of the server's truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct BoothState {
    /// The booth itself.
    pub booth: BoothId,
    /// Its name, such as ブース2.
    pub name: String,
    /// The city's name.
    pub city: String,
    /// The phone number to show when the booth cannot serve.
    pub phone_number: String,
    /// The booth channel takes new contacts.
    pub open: bool,
    /// How many operators are ready for booths now.
    pub ready: u32,
    /// How many parties wait for booths now.
    pub waiting: u32,
    /// The exchange is connected to the server.
    pub exchange_up: bool,
    /// The contact of this booth, if any.
    pub contact: Option<BoothContact>,
    /// The day's hours.
    pub hours: Hours,
    /// PC or tablet.
    pub device: BoothDevice,
    /// The pages that may be opened beside the talk.
    pub pages: Vec<WebPage>,
    /// Nothing heard, touched or moved for this long: the page asks whether somebody is there.
    pub idle_ask_ms: Millis,
    /// No answer for this long after that: the page leaves.
    pub idle_end_ms: Millis,
}

/// One part of a [`BoothState`], new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum BoothChange {
    /// The contact.
    Contact(Option<BoothContact>),
    /// Opening, counts.
    Board {
        /// The booth channel takes new contacts.
        open: bool,
        /// How many operators are ready for booths now.
        ready: u32,
        /// How many parties wait for booths now.
        waiting: u32,
        /// The exchange is connected to the server.
        exchange_up: bool,
    },
    /// The day's hours.
    Hours(Hours),
}

impl DeskState {
    /// Puts a change in its place.
    pub fn apply(&mut self, change: DeskChange) {
        match change {
            DeskChange::Me(me) => self.me = me,
            DeskChange::Offer(offer) => self.offer = offer,
            DeskChange::Notice(notice) => self.notice = notice,
            DeskChange::Contact(contact) => self.contact = contact,
            DeskChange::Queue(queue) => self.queue = queue,
            DeskChange::Booths(booths) => self.booths = booths,
            DeskChange::Day(day) => self.day = day,
            DeskChange::ExchangeUp(up) => self.exchange_up = up,
            DeskChange::Hours(hours) => self.hours = hours,
            DeskChange::Callbacks(callbacks) => self.callbacks = callbacks,
            DeskChange::Guest(guest) => self.guest = guest,
            DeskChange::Colleagues(colleagues) => self.colleagues = colleagues,
            DeskChange::Wall(wall) => self.wall = wall,
            DeskChange::Notes(notes) => self.notes = notes,
            DeskChange::Forms(forms) => self.forms = forms,
        }
    }
}

impl BoothState {
    /// Puts a change in its place.
    pub fn apply(&mut self, change: BoothChange) {
        match change {
            BoothChange::Contact(contact) => self.contact = contact,
            BoothChange::Hours(hours) => self.hours = hours,
            BoothChange::Board { open, ready, waiting, exchange_up } => {
                self.open = open;
                self.ready = ready;
                self.waiting = waiting;
                self.exchange_up = exchange_up;
            }
        }
    }
}
