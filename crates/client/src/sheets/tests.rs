//! Sheets written and read: what the city sees, what it sends back, and files that mean harm.

use std::io::{Cursor, Write};

use desk::code::Code;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::{
    CityAnswer, LeadCheck, Person, Sex, Sheet, SheetColumn, SheetField, SheetKind, SheetStatus, Urgency,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::write::SimpleFileOptions;

use super::*;

const FORMATS: [SheetFormat; 3] = [SheetFormat::Xlsx, SheetFormat::CsvUtf8, SheetFormat::CsvCp932];

fn sheet(number: &str) -> Sheet {
    let day = Day::from_ymd(2026, 4, 1).unwrap();
    Sheet {
        number: number.to_owned(),
        kind: SheetKind::Dispatch,
        urgency: Urgency::Usual,
        raised: day.at(8 * 60 + 30),
        operator: OperatorId(1),
        operator_name: "見本花子".to_owned(),
        note: None,
        note_number: Some("C-20260401-0012".to_owned()),
        summary: "交付申請書の発送".to_owned(),
        person: Person {
            name: "髙﨑 一郎".to_owned(),
            kana: "タカサキ イチロウ".to_owned(),
            birth: "1980-04-01".to_owned(),
            sex: Some(Sex::Male),
            postcode: "060-0001".to_owned(),
            address: "上尾市本町三丁目1番1号".to_owned(),
            phone: "0487829922".to_owned(),
            reachable: "9〜12時".to_owned(),
        },
        household: 2,
        due: day.plus(1),
        changed: None,
        status: SheetStatus::Unsent,
        checked: Some(LeadCheck {
            operator: OperatorId(2),
            name: "責任者01".to_owned(),
            at: day.at(9 * 60 + 5),
            alone: false,
        }),
        city: CityAnswer::default(),
    }
}

fn name(format: SheetFormat) -> String {
    file_name(Day::from_ymd(2026, 4, 1).unwrap(), format)
}

fn standard() -> Vec<SheetColumn> {
    SheetColumn::standard()
}

#[test]
fn a_file_is_called_by_its_day_and_format() {
    let names = FORMATS.map(name);
    assert_eq!(names, ["連絡票_20260401.xlsx", "連絡票_20260401.csv", "連絡票_20260401_cp932.csv"]);
}

#[test]
fn a_csv_in_utf8_is_byte_for_byte_what_excel_expects() {
    let mut hostile = sheet("R-20260401-7K3Q");
    hostile.summary = "=1+1,\"二\"\r\n三\u{0}".to_owned();
    let columns = ["連絡票番号", "要旨", "連絡先", "完了日"]
        .map(|word| standard().into_iter().find(|column| column.header == word).unwrap());
    let file = export(&[hostile], &columns, SheetFormat::CsvUtf8).unwrap();
    let expected =
        "\u{feff}連絡票番号,要旨,連絡先,完了日\r\nR-20260401-7K3Q,\"'=1+1,\"\"二\"\"\n三\",'0487829922,\r\n";
    assert_eq!(String::from_utf8(file).unwrap(), expected);
}

#[test]
fn what_comes_back_untouched_moves_nothing_and_what_is_filled_in_does() {
    let mut done = sheet("R-20260401-0000");
    let answer = CityAnswer {
        received: "4/2 9:10".to_owned(),
        person: "=市民課".to_owned(),
        done: "発送済".to_owned(),
        completed: "4/3".to_owned(),
    };
    done.city = answer.clone();
    let mut seen = sheet("R-20260401-0001");
    seen.city.received = "4/2".to_owned();
    seen.city.completed = "未".to_owned();
    let fresh = sheet("R-20260401-0002");
    for format in FORMATS {
        let file = export(&[done.clone(), seen.clone(), fresh.clone()], &standard(), format).unwrap();
        let lines = read(&file, &name(format), &standard()).unwrap();
        let told: Vec<_> = lines.iter().map(|line| (line.number.as_str(), line.status)).collect();
        assert_eq!(
            told,
            [
                ("R-20260401-0000", Some(SheetStatus::Done)),
                ("R-20260401-0001", Some(SheetStatus::Confirmed)),
                ("R-20260401-0002", None),
            ],
            "{format:?}"
        );
        assert!(lines[0].answer == answer, "{format:?}");
        assert_eq!(lines[2].on(&fresh), Ok(None), "{format:?}");
    }
}

#[test]
fn an_answer_moves_a_sheet_forward_only_and_wipes_nothing_out() {
    let line = |received: &str, completed: &str, status| CityLine {
        number: "R-20260401-0000".to_owned(),
        answer: CityAnswer {
            received: received.to_owned(),
            completed: completed.to_owned(),
            ..Default::default()
        },
        status,
    };
    let fresh = sheet("R-20260401-0000");
    let seen = line("4/2", "", Some(SheetStatus::Confirmed)).on(&fresh).unwrap().unwrap();
    assert_eq!((seen.status, seen.city.received.as_str()), (SheetStatus::Confirmed, "4/2"));
    let done = line("", "4/3", Some(SheetStatus::Done)).on(&seen).unwrap().unwrap();
    assert_eq!((done.status, done.city.received.as_str()), (SheetStatus::Done, "4/2"));
    assert_eq!(line("4/2", "", Some(SheetStatus::Confirmed)).on(&done), Ok(None), "done stays done");
    let number = line("1234 5678 9018", "", Some(SheetStatus::Confirmed));
    assert_eq!(number.on(&fresh), Err(Code::IndividualNumber), "the city's words pass the guard too");
}

#[test]
fn cp932_keeps_the_citys_names_and_refuses_what_it_lacks() {
    let file = export(&[sheet("R-20260401-7K3Q")], &standard(), SheetFormat::CsvCp932).unwrap();
    // 髙 and 﨑 in Microsoft's code page 932.
    let found = |needle: &[u8]| file.windows(needle.len()).any(|bytes| bytes == needle);
    assert!(found(&[0xfb, 0xfc, 0xfa, 0xb1]), "髙﨑");
    assert!(found(&[b'9', 0x81, 0x60, b'1', b'2']), "the wave dash");
    let mut rare = sheet("R-20260401-7K3Q");
    rare.person.name = "𠮷田".to_owned();
    rare.person.address = "葛\u{e0100}飾".to_owned();
    let refused = export(&[sheet("R-20260401-0000"), rare.clone()], &standard(), SheetFormat::CsvCp932);
    let fault =
        SheetError::NotInCp932 { number: "R-20260401-7K3Q".to_owned(), header: "氏名".to_owned(), more: 1 };
    assert_eq!(refused, Err(fault.clone()));
    assert!(fault.to_string().starts_with("連絡票R-20260401-7K3Qの「氏名」ほか1か所に、"));
    for format in [SheetFormat::Xlsx, SheetFormat::CsvUtf8] {
        assert!(export(&[rare.clone()], &standard(), format).is_ok());
    }
}

/// What the city might send: a title above, columns in another order, a date cell, a line of its own.
fn citys_book() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("表紙").unwrap().write_string(0, 0, "上尾市").unwrap();
    let page = book.add_worksheet().set_name("4月分").unwrap();
    page.write_string(0, 0, "連絡票 回答").unwrap();
    for (place, header) in [(0, "完 了 日"), (1, "備考"), (2, "連絡票\n番号"), (4, "受領日時"), (5, "担当")]
    {
        page.write_string(2, place, header).unwrap();
    }
    let (day, hour) =
        (Format::new().set_num_format("yyyy/m/d"), Format::new().set_num_format("yyyy/m/d h:mm"));
    let date = ExcelDateTime::from_ymd(2026, 4, 3).unwrap();
    page.write_datetime_with_format(3, 0, &date, &day).unwrap();
    page.write_string(3, 2, " R-20260401-0000 ").unwrap();
    let at = ExcelDateTime::from_ymd(2026, 4, 2).unwrap().and_hms(9, 10, 0).unwrap();
    page.write_datetime_with_format(3, 4, &at, &hour).unwrap();
    page.write_number(3, 5, 7).unwrap();
    page.write_string(4, 1, "以上").unwrap();
    page.write_string(9, 2, "X-1").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn columns_are_found_by_their_headers_and_dates_are_read_as_dates() {
    let lines = read(&citys_book(), "回答.xlsx", &standard()).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].number, "R-20260401-0000");
    assert_eq!(lines[0].answer.completed, "令和8年4月3日(金)");
    assert_eq!(lines[0].answer.received, "令和8年4月2日(木) 9:10");
    assert_eq!(lines[0].answer.person, "7");
    assert_eq!(lines[0].status, Some(SheetStatus::Done));
    assert_eq!((lines[1].number.as_str(), lines[1].status), ("X-1", None));
}

