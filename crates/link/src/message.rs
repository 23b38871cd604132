//! The messages themselves. One socket per process at `/link`; JSON text frames; the first one is
//! [`Up::Hello`], answered by [`Down::Welcome`] and a snapshot, or by [`Down::Goodbye`].

mod exchange;
pub mod notes;

use desk::code::Code;
use desk::contact::{CallbackResult, DeclineReason, Disposition};
use desk::ids::{BoothId, ContactId, Fence, OfferId, Session};
use desk::presence::Chosen;
use desk::time::Time;
use serde::{Deserialize, Serialize};

use crate::state::{
    BoothChange, BoothState, Callee, DeskChange, DeskState, Digit, PhoneNumber, VisitorTrouble,
};
pub use exchange::{Bridge, CallFact, ExchangeOrder, ExchangeSays, LegFact};

/// The version of this protocol. A server takes [`OLDEST`]..=[`VERSION`].
pub const VERSION: u16 = 5;
/// The oldest version that a server still takes.
pub const OLDEST: u16 = 5;
/// The largest frame that either side takes, bytes: an SDP of two tracks is under 8 KiB.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;

/// Who connects, and the proof.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Who {
    /// An operator with the token of the sign-in.
    Operator {
        /// Secret.
        token: String,
    },
    /// A booth page with its key: it signs a challenge that it has just fetched.
    Booth {
        /// Which one.
        booth: BoothId,
        /// The challenge, from `GET /api/booth/challenge`; good once, for a minute.
        challenge: String,
        /// ECDSA P-256 with SHA-256 over the challenge's text, 64 bytes (r, s), base64url.
        signature: String,
    },
    /// The exchange with its key.
    Exchange {
        /// Secret.
        key: String,
    },
}

/// Where an interrupted line wants to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Resume {
    /// The stream that the events belonged to, from [`Down::Welcome`].
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub stream: u64,
    /// The last event that was applied.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub event: u64,
}

/// A request's name, made by the client: the same one again gets the same answer and no second effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RequestId(#[cfg_attr(feature = "ts", ts(type = "string"))] pub uuid::Uuid);

/// From a client to the server. `T` is what this kind of client may say.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Up<T> {
    /// The first message.
    Hello {
        /// [`VERSION`] of the client.
        version: u16,
        /// Who, with proof.
        who: Who,
        /// Where to go on.
        resume: Option<Resume>,
    },
    /// A request; answered by [`Down::Answer`].
    Say {
        /// Its name.
        request: RequestId,
        /// What is asked.
        body: T,
    },
    /// A sign of life, every 5 s; answered by [`Down::Pong`].
    Ping,
}

/// From the server to a client. `S` is the whole state, `C` one change, `G` a signal without memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Down<S, C, G> {
    /// The hello was good.
    Welcome {
        /// [`VERSION`] of the server.
        version: u16,
        /// The stream of the events that follow.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        stream: u64,
        /// The session's epoch; 0 for booths and exchanges.
        session: Session,
        /// True: events go on where the resume asked; false: a snapshot follows.
        resumed: bool,
        /// The server's clock.
        now: Time,
    },
    /// Everything, as of this event number.
    Snapshot {
        /// The number of the last event in it.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        event: u64,
        /// The whole state.
        state: S,
        /// The server's clock.
        now: Time,
    },
    /// One change. A number that is not the last plus one means a gap: reconnect without resume.
    Event {
        /// Its number.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        event: u64,
        /// The change.
        change: C,
        /// The server's clock.
        now: Time,
    },
    /// Something that is not part of the state and is not repeated after a reconnect.
    Signal {
        /// What.
        signal: G,
    },
    /// The answer to a request.
    Answer {
        /// Whose answer.
        request: RequestId,
        /// None: done. Some: refused, and why.
        refused: Option<Code>,
    },
    /// The answer to a ping.
    Pong {
        /// The server's clock.
        now: Time,
    },
    /// The server closes, and why. The codes that pass by themselves ([`Code::passes`]) are worth a retry
    /// with the same hello: `too_late` (the hello came late), `too_many`, `store_down`, `unreachable`,
    /// `no_exchange`.
    Goodbye {
        /// Why.
        code: Code,
    },
}

