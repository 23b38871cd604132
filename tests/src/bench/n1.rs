//! N1: a desk's first sync of a whole archive of handling notes, until they are searchable; and a sync with nothing to
//! do. The peer is PouchDB with its own server, from npm: it copies the same documents and searches nothing.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use desk::ids::OperatorId;
use desk::note::revision::{DeviceId, NoteId, RevId, RevKind, Revision, StreamId};
use desk::note::{Record, chain};
use desk::time::Time;
use link::message::VERSION;
use link::message::notes::{MAX_PAGE, MAX_PUSH, Outcome, Pull, Pulled, Push, Pushed};
use tokio::io::{AsyncBufReadExt, BufReader};
use uuid::Uuid;

use super::Row;
use super::n2::Notes;
use crate::centre::{Centre, Plan};
use crate::counted::Counted;
use crate::place;
use crate::wait::until;
use crate::writer::{Writer, finished, token};

/// The archive of some two years.
const NOTES: usize = 100_000;
/// Between the beginnings of two notes, ms.
const APART_MS: u64 = 1_000;
/// In the newest note alone: when it is found, all are.
const LAST: &str = "最後尾の目印";
/// What is under way is over after so long.
const QUIET: Duration = Duration::from_secs(2);
/// How long either may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Measures both rows.
///
/// # Errors
/// When something does not come up, or does not get everything.
pub async fn measure() -> Result<Vec<Row>> {
    let folder = place::fresh("bench/n1")?;
    let centre = Centre::open(&folder, &Plan { operators: 2, ..Plan::default() }).await?;
    let records = archive();
    let token = token(&centre, "op01").await?;
    let newest = fill(&centre, &token, &records).await?;
    let counted = Counted::open(centre.port).await?;
    let began = Instant::now();
    let desk = Writer::open_by(&centre, &format!("http://127.0.0.1:{}", counted.port), 2, &folder).await?;
    // A search each time would read the pages' notes beside the one that writes them.
    until("the archive is here", LIMIT, || async {
        (desk.vault.cursor().await.ok()??.seq == newest).then_some(())
    })
    .await?;
    ensure!(desk.found(LAST, 2).await?.len() == 1, "the newest note is found");
    let ours = began.elapsed();
    tokio::time::sleep(QUIET).await;
    let (bytes, requests) = counted.so_far();
    desk.hurry();
    tokio::time::sleep(QUIET).await;
    let (later, asked) = counted.so_far();
    ensure!(asked - requests == 1, "an idle sync is one request, not {}", asked - requests);
    desk.close().await;
    let limit = bare(&centre, &token, &folder).await?;
    centre.stop().await;

    let (peer, idle) = peer(&folder, &records).await?;
    Ok(vec![
        Row {
            id: "N1",
            name: format!("first sync of {NOTES} notes until searchable, ms; peer: PouchDB, copied only"),
            ours: ours.as_secs_f64() * 1e3,
            peer: peer.as_secs_f64() * 1e3,
            limit: Some(limit.as_secs_f64() * 1e3),
        },
        Row {
            id: "N1",
            name: "a sync with nothing to do, bytes both ways; peer: PouchDB".to_owned(),
            ours: (later - bytes) as f64,
            peer: idle as f64,
            limit: None,
        },
    ])
}

/// Notes of the last days, so that a desk keeps them; the newest one holds [`LAST`].
fn archive() -> Vec<Record> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let mut notes: Vec<String> = Notes::new().next(NOTES).into_iter().map(|doc| doc.folded).collect();
    if let Some(last) = notes.last_mut() {
        last.push_str(LAST);
    }
    let first = now - NOTES as u64 * APART_MS;
    let record = |(nth, text): (usize, &String)| {
        let at = Time(first + nth as u64 * APART_MS);
        finished(OperatorId(1), NoteId(Uuid::now_v7()), text, at)
    };
    notes.iter().enumerate().map(record).collect()
}

/// Brings the archive to the server, as one desk would have over the years; gives the newest place in its sequence. The
/// guard takes a handful of the made-up notes for the numbers that nobody may write down.
async fn fill(centre: &Centre, token: &str, records: &[Record]) -> Result<u64> {
    let (stream, device) = (StreamId(Uuid::new_v4()), DeviceId(Uuid::new_v4()));
    let http = centre.http()?;
    let url = format!("{}/api/notes/push", centre.address());
    let mut newest = 0;
    for (page, records) in records.chunks(MAX_PUSH).enumerate() {
        let first = page * MAX_PUSH + 1;
        let revisions =
            records.iter().zip(first as u64..).map(|(record, dseq)| revision(record, stream, dseq)).collect();
        let push = Push { version: VERSION, device, stream, revisions, views: Vec::new() };
        let request = http.post(&url).header("Content-Type", "application/json").bearer_auth(token);
        let answer = request.body(link::json::encode(&push)).send().await?.error_for_status()?;
        let told: Pushed = link::json::decode(&answer.text().await?)?;
        ensure!(told.high == (first + records.len() - 1) as u64, "the server has what was pushed");
        newest = told.outcomes.iter().fold(newest, |newest, outcome| match outcome {
            Outcome::Stored { seq, .. } => newest.max(*seq),
            Outcome::Refused { .. } | Outcome::Divergent { .. } => newest,
        });
    }
    Ok(newest)
}

