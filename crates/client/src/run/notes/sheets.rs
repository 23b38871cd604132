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

/// Writes the sheets that are not sent yet into a file of the day.
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
    let mut unsent = Vec::new();
    for row in vault.lists().await?.sheets {
        if row.status == SheetStatus::Unsent
            && let Some((_, sheet)) = sheet(vault, row.note).await?
        {
            unsent.push(sheet);
        }
    }
    let bytes = sheets::export(&unsent, columns, format)?;
    let path = folder.join(sheets::file_name(Day::of(now()), format));
    let written = (std::fs::create_dir_all(folder)).and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|_| Failed(NOT_WRITTEN.into()))?;
    let lines = u32::try_from(unsent.len()).unwrap_or(u32::MAX);
    Ok(Told::Exported { path: path.display().to_string(), lines })
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
    let (mut changed, mut unknown) = (0, 0);
    for line in lines {
        match ours.iter().find(|row| row.number == line.number) {
            Some(row) => changed += u32::from(answered(vault, row.note, &line, author).await?),
            None => unknown += 1,
        }
    }
    Ok(Told::Imported { changed, unknown })
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
