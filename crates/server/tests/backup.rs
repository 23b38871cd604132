//! Backups, restores and the check of the books: the program itself on real files.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};

use common::House;
use common::pad::{Pad, places};
use desk::note::revision::{NoteId, Revision};
use desk::time::Time;
use link::message::notes::{Manual, Pulled, Viewed};
use uuid::Uuid;

/// Enough to hit the moments around a commit; the long run stands in the bench.
const KILLS: u64 = 8;

async fn house() -> (House, Pad) {
    let mut house = House::build();
    let operator = house.add_operator("op01", "オペレーター01");
    house.start().await;
    let pad = Pad::new(operator, &house.token("op01").await);
    (house, pad)
}

fn file(house: &House) -> PathBuf {
    PathBuf::from(house.config.database.trim_start_matches("sqlite:"))
}

fn holds(file: &Path, word: &str) -> bool {
    common::seen_from_outside(file).windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test]
async fn an_older_backup_turns_the_epoch_and_every_desk_brings_what_is_missing() {
    let (mut house, mut pad) = house().await;
    let sent: Vec<Revision> = (0..6).map(|number| pad.write(&format!("対応 {number}"))).collect();
    pad.push(house.address(), &sent[..4]).await.unwrap();
    let copy = file(&house).with_extension("backup");
    let copy = copy.to_str().unwrap();
    assert_eq!(house.command(&["backup", copy], "").unwrap(), "notes\t4\n");
    assert!(house.command(&["backup", copy], "").unwrap_err().contains("never overwrites"));
    let pushed = pad.push(house.address(), &sent[4..]).await.unwrap();
    assert_eq!((places(&pushed), pushed.durable_seq), (vec![5, 6], 4));
    let cursor = pad.page(house.address(), None).await.cursor;

    let refused = house.command(&["restore", copy, "--force"], "").unwrap_err();
    assert!(refused.contains("a server works on"), "{refused}");
    house.kill().await;
    assert!(house.command(&["restore", copy], "").unwrap_err().contains("--force"));
    assert_eq!(house.command(&["restore", copy, "--force"], "").unwrap(), "notes\t4\n");
    house.start().await;
    pad.token = house.token("op01").await;
    let Pulled::MustResync { epoch, high } = pad.pull(house.address(), Some(cursor.clone()), 10).await else {
        panic!("the cursor is of another life")
    };
    assert!(epoch != cursor.epoch && high == 4);
    let pushed = pad.push(house.address(), &sent[4..]).await.unwrap();
    assert_eq!((places(&pushed), pushed.epoch, pushed.durable_seq), (vec![5, 6], epoch, 4));
    assert_eq!(pad.page(house.address(), None).await.revisions.len(), 6);
    assert_eq!(house.verified("notes"), 6);
}

#[tokio::test]
async fn with_a_key_neither_the_database_nor_its_backup_holds_a_word() {
    let mut house = House::build();
    let key = file(&house).with_extension("key");
    std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    house.config.database_key_file = Some(key.clone());
    let with_key = |words: &[&str]| {
        let key = ["--database-key-file", key.to_str().unwrap()];
        house.command(&[&key, words].concat(), "correct-horse-01\n")
    };
    let operator = with_key(&["operator", "add", "op01", "--display", "オペレーター01"]).unwrap();
    let operator = desk::ids::OperatorId(operator.trim().parse().unwrap());
    let database = house.config.database.clone();
    let mut server = House::build();
    server.config = server::Config { database, ..house.config.clone() };
    server.start().await;
    let mut pad = Pad::new(operator, &server.token("op01").await);
    let sent: Vec<Revision> = (0..20).map(|_| pad.write("himitsu-no-namae")).collect();
    pad.push(server.address(), &sent).await.unwrap();
    let copy = file(&house).with_extension("backup");
    with_key(&["backup", copy.to_str().unwrap()]).unwrap();
    let wal = PathBuf::from(format!("{}-wal", file(&house).display()));
    assert!(wal.metadata().unwrap().len() > 0 && copy.metadata().unwrap().len() > 0);
    for file in [file(&house), wal, copy.clone()] {
        for word in ["himitsu", "op01", "note_revision", "SQLite format"] {
            assert!(!holds(&file, word), "{word} in {}", file.display());
        }
    }
    let out = with_key(&["verify"]).unwrap();
    assert!(out.contains("notes\t20\n") && out.contains("notes_durable\t20\n"), "{out}");
    let mut torn = std::fs::read(&copy).unwrap();
    let middle = torn.len() / 2;
    torn[middle] ^= 1;
    std::fs::write(&copy, torn).unwrap();
    server.kill().await;
    assert!(with_key(&["restore", copy.to_str().unwrap(), "--force"]).is_err(), "a torn backup is not taken");
}

