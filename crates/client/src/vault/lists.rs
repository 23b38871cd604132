//! What the desk shows beside its work, as rows of the view. Refuses to know how they are drawn.

use desk::note::revision::NoteId;
use desk::note::{CategoryCode, Note, Record};
use desk::time::Time;
use link::json;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::fault::VaultError;
use super::{Draft, Lists, Vault, row, write};
use crate::view::notes::{Attention, HandoverRow, LocalRow, PromiseRow, SheetRow};

/// このパソコンにある記録: what is looked at beside the work is of this day.
const LOCAL_ROWS: u32 = 20;
/// Lines of any list of work; nobody reads further, and a frame holds them.
const MOST_ROWS: u32 = 200;
/// Digits of a telephone number that stay readable: the head tells a mobile from a landline, the tail lets two
/// people compare.
const SHOWN_HEAD: usize = 3;
const SHOWN_TAIL: usize = 4;

impl Vault {
    /// Every list at once, of one moment.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn lists(&self) -> Result<Lists, VaultError> {
        let mut reader = self.reader().await?;
        let drafts = write::drafts(&mut reader).await?;
        let unsynced: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut *reader).await?;
        let mut lists = Lists {
            unsynced: u32::try_from(unsynced).unwrap_or(u32::MAX),
            attention: attention(&mut reader).await?,
            local: drafts.iter().map(LocalRow::of_draft).collect(),
            ..Lists::default()
        };
        local(&mut reader, &mut lists.local).await?;
        for (note, record) in open(&mut reader).await? {
            match record {
                Record::Sheet(sheet) => lists.sheets.push(SheetRow::of(note, &sheet)),
                Record::Handover(handover) => {
                    lists.handovers.push(HandoverRow { note, handover, unsaved: false })
                }
                Record::Note(written) => lists.promises.extend(promise(note, &written)),
            }
        }
        Ok(lists)
    }
}

async fn attention(conn: &mut SqliteConnection) -> Result<Vec<Attention>, VaultError> {
    let read = "select note_id, number, refused from note where heads > 1 or refused is not null
                order by place desc limit ?";
    let mut rows = Vec::new();
    for found in sqlx::query(read).bind(MOST_ROWS).fetch_all(conn).await? {
        let refused: Option<&str> = found.try_get(2)?;
        rows.push(Attention {
            note: NoteId(row::uuid(found.try_get(0)?)?),
            number: found.try_get(1)?,
            refused: refused.map(row::code),
        });
    }
    Ok(rows)
}

/// The newest of this desk behind the drafts; a record with a draft stands there once.
async fn local(conn: &mut SqliteConnection, rows: &mut Vec<LocalRow>) -> Result<(), VaultError> {
    let read = "select n.note_id, n.number, n.category, n.own_ms, r.body,
                    not exists (select 1 from revision r cross join outbox o on o.rev_id = r.rev_id
                                where r.note_id = n.note_id) as synced
                from note n left join revision r on r.rev_id = n.head_id
                where n.own_ms is not null and n.listed is not null
                  and not exists (select 1 from draft d where d.note_id = n.note_id)
                order by n.own_ms desc limit ?";
    let drafts = u32::try_from(rows.len()).unwrap_or(LOCAL_ROWS);
    for found in sqlx::query(read).bind(LOCAL_ROWS.saturating_sub(drafts)).fetch_all(conn).await? {
        let body: Option<&str> = found.try_get(4)?;
        let category: Option<u16> = found.try_get(2)?;
        let sheet = match body.and_then(|body| json::decode::<Record>(body).ok()) {
            Some(Record::Sheet(sheet)) => Some(sheet.kind),
            Some(Record::Note(_) | Record::Handover(_)) | None => None,
        };
        rows.push(LocalRow {
            note: NoteId(row::uuid(found.try_get(0)?)?),
            number: found.try_get(1)?,
            category: category.map(CategoryCode),
            sheet,
            draft: false,
            saved: Time(row::uint(found.try_get(3)?)),
            synced: found.try_get(5)?,
        });
    }
    Ok(())
}

/// Records on which somebody must still act, those that are due first.
async fn open(conn: &mut SqliteConnection) -> Result<Vec<(NoteId, Record)>, VaultError> {
    let read = "select n.note_id, r.body from note n cross join revision r on r.rev_id = n.head_id
                where n.open = ? order by n.due_ms, n.place limit ?";
    let mut open = Vec::new();
    for what in ["sheet", "handover", "promise"] {
        for found in sqlx::query(read).bind(what).bind(MOST_ROWS).fetch_all(&mut *conn).await? {
            let body: Option<&str> = found.try_get(1)?;
            let Some(record) = body.and_then(|body| json::decode(body).ok()) else { continue };
            open.push((NoteId(row::uuid(found.try_get(0)?)?), record));
        }
    }
    Ok(open)
}

fn promise(note: NoteId, written: &Note) -> Option<PromiseRow> {
    let (promise, person) = (&written.written.promise, &written.written.person);
    Some(PromiseRow {
        note,
        number: written.facts.number.clone(),
        due: promise.due?,
        who: promise.who.clone(),
        reachable: person.reachable.clone(),
        phone: masked(&person.phone),
        category: written.written.categories.first().copied(),
    })
}

/// 090-****-5678; too short a number is hidden whole.
fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() <= SHOWN_HEAD + SHOWN_TAIL {
        return "*".repeat(digits.len());
    }
    let (head, rest) = digits.split_at(SHOWN_HEAD);
    let (hidden, tail) = rest.split_at(rest.len() - SHOWN_TAIL);
    let text = |part: &[char]| part.iter().collect::<String>();
    format!("{}-{}-{}", text(head), "*".repeat(hidden.len()), text(tail))
}

impl LocalRow {
    fn of_draft(draft: &Draft) -> LocalRow {
        let (category, sheet) = match &draft.record {
            Record::Note(note) => (note.written.categories.first().copied(), None),
            Record::Sheet(sheet) => (None, Some(sheet.kind)),
            Record::Handover(_) => (None, None),
        };
        let number = draft.record.number().to_owned();
        LocalRow { note: draft.note, number, category, sheet, draft: true, saved: draft.at, synced: false }
    }
}
