//! Reads a file of contact sheets (連絡票) as the city would: by programs that did not write it.
//!
//! Refuses to know the product's reader and writer: Excel files are read by calamine, CP932 is read by the system's
//! iconv, and the lines of a CSV by the few rules of RFC 4180.

use std::io::{Cursor, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use calamine::{Data, Reader, Xlsx};
use client::view::notes::SheetFormat;

/// Every line of the worksheet 連絡票, or of the CSV, headings first.
pub fn rows(bytes: &[u8], format: SheetFormat) -> Result<Vec<Vec<String>>> {
    match format {
        SheetFormat::Xlsx => excel(bytes),
        SheetFormat::CsvUtf8 => {
            let bytes =
                bytes.strip_prefix("\u{feff}".as_bytes()).context("Excel needs the byte order mark")?;
            comma_separated(std::str::from_utf8(bytes)?)
        }
        SheetFormat::CsvCp932 => comma_separated(&iconv(bytes)?),
    }
}

fn excel(bytes: &[u8]) -> Result<Vec<Vec<String>>> {
    let mut book = Xlsx::new(Cursor::new(bytes))?;
    let range = book.worksheet_range("連絡票")?;
    let cell = |data: &Data| match data {
        Data::String(text) => Ok(text.clone()),
        Data::Empty => Ok(String::new()),
        other => anyhow::bail!("a cell that is no text: {other:?}"),
    };
    range.rows().map(|row| row.iter().map(cell).collect()).collect()
}

fn iconv(bytes: &[u8]) -> Result<String> {
    let mut command = Command::new("iconv");
    command.args(["-f", "CP932", "-t", "UTF-8"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().context("iconv is part of Debian's C library")?;
    let mut input = child.stdin.take().context("a pipe in")?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| anyhow::anyhow!("the writer stopped"))??;
    ensure!(output.status.success(), "iconv refuses the file");
    Ok(String::from_utf8(output.stdout)?)
}

/// RFC 4180: commas, CR LF, quotation marks doubled within quotation marks.
fn comma_separated(text: &str) -> Result<Vec<Vec<String>>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.next_if_eq(&'"').is_some() => cell.push('"'),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {
                ensure!(letters.next() == Some('\n'), "a line ends in CR LF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (letter, _) => cell.push(letter),
        }
    }
    ensure!(!quoted && row.is_empty() && cell.is_empty(), "the last line is whole");
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use client::sheets::export;
    use desk::day::Day;
    use desk::ids::OperatorId;
    use desk::note::{CityAnswer, Person, Sex, Sheet, SheetColumn, SheetKind, SheetStatus, Urgency};

    use super::*;

    const HEADINGS: &str = "連絡票番号|種別|緊急度|起票日時|起票者|業務責任者確認|要旨|氏名|フリガナ|生年月日|性別|\
                            郵便番号|住民登録住所|連絡先|希望時間帯|送付先|世帯分(人数)|受領日時|担当|処理内容|完了日|回答期限";

    fn sheet(kind: SheetKind, summary: &str) -> Sheet {
        let day = Day::from_ymd(2026, 12, 28).unwrap();
        Sheet {
            number: "R-20261228-0012".to_owned(),
            kind,
            urgency: Urgency::Urgent,
            raised: day.at(18 * 60),
            operator: OperatorId(1),
            operator_name: "見本花子".to_owned(),
            note: None,
            note_number: None,
            summary: summary.to_owned(),
            person: Person {
                name: "髙﨑 一郎".to_owned(),
                kana: "タカサキ イチロウ".to_owned(),
                birth: "1989-01-07".to_owned(),
                sex: Some(Sex::Unsaid),
                postcode: "060-0001".to_owned(),
                address: "本町 3-1-1".to_owned(),
                phone: "0487829922".to_owned(),
                reachable: "9-12".to_owned(),
            },
            household: 0,
            due: Day::from_ymd(2027, 1, 4).unwrap(),
            status: SheetStatus::Unsent,
            changed: None,
            checked: None,
            city: CityAnswer::default(),
        }
    }

    /// What a person must see. `mark`: what stands before a value that a CSV protects.
    fn expected(summary: &str, sent_to: &str, kind: &str, mark: &str) -> Vec<String> {
        let (phone, hours) = (format!("{mark}0487829922"), format!("{mark}9-12"));
        [
            "R-20261228-0012",
            kind,
            "至急",
            "令和8年12月28日(月) 18:00",
            "見本花子",
            "",
            summary,
            "髙﨑 一郎",
            "タカサキ イチロウ",
            "昭和64年1月7日",
            "回答なし",
            "060-0001",
            "本町 3-1-1",
            &phone,
            &hours,
            sent_to,
            "",
            "",
            "",
            "",
            "",
            "令和9年1月4日(月)",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    #[test]
    fn a_program_that_did_not_write_the_file_reads_the_same_rows() {
        let formula = "=HYPERLINK(\"http://192.0.2.1\",\"見る\")";
        let sheets =
            [sheet(SheetKind::Dispatch, formula), sheet(SheetKind::Judgement, "一行目,\n\"二\"行目")];
        for format in [SheetFormat::Xlsx, SheetFormat::CsvUtf8, SheetFormat::CsvCp932] {
            let mark = if format == SheetFormat::Xlsx { "" } else { "'" };
            let file = export(&sheets, &SheetColumn::standard(), format).unwrap();
            let read = rows(&file, format).unwrap();
            let headings: Vec<&str> = HEADINGS.split('|').collect();
            assert_eq!(read[0], headings, "{format:?}");
            let first = expected(&format!("{mark}{formula}"), "住民登録地のみ・転送不要", "発送依頼", mark);
            assert_eq!(read[1], first, "{format:?}");
            assert_eq!(read[2], expected("一行目,\n\"二\"行目", "", "判断依頼", mark), "{format:?}");
            assert_eq!(read.len(), 3);
        }
    }
}
