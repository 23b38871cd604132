//! What a person writes in a note: every field, in one value that the page sends whole.

use serde::{Deserialize, Serialize};

use crate::contact::Disposition;
use crate::time::Time;

/// The longest 案内内容, characters.
pub const MAX_TEXT: usize = 500;

/// 小区分 as a number: 104 for 0104, 1206 for 1206. The 大区分 is the number divided by 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
pub struct CategoryCode(pub u16);

/// All that is written by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct Written {
    /// The main one first, then at most two more.
    pub categories: Vec<CategoryCode>,
    /// 相手区分.
    pub party: Option<Party>,
    /// 対応結果.
    pub disposition: Option<Disposition>,
    /// 案内内容, at most [`MAX_TEXT`] characters.
    pub text: String,
    /// Fields about a person; empty for the results that need none.
    pub person: Person,
    /// 予約.
    pub reservation: Reservation,
    /// 折返しの約束.
    pub promise: Promise,
    /// 参照したマニュアル・FAQ, by [`Article::code`](super::Article::code).
    pub articles: Vec<String>,
    /// お渡し書類.
    pub handouts: Vec<String>,
    /// 人数 at the booth.
    pub people: Option<u32>,
    /// 写真撮影 回数; the picture itself is never kept.
    pub photos: u32,
    /// Why it went over to マイナアシスト2.
    pub assist2: Option<Assist2Reason>,
    /// 窓口終了チェック.
    pub checks: EndChecks,
    /// Why a warning of the guard does not apply; asked for while there is a warning.
    pub doubt_reason: String,
}

/// 相手区分.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// 本人.
    #[serde(rename = "self")]
    Self_,
    /// 同一世帯員.
    Household,
    /// 法定代理人.
    LegalAgent,
    /// 任意代理人.
    Agent,
    /// 施設・支援者.
    Supporter,
    /// その他.
    Other,
}

/// Personal fields (domain B-4: only when needed).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct Person {
    /// 氏名(漢字).
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 生年月日, 1980-04-01; what was typed of it until it is one, such as 昭和55年4月; empty when unknown.
    pub birth: String,
    /// 性別.
    pub sex: Option<Sex>,
    /// 郵便番号, 362-8501.
    pub postcode: String,
    /// 住民登録地の住所.
    pub address: String,
    /// 連絡先, 048-782-9922.
    pub phone: String,
    /// 連絡可能時間帯.
    pub reachable: String,
}

/// 性別.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
    /// 回答なし.
    Unsaid,
}

/// 予約: the name stands in the reservation system alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct Reservation {
    /// 種別.
    pub kind: Option<ReservationKind>,
    /// 日時, as typed.
    pub when: String,
    /// 場所.
    pub place: String,
    /// 登録済み in the reservation system.
    pub registered: bool,
}

/// 予約の種別.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReservationKind {
    /// 交付(受取).
    Issue,
    /// 電子証明書の更新.
    Certificate,
    /// 申請時来庁.
    Application,
    /// その他.
    Other,
}

/// 折返しの約束.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct Promise {
    /// 期限; none: not promised.
    pub due: Option<Time>,
    /// 担当: who calls; empty: anybody.
    pub who: String,
    /// 結果; empty while it is owed.
    pub result: String,
}

/// マイナアシスト2切替理由.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Assist2Reason {
    /// 機材不具合.
    Equipment,
    /// 来庁者急増.
    Rush,
}

/// 窓口終了チェック3点.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct EndChecks {
    /// ログアウト.
    pub logged_out: bool,
    /// 履歴消去.
    pub history_cleared: bool,
    /// カード取り忘れ確認.
    pub card_returned: bool,
}

/// A field with free text: what the guard judges and the page points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TextField {
    /// 案内内容.
    Text,
    /// 氏名.
    Name,
    /// フリガナ.
    Kana,
    /// 生年月日.
    Birth,
    /// 郵便番号.
    Postcode,
    /// 住所.
    Address,
    /// 連絡先.
    Phone,
    /// 連絡可能時間帯.
    Reachable,
    /// 予約の日時.
    ReservationWhen,
    /// 予約の場所.
    ReservationPlace,
    /// 折返しの担当.
    PromiseWho,
    /// 折返しの結果.
    PromiseResult,
    /// 警告に当たらない理由.
    DoubtReason,
    /// 連絡票の要旨, or a text of 引継ぎ.
    Summary,
}

impl Written {
    /// Every free text with its field, in the order of the form.
    pub fn texts(&self) -> impl Iterator<Item = (TextField, &str)> {
        let own = [(TextField::Text, &self.text)].into_iter();
        let rest = [
            (TextField::ReservationWhen, &self.reservation.when),
            (TextField::ReservationPlace, &self.reservation.place),
            (TextField::PromiseWho, &self.promise.who),
            (TextField::PromiseResult, &self.promise.result),
            (TextField::DoubtReason, &self.doubt_reason),
        ];
        let own = own.map(|(field, text)| (field, text.as_str()));
        own.chain(self.person.texts()).chain(rest.into_iter().map(|(field, text)| (field, text.as_str())))
    }

    /// The same fields to be changed, in the same order.
    pub fn texts_mut(&mut self) -> Vec<(TextField, &mut String)> {
        let person = &mut self.person;
        vec![
            (TextField::Text, &mut self.text),
            (TextField::Name, &mut person.name),
            (TextField::Kana, &mut person.kana),
            (TextField::Birth, &mut person.birth),
            (TextField::Postcode, &mut person.postcode),
            (TextField::Address, &mut person.address),
            (TextField::Phone, &mut person.phone),
            (TextField::Reachable, &mut person.reachable),
            (TextField::ReservationWhen, &mut self.reservation.when),
            (TextField::ReservationPlace, &mut self.reservation.place),
            (TextField::PromiseWho, &mut self.promise.who),
            (TextField::PromiseResult, &mut self.promise.result),
            (TextField::DoubtReason, &mut self.doubt_reason),
        ]
    }
}

impl Person {
    /// Every free text with its field.
    pub fn texts(&self) -> impl Iterator<Item = (TextField, &str)> {
        let fields = [
            (TextField::Name, &self.name),
            (TextField::Kana, &self.kana),
            (TextField::Birth, &self.birth),
            (TextField::Postcode, &self.postcode),
            (TextField::Address, &self.address),
            (TextField::Phone, &self.phone),
            (TextField::Reachable, &self.reachable),
        ];
        fields.into_iter().map(|(field, text)| (field, text.as_str()))
    }

    /// Nothing is known of anybody.
    pub fn is_empty(&self) -> bool {
        self.sex.is_none() && self.texts().all(|(_, text)| text.is_empty())
    }
}