#[tokio::test]
async fn what_a_push_was_answered_survives_every_kill_of_the_server_once() {
    let house = House::build();
    let operator = house.add_operator("op01", "オペレーター01");
    let mut pad = Pad::new(operator, "");
    let (mut sent, mut told): (Vec<Revision>, u64) = (Vec::new(), 0);
    for round in 0..KILLS {
        let (mut child, address) = house.spawn();
        let body = format!(
            r#"{{"name":"op01","password":"{}","version":{}}}"#,
            common::PASSWORD,
            link::message::VERSION
        );
        let (_, answer) = common::request(address, "POST /api/sign-in", "", &body).await;
        pad.token = link::json::decode::<link::message::SignedIn>(&answer).unwrap().token;
        sent.extend((0..30).map(|number| pad.write(&format!("対応 {round}-{number}"))));
        let marks = pad.push(address, &[]).await.unwrap();
        assert!(marks.high >= told, "an answered revision is gone");
        let rest = sent[usize::try_from(marks.high).unwrap()..].to_vec();
        let (first, rest) = rest.split_at(10);
        told = pad.push(address, first).await.unwrap().high;
        // The kill comes while the rest is on its way.
        let pushing = {
            let (pad, rest) = (pad.clone(), rest.to_vec());
            tokio::spawn(async move { pad.push_quietly(address, &rest).await })
        };
        tokio::time::sleep(std::time::Duration::from_millis(round * 3)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        if let Ok(Some(high)) = pushing.await {
            told = high;
        }
    }
    let (mut child, address) = house.spawn();
    pad.token = {
        let body = format!(
            r#"{{"name":"op01","password":"{}","version":{}}}"#,
            common::PASSWORD,
            link::message::VERSION
        );
        let (_, answer) = common::request(address, "POST /api/sign-in", "", &body).await;
        link::json::decode::<link::message::SignedIn>(&answer).unwrap().token
    };
    for part in sent.chunks(100) {
        pad.push(address, part).await.unwrap();
    }
    let page = pad.page(address, None).await;
    let kept: Vec<Revision> = page.revisions.into_iter().map(|placed| placed.revision).collect();
    assert_eq!(kept, sent, "each once, in order");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(house.verified("notes"), sent.len() as i64);
}

/// A house whose audit has five lines, stopped, with its anchor beside.
async fn audited() -> (House, PathBuf) {
    let mut house = House::build();
    let anchor = file(&house).with_extension("anchor");
    let operator = house.add_operator("op01", "オペレーター01");
    house.config.audit_anchor = Some(anchor.clone());
    house.start().await;
    let pad = Pad::new(operator, &house.token("op01").await);
    let views: Vec<_> =
        (1..=5).map(|vseq| Viewed { vseq, note: NoteId(Uuid::now_v7()), at: Time(vseq) }).collect();
    pad.push_with(house.address(), &[], &views).await.unwrap();
    house.server.take().unwrap().stop().await;
    (house, anchor)
}

/// What `verify` says after somebody was at the file with these statements.
async fn verdict(house: &House, anchor: &Path, statements: &str) -> String {
    let pool = sqlx::SqlitePool::connect(&house.config.database).await.unwrap();
    sqlx::raw_sql("drop trigger audit_no_update; drop trigger audit_no_delete").execute(&pool).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
    let settings = anchor.with_extension("toml");
    std::fs::write(&settings, format!("audit_anchor = '{}'\n", anchor.display())).unwrap();
    match house.command(&["--config", settings.to_str().unwrap(), "verify"], "") {
        Ok(out) => out,
        Err(told) => told,
    }
}

#[tokio::test]
async fn an_audit_that_nobody_touched_is_good_and_an_edited_line_is_altered() {
    let (house, anchor) = audited().await;
    let good = verdict(&house, &anchor, "select 1").await;
    assert!(good.contains("audit_lines\t5") && good.contains("audit_anchored\t1"), "{good}");
    let (house, anchor) = audited().await;
    let told = verdict(&house, &anchor, "update audit set detail = 'note x' where audit_id = 3").await;
    assert!(told.contains("was altered: line 3"), "{told}");
}

/// The newest lines of the audit that are a command's: what, and what came of it.
fn commands_lines(house: &House) -> Vec<(String, String)> {
    let out = house.command(&["audit"], "").unwrap();
    let fields = out.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let commands = fields.filter(|fields| fields[1] == "command");
    commands.map(|fields| (fields[3].clone(), fields[4].split_once(": ").unwrap().1.to_owned())).collect()
}

#[tokio::test]
async fn a_backup_a_restore_and_a_check_each_leave_a_line_that_the_anchor_holds() {
    let (mut house, anchor) = audited().await;
    let settings = anchor.with_extension("toml");
    std::fs::write(&settings, format!("audit_anchor = '{}'\n", anchor.display())).unwrap();
    let told = |words: &[&str]| {
        let out = house.command(&[&["--config", settings.to_str().unwrap()], words].concat(), "");
        let head = std::fs::read_to_string(&anchor).unwrap();
        (out, head.split_once(' ').unwrap().0.parse::<u64>().unwrap())
    };
    let copy = file(&house).with_extension("backup");
    let copy = copy.to_str().unwrap();
    assert_eq!(told(&["backup", copy]).1, 6, "five looks of an operator, and the backup");
    let (what, backup) = commands_lines(&house).remove(0);
    let bytes = std::fs::metadata(copy).unwrap().len();
    let (before, epoch) = backup.split_once(", epoch ").unwrap();
    assert_eq!((&*what, before), ("backup", &*format!("notes 0, {bytes} bytes")));
    let (out, anchored) = told(&["verify"]);
    assert!(out.unwrap().contains("audit_lines\t6\naudit_anchored\t1"));
    assert_eq!(anchored, 7);
    assert_eq!(commands_lines(&house)[0], ("verify".into(), "the books are right".into()));

    assert_eq!(told(&["restore", copy, "--force"]).1, 6, "the log is the backup's, and the restore");
    let lines = commands_lines(&house);
    let (older, newer) = lines[0].1.strip_prefix("notes 0, epoch ").unwrap().split_once(" -> ").unwrap();
    assert!(lines.len() == 1 && lines[0].0 == "restore" && older == epoch && newer != epoch, "{lines:?}");
    assert!(told(&["verify"]).0.unwrap().contains("audit_lines\t6\naudit_anchored\t1"));
    house.start().await;
    let operator = desk::ids::OperatorId(1);
    let pad = Pad::new(operator, &house.token("op01").await);
    let told = pad.push_with(house.address(), &[], &[]).await.unwrap();
    assert_eq!(told.epoch.to_string(), newer);
}

#[tokio::test]
async fn a_log_that_is_wrong_stays_as_it_was_found() {
    let (house, anchor) = audited().await;
    let cut = verdict(&house, &anchor, "delete from audit where audit_id > 3").await;
    for _ in 0..2 {
        assert_eq!(house.command(&["verify"], "").unwrap_err().lines().last(), cut.lines().last());
    }
    assert!(commands_lines(&house).is_empty());
}

#[tokio::test]
async fn a_cut_tail_is_missed_by_the_count_and_by_the_anchor() {
    let (house, anchor) = audited().await;
    let told = verdict(&house, &anchor, "delete from audit where audit_id > 3").await;
    assert!(told.contains("tail was cut off: it ends before line 4"), "{told}");
    // Whoever also turns the count back still has the anchor against them.
    let (house, anchor) = audited().await;
    let cut = "delete from audit where audit_id > 3; update counter set value = 3 where name = 'audit'";
    let told = verdict(&house, &anchor, cut).await;
    assert!(told.contains("tail was cut off: it ends before line 4"), "{told}");
}

#[tokio::test]
async fn a_line_that_is_gone_is_deleted() {
    let (house, anchor) = audited().await;
    let told = verdict(&house, &anchor, "delete from audit where audit_id = 2").await;
    assert!(told.contains("thinned: line 2 was deleted"), "{told}");
}

#[tokio::test]
async fn a_log_that_was_grown_anew_does_not_fit_its_anchor() {
    let (house, anchor) = audited().await;
    // Its rows without a chain look like those of an older program, which a start binds anew.
    let told = verdict(&house, &anchor, "update audit set chain = null, detail = 'note y'").await;
    assert!(told.contains("does not fit its anchor: everything up to line 5"), "{told}");
}

#[tokio::test]
async fn an_altered_note_and_a_missing_one_are_told() {
    for (statement, told) in [
        (
            "drop trigger note_revision_redacted; update note_revision set body = '{}', salt = body where seq = 2",
            "revision 2",
        ),
        (
            "drop trigger note_revision_no_delete; delete from note_revision where seq = 2",
            "revision 2 is missing",
        ),
        ("delete from note_head where seq = 3", "heads differ"),
    ] {
        let (mut house, mut pad) = house().await;
        let sent: Vec<Revision> = (0..3).map(|_| pad.write("対応")).collect();
        pad.push(house.address(), &sent).await.unwrap();
        house.kill().await;
        let pool = sqlx::SqlitePool::connect(&house.config.database).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
        pool.close().await;
        let words = house.command(&["verify"], "").unwrap_err();
        assert!(words.contains(told), "{statement}: {words}");
    }
}

#[tokio::test]
async fn an_article_reaches_the_desks_with_its_version_and_is_sent_once() {
    let (house, pad) = house().await;
    let text = file(&house).with_extension("md");
    std::fs::write(&text, "\u{feff}# 持ち物\r\n本人確認書類をお持ちください。\r\n").unwrap();
    let mut desk = house.operator(&pad.token, None).await;
    let import = |version: &str| {
        let title = ["--title", "持ち物", "--version", version];
        house.command(
            &[&["manual", "import", text.to_str().unwrap(), "--code", "FAQ-012"][..], &title].concat(),
            "",
        )
    };
    import("第3版").unwrap();
    import("第4版").unwrap();
    desk.until(|state| state.forms.articles.iter().any(|article| article.version == "第4版")).await;
    let ask = |etag: &str| {
        let (path, token) = (format!("GET /api/manual{etag}"), pad.token.clone());
        let address = house.address();
        async move { common::request(address, &path, &format!("Authorization: Bearer {token}\r\n"), "").await }
    };
    let Manual::Texts { etag, articles } = link::json::decode(&ask("").await.1).unwrap() else { panic!() };
    assert_eq!((articles.len(), &*articles[0].text), (1, "# 持ち物\n本人確認書類をお持ちください。\n"));
    assert_eq!(ask(&format!("?etag={etag}")).await.1, r#"{"kind":"unchanged"}"#);
    assert_eq!(house.get("/api/manual").await.0, 401);
    assert!(house.command(&["manual", "list"], "").unwrap().contains("FAQ-012\t第4版\t"));
    house.command(&["manual", "remove", "FAQ-012"], "").unwrap();
    desk.until(|state| state.forms.articles.is_empty()).await;
    assert!(house.command(&["manual", "remove", "FAQ-012"], "").is_err());
}
