//! Contact sheets into a file for the city, and the city's answers back into their records. What a file means is
//! `client::sheets`' business, what may be kept the guard's.

use std::path::Path;

use base64::Engine as _;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind};
use desk::note::{Record, Sheet, SheetColumn, SheetStatus};

use super::now;
use crate::sheets::{self, CityLine, MAX_BYTES, SheetError};
use crate::vault::{NewRevision, Vault, VaultError};
use crate::view::notes::{SheetFormat, Told};

/// When the folder does not take the file.
const NOT_WRITTEN: &str = "ファイルを保存できません。空き容量と保存先を確かめてください。";
/// When the vault does not answer.
const NO_VAULT: &str = "記録を読み書きできません。少し待って、もう一度お試しください。";
/// When a city's answer holds what nobody may keep.
const GUARDED: &str = "に、書いてはいけない番号があります。市に確かめてください。";

/// Why there is no file, or no answer taken over: the sentence for the operator.
struct Failed(String);

impl From<VaultError> for Failed {
    fn from(_: VaultError) -> Failed {
        Failed(NO_VAULT.into())
    }
}

impl From<SheetError> for Failed {
    fn from(fault: SheetError) -> Failed {
        Failed(fault.to_string())
    }
}

/// Writes the sheets that are not sent yet and that a lead has checked into a file of the day.
pub(super) async fn export(
    vault: &Vault,
    folder: &Path,
    format: SheetFormat,
    columns: &[SheetColumn],
) -> Told {
    match exported(vault, folder, format, columns).await {
        Ok(told) => told,
        Err(Failed(words)) => Told::Failed { words },
    }
}

async fn exported(
    vault: &Vault,
    folder: &Path,
    format: SheetFormat,
    columns: &[SheetColumn],
) -> Result<Told, Failed> {
    let (mut unsent, mut unchecked, mut two_heads) = (Vec::new(), 0, 0);
    for row in vault.lists().await?.sheets {
        if row.status != SheetStatus::Unsent {
            continue;
        }
        match sheet(vault, row.note).await? {
            Some((_, sheet)) if sheet.checked.is_some() => unsent.push(sheet),
            Some(_) => unchecked += 1,
            None => two_heads += 1,
        }
    }
    if unsent.is_empty() {
        return Err(Failed(nothing(unchecked, two_heads)));
    }
    let bytes = sheets::export(&unsent, columns, format)?;
    let path = folder.join(sheets::file_name(Day::of(now()), format));
    let written = (std::fs::create_dir_all(folder)).and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|_| Failed(NOT_WRITTEN.into()))?;
    let lines = u32::try_from(unsent.len()).unwrap_or(u32::MAX);
    Ok(Told::Exported { path: path.display().to_string(), lines, unchecked, two_heads })
}

/// Why there is no file although somebody asked for one.
fn nothing(unchecked: u32, two_heads: u32) -> String {
    let mut why = String::from("書き出せる連絡票がありません。");
    if unchecked > 0 {
        why.push_str(&format!("責任者の確認がまだのものが{unchecked}件あります。"));
    }
    if two_heads > 0 {
        why.push_str(&format!("2つの内容があるものが{two_heads}件あります。対応記録で1つにしてください。"));
    }
    why
}

/// Reads the file that the city returned.
pub(super) async fn import(
    vault: &Vault,
    name: &str,
    data: &str,
    columns: &[SheetColumn],
    author: OperatorId,
) -> Told {
    match imported(vault, name, data, columns, author).await {
        Ok(told) => told,
        Err(Failed(words)) => Told::Failed { words },
    }
}

async fn imported(
    vault: &Vault,
    name: &str,
    data: &str,
    columns: &[SheetColumn],
    author: OperatorId,
) -> Result<Told, Failed> {
    // Base64 has four signs for three bytes.
    if data.len() / 4 * 3 > MAX_BYTES {
        return Err(SheetError::TooLarge.into());
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).map_err(|_| SheetError::Broken)?;
    let lines = sheets::read(&bytes, name, columns)?;
    let ours = vault.lists().await?.sheets;
    let (mut changed, mut unknown, mut unchecked) = (0, 0, 0);
    for line in lines {
        match ours.iter().find(|row| row.number == line.number) {
            // What the city has it got from us; a sheet that never left is not answered.
            Some(row) if row.status == SheetStatus::Unsent && row.step.is_none() => unchecked += 1,
            Some(row) => changed += u32::from(answered(vault, row.note, &line, author).await?),
            None => unknown += 1,
        }
    }
    Ok(Told::Imported { changed, unknown, unchecked })
}

