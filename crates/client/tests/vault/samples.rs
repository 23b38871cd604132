//! Records and vaults for tests.

use std::path::Path;

use client::vault::{DataKey, Durability, NewRevision, Vault};
use desk::contact::Disposition;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind};
use desk::note::{
    CategoryCode, CityAnswer, Facts, Handover, Note, NoteChannel, Record, Sheet, SheetKind, SheetStatus,
    Urgency, Written,
};
use desk::time::Time;
use uuid::Uuid;

pub const NOW: Time = Time(1_775_401_200_000);

/// What every server's guard refuses: an Individual Number by the formula, nobody's.
pub const POISON: &str = "123456789018";

pub fn at(ms: u64) -> Time {
    Time(NOW.0 + ms)
}

pub fn id() -> NoteId {
    NoteId(Uuid::now_v7())
}

pub fn facts(number: &str, opened: Time) -> Facts {
    Facts {
        number: number.into(),
        contact: None,
        channel: NoteChannel::Phone,
        booth: None,
        caller: Some("090-****-5678".into()),
        caller_key: Some("k1".into()),
        calls_before: 0,
        opened,
        answered: Some(opened),
        ended: Some(Time(opened.0 + 60_000)),
        closed: None,
        holds: 0,
        held_ms: desk::time::Millis(0),
        interruptions: 0,
        operator: OperatorId(7),
        operator_name: "オペレーター07".into(),
        combined: true,
    }
}

pub fn note(number: &str, text: &str) -> Note {
    let written = Written {
        categories: vec![CategoryCode(104), CategoryCode(601)],
        disposition: Some(Disposition::Guided),
        text: text.into(),
        ..Written::default()
    };
    Note { facts: facts(number, NOW), written, finished: false }
}

pub fn record(text: &str) -> Record {
    Record::Note(note("C-20260406-0001", text))
}

pub fn sheet(status: SheetStatus) -> Record {
    Record::Sheet(Sheet {
        number: "R-20260406-7K3Q".into(),
        kind: SheetKind::Dispatch,
        urgency: Urgency::Usual,
        raised: NOW,
        operator: OperatorId(7),
        operator_name: "オペレーター07".into(),
        note: None,
        note_number: None,
        summary: "申請書の発送".into(),
        person: desk::note::Person::default(),
        household: 1,
        due: Day::of(NOW),
        status,
        changed: None,
        checked: None,
        city: CityAnswer::default(),
    })
}

pub fn handover(settled: bool) -> Record {
    Record::Handover(Handover {
        number: "H-20260406-7K3Q".into(),
        text: "明日の朝に電話".into(),
        note: None,
        written_at: NOW,
        operator: OperatorId(7),
        operator_name: "オペレーター07".into(),
        settled: settled.then(|| ("オペレーター08".into(), NOW)),
    })
}

pub fn edit(note: NoteId, parents: Vec<RevId>, record: Record, at: Time) -> NewRevision {
    NewRevision { note, parents, author: OperatorId(7), kind: RevKind::Edit, record: Some(record), at }
}

pub async fn open(path: &Path, key: &DataKey) -> Vault {
    Vault::open_with(path, key, None, Durability::None).await.unwrap()
}
