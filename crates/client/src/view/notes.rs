//! What the window draws of notes, sheets and handovers, and what a person can do with them. Like the rest of the
//! view: whole, and replaced at each change. The page keeps what is being typed; [`NotePane::version`] says when it
//! must take the fields over from here.

mod sheets;

use desk::code::Code;
use desk::contact::Disposition;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId};
use desk::note::{
    CategoryCode, Facts, Handover, NoteChannel, Record, SheetKind, SheetStatus, TextField, Urgency, Written,
};
use desk::time::Time;
use serde::{Deserialize, Serialize};

pub use desk::note::{Finding, NeedField, Needs};
pub use sheets::{SheetCheck, SheetFormat, SheetRow, Told};

/// Everything about notes on this desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NotesView {
    /// The note that is being written: the contact's, or one without a contact.
    pub pane: Option<NotePane>,
    /// 未送信: revisions that the server does not have yet.
    pub unsynced: u32,
    /// 要対応: what the server refused, and records with two heads.
    pub attention: Vec<Attention>,
    /// このパソコンにある記録: the newest of this desk, drafts first.
    pub local: Vec<LocalRow>,
    /// 対応記録の検索, while the room is open.
    pub search: Option<SearchView>,
    /// A record that is read, changed or resolved.
    pub reading: Option<ReadingView>,
    /// 連絡票 that are not 完了, those that are due first.
    pub sheets: Vec<SheetRow>,
    /// 引継ぎ that nobody has dealt with.
    pub handovers: Vec<HandoverRow>,
    /// 折返しの約束 that is owed, those that are due first.
    pub promises: Vec<PromiseRow>,
    /// マニュアル・FAQ, while the pane is open.
    pub manual: Option<ManualView>,
    /// The vault cannot write.
    pub trouble: Option<VaultTrouble>,
    /// The desk is locked: names and texts are hidden until the password is given.
    pub locked: bool,
    /// The last unlock failed.
    pub unlock_refused: bool,
    /// Where the last export went, or how many lines the last import closed; until the next intent.
    pub told: Option<Told>,
}

/// The note that is being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NotePane {
    /// Which record.
    pub note: NoteId,
    /// What the system knows.
    pub facts: Facts,
    /// The fields as they stood at `version`.
    pub written: Written,
    /// When it changes the page takes `written` over; while it stays the page's own fields are the newer ones.
    pub version: u32,
    /// How safe it is.
    pub saved: Saved,
    /// What is missing before it can be finished, in the order of the form.
    pub missing: Vec<NeedField>,
    /// What the guard found in which field.
    pub findings: Vec<Finding>,
    /// Which groups of fields this result needs.
    pub needs: Needs,
    /// これまでの記録 of the same number, the newest first.
    pub earlier: Vec<Hit>,
    /// 対応を完了 was pressed and stored; the contact may still go on.
    pub finished: bool,
    /// 連絡票 of this note, when there is one.
    pub sheet: Option<SheetRow>,
}

/// How safe the pane's text is. Nothing is called saved before it is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Saved {
    /// Nothing was written yet.
    Empty,
    /// On its way to the disk.
    Writing,
    /// 下書き保存済み.
    Draft {
        /// When, this machine's clock.
        at: Time,
        /// A part is kept back: an open run of digits, or a text that nobody may keep.
        held_back: bool,
    },
    /// 保存済み as a revision.
    Stored {
        /// When, this machine's clock.
        at: Time,
        /// The server has it too.
        synced: bool,
    },
    /// It could not be written; it is tried again by itself.
    Failed,
}

/// One line of 要対応.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Attention {
    /// Which record.
    pub note: NoteId,
    /// Its number.
    pub number: String,
    /// What is wrong: refused by the server, or none for two heads.
    pub refused: Option<Code>,
}

/// One line of このパソコンにある記録.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LocalRow {
    /// Which record.
    pub note: NoteId,
    /// Its number.
    pub number: String,
    /// Its main category; none: 連絡票, 引継ぎ, or not chosen.
    pub category: Option<CategoryCode>,
    /// Which 連絡票.
    pub sheet: Option<SheetKind>,
    /// Still a draft (書きかけ).
    pub draft: bool,
    /// When it was saved last, this machine's clock.
    pub saved: Time,
    /// The server has everything of it.
    pub synced: bool,
}