#[test]
fn the_settings_headers_are_written_and_read() {
    let column = |field, header: &str| SheetColumn { field, header: header.to_owned() };
    let columns = [
        column(SheetField::CityCompleted, "処理完了日"),
        column(SheetField::Operator, "担当"),
        column(SheetField::CityPerson, "市担当"),
        column(SheetField::Number, "整理番号"),
    ];
    let mut done = sheet("R-20260401-0000");
    (done.city.completed, done.city.person) = ("4/3".to_owned(), "市民課".to_owned());
    for format in FORMATS {
        let lines =
            read(&export(&[done.clone()], &columns, format).unwrap(), &name(format), &columns).unwrap();
        assert_eq!(lines[0].answer.person, "市民課", "not the operator, who stands under 担当");
        assert_eq!(lines[0].status, Some(SheetStatus::Done));
    }
    assert_eq!(export(&[], &columns[..2], SheetFormat::Xlsx), Err(SheetError::Columns));
}

#[test]
fn csv_is_read_in_every_encoding_that_excel_saves() {
    let text = "連絡票番号,完了日\r\nR-1,4月3日 髙﨑\r\n";
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let files = [text.as_bytes().to_vec(), plain::with_mark(text), cp932::encode(text).unwrap(), utf16];
    for file in files {
        let lines = read(&file, "回答.csv", &standard()).unwrap();
        assert_eq!((lines[0].number.as_str(), lines[0].answer.completed.as_str()), ("R-1", "4月3日 髙﨑"));
    }
}

