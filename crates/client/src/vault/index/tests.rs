//! The index against a plain search of the same texts.

use std::collections::BTreeMap;
use std::path::Path;

use desk::ids::OperatorId;
use desk::time::Time;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::cell::{SLOTS, decode};
use super::*;

const TABLES: &str = include_str!("../../../../../migrations/client/0002_note_gram.sql");

/// Pieces of which texts and questions are made: few, so that they meet often, in all kinds of writing.
const PIECES: [&str; 24] = [
    "戸籍",
    "転入",
    "申請",
    "マイナンバー",
    "ﾏｲﾅﾝﾊﾞｰ",
    "カード",
    "かーど",
    "の",
    "を",
    "している",
    "がない",
    "か\u{3099}",
    "０１２０",
    "0120-95",
    "17",
    "7",
    "W-2026",
    "ｗ",
    " ",
    "　",
    "\n",
    "。",
    "㈱",
    "𠮷野",
];

async fn memory() -> SqliteConnection {
    let mut conn = SqliteConnectOptions::new().filename(":memory:").connect().await.unwrap();
    sqlx::raw_sql(TABLES).execute(&mut conn).await.unwrap();
    conn
}

async fn file(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    // What SQLCipher has on of itself: here the file is plain, so that a trace could be read.
    let mut conn = options.pragma("secure_delete", "on").connect().await.unwrap();
    sqlx::raw_sql(TABLES).execute(&mut conn).await.unwrap();
    conn
}

fn text(chance: &mut StdRng, pieces: std::ops::Range<usize>) -> String {
    (0..chance.random_range(pieces)).map(|_| *PIECES.choose(chance).unwrap()).collect()
}

fn columns(chance: &mut StdRng) -> Columns {
    Columns {
        category: chance.random_range(101..105),
        disposition: chance.random_range(0..3),
        operator: OperatorId(chance.random_range(1..6)),
        channel: chance.random_range(0..2),
    }
}

fn doc(place: i64, text: &str, columns: Columns) -> Doc {
    Doc { place: Place(place), columns, folded: fold(text) }
}

fn plain(place: i64, text: &str) -> Doc {
    doc(place, text, Columns { category: 104, disposition: 1, operator: OperatorId(7), channel: 0 })
}

/// What a person means by searching.
fn naive(docs: &BTreeMap<Place, Doc>, words: &str, filter: Filter, most: usize) -> Vec<Place> {
    let folded = fold(words);
    let passes = |doc: &&Doc| {
        let Columns { category, disposition, operator, channel } = doc.columns;
        folded.split_whitespace().all(|word| doc.folded.contains(word))
            && filter.category.is_none_or(|wanted| wanted == category)
            && filter.disposition.is_none_or(|wanted| wanted == disposition)
            && filter.operator.is_none_or(|wanted| wanted == operator)
            && filter.channel.is_none_or(|wanted| wanted == channel)
            && filter.from.is_none_or(|from| doc.place.0 >= from.0 as i64 * 1000)
            && filter.to.is_none_or(|to| doc.place.0 < (to.0 as i64 + 1) * 1000)
    };
    docs.values().rev().filter(passes).map(|doc| doc.place).take(most).collect()
}

fn filter(chance: &mut StdRng, until: i64) -> Filter {
    let own = columns(chance);
    let time = |chance: &mut StdRng| Time(chance.random_range(0..=until as u64 / 1000));
    Filter {
        category: chance.random_bool(0.2).then_some(own.category),
        disposition: chance.random_bool(0.2).then_some(own.disposition),
        operator: chance.random_bool(0.2).then_some(own.operator),
        channel: chance.random_bool(0.2).then_some(own.channel),
        from: chance.random_bool(0.2).then(|| time(chance)),
        to: chance.random_bool(0.2).then(|| time(chance)),
    }
}

/// A part of a text that is there, or of one that mostly is not.
fn question(chance: &mut StdRng, docs: &BTreeMap<Place, Doc>) -> String {
    let known = docs.values().nth(chance.random_range(0..docs.len().max(1)));
    let whole = match known {
        Some(doc) if chance.random_bool(0.6) => doc.folded.clone(),
        _ => text(chance, 1..6),
    };
    let letters: Vec<char> = whole.chars().collect();
    let from = chance.random_range(0..=letters.len());
    letters.iter().skip(from).take(chance.random_range(0..9)).collect()
}