/// The search room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SearchView {
    /// What is looked for.
    pub query: SearchQuery,
    /// The newest first.
    pub hits: Vec<Hit>,
    /// There are more than are shown.
    pub more: bool,
    /// How many days the desk keeps.
    pub keep_days: u32,
    /// A date that was typed makes no sense.
    pub bad_date: bool,
    /// What became of looking further.
    pub older: Older,
}

/// The notes that the desk keeps no more and the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Older {
    /// Nobody asked for them.
    Unasked,
    /// The server is looking.
    Asked,
    /// The server did not answer.
    Failed,
    /// Those that fit are among the hits.
    Here {
        /// There may be more than it has sent.
        more: bool,
    },
}

/// What is looked for; everything that is set must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(default)]
pub struct SearchQuery {
    /// Words, separated by white space; each must occur.
    pub words: String,
    /// 大区分 (1) or 小区分 (104).
    pub category: Option<u16>,
    /// 対応結果.
    pub disposition: Option<Disposition>,
    /// 担当.
    pub operator: Option<OperatorId>,
    /// チャネル.
    pub channel: Option<NoteChannel>,
    /// From this day on, as typed: 令和8年4月1日, R8.4.1, 2026/4/1; empty: any.
    pub from: String,
    /// Up to this day.
    pub to: String,
}

/// A note in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Hit {
    /// Which record.
    pub note: NoteId,
    /// 受付番号.
    pub number: String,
    /// 受付.
    pub opened: Time,
    /// How it came.
    pub channel: NoteChannel,
    /// Its categories.
    pub categories: Vec<CategoryCode>,
    /// 対応結果.
    pub disposition: Option<Disposition>,
    /// 案内内容.
    pub text: String,
    /// The name on the tag.
    pub operator_name: String,
    /// How long the talk was; none: no talk.
    pub talk_ms: Option<u32>,
    /// Two heads: somebody must put them together.
    pub conflict: bool,
}

/// A record that is open for reading; two heads when it must be resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ReadingView {
    /// Which record.
    pub note: NoteId,
    /// Its heads, the oldest first; personal fields are empty until shown.
    pub heads: Vec<Head>,
    /// Personal fields are shown: somebody pressed 表示, and it is in the audit.
    pub person_shown: bool,
    /// The record has personal fields that are hidden.
    pub person_hidden: bool,
    /// The server refused its last revision.
    pub refused: Option<Code>,
    /// It was redacted: nothing is left to read.
    pub redacted: bool,
}

/// One head of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Head {
    /// Which revision.
    pub rev: RevId,
    /// Its author's name where it is known.
    pub author: String,
    /// The author's clock.
    pub written_at: Time,
    /// What it says.
    pub record: Record,
}

/// A line of 引継ぎ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct HandoverRow {
    /// Which record.
    pub note: NoteId,
    /// What it says.
    pub handover: Handover,
    /// The disk does not have it yet; it is tried again by itself.
    pub unsaved: bool,
}

/// A line of 折返しの約束.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PromiseRow {
    /// Which note.
    pub note: NoteId,
    /// 受付番号.
    pub number: String,
    /// 期限.
    pub due: Time,
    /// 担当.
    pub who: String,
    /// 連絡可能時間帯.
    pub reachable: String,
    /// The number, masked.
    pub phone: String,
    /// Its main category.
    pub category: Option<CategoryCode>,
}

/// マニュアル・FAQ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ManualView {
    /// What is looked for.
    pub words: String,
    /// What fits; everything while nothing is typed.
    pub found: Vec<ManualHit>,
    /// The article that is open.
    pub open: Option<ManualText>,
}

/// An article in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ManualHit {
    /// Its stable name.
    pub code: String,
    /// Its heading.
    pub title: String,
    /// Such as 第4版.
    pub version: String,
    /// Where the words occur; empty while nothing is typed.
    pub passage: String,
}

/// An article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ManualText {
    /// Its stable name.
    pub code: String,
    /// Its heading.
    pub title: String,
    /// Such as 第4版.
    pub version: String,
    /// Markdown without HTML, or plain text.
    pub text: String,
}