/// The same pages of the same server as bytes into a plain file, each on the disk before the next is asked for: what
/// nobody can leave out. Where each page begins is found out beforehand.
async fn bare(centre: &Centre, token: &str, folder: &Path) -> Result<Duration> {
    let http = centre.http()?;
    let url = format!("{}/api/notes/pull", centre.address());
    let page = async |question: String| -> Result<String> {
        let request = http.post(&url).header("Content-Type", "application/json").bearer_auth(token);
        Ok(request.body(question).send().await?.error_for_status()?.text().await?)
    };
    let (mut questions, mut cursor, mut more) = (Vec::new(), None, true);
    while more {
        let pull = Pull { version: VERSION, cursor, stream: StreamId(Uuid::new_v4()), most: MAX_PAGE };
        let question = link::json::encode(&pull);
        questions.push(question.clone());
        let answer: Pulled = link::json::decode(&page(question).await?)?;
        let Pulled::Page(found) = answer else { bail!("the server sends its reader back") };
        (cursor, more) = (Some(found.cursor), found.more);
    }
    let mut file = std::fs::File::create(folder.join("bare.pages"))?;
    let began = Instant::now();
    for question in questions {
        file.write_all(page(question).await?.as_bytes())?;
        file.sync_data()?;
    }
    Ok(began.elapsed())
}

fn revision(record: &Record, stream: StreamId, dseq: u64) -> Revision {
    let body = link::json::encode(record);
    let salt = format!("{:064x}", Uuid::new_v4().as_u128());
    let commitment = chain::commitment(&body, &salt);
    Revision {
        rev: RevId(Uuid::now_v7()),
        note: NoteId(Uuid::now_v7()),
        parents: Vec::new(),
        stream,
        dseq,
        author: OperatorId(1),
        kind: RevKind::Edit,
        client_ms: Time(record.opened().0),
        body: Some(body),
        salt: Some(salt),
        commitment,
    }
}

/// How long PouchDB takes for its first copy, and how many bytes for one with nothing to do.
async fn peer(folder: &Path, records: &[Record]) -> Result<(Duration, u64)> {
    let pouch = place::top().join("tests/peers/pouch");
    let lines: String = records
        .iter()
        .map(|record| {
            let id = Uuid::now_v7();
            let body = link::json::encode(record);
            format!("{{\"_id\":\"{id}\",{}\n", body.strip_prefix('{').unwrap_or_default())
        })
        .collect();
    let file = folder.join("notes.jsonl");
    std::fs::write(&file, lines)?;
    let (far, near) = (folder.join("far"), folder.join("near"));
    std::fs::create_dir_all(&far)?;
    std::fs::create_dir_all(&near)?;
    let node = |script: &str| {
        let mut command = tokio::process::Command::new("node");
        command.arg(pouch.join(script)).current_dir(&pouch).stdout(Stdio::piped()).kill_on_drop(true);
        command
    };
    let mut server = node("serve.js").arg(&far).arg(&file).spawn().context("node runs PouchDB's server")?;
    let mut told = BufReader::new(server.stdout.take().context("its standard output")?).lines();
    let port = tokio::time::timeout(LIMIT, told.next_line()).await??.context("PouchDB's port")?;
    let counted = Counted::open(port.trim().parse()?).await?;
    let sync = async || -> Result<(Duration, usize)> {
        let done = node("sync.js").arg(&near).arg(counted.port.to_string()).output();
        let done = tokio::time::timeout(LIMIT, done).await??;
        let text = String::from_utf8(done.stdout)?;
        let (ms, came) = text.trim().split_once(' ').context("how long, and how many")?;
        Ok((Duration::from_millis(ms.parse()?), came.parse()?))
    };
    let (took, came) = sync().await?;
    ensure!(came == records.len(), "PouchDB brought {came} of {}", records.len());
    let (before, _) = counted.so_far();
    let (_, came) = sync().await?;
    ensure!(came == 0, "PouchDB had nothing left to bring");
    let (after, _) = counted.so_far();
    server.kill().await?;
    Ok((took, after - before))
}