async fn same(conn: &mut SqliteConnection, docs: &BTreeMap<Place, Doc>, chance: &mut StdRng, asked: usize) {
    let until = docs.keys().next_back().map_or(0, |place| place.0);
    for _ in 0..asked {
        let (words, filter) = (question(chance, docs), filter(chance, until));
        let most = *[1, 20, usize::MAX].choose(chance).unwrap();
        let found = find(conn, &words, filter, most).await.unwrap();
        assert_eq!(found, naive(docs, &words, filter, most), "{words:?} {filter:?} {most}");
    }
}

#[tokio::test]
async fn it_finds_what_a_plain_search_finds_on_random_days() {
    for seed in 0..12 {
        let mut chance = StdRng::seed_from_u64(seed);
        let (mut conn, mut docs, mut newest) = (memory().await, BTreeMap::new(), 0);
        for _ in 0..12 {
            let mut batch = Vec::new();
            for _ in 0..chance.random_range(0..260) {
                newest += chance.random_range(1..5000);
                // Some are late, some are known already and changed.
                let place = match chance.random_range(0..40) {
                    0 => chance.random_range(0..=newest),
                    1 => docs.keys().next_back().map_or(newest, |place: &Place| place.0 - 9000),
                    _ => newest,
                };
                let columns = columns(&mut chance);
                batch.push(doc(place, &text(&mut chance, 0..12), columns));
            }
            add_many(&mut conn, &batch).await.unwrap();
            docs.extend(batch.into_iter().map(|doc| (doc.place, doc)));
            let known: Vec<Place> = docs.keys().copied().collect();
            let gone: Vec<Place> = known.choose_multiple(&mut chance, 9).copied().collect();
            remove(&mut conn, &gone).await.unwrap();
            gone.iter().for_each(|place| drop(docs.remove(place)));
            if chance.random_bool(0.7) {
                settle(&mut conn).await.unwrap();
            }
            same(&mut conn, &docs, &mut chance, 40).await;
        }
    }
}

#[tokio::test]
async fn many_notes_in_any_order_fill_several_chunks() {
    let mut chance = StdRng::seed_from_u64(1);
    let (mut conn, mut docs) = (memory().await, BTreeMap::new());
    let many = SLOTS as i64 * 2 + 900;
    for round in 0..3 {
        // Upwards, downwards, and everywhere between the others.
        let places = (0..many / 3).map(|nth| match round {
            0 => 1_000_000_000 + nth * 1000,
            1 => 1_000_000_000 - nth * 1000 - 500,
            _ => 1_000_000_000 + (nth * 7919 % many - many / 2) * 1000 + 7,
        });
        let batch: Vec<Doc> = places
            .map(|place| {
                let columns = columns(&mut chance);
                doc(place, &text(&mut chance, 0..9), columns)
            })
            .collect();
        for page in batch.chunks(1000) {
            add_many(&mut conn, page).await.unwrap();
        }
        settle(&mut conn).await.unwrap();
        docs.extend(batch.into_iter().map(|doc| (doc.place, doc)));
        same(&mut conn, &docs, &mut chance, 60).await;
    }
    let chunks: i64 =
        sqlx::query_scalar("select count(*) from note_gram_chunk").fetch_one(&mut conn).await.unwrap();
    assert!(chunks >= 2, "{chunks} chunks");
    let tail = tail::length(&mut conn).await.unwrap();
    assert!(tail <= 256, "{tail} notes in the tail");
}

#[tokio::test]
async fn each_way_of_writing_finds_the_note() {
    let mut conn = memory().await;
    let note = "ﾏｲﾅﾝﾊﾞｰカードの戸籍氏名。受付 Ｗ-20260406-0012、フリーダイヤル０１２０";
    add_many(&mut conn, &[plain(5, note), plain(9, "転入の届")]).await.unwrap();
    for words in [
        "戸籍",
        "マイナンバー",
        "まいなんばー",
        "ﾊﾞｰｶ",
        "ば",
        "籍",
        "w-2026",
        "0012",
        "０１２０",
        "2",
        "氏名 戸籍",
        note,
    ] {
        assert_eq!(find(&mut conn, words, Filter::default(), 9).await.unwrap(), [Place(5)], "{words}");
    }
    for words in ["ハー", "戸籍 転入", "籍戸", "0013", "%", "_", "'", "\"", "届転入"] {
        assert_eq!(find(&mut conn, words, Filter::default(), 9).await.unwrap(), [], "{words}");
    }
    assert_eq!(find(&mut conn, " ", Filter::default(), 9).await.unwrap(), [Place(9), Place(5)]);
}

