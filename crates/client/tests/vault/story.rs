//! What one operator does with a vault.

use client::vault::{DataKey, Draft, NewRevision, Vault, VaultError};
use desk::code::Code;
use desk::ids::OperatorId;
use desk::note::revision::{RevId, RevKind};
use desk::note::sought::Filter;
use desk::note::{Record, SheetStatus};
use desk::time::Time;
use link::message::notes::{Placed, Pull, Pulled, Push, Searched};
use uuid::Uuid;

use super::model::Model;
use super::samples::{NOW, POISON, at, edit, handover, id, note, open, record, sheet};

async fn vault(folder: &tempfile::TempDir) -> Vault {
    open(&folder.path().join(Uuid::new_v4().simple().to_string()), &DataKey::random().unwrap()).await
}

/// Push and pull, without faults.
async fn sync(vault: &Vault, server: &mut Model) {
    let batch = vault.outbox().await.unwrap();
    let device = vault.device();
    let push =
        Push { version: 4, device, stream: batch.stream, revisions: batch.revisions, views: batch.views };
    vault.acked(batch.stream, &server.push(&push)).await.unwrap();
    loop {
        let (cursor, stream) = (vault.cursor().await.unwrap(), vault.stream());
        let Pulled::Page(page) = server.pull(&Pull { version: 4, cursor, stream, most: 10 }) else {
            panic!("the same server");
        };
        vault.page(stream, &page, NOW).await.unwrap();
        if !page.more {
            return;
        }
    }
}

#[tokio::test]
async fn a_note_is_written_found_read_and_changed() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder).await;
    let note = id();
    vault.draft(Draft { note, parents: Vec::new(), record: record("戸籍の"), at: NOW }).await.unwrap();
    let lists = vault.lists().await.unwrap();
    assert_eq!((lists.local.len(), lists.local[0].draft, lists.unsynced), (1, true, 0));
    let first = vault.write(edit(note, Vec::new(), record("戸籍の届"), at(1))).await.unwrap();
    assert_eq!(first.dseq, 1);
    assert!(vault.drafts().await.unwrap().is_empty(), "the revision takes the draft's place");
    let second = vault.write(edit(note, vec![first.rev], record("転入の届"), at(2))).await.unwrap();
    let kept = vault.read(note).await.unwrap().unwrap();
    assert_eq!(kept.heads, [(second.rev, OperatorId(7), at(2), record("転入の届"))]);
    assert!(!kept.synced);
    let found = |words: &'static str, filter| vault.search(words, filter, 10);
    assert_eq!(found("ﾃﾝ", Filter::default()).await.unwrap().len(), 0);
    assert_eq!(found("転入", Filter::default()).await.unwrap()[0].note, note);
    assert_eq!(found("戸籍", Filter::default()).await.unwrap(), [], "an old text is not found");
    for (category, hits) in [(1, 1), (104, 1), (6, 1), (601, 1), (2, 0), (103, 0), (4, 0)] {
        let filter = Filter { category: Some(category), ..Filter::default() };
        assert_eq!(found("", filter).await.unwrap().len(), hits, "{category}");
    }
    let opened = found("", Filter::default()).await.unwrap()[0].opened;
    for (to, hits) in [(opened, 0), (Time(opened.0 + 1), 1)] {
        let filter = Filter { from: Some(opened), to: Some(to), ..Filter::default() };
        assert_eq!(found("", filter).await.unwrap().len(), hits, "begun before {to:?}");
    }
    assert_eq!(vault.earlier("k1", id(), 5).await.unwrap().len(), 1);
    assert_eq!(vault.earlier("k1", note, 5).await.unwrap().len(), 0);
    let lists = vault.lists().await.unwrap();
    assert_eq!((lists.unsynced, lists.local.len(), lists.local[0].synced), (2, 1, false));
}

#[tokio::test]
async fn work_lists_hold_what_is_open_and_lose_what_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder).await;
    let mut promised = note("C-1", "後で電話");
    promised.written.promise.due = Some(at(5));
    promised.written.person.phone = "090-1234-5678".into();
    let mut kept = promised.clone();
    kept.written.promise.result = "つながった".into();
    for (open, done) in [
        (sheet(SheetStatus::Unsent), sheet(SheetStatus::Done)),
        (handover(false), handover(true)),
        (Record::Note(promised), Record::Note(kept)),
    ] {
        let record = id();
        let first = vault.write(edit(record, Vec::new(), open, NOW)).await.unwrap();
        let lists = vault.lists().await.unwrap();
        assert_eq!(lists.sheets.len() + lists.handovers.len() + lists.promises.len(), 1);
        assert!(lists.promises.iter().all(|row| row.phone == "090-****-5678"));
        vault.write(edit(record, vec![first.rev], done, NOW)).await.unwrap();
        let lists = vault.lists().await.unwrap();
        assert_eq!(lists.sheets.len() + lists.handovers.len() + lists.promises.len(), 0);
    }
}

