//! Which columns a file of contact sheets (連絡票) has, and what stands above them: editable data of the server's
//! settings. Knows no file format.

use serde::{Deserialize, Serialize};

/// One column, from the left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SheetColumn {
    /// What stands in it.
    pub field: SheetField,
    /// What stands above it.
    pub header: String,
}

/// What a column can hold, a closed list in the order of the city's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SheetField {
    /// 連絡票番号. By it a returned line finds its sheet.
    Number,
    /// 受付番号 of the note that the sheet comes from. Not among the standard columns.
    NoteNumber,
    /// 種別.
    Kind,
    /// 緊急度.
    Urgency,
    /// 起票日時.
    Raised,
    /// 起票者.
    Operator,
    /// 業務責任者確認: who and when.
    Checked,
    /// 要旨.
    Summary,
    /// 氏名.
    Name,
    /// フリガナ.
    Kana,
    /// 生年月日.
    Birth,
    /// 性別.
    Sex,
    /// 郵便番号.
    Postcode,
    /// 住民登録住所.
    Address,
    /// 連絡先.
    Phone,
    /// 希望時間帯.
    Reachable,
    /// 送付先: for 発送依頼 always the registered address, never forwarded.
    Destination,
    /// 世帯分, people.
    Household,
    /// 市の処理欄: 受領日時.
    CityReceived,
    /// 市の処理欄: 担当.
    CityPerson,
    /// 市の処理欄: 処理内容.
    CityDone,
    /// 市の処理欄: 完了日.
    CityCompleted,
    /// 回答期限.
    Due,
}

/// Why a list of columns cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsFault {
    /// No column holds 連絡票番号 or 完了日: what the city returns could not be read.
    #[error("{0:?} must be among the columns, so that a returned file can be read")]
    Missing(SheetField),
    /// A field stands in two columns.
    #[error("{0:?} stands in two columns; take one away")]
    FieldTwice(SheetField),
    /// Two columns have the same header, white space aside.
    #[error("two columns are headed \"{0}\"; rename one")]
    HeaderTwice(String),
    /// A column has no header, or one longer than [`SheetColumn::MAX_HEADER`].
    #[error("the header of {0:?} must be one line of 1 to 40 characters")]
    Header(SheetField),
}

impl SheetColumn {
    /// The longest header, characters: more does not fit above a column.
    pub const MAX_HEADER: usize = 40;

    /// The columns of a server whose settings name none: the city's form, field by field.
    pub fn standard() -> Vec<SheetColumn> {
        let chosen = SheetField::ALL.into_iter().filter(|field| *field != SheetField::NoteNumber);
        chosen.map(|field| SheetColumn { field, header: field.word().to_owned() }).collect()
    }

    /// Whether these columns can be written and read back.
    pub fn check(columns: &[SheetColumn]) -> Result<(), ColumnsFault> {
        for (place, column) in columns.iter().enumerate() {
            let (field, header) = (column.field, plain_header(&column.header));
            if header.is_empty() || header.chars().count() > SheetColumn::MAX_HEADER {
                return Err(ColumnsFault::Header(field));
            }
            if columns[..place].iter().any(|other| other.field == field) {
                return Err(ColumnsFault::FieldTwice(field));
            }
            if columns[..place].iter().any(|other| plain_header(&other.header) == header) {
                return Err(ColumnsFault::HeaderTwice(header));
            }
        }
        let has = |field| columns.iter().any(|column| column.field == field);
        let needed = [SheetField::Number, SheetField::CityCompleted];
        needed
            .into_iter()
            .find(|field| !has(*field))
            .map_or(Ok(()), |field| Err(ColumnsFault::Missing(field)))
    }
}

/// A header as it is compared: white space does not count, because spreadsheets break long headers.
pub fn plain_header(header: &str) -> String {
    header.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{feff}').collect()
}

