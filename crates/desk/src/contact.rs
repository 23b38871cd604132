//! The words for a contact's life. Knows no operator's presence and no queue order.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// The way that a contact comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// オンライン窓口.
    Booth,
    /// 電話.
    Phone,
}

/// Where a contact stands: waiting → offered → connecting → live ⇄ held → wrapping → closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// In the queue, shown to nobody.
    Waiting,
    /// In the queue and ringing at one seat or more.
    Offered,
    /// Taken; the exchange has not confirmed the bridge yet.
    Connecting,
    /// The two hear and see each other.
    Live,
    /// The operator has put the visitor on hold.
    Held,
    /// The talk is over; the operator is in wrap-up (後処理).
    Wrapping,
    /// Over.
    Closed,
}

/// What came of a try to call back (折返し), a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CallbackResult {
    /// 折返し済: the caller was spoken to.
    Reached,
    /// つながらず: nobody answered; the callback stays owed and the try is counted.
    NotReached,
    /// 不要: no callback is needed.
    NotNeeded,
}

impl CallbackResult {
    /// Nothing is owed any more.
    pub const fn settles(self) -> bool {
        match self {
            CallbackResult::Reached | CallbackResult::NotNeeded => true,
            CallbackResult::NotReached => false,
        }
    }
}

/// Why a call of ours was not answered, a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DialFailure {
    /// 話し中.
    Busy,
    /// 応答なし: nobody came to the telephone, or it is switched off.
    NotAnswered,
    /// There is no such number.
    NotFound,
    /// The call was turned down there.
    Refused,
    /// The carrier could not do it, or no trunk works.
    CarrierTrouble,
    /// What was typed is no complete telephone number of Japan.
    NotANumber,
    /// Another country, or a carrier chosen by its code: never called.
    Foreign,
    /// Police, coast guard or fire brigade: called from a telephone that tells where it stands.
    Emergency,
    /// A service, or a number that costs more: called only if the settings allow it.
    Special,
    /// The settings refuse this number.
    RefusedHere,
    /// As many calls as the settings allow, at once or today, are made already.
    LimitReached,
    /// The settings of the exchange allow no calls at all.
    NotSetUp,
    /// The exchange went away before anybody answered.
    ExchangeLost,
}

impl DialFailure {
    /// Nothing was sent to a carrier, because this number may not be called: that is audited.
    pub const fn is_forbidden(self) -> bool {
        match self {
            DialFailure::Foreign
            | DialFailure::Emergency
            | DialFailure::Special
            | DialFailure::RefusedHere => true,
            DialFailure::Busy
            | DialFailure::NotAnswered
            | DialFailure::NotFound
            | DialFailure::Refused
            | DialFailure::CarrierTrouble
            | DialFailure::NotANumber
            | DialFailure::LimitReached
            | DialFailure::NotSetUp
            | DialFailure::ExchangeLost => false,
        }
    }
}

/// How far a consultation (相談) is: the operator speaks with somebody else while the caller is on hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ConsultStage {
    /// It rings there.
    Ringing,
    /// Operator and consulted party hear each other, the caller hears music.
    Talking,
    /// 三者通話: all three hear each other.
    Joined,
}

/// Why a consultation ended other than by a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConsultEnd {
    /// The operator went back to the caller.
    TakenBack,
    /// The consulted party hung up.
    Left,
    /// The asked operator declined.
    Declined,
    /// The asked operator's ring ran out.
    NotAnswered,
    /// The asked operator's line was lost.
    SeatGone,
    /// The outside number could not be reached.
    Failed {
        /// Why.
        why: DialFailure,
    },
    /// The talk itself ended or lost its operator.
    TalkOver,
}

/// 目隠し: whether the visitor's pictures (face and screen) are kept from everybody. Either side puts it
/// on; the visitor lifts it at once, the operator only after a notice in the booth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mask {
    /// The pictures are shown.
    #[default]
    Off,
    /// No picture leaves the booth, and none passes the exchange.
    On,
    /// Still on; the operator lifts it at this time unless the visitor objects.
    Lifting {
        /// When.
        at: Time,
    },
}

impl Mask {
    /// No picture of the visitor passes.
    pub fn hides(self) -> bool {
        match self {
            Mask::Off => false,
            Mask::On | Mask::Lifting { .. } => true,
        }
    }

    /// What stays of it when the talk is cut short: a lifting that is only announced does not happen.
    pub(crate) fn without_notice(self) -> Mask {
        match self {
            Mask::Off => Mask::Off,
            Mask::On | Mask::Lifting { .. } => Mask::On,
        }
    }
}

/// 対応結果: what came of a contact (domain.md C-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// 案内完了.
    Guided,
    /// 予約登録.
    ReservationMade,
    /// 予約変更.
    ReservationChanged,
    /// 予約取消.
    ReservationCancelled,
    /// 申請完了(窓口).
    ApplicationDone,
    /// 利用支援完了.
    SupportDone,
    /// 発送依頼(連絡票).
    DispatchRequested,
    /// 市へ連絡(判断依頼).
    CityAsked,
    /// 市へ転送.
    CityTransferred,
    /// 折返し予定.
    CallbackPlanned,
    /// 交付・更新窓口へ案内.
    SentToIssueCounter,
    /// 支援窓口へ引継.
    SentToSupportCounter,
    /// マイナアシスト2へ切替.
    SwitchedToAssist2,
    /// 国コールセンター案内.
    SentToNationalLine,
    /// 外国語窓口案内.
    SentToForeignLanguageLine,
    /// 他課・他機関案内.
    SentElsewhere,
    /// 途中終了(相手).
    BrokenOffByVisitor,
    /// 途中終了(回線).
    BrokenOffByLine,
    /// 間違い・無言.
    WrongOrSilent,
    /// いたずら・不当要求.
    Abuse,
    /// 対象外.
    OutOfScope,
}

/// Why an operator cannot take an offer (受けられない…).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// 前の対応の片付け中.
    StillBusy,
    /// 機器の不調.
    DeviceTrouble,
    /// 急な離席.
    MustLeave,
}
