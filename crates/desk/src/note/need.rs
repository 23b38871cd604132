//! Which fields a result needs, what is missing before a note can be finished, and what must not be stored with it
//! (domain: data minimisation). Knows no screen: the page draws what this says.

use serde::{Deserialize, Serialize};

use super::NoteChannel;
use super::hold;
use super::sheet::SheetKind;
use super::wareki;
use super::written::{CategoryCode, EndChecks, Person, Promise, Reservation, Written};
use crate::contact::Disposition;

/// 0601 紛失・盗難(一時停止).
const LOSS: CategoryCode = CategoryCode(601);
/// 0401 電子証明書の更新.
const CERTIFICATE: CategoryCode = CategoryCode(401);
/// 02 受取(交付) and 03 カード更新(有効期限).
const ISSUE_GROUPS: [u16; 2] = [2, 3];

/// A field that a result needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NeedField {
    /// 区分.
    Category,
    /// 相手区分.
    Party,
    /// 対応結果.
    Disposition,
    /// 案内内容.
    Text,
    /// 氏名.
    Name,
    /// フリガナ.
    Kana,
    /// 生年月日.
    Birth,
    /// 性別.
    Sex,
    /// 住所.
    Address,
    /// 連絡先.
    Phone,
    /// 連絡可能時間帯.
    Reachable,
    /// 予約の種別.
    ReservationKind,
    /// 予約の日時.
    ReservationWhen,
    /// 登録済み.
    Registered,
    /// マイナアシスト2の切替理由.
    Assist2,
    /// 窓口終了チェック.
    Checks,
    /// 連絡票を作成.
    Sheet,
    /// 警告に当たらない理由.
    DoubtReason,
    /// 折返しの期限.
    PromiseDue,
}

/// Which groups of fields are shown. What is not shown is not stored either: [`only_needed`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Needs {
    /// 氏名・フリガナ・生年月日・性別・郵便番号・住所.
    pub person: bool,
    /// フリガナ・連絡先・時間帯.
    pub phone: bool,
    /// 予約.
    pub reservation: bool,
    /// 折返し.
    pub promise: bool,
    /// 連絡票, and of which kind.
    pub sheet: Option<SheetKind>,
    /// 切替理由.
    pub assist2: bool,
    /// 窓口終了チェック, people, photos.
    pub booth: bool,
    /// 紛失・盗難 (0601): 0120-95-0178 comes first.
    pub loss: bool,
    /// 交付・更新窓口(市) is the place to hand over to.
    pub issue_counter: bool,
}

/// Which groups of fields the note's result and categories ask for.
pub fn needs(written: &Written, channel: NoteChannel) -> Needs {
    let asks = Asks::of(written.disposition);
    let at_issue_counter =
        |code: &CategoryCode| ISSUE_GROUPS.contains(&(code.0 / 100)) || *code == CERTIFICATE;
    Needs {
        person: asks == Asks::Dispatch,
        phone: matches!(asks, Asks::Dispatch | Asks::Callback),
        reservation: asks == Asks::Reservation,
        // A promise that was kept stays with the note, whatever became of it in the end.
        promise: asks == Asks::Callback || !blank(&written.promise.result),
        sheet: match asks {
            Asks::Dispatch => Some(SheetKind::Dispatch),
            Asks::Judgement => Some(SheetKind::Judgement),
            Asks::Nothing
            | Asks::EndChecks
            | Asks::Reservation
            | Asks::Callback
            | Asks::Reason
            | Asks::LessText
            | Asks::LeastText => None,
        },
        assist2: asks == Asks::Reason,
        booth: channel == NoteChannel::Booth,
        loss: written.categories.contains(&LOSS),
        issue_counter: written.categories.iter().any(at_issue_counter),
    }
}

/// What is missing before the note can be finished, in the order of the form. `sheet`: the kind of the 連絡票 that was
/// raised for it, if any.
pub fn missing(written: &Written, channel: NoteChannel, sheet: Option<SheetKind>) -> Vec<NeedField> {
    let asks = Asks::of(written.disposition);
    let needs = needs(written, channel);
    let text_counts = !matches!(asks, Asks::LessText | Asks::LeastText);
    let doubtful = hold::findings(written).iter().any(|finding| !finding.doubts.is_empty());
    let checks_count = needs.booth && asks == Asks::EndChecks;
    let EndChecks { logged_out, history_cleared, card_returned } = written.checks;
    let wanted = [
        (NeedField::Category, written.categories.is_empty()),
        (NeedField::Party, asks != Asks::LeastText && written.party.is_none()),
        (NeedField::Disposition, written.disposition.is_none()),
        (NeedField::Text, text_counts && blank(&written.text)),
        (NeedField::Assist2, needs.assist2 && written.assist2.is_none()),
        (NeedField::Checks, checks_count && !(logged_out && history_cleared && card_returned)),
        (NeedField::Sheet, needs.sheet.is_some() && sheet != needs.sheet),
        (NeedField::DoubtReason, doubtful && blank(&written.doubt_reason)),
    ];
    let wanted = wanted.into_iter().filter(|(_, missing)| *missing).map(|(field, _)| field);
    let mut missing: Vec<NeedField> = wanted.chain(missing_of(asks, written)).collect();
    missing.sort_unstable();
    missing
}