/// What an operator's desktop may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OperatorSays {
    /// Ask for a state.
    Choose {
        /// The wish.
        chosen: Chosen,
    },
    /// Take an offer.
    Accept {
        /// Which one.
        offer: OfferId,
        /// Its fence.
        fence: Fence,
    },
    /// Cannot take an offer.
    Decline {
        /// Which one.
        offer: OfferId,
        /// Why.
        reason: DeclineReason,
    },
    /// End the talk.
    End {
        /// Which contact.
        contact: ContactId,
    },
    /// Hold or take back.
    Hold {
        /// Which contact.
        contact: ContactId,
        /// On or off.
        held: bool,
    },
    /// Wrap-up done.
    Finish {
        /// Which contact.
        contact: ContactId,
        /// What came of it.
        disposition: Disposition,
    },
    /// A media offer for the exchange.
    Sdp(LegOffer),
    /// 目隠し on, or (after the notice in the booth) off.
    Mask {
        /// Which contact.
        contact: ContactId,
        /// On or off.
        on: bool,
    },
    /// A written word for the visitor; refused with `individual_number`, `secret_text` or `bad_length`.
    Text {
        /// Which contact.
        contact: ContactId,
        /// What.
        text: String,
    },
    /// Shows a guidance card in the booth, points at a step of it, or takes it away (`card` none).
    Guide {
        /// Which contact.
        contact: ContactId,
        /// The card's name, from [`DeskState::guidance`].
        card: Option<String>,
        /// 指さし: a step, from 0.
        pointing: Option<u32>,
    },
    /// Asks the visitor to show the second window (`true`), or looks no longer.
    Screen {
        /// Which contact.
        contact: ContactId,
        /// Asked or not.
        wanted: bool,
    },
    /// A key of the keypad, sent to the caller as a tone (RFC 4733).
    Digit {
        /// Which contact.
        contact: ContactId,
        /// Which key.
        digit: Digit,
    },
    /// So many notes of this desk are not at the server yet; told whenever it changes.
    Unsynced {
        /// How many.
        count: u32,
    },
    /// 手上げ: asks the shift lead for help, or no longer.
    RaiseHand {
        /// Up or down.
        up: bool,
    },
    /// 折返し: what came of calling somebody back; refused with `gone` when it is owed no more.
    SettleCallback {
        /// Which one, by [`CallbackCard::contact`](crate::state::CallbackCard::contact).
        contact: ContactId,
        /// What came of it.
        result: CallbackResult,
    },
    /// 折返し: calls somebody back, by [`CallbackCard::contact`](crate::state::CallbackCard::contact); refused with
    /// `gone` when it is owed no more, with `wrong_state` unless the hands are free.
    CallBack {
        /// Which lost call.
        contact: ContactId,
    },
    /// 相談・転送: asks somebody else while the caller hears music; refused with `not_ready` when that operator
    /// cannot take it. With `blind` the caller is handed over as soon as that one answers, and comes back if not.
    Consult {
        /// Which contact.
        contact: ContactId,
        /// Whom.
        to: Callee,
        /// Without speaking first.
        blind: bool,
    },
    /// Goes back to the caller; said by the consulted operator: leaves.
    EndConsult {
        /// Which contact.
        contact: ContactId,
    },
    /// 三者通話 on or off.
    JoinConsult {
        /// Which contact.
        contact: ContactId,
        /// On or off.
        joined: bool,
    },
    /// 転送: the consulted party gets the caller.
    Transfer {
        /// Which contact.
        contact: ContactId,
    },
    /// 臨時休止 of the telephone, or its end; refused with `unauthorised` unless a shift lead says it.
    Suspend {
        /// Closed or open.
        on: bool,
    },
    /// 発信番号を使う: asks for the number behind a call, which comes by [`DeskSignal::Number`] before the answer and
    /// leaves a line in the audit. Refused with `gone` unless the call is or was last this operator's, or a shift
    /// lead asks; with `no_number` where none was told or it is kept no more.
    Number {
        /// Which contact.
        contact: ContactId,
    },
    /// Sign out.
    SignOut,
}