/// Puts one answer into its record. True: something was new.
async fn answered(vault: &Vault, note: NoteId, line: &CityLine, author: OperatorId) -> Result<bool, Failed> {
    let Some((rev, before)) = sheet(vault, note).await? else { return Ok(false) };
    let refused = |_| Failed(format!("連絡票{}{GUARDED}", line.number));
    let Some(after) = line.on(&before).map_err(refused)? else { return Ok(false) };
    let record = Some(Record::Sheet(after));
    let kind = RevKind::Edit;
    vault.write(NewRevision { note, parents: vec![rev], author, kind, record, at: now() }).await?;
    Ok(true)
}

/// A sheet that has one head; two are put together by a person first.
async fn sheet(vault: &Vault, note: NoteId) -> Result<Option<(RevId, Sheet)>, VaultError> {
    let Some(kept) = vault.read(note).await? else { return Ok(None) };
    Ok(match kept.heads.as_slice() {
        [(rev, _, _, Record::Sheet(sheet))] => Some((*rev, sheet.clone())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use desk::note::{CityAnswer, LeadCheck, Person, SheetKind, Urgency};
    use desk::time::Time;
    use uuid::Uuid;

    use super::*;
    use crate::vault::{DataKey, Durability};

    fn sheet(number: &str, checked: bool) -> Sheet {
        let check =
            LeadCheck { operator: OperatorId(2), name: "責任者01".into(), at: Time(2), alone: false };
        Sheet {
            number: number.into(),
            kind: SheetKind::Judgement,
            urgency: Urgency::Usual,
            raised: Time(1),
            operator: OperatorId(1),
            operator_name: "オペレーター01".into(),
            note: None,
            note_number: None,
            summary: "代理受取の理由にあたるか".into(),
            person: Person::default(),
            household: 1,
            due: Day(0),
            changed: None,
            status: SheetStatus::Unsent,
            checked: checked.then_some(check),
            city: CityAnswer::default(),
        }
    }

    async fn raise(vault: &Vault, sheet: Sheet) {
        let (note, author) = (NoteId(Uuid::now_v7()), sheet.operator);
        let record = Some(Record::Sheet(sheet));
        let new = NewRevision { note, parents: vec![], author, kind: RevKind::Edit, record, at: Time(1) };
        vault.write(new).await.unwrap();
    }

    #[tokio::test]
    async fn what_no_lead_has_checked_stays_out_of_the_file_and_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let (file, key) = (folder.path().join("vault"), DataKey::random().unwrap());
        let vault = Vault::open_with(&file, &key, None, Durability::Full).await.unwrap();
        let columns = SheetColumn::standard();
        raise(&vault, sheet("R-20260401-AAAA", false)).await;
        let told = export(&vault, folder.path(), SheetFormat::CsvUtf8, &columns).await;
        let Told::Failed { words } = told else { panic!("nothing may leave: {told:?}") };
        assert!(words.contains("責任者の確認がまだのものが1件"), "{words}");
        raise(&vault, sheet("R-20260401-BBBB", true)).await;
        let told = export(&vault, folder.path(), SheetFormat::CsvUtf8, &columns).await;
        let Told::Exported { path, lines: 1, unchecked: 1, two_heads: 0 } = told else { panic!("{told:?}") };
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("R-20260401-BBBB") && !text.contains("R-20260401-AAAA"));
    }

    #[tokio::test]
    async fn an_answer_to_a_sheet_that_never_left_is_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let (file, key) = (folder.path().join("vault"), DataKey::random().unwrap());
        let vault = Vault::open_with(&file, &key, None, Durability::Full).await.unwrap();
        raise(&vault, sheet("R-20260401-AAAA", false)).await;
        raise(&vault, sheet("R-20260401-BBBB", true)).await;
        let csv = "連絡票番号,受領日時,担当,処理内容,完了日\r\nR-20260401-AAAA,4月2日,市民課,済,4月2日\r\n\
                   R-20260401-BBBB,4月2日,市民課,済,4月2日\r\nR-1,4月2日,市民課,済,4月2日\r\n";
        let data = base64::engine::general_purpose::STANDARD.encode(csv);
        let told = import(&vault, "a.csv", &data, &SheetColumn::standard(), OperatorId(1)).await;
        assert_eq!(told, Told::Imported { changed: 1, unknown: 1, unchecked: 1 });
    }
}