impl SheetField {
    /// Every field, in the order of the city's form.
    pub const ALL: [SheetField; 23] = [
        SheetField::Number,
        SheetField::NoteNumber,
        SheetField::Kind,
        SheetField::Urgency,
        SheetField::Raised,
        SheetField::Operator,
        SheetField::Checked,
        SheetField::Summary,
        SheetField::Name,
        SheetField::Kana,
        SheetField::Birth,
        SheetField::Sex,
        SheetField::Postcode,
        SheetField::Address,
        SheetField::Phone,
        SheetField::Reachable,
        SheetField::Destination,
        SheetField::Household,
        SheetField::CityReceived,
        SheetField::CityPerson,
        SheetField::CityDone,
        SheetField::CityCompleted,
        SheetField::Due,
    ];

    /// Its usual header.
    pub const fn word(self) -> &'static str {
        match self {
            SheetField::Number => "連絡票番号",
            SheetField::NoteNumber => "受付番号",
            SheetField::Kind => "種別",
            SheetField::Urgency => "緊急度",
            SheetField::Raised => "起票日時",
            SheetField::Operator => "起票者",
            SheetField::Checked => "業務責任者確認",
            SheetField::Summary => "要旨",
            SheetField::Name => "氏名",
            SheetField::Kana => "フリガナ",
            SheetField::Birth => "生年月日",
            SheetField::Sex => "性別",
            SheetField::Postcode => "郵便番号",
            SheetField::Address => "住民登録住所",
            SheetField::Phone => "連絡先",
            SheetField::Reachable => "希望時間帯",
            SheetField::Destination => "送付先",
            SheetField::Household => "世帯分(人数)",
            SheetField::CityReceived => "受領日時",
            SheetField::CityPerson => "担当",
            SheetField::CityDone => "処理内容",
            SheetField::CityCompleted => "完了日",
            SheetField::Due => "回答期限",
        }
    }

    /// The city fills it in.
    pub const fn is_citys(self) -> bool {
        match self {
            SheetField::CityReceived
            | SheetField::CityPerson
            | SheetField::CityDone
            | SheetField::CityCompleted => true,
            SheetField::Number
            | SheetField::NoteNumber
            | SheetField::Kind
            | SheetField::Urgency
            | SheetField::Raised
            | SheetField::Operator
            | SheetField::Checked
            | SheetField::Summary
            | SheetField::Name
            | SheetField::Kana
            | SheetField::Birth
            | SheetField::Sex
            | SheetField::Postcode
            | SheetField::Address
            | SheetField::Phone
            | SheetField::Reachable
            | SheetField::Destination
            | SheetField::Household
            | SheetField::Due => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(field: SheetField, header: &str) -> SheetColumn {
        SheetColumn { field, header: header.to_owned() }
    }

    #[test]
    fn the_standard_columns_can_be_used_and_follow_the_citys_form() {
        let standard = SheetColumn::standard();
        assert_eq!(SheetColumn::check(&standard), Ok(()));
        let headers: Vec<&str> = standard.iter().map(|column| column.header.as_str()).collect();
        assert_eq!(headers.first(), Some(&"連絡票番号"));
        assert_eq!(headers.last(), Some(&"回答期限"));
        assert_eq!(headers.len(), 22);
        assert!(SheetField::ALL.is_sorted(), "the list follows the enum");
    }

    #[test]
    fn columns_that_could_not_be_read_back_are_refused() {
        let (number, completed) =
            (column(SheetField::Number, "番号"), column(SheetField::CityCompleted, "完了日"));
        let cases = [
            (vec![], Err(ColumnsFault::Missing(SheetField::Number))),
            (vec![number.clone()], Err(ColumnsFault::Missing(SheetField::CityCompleted))),
            (vec![number.clone(), number.clone()], Err(ColumnsFault::FieldTwice(SheetField::Number))),
            (
                vec![number.clone(), column(SheetField::Due, "番 号")],
                Err(ColumnsFault::HeaderTwice("番号".to_owned())),
            ),
            (vec![column(SheetField::Due, "\u{3000}")], Err(ColumnsFault::Header(SheetField::Due))),
            (vec![column(SheetField::Due, &"長".repeat(41))], Err(ColumnsFault::Header(SheetField::Due))),
            (vec![completed, number], Ok(())),
        ];
        for (columns, verdict) in cases {
            assert_eq!(SheetColumn::check(&columns), verdict);
        }
    }
}