#[tokio::test]
async fn a_late_note_stands_between_the_others() {
    let mut conn = memory().await;
    let notes: Vec<Doc> = (0..2000).map(|nth| plain(nth * 10, "更新の案内")).collect();
    add_many(&mut conn, &notes).await.unwrap();
    settle(&mut conn).await.unwrap();
    let late = [plain(15, "更新の予約"), plain(19_985, "更新の予約"), plain(-1, "更新の予約")];
    add_many(&mut conn, &late).await.unwrap();
    let more: Vec<Doc> = (2000..2300).map(|nth| plain(nth * 10, "更新の案内")).collect();
    for _ in 0..2 {
        let found = find(&mut conn, "更新", Filter::default(), usize::MAX).await.unwrap();
        assert!(found.is_sorted_by(|one, other| one > other), "newest first");
        assert!(late.iter().all(|late| found.contains(&late.place)), "all are found");
        let rare = find(&mut conn, "予約", Filter::default(), 2).await.unwrap();
        assert_eq!(rare, [Place(19_985), Place(15)]);
        add_many(&mut conn, &more).await.unwrap();
        settle(&mut conn).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_removed_or_replaced_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.db");
    let mut conn = file(&path).await;
    let secret = "忘レラレタ権利者ノ話";
    let mut notes: Vec<Doc> = (0..700).map(|nth| plain(nth * 10, "申請の案内")).collect();
    for place in [0, 3000, 3010, 6990] {
        notes[place / 10].folded = format!("前 {secret} 後");
    }
    add_many(&mut conn, &notes).await.unwrap();
    settle(&mut conn).await.unwrap();
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(secret.len()).any(|run| run == secret.as_bytes())
    };
    assert!(holds(&path), "the text was in the file");
    let grams: Vec<gram::Gram> = gram::of_word(secret);
    assert!(marked(&mut conn, &grams).await, "and in the cells");
    // The oldest and one between are settled, one is replaced, the newest is in the tail.
    remove(&mut conn, &[Place(0), Place(3000), Place(6990), Place(77)]).await.unwrap();
    add_many(&mut conn, &[plain(3010, "別の話")]).await.unwrap();
    assert!(!holds(&path), "no text is left in the file");
    assert!(!marked(&mut conn, &grams).await, "and no gram in the cells");
    assert_eq!(find(&mut conn, secret, Filter::default(), 9).await.unwrap(), []);
    assert_eq!(find(&mut conn, "別", Filter::default(), 9).await.unwrap(), [Place(3010)]);
    assert_eq!(find(&mut conn, "", Filter::default(), 9000).await.unwrap().len(), 697);
    let first: i64 = sqlx::query_scalar("select min(first_place) from note_gram_chunk")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(first, 10, "not even its time");
    let all: Vec<Place> = notes.iter().map(|note| note.place).collect();
    remove(&mut conn, &all).await.unwrap();
    for table in ["note_gram", "note_gram_doc", "note_gram_chunk"] {
        let count = format!("select count(*) from {table}");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut conn).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

/// True when some cell still names one of these grams.
async fn marked(conn: &mut SqliteConnection, grams: &[gram::Gram]) -> bool {
    let cells: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select cell, marks from note_gram").fetch_all(conn).await.unwrap();
    cells.iter().any(|(cell, bytes)| {
        let mut own = grams.iter().filter(|gram| gram.bucket() as i64 == cell >> 20);
        assert!(decode(bytes).is_ok());
        own.any(|gram| !cell::slots(bytes, gram.key()).unwrap().descending().is_empty())
    })
}

#[tokio::test]
async fn a_damaged_cell_is_told_and_nothing_is_guessed() {
    let mut conn = memory().await;
    let notes: Vec<Doc> = (0..400).map(|nth| plain(nth, "申請の案内")).collect();
    add_many(&mut conn, &notes).await.unwrap();
    settle(&mut conn).await.unwrap();
    sqlx::query("update note_gram set marks = x'ffffffff'").execute(&mut conn).await.unwrap();
    let found = find(&mut conn, "申請", Filter::default(), 999).await;
    assert!(matches!(found, Err(IndexError::Damaged)), "{found:?}");
}