#[tokio::test]
async fn two_edits_of_two_desks_stand_side_by_side_until_somebody_decides() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (vault(&folder).await, vault(&folder).await);
    let mut server = Model::new(1, 3);
    let note = id();
    let first = one.write(edit(note, Vec::new(), record("一"), NOW)).await.unwrap().rev;
    sync(&one, &mut server).await;
    sync(&other, &mut server).await;
    one.write(edit(note, vec![first], record("一の二"), at(1))).await.unwrap();
    other.write(edit(note, vec![first], record("別の二"), at(2))).await.unwrap();
    for desk in [&one, &other, &one] {
        sync(desk, &mut server).await;
    }
    for desk in [&one, &other] {
        let heads = desk.read(note).await.unwrap().unwrap().heads;
        assert_eq!(heads.len(), 2);
        assert!(desk.search("一の二", Filter::default(), 9).await.unwrap()[0].conflict);
        assert_eq!(desk.search("別の二", Filter::default(), 9).await.unwrap().len(), 1);
        assert_eq!(desk.lists().await.unwrap().attention.len(), 1);
    }
    let heads: Vec<RevId> = one.read(note).await.unwrap().unwrap().heads.iter().map(|head| head.0).collect();
    let resolve = NewRevision { kind: RevKind::Resolve, ..edit(note, heads, record("両方"), at(3)) };
    one.write(resolve).await.unwrap();
    for desk in [&one, &other] {
        sync(desk, &mut server).await;
        assert_eq!(desk.read(note).await.unwrap().unwrap().heads.len(), 1);
        assert!(desk.lists().await.unwrap().attention.is_empty());
    }
}

#[tokio::test]
async fn a_refused_note_waits_for_its_author_while_the_others_pass() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, mut server) = (vault(&folder).await, Model::new(1, 100));
    let (good, poison) = (id(), id());
    let refused = vault.write(edit(poison, Vec::new(), record(POISON), NOW)).await.unwrap();
    vault.write(edit(good, Vec::new(), record("良い"), NOW)).await.unwrap();
    sync(&vault, &mut server).await;
    let lists = vault.lists().await.unwrap();
    assert_eq!((lists.unsynced, lists.attention.len()), (0, 1));
    assert_eq!(lists.attention[0].refused, Some(Code::SecretText));
    assert!(vault.read(good).await.unwrap().unwrap().synced);
    let kept = vault.read(poison).await.unwrap().unwrap();
    assert_eq!((kept.refused, kept.heads[0].0), (Some(Code::SecretText), refused.rev));
    assert!(vault.search(POISON, Filter::default(), 9).await.unwrap().is_empty());
    vault.write(edit(poison, vec![refused.rev], record("直した"), at(1))).await.unwrap();
    sync(&vault, &mut server).await;
    assert!(vault.lists().await.unwrap().attention.is_empty());
    assert_eq!(server.log.len(), 2);
    assert!(server.log.iter().all(|one| one.parents.is_empty()), "nobody follows what nobody has");
}

#[tokio::test]
async fn a_redaction_takes_the_text_from_every_desk() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (vault(&folder).await, vault(&folder).await);
    let mut server = Model::new(1, 100);
    let note = id();
    let first = one.write(edit(note, Vec::new(), record("名前"), NOW)).await.unwrap().rev;
    sync(&one, &mut server).await;
    sync(&other, &mut server).await;
    let redact = NewRevision {
        note,
        parents: vec![first],
        author: OperatorId(1),
        kind: RevKind::Redact,
        record: None,
        at: at(1),
    };
    other.write(redact).await.unwrap();
    assert!(other.search("名前", Filter::default(), 9).await.unwrap().is_empty());
    sync(&other, &mut server).await;
    sync(&one, &mut server).await;
    for desk in [one, other] {
        let kept = desk.read(note).await.unwrap().unwrap();
        assert!(kept.redacted && kept.heads.is_empty());
        assert!(desk.search("名前", Filter::default(), 9).await.unwrap().is_empty());
        // The chain still holds from the start, over commitments alone.
        desk.must_resync().await.unwrap();
        sync(&desk, &mut server).await;
        assert_eq!(desk.cursor().await.unwrap().unwrap().seq, 2);
    }
}