/// The note as it may be stored: fields that its result does not show are empty, so that nothing stays that a person
/// no longer sees.
pub fn only_needed(written: &Written, channel: NoteChannel) -> Written {
    let needs = needs(written, channel);
    let mut kept = written.clone();
    kept.person = person_needed(&written.person, needs);
    if !needs.reservation {
        kept.reservation = Reservation::default();
    }
    if !needs.promise {
        kept.promise = Promise::default();
    }
    if !needs.assist2 {
        kept.assist2 = None;
    }
    if !needs.booth {
        kept.people = None;
        kept.photos = 0;
        kept.checks = EndChecks::default();
    }
    if hold::findings(&kept).iter().all(|finding| finding.doubts.is_empty()) {
        kept.doubt_reason = String::new();
    }
    kept
}

/// What results have in common in what they ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Nothing beyond what every note has.
    Nothing,
    /// 窓口終了チェック, when it was at a booth.
    EndChecks,
    /// 予約.
    Reservation,
    /// The person and a 連絡票 for what the city sends.
    Dispatch,
    /// A 連絡票 that asks the city to decide.
    Judgement,
    /// Whom to call back, when.
    Callback,
    /// Why マイナアシスト2.
    Reason,
    /// There may be nothing to tell.
    LessText,
    /// There may be nothing to tell, and nobody to tell it of.
    LeastText,
}

impl Asks {
    fn of(disposition: Option<Disposition>) -> Asks {
        let Some(disposition) = disposition else { return Asks::Nothing };
        match disposition {
            Disposition::Guided | Disposition::ApplicationDone | Disposition::SupportDone => Asks::EndChecks,
            Disposition::ReservationMade
            | Disposition::ReservationChanged
            | Disposition::ReservationCancelled => Asks::Reservation,
            Disposition::DispatchRequested => Asks::Dispatch,
            Disposition::CityAsked => Asks::Judgement,
            Disposition::CallbackPlanned => Asks::Callback,
            Disposition::SwitchedToAssist2 => Asks::Reason,
            Disposition::BrokenOffByVisitor | Disposition::BrokenOffByLine | Disposition::Abuse => {
                Asks::LessText
            }
            Disposition::WrongOrSilent => Asks::LeastText,
            Disposition::CityTransferred
            | Disposition::SentToIssueCounter
            | Disposition::SentToSupportCounter
            | Disposition::SentToNationalLine
            | Disposition::SentToForeignLanguageLine
            | Disposition::SentElsewhere
            | Disposition::OutOfScope => Asks::Nothing,
        }
    }
}

/// What is missing of the fields that only some results ask for.
fn missing_of(asks: Asks, written: &Written) -> Vec<NeedField> {
    let (person, reservation) = (&written.person, &written.reservation);
    let wanted: &[(NeedField, bool)] = match asks {
        Asks::Dispatch => &[
            (NeedField::Name, blank(&person.name)),
            (NeedField::Kana, blank(&person.kana)),
            (NeedField::Birth, !is_whole(&person.birth)),
            (NeedField::Sex, person.sex.is_none()),
            (NeedField::Address, blank(&person.address)),
            (NeedField::Phone, blank(&person.phone)),
        ],
        Asks::Callback => &[
            (NeedField::Kana, blank(&person.kana)),
            (NeedField::Phone, blank(&person.phone)),
            (NeedField::Reachable, blank(&person.reachable)),
            (NeedField::PromiseDue, written.promise.due.is_none()),
        ],
        Asks::Reservation => &[
            (NeedField::ReservationKind, reservation.kind.is_none()),
            (NeedField::ReservationWhen, blank(&reservation.when)),
            (NeedField::Registered, !reservation.registered),
        ],
        Asks::Nothing
        | Asks::EndChecks
        | Asks::Judgement
        | Asks::Reason
        | Asks::LessText
        | Asks::LeastText => &[],
    };
    wanted.iter().filter(|(_, missing)| *missing).map(|(field, _)| *field).collect()
}

fn person_needed(person: &Person, needs: Needs) -> Person {
    match (needs.person, needs.phone) {
        (true, _) => person.clone(),
        (false, true) => Person {
            kana: person.kana.clone(),
            phone: person.phone.clone(),
            reachable: person.reachable.clone(),
            ..Person::default()
        },
        (false, false) => Person::default(),
    }
}

/// A date of birth as it is kept, and not what of one was typed so far.
fn is_whole(birth: &str) -> bool {
    wareki::parse(birth).is_ok_and(|date| date.to_string() == birth)
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}