/// Why the vault cannot write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum VaultTrouble {
    /// The disk is full.
    DiskFull,
    /// Anything else.
    Broken,
    /// A newer program made it: this one must be updated.
    Newer,
    /// It cannot be opened with this password, and there is no keyring.
    Locked,
}

/// What a person can do with notes.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoteIntent {
    /// Something was typed or chosen: every field as it stands. `caret`: where the next sign goes, characters from the
    /// start of that field; none: no field has the caret.
    Edit {
        /// Which note, from [`NotePane::note`].
        note: NoteId,
        /// Every field.
        written: Box<Written>,
        /// Where the caret stands.
        caret: Option<(TextField, u32)>,
        /// Which [`NotePane::version`] the page had before it.
        version: u32,
    },
    /// 発信番号を使う: the caller's number into 連絡先, from the server.
    TakeNumber {
        /// Which note.
        note: NoteId,
    },
    /// 下書き保存 (Ctrl+Enter): now, digits at the caret included.
    Save {
        /// Which note.
        note: NoteId,
    },
    /// 対応を完了: stores a revision; refused while something is missing.
    Finish {
        /// Which note.
        note: NoteId,
    },
    /// 記録を書く: a note without a contact.
    New,
    /// Puts a note without a contact away; an empty one is forgotten.
    Leave,
    /// 連絡票を作成 for the note in the pane, or on its own.
    RaiseSheet {
        /// The pane's note; none: on its own.
        note: Option<NoteId>,
        /// 種別.
        sheet: SheetKind,
        /// 緊急度.
        urgency: Urgency,
        /// 要旨.
        summary: String,
        /// 世帯分.
        household: u32,
    },
    /// A step of a sheet, such as 送付済.
    MoveSheet {
        /// Which record.
        note: NoteId,
        /// Where to.
        status: SheetStatus,
    },
    /// 業務責任者確認.
    CheckSheet {
        /// Which record.
        note: NoteId,
        /// It is one's own and cannot wait for another lead: said explicitly.
        alone: bool,
    },
    /// Writes the sheets that are not sent yet into a file.
    ExportSheets {
        /// xlsx, or CSV.
        format: SheetFormat,
    },
    /// Reads the city's returned sheet; the file's bytes in base64.
    ImportSheets {
        /// The file's name, for its kind.
        name: String,
        /// Base64.
        data: String,
    },
    /// 引継ぎを書く.
    Handover {
        /// What.
        text: String,
        /// The note that it is about.
        note: Option<NoteId>,
    },
    /// 引継ぎ済み.
    SettleHandover {
        /// Which record.
        note: NoteId,
    },
    /// 折返しの結果.
    SettlePromise {
        /// Which note.
        note: NoteId,
        /// 結果.
        result: String,
    },
    /// Opens the search room, or looks for something.
    Search {
        /// What; none: the room closes.
        query: Option<SearchQuery>,
    },
    /// サーバーの古い記録もさがす: what the desk keeps no more, by the same query.
    SearchOlder,
    /// Opens a record for reading; none: closes it.
    Read {
        /// Which.
        note: Option<NoteId>,
    },
    /// 表示: shows the personal fields of the record that is read, and puts that into the audit.
    ShowPerson,
    /// Takes the record that is read into the pane, to be changed.
    Change {
        /// Which record.
        note: NoteId,
    },
    /// Puts two heads together: this is what a person decided.
    Resolve {
        /// Which record.
        note: NoteId,
        /// The heads that were looked at.
        heads: Vec<RevId>,
        /// What stands from now on.
        record: Box<Record>,
    },
    /// 黒塗り: removes every text of a record everywhere; a shift lead only.
    Redact {
        /// Which record.
        note: NoteId,
    },
    /// マニュアル・FAQ: opens the pane or looks for words; none: closes it.
    Manual {
        /// What.
        words: Option<String>,
    },
    /// Opens an article; none: back to the list.
    Article {
        /// Its stable name.
        code: Option<String>,
    },
    /// Locks the desk now.
    Lock,
    /// Unlocks it.
    Unlock {
        /// The operator's password.
        password: String,
    },
    /// The person is there: sent by the page at most every 20 s while keys and pointer move.
    Awake,
}
