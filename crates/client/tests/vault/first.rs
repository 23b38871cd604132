//! The first sync of a desk, and the one with nothing to do. `KENMU_LONG=1` takes all hundred thousand notes and holds
//! the bar; an ordinary run sees that it works.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use client::sync::{Door, DoorFault, round};
use client::vault::{DataKey, Vault};
use desk::ids::OperatorId;
use desk::note::revision::{DeviceId, RevId, RevKind, Revision, StreamId};
use desk::note::sought::Filter;
use desk::note::{Record, chain};
use desk::time::Time;
use link::json;
use link::message::notes::{MAX_PAGE, Pull, Pulled, Push, Pushed};
use uuid::Uuid;

use super::model::Model;
use super::samples::{NOW, id, note};

/// The bar of the product: seconds until a hundred thousand notes can be searched.
const MOST_SECONDS: f64 = 8.0;

/// A server that only answers, by text as over HTTP.
struct Texts {
    model: Model,
    asked: AtomicUsize,
    bytes: AtomicUsize,
}

impl Door for Texts {
    async fn push(&self, _: &Push) -> Result<Pushed, DoorFault> {
        Err(DoorFault::Away)
    }

    async fn pull(&self, pull: &Pull) -> Result<Pulled, DoorFault> {
        let answer = json::encode(&self.model.pull(pull));
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(answer.len() + json::encode(pull).len(), Ordering::Relaxed);
        Ok(json::decode(&answer).unwrap())
    }
}

fn revision(nth: u64, stream: StreamId) -> Revision {
    let opened = Time(NOW.0 + nth * 7_000);
    let text =
        format!("戸籍の届について案内した。続きは窓口で{nth}番として受ける。本人確認の書類を持参のこと。");
    let mut written = note(&format!("C-20260406-{nth:06}"), &text);
    written.facts.opened = opened;
    let (body, salt) = (json::encode(&Record::Note(written)), format!("{nth:064x}"));
    let commitment = chain::commitment(&body, &salt);
    Revision {
        rev: RevId(Uuid::now_v7()),
        note: id(),
        parents: Vec::new(),
        stream,
        dseq: nth + 1,
        author: OperatorId(7),
        kind: RevKind::Edit,
        client_ms: opened,
        body: Some(body),
        salt: Some(salt),
        commitment,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_desk_has_everything_and_an_idle_sync_is_one_small_question() {
    let long = std::env::var("KENMU_LONG").is_ok();
    let notes = if long { 100_000 } else { 3_000 };
    let mut model = Model::new(1, MAX_PAGE as usize);
    let stream = StreamId(Uuid::new_v4());
    for nth in 0..notes {
        let revisions = vec![revision(nth, stream)];
        let device = DeviceId(Uuid::new_v4());
        model.push(&Push { version: 4, device, stream, revisions, views: Vec::new() });
    }
    let door = Texts { model, asked: AtomicUsize::new(0), bytes: AtomicUsize::new(0) };
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(&folder.path().join("v"), &DataKey::random().unwrap(), None).await.unwrap();
    let began = Instant::now();
    round(&door, &vault, NOW, &|| ()).await.unwrap();
    let hits = vault.search("戸籍 999番", Filter::default(), 50).await.unwrap();
    let took = began.elapsed().as_secs_f64();
    println!("first sync of {notes} notes until searchable: {took:.2} s");
    assert!(hits.iter().any(|hit| hit.number == "C-20260406-000999"));
    assert!(!long || took <= MOST_SECONDS, "{took} s");
    let (asked, bytes) = (door.asked.load(Ordering::Relaxed), door.bytes.load(Ordering::Relaxed));
    round(&door, &vault, NOW, &|| ()).await.unwrap();
    assert_eq!(door.asked.load(Ordering::Relaxed) - asked, 1);
    let bytes = door.bytes.load(Ordering::Relaxed) - bytes;
    println!("a sync with nothing to do: {bytes} bytes of JSON");
    assert!(bytes <= 2_048 - 1_000, "headers need some hundred bytes of the two thousand: {bytes}");
    vault.close().await;
}