#[tokio::test]
async fn only_what_is_old_and_in_a_verified_backup_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, mut server) = (vault(&folder).await, Model::new(1, 100));
    let (old, open, late) = (id(), id(), id());
    vault.write(edit(old, Vec::new(), record("古い"), NOW)).await.unwrap();
    vault.write(edit(open, Vec::new(), handover(false), NOW)).await.unwrap();
    sync(&vault, &mut server).await;
    let month = Time(NOW.0 + 31 * 86_400_000);
    assert_eq!(vault.purge(month, 30).await.unwrap(), 0, "no backup has it");
    server.durable = 2;
    vault.write(edit(late, Vec::new(), record("新しい"), NOW)).await.unwrap();
    assert_eq!(vault.purge(month, 30).await.unwrap(), 0, "the desk was not told yet");
    sync(&vault, &mut server).await;
    assert_eq!(vault.purge(NOW, 30).await.unwrap(), 0, "not old enough");
    assert_eq!(vault.purge(month, 30).await.unwrap(), 1);
    assert!(vault.read(old).await.unwrap().is_none());
    assert!(vault.search("古い", Filter::default(), 9).await.unwrap().is_empty());
    assert!(vault.read(open).await.unwrap().is_some() && vault.read(late).await.unwrap().is_some());

    // What the server finds of it comes back until the next tidying, and can be gone on with.
    let found = vec![Placed { seq: 1, revision: server.log[0].clone() }];
    let foreign = Searched { epoch: 2, found: found.clone(), more: false };
    assert!(!vault.older(&foreign, month).await.unwrap(), "of another life of the server");
    let searched = Searched { epoch: 1, found, more: false };
    for _ in 0..2 {
        assert!(vault.older(&searched, month).await.unwrap());
    }
    let kept = vault.read(old).await.unwrap().unwrap();
    assert!(kept.synced && kept.heads.len() == 1);
    assert_eq!(vault.search("古い", Filter::default(), 9).await.unwrap().len(), 1);
    assert_eq!(vault.purge(month, 30).await.unwrap(), 1);
    assert!(vault.read(old).await.unwrap().is_none());
    let mut altered = searched;
    altered.found[0].revision.body = Some("{}".into());
    assert!(!vault.older(&altered, month).await.unwrap(), "not what it was committed to");
}

#[tokio::test]
async fn small_values_views_and_articles_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let vault = vault(&folder).await;
    assert_eq!(vault.kept("forms").await.unwrap(), None);
    vault.keep("forms", "{}").await.unwrap();
    assert_eq!(vault.kept("forms").await.unwrap().as_deref(), Some("{}"));
    vault.viewed(id(), NOW).await.unwrap();
    assert_eq!(vault.outbox().await.unwrap().views.len(), 1);
    let mut server = Model::new(1, 9);
    sync(&vault, &mut server).await;
    assert!(vault.outbox().await.unwrap().is_empty());
    let article = client::view::notes::ManualText {
        code: "FAQ-012".into(),
        title: "暗証番号".into(),
        version: "第4版".into(),
        text: "はじめに\n窓口でﾛｯｸを解除します。".into(),
    };
    vault.keep_articles(std::slice::from_ref(&article)).await.unwrap();
    let hits = vault.articles("ロック 暗証").await.unwrap();
    assert_eq!(hits[0].passage, "窓口でﾛｯｸを解除します。");
    assert!(vault.articles("転出").await.unwrap().is_empty());
    assert_eq!(vault.articles("").await.unwrap().len(), 1);
    assert_eq!(vault.article("FAQ-012").await.unwrap(), Some(article));
}

#[tokio::test]
async fn a_wrong_key_and_a_newer_file_are_said_and_a_copy_gets_its_own_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v");
    let key = DataKey::random().unwrap();
    let vault = Vault::open(&path, &key, None).await.unwrap();
    let stream = vault.stream();
    vault.write(edit(id(), Vec::new(), record("一"), NOW)).await.unwrap();
    vault.write(edit(id(), Vec::new(), record("二"), NOW)).await.unwrap();
    vault.close().await;
    let wrong = Vault::open(&path, &DataKey::random().unwrap(), None).await;
    assert!(matches!(wrong, Err(VaultError::WrongKey)));
    let vault = Vault::open(&path, &key, Some(stream)).await.unwrap();
    assert_eq!(vault.stream(), stream);
    vault.close().await;
    let other = desk::note::revision::StreamId(Uuid::new_v4());
    let vault = Vault::open(&path, &key, Some(other)).await.unwrap();
    assert!(vault.stream() != stream && vault.stream() != other);
    let batch = vault.outbox().await.unwrap();
    assert_eq!(batch.revisions.iter().map(|one| one.dseq).collect::<Vec<_>>(), [1, 2]);
    assert!(batch.revisions.iter().all(|one| one.stream == vault.stream()));
    vault.close().await;
}