/// What a booth page may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BoothSays {
    /// Call an operator.
    Ring,
    /// Leave the queue or end the talk.
    Leave {
        /// Which contact.
        contact: ContactId,
    },
    /// A media offer for the exchange.
    Sdp(LegOffer),
    /// 目隠し on or off; off takes effect at once.
    Mask {
        /// Which contact.
        contact: ContactId,
        /// On or off.
        on: bool,
    },
    /// A written word for the operator; refused as [`OperatorSays::Text`].
    Text {
        /// Which contact.
        contact: ContactId,
        /// What.
        text: String,
    },
    /// The visitor agrees that the second window is shown, or no longer.
    Screen {
        /// Which contact.
        contact: ContactId,
        /// Shown or not.
        shared: bool,
    },
    /// What is wrong at the booth, whenever it changes and after each welcome in a contact.
    Trouble {
        /// What.
        trouble: VisitorTrouble,
    },
}

/// A media offer on its way to the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LegOffer {
    /// The number of this leg of this owner, made by the client: a new leg has a higher one (use the
    /// wall clock in ms), an ICE restart keeps it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub leg: u64,
    /// True: an ICE restart of this leg.
    pub restart: bool,
    /// The SDP offer, without candidates.
    pub sdp: String,
}

/// What the server tells the owner of a leg on behalf of the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LegSignal {
    /// The answer to a [`LegOffer`].
    Answer {
        /// Which leg.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        leg: u64,
        /// The SDP answer.
        sdp: String,
    },
    /// The offer was refused; open a new leg after a pause.
    Refused {
        /// Which leg.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        leg: u64,
        /// Why.
        code: Code,
    },
    /// The exchange hears nothing from this leg: restart ICE.
    RestartIce {
        /// Which leg.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        leg: u64,
    },
    /// The exchange does not know this leg (any more): open a new one.
    Unknown {
        /// Which leg.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        leg: u64,
    },
}

/// What an operator's desktop is told that is not part of its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DeskSignal {
    /// About its media leg.
    Leg(LegSignal),
    /// The answer to [`OperatorSays::Number`]. It is in no state and in no event, so that nothing keeps it.
    Number {
        /// Which contact's.
        contact: ContactId,
        /// Personal: for the note's field alone.
        number: PhoneNumber,
    },
}

/// From the server to an operator's desktop.
pub type ToOperator = Down<DeskState, DeskChange, DeskSignal>;
/// From the server to a booth page.
pub type ToBooth = Down<BoothState, BoothChange, LegSignal>;
/// From the server to the exchange.
pub type ToExchange = Down<(), (), ExchangeOrder>;

/// The body of `POST /api/sign-in`.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The account's name, such as op01.
    pub name: String,
    /// Secret.
    pub password: String,
    /// The client's protocol version.
    pub version: u16,
    /// The person has agreed that a talk on another machine moves here.
    #[serde(default)]
    pub take_over: bool,
}

/// The body of `POST /api/refresh`: the refresh token is used up by it. One that was used before is a
/// sign of theft, and revokes everything that came of the same sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Refresh {
    /// Secret.
    pub refresh: String,
    /// A random name of this attempt: said again with it after a lost answer, the same token is no reuse,
    /// as long as what it was handed has not been used.
    #[serde(default)]
    pub attempt: Option<uuid::Uuid>,
}

/// The good answer of `POST /api/sign-in` and `POST /api/refresh`; a bad one is [`Refusal`] with 401,
/// 409 (`in_talk_elsewhere`), 423, 426 or 429.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignedIn {
    /// Secret, for the hello; short-lived.
    pub token: String,
    /// How long the token is good, ms. A socket that came in with it stays.
    pub token_ms: u64,
    /// Secret, for `POST /api/refresh`; goes into the OS keyring.
    pub refresh: String,
    /// The name on the tag.
    pub name: String,
}

/// The body of `POST /api/booth/enrol`: a page that was never enrolled shows the code of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Enrol {
    /// The public key, P-256, uncompressed point of 65 bytes, base64url.
    pub public_key: String,
}

/// The answer to [`Enrol`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct EnrolCode {
    /// What an administrator types after `kenmu-server booth approve`, such as `7K3-QF9`.
    pub code: String,
    /// How long it is good, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub valid_ms: u64,
}

/// The answer of `GET /api/booth/challenge?key=PUBLIC_KEY`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Challenge {
    /// To be signed; good once, for a minute.
    pub challenge: String,
    /// The booth that this key belongs to; none: not approved (yet).
    pub booth: Option<BoothId>,
}

/// The answer of `GET /api/hours`, for the screens before a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PublicHours {
    /// The city's name.
    pub city: String,
    /// The day's hours.
    pub hours: crate::state::Hours,
    /// The server's clock.
    pub now: Time,
}

/// A refusal over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: Code,
}