#[test]
fn a_broken_file_gives_a_clear_error() {
    let whole = export(&[sheet("R-1")], &standard(), SheetFormat::Xlsx).unwrap();
    let no_header = |header: &str| SheetError::NoHeader { header: header.to_owned() };
    let long = format!("連絡票番号,完了日\nR-1,{}\n", "長".repeat(501));
    let cases: Vec<(&[u8], &str, SheetError)> = vec![
        (&whole[..whole.len() / 2], "a.xlsx", SheetError::Broken),
        (&[0xd0, 0xcf, 0x11, 0xe0, 0xa1], "a.xls", SheetError::OldOrLocked),
        (b"", "a.csv", no_header("連絡票番号")),
        (b"", "a.xlsx", SheetError::Broken),
        (b"%PDF-1.7\x00\xff\xfe\xfd", "a.pdf", SheetError::Broken),
        ("完了日,担当\n".as_bytes(), "a.csv", no_header("連絡票番号")),
        ("連絡票番号,担当\nR-1,\n".as_bytes(), "a.csv", no_header("完了日")),
        (
            "連絡票番号,完了日\nR-1,\nR-1,4/3\n".as_bytes(),
            "a.csv",
            SheetError::Twice { number: "R-1".to_owned() },
        ),
        (
            long.as_bytes(),
            "a.csv",
            SheetError::TooLong { number: "R-1".to_owned(), header: "完了日".to_owned() },
        ),
    ];
    for (bytes, name, fault) in cases {
        assert_eq!(read(bytes, name, &standard()), Err(fault), "{name}");
    }
}

#[test]
fn files_that_mean_harm_are_bounded() {
    assert_eq!(read(&vec![b'a'; MAX_BYTES + 1], "a.csv", &standard()), Err(SheetError::TooLarge));
    let rows: String = (0..MAX_ROWS + 200).map(|row| format!("R-{row},\n")).collect();
    let many = format!("連絡票番号,完了日\n{rows}");
    assert_eq!(read(many.as_bytes(), "a.csv", &standard()), Err(SheetError::TooManyRows));
    // 100 MiB of zeros pack into 100 KiB.
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
    (0..100).for_each(|_| bomb.write_all(&vec![0; 1024 * 1024]).unwrap());
    let bomb = bomb.finish().unwrap().into_inner();
    assert!(bomb.len() < 200 * 1024);
    assert_eq!(read(&bomb, "a.xlsx", &standard()), Err(SheetError::TooLarge));
    // One cell in the last place of a worksheet is one cell, not a table of 17,000,000,000.
    let mut far = Workbook::new();
    let page = far.add_worksheet();
    page.write_string(0, 0, "連絡票番号").unwrap().write_string(0, 1, "完了日").unwrap();
    page.write_string(1_048_575, 16_383, "遠い").unwrap().write_string(1_048_575, 0, "R-1").unwrap();
    assert_eq!(read(&far.save_to_buffer().unwrap(), "a.xlsx", &standard()).unwrap().len(), 1);
}

#[test]
fn a_damaged_file_never_takes_the_desk_down() {
    // A linear congruential generator: the same seed, the same damage.
    let mut seed = 20_260_401_u64;
    let mut dice = move |sides: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % sides
    };
    let wholes = FORMATS.map(|format| export(&[sheet("R-1"), sheet("R-2")], &standard(), format).unwrap());
    let mut refused = 0;
    for round in 0..1_500 {
        let mut bytes = wholes[round % 3].clone();
        for _ in 0..1 + dice(4) {
            let place = dice(bytes.len());
            match dice(3) {
                0 => bytes[place] ^= 1 << dice(8),
                1 => bytes.truncate(place.max(4)),
                _ => drop(bytes.splice(place..(place + dice(20)).min(bytes.len()), [])),
            }
        }
        refused += usize::from(read(&bytes, &name(FORMATS[round % 3]), &standard()).is_err());
    }
    assert!((100..1_500).contains(&refused), "{refused} of 1,500 were refused");
}

#[test]
fn a_full_file_is_written_and_read() {
    let sheets: Vec<Sheet> = (0..MAX_ROWS).map(|number| sheet(&format!("R-20260401-{number:04}"))).collect();
    let file = export(&sheets, &standard(), SheetFormat::Xlsx).unwrap();
    assert!(file.len() < MAX_BYTES / 10, "{} bytes", file.len());
    assert_eq!(read(&file, "a.xlsx", &standard()).unwrap().len(), MAX_ROWS);
    let more = vec![sheet("R-1"); MAX_ROWS + 1];
    assert_eq!(export(&more, &standard(), SheetFormat::Xlsx), Err(SheetError::TooManyRows));
}
