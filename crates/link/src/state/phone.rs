//! What the screens show of the telephone: callers, keys, trunks. Knows no SIP.

use desk::end::EndReason;
use desk::ids::ContactId;
use desk::time::Time;
use serde::{Deserialize, Serialize};

/// Who calls, as the carrier tells.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Caller {
    /// A number, digits only, in the national form that is dialled: 09012345678.
    Number {
        /// Personal: never in a log.
        number: String,
    },
    /// 非通知.
    Withheld,
    /// 公衆電話.
    Payphone,
    /// 表示圏外.
    OutOfArea,
}

impl std::fmt::Debug for Caller {
    /// A number is a person's: it does not print.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Caller::Number { .. } => "Number(…)",
            Caller::Withheld => "Withheld",
            Caller::Payphone => "Payphone",
            Caller::OutOfArea => "OutOfArea",
        })
    }
}

/// A telephone number. It does not print: it may be a person's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PhoneNumber(pub String);

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A caller as the desk shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CallerCard {
    /// Who; a number is masked, such as 090-****-5678.
    pub caller: Caller,
    /// 再入電: which call of this number it is within the settable time; 1 is the first.
    pub times: u32,
    /// A name for the number under which desks find its earlier notes; none where no number is known. Nobody can make
    /// the number of it.
    pub key: Option<String>,
    /// The keys that the caller pressed in this contact, in order; the latest [`MAX_DIGITS`].
    pub digits: Vec<Digit>,
}

/// 折返し: a number that called and was not spoken to. Its lost calls are one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CallbackCard {
    /// The first of its lost calls; settling it settles all of them.
    pub contact: ContactId,
    /// That call's 受付番号.
    pub number: String,
    /// Who; the number is masked.
    pub caller: Caller,
    /// When the first of its lost calls came.
    pub arrived: Time,
    /// How that call ended.
    pub end: EndReason,
    /// Until when somebody should have called back.
    pub due: Time,
    /// How often that was tried in vain.
    pub tries: u32,
    /// How many of its calls were lost.
    pub calls: u32,
}

/// 折返しが要る電話, as far as a desk is told of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Callbacks {
    /// Those that are due first, in that order; at most [`MAX_CALLBACKS`].
    pub cards: Vec<CallbackCard>,
    /// How many more there are.
    pub more: u32,
}

/// Callbacks that a desk is told of: six are seen at once, and every card is part of the snapshot, whose frame
/// holds texts, guidance and the wall too.
pub const MAX_CALLBACKS: usize = 30;

/// Keys of a caller that are kept, and shown, for the contact.
pub const MAX_DIGITS: usize = 24;

/// A key of a telephone (RFC 4733 events 0 to 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Digit {
    /// 0.
    #[serde(rename = "0")]
    D0,
    /// 1.
    #[serde(rename = "1")]
    D1,
    /// 2.
    #[serde(rename = "2")]
    D2,
    /// 3.
    #[serde(rename = "3")]
    D3,
    /// 4.
    #[serde(rename = "4")]
    D4,
    /// 5.
    #[serde(rename = "5")]
    D5,
    /// 6.
    #[serde(rename = "6")]
    D6,
    /// 7.
    #[serde(rename = "7")]
    D7,
    /// 8.
    #[serde(rename = "8")]
    D8,
    /// 9.
    #[serde(rename = "9")]
    D9,
    /// *.
    #[serde(rename = "*")]
    Star,
    /// #.
    #[serde(rename = "#")]
    Hash,
}

impl Digit {
    /// Every key, by its RFC 4733 event.
    pub const ALL: [Digit; 12] = [
        Digit::D0,
        Digit::D1,
        Digit::D2,
        Digit::D3,
        Digit::D4,
        Digit::D5,
        Digit::D6,
        Digit::D7,
        Digit::D8,
        Digit::D9,
        Digit::Star,
        Digit::Hash,
    ];

    /// The RFC 4733 event.
    pub fn event(self) -> u8 {
        self as u8
    }
}

/// A way into the telephone network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TrunkState {
    /// Its name in the exchange's settings.
    pub name: String,
    /// It is registered, or answers its keep-alive.
    pub up: bool,
}
