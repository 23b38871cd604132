//! A desk's notes without a desk: makes revisions as a vault does, pushes and pulls them.

use desk::ids::OperatorId;
use desk::note::revision::{Cursor, DeviceId, NoteId, RevId, RevKind, Revision, StreamId};
use desk::note::{Facts, Note, NoteChannel, Record, Written, chain};
use desk::time::{Millis, Time};
use link::message::VERSION;
use link::message::notes::{Outcome, Page, Pull, Pulled, Push, Pushed, Viewed};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::SocketAddr;
use uuid::Uuid;

use super::request;

/// One stream of one operator.
#[derive(Clone)]
pub struct Pad {
    pub operator: OperatorId,
    pub token: String,
    pub device: DeviceId,
    pub stream: StreamId,
    pub dseq: u64,
}

impl Pad {
    pub fn new(operator: OperatorId, token: &str) -> Pad {
        let (device, stream) = (DeviceId(Uuid::new_v4()), StreamId(Uuid::new_v4()));
        Pad { operator, token: token.to_owned(), device, stream, dseq: 0 }
    }

    /// The next revision of the stream.
    pub fn revision(
        &mut self,
        note: NoteId,
        parents: &[RevId],
        kind: RevKind,
        record: Option<&Record>,
    ) -> Revision {
        self.dseq += 1;
        let body = record.map(link::json::encode);
        let salt = record.map(|_| {
            format!("{:x}{:x}", Uuid::new_v4().as_u128() | 1 << 127, Uuid::new_v4().as_u128() | 1 << 127)
        });
        let commitment =
            chain::commitment(body.as_deref().unwrap_or_default(), salt.as_deref().unwrap_or_default());
        Revision {
            rev: RevId(Uuid::now_v7()),
            note,
            parents: parents.to_vec(),
            stream: self.stream,
            dseq: self.dseq,
            author: self.operator,
            kind,
            client_ms: Time(1),
            body,
            salt,
            commitment,
        }
    }

    /// A note of its own with this text.
    pub fn write(&mut self, text: &str) -> Revision {
        let record = self.record(text);
        self.revision(NoteId(Uuid::now_v7()), &[], RevKind::Edit, Some(&record))
    }

    /// What follows a revision.
    pub fn edit(&mut self, before: &Revision, text: &str) -> Revision {
        let record = self.record(text);
        self.revision(before.note, &[before.rev], RevKind::Edit, Some(&record))
    }

    pub fn record(&self, text: &str) -> Record {
        let facts = Facts {
            number: "C-20260401-0012".into(),
            contact: None,
            channel: NoteChannel::Phone,
            booth: None,
            caller: Some("090-****-5678".into()),
            caller_key: None,
            calls_before: 0,
            opened: Time(1),
            answered: None,
            ended: None,
            closed: None,
            holds: 0,
            held_ms: Millis(0),
            interruptions: 0,
            operator: self.operator,
            operator_name: "オペレーター01".into(),
            combined: true,
        };
        let written = Written { text: text.into(), ..Written::default() };
        Record::Note(Note { facts, written, finished: false })
    }

    pub async fn push(&self, address: SocketAddr, revisions: &[Revision]) -> Result<Pushed, (u16, String)> {
        self.push_with(address, revisions, &[]).await
    }

    pub async fn push_with(
        &self,
        address: SocketAddr,
        revisions: &[Revision],
        views: &[Viewed],
    ) -> Result<Pushed, (u16, String)> {
        let (device, stream) = (self.device, self.stream);
        let push =
            Push { version: VERSION, device, stream, revisions: revisions.to_vec(), views: views.to_vec() };
        self.post(address, "/api/notes/push", &push).await
    }

    /// A push whose server may go away meanwhile: how far it was answered, or nothing.
    pub async fn push_quietly(&self, address: SocketAddr, revisions: &[Revision]) -> Option<u64> {
        let push = Push {
            version: VERSION,
            device: self.device,
            stream: self.stream,
            revisions: revisions.to_vec(),
            views: Vec::new(),
        };
        let request = reqwest::Client::new().post(format!("http://{address}/api/notes/push"));
        let answer = request.bearer_auth(&self.token).body(link::json::encode(&push)).send().await.ok()?;
        let pushed: Pushed = link::json::decode(&answer.text().await.ok()?).ok()?;
        Some(pushed.high)
    }

    pub async fn pull(&self, address: SocketAddr, cursor: Option<Cursor>, most: u32) -> Pulled {
        let pull = Pull { version: VERSION, cursor, stream: self.stream, most };
        self.post(address, "/api/notes/pull", &pull).await.unwrap()
    }

    /// A page, which must come.
    pub async fn page(&self, address: SocketAddr, cursor: Option<Cursor>) -> Page {
        match self.pull(address, cursor, 1_000).await {
            Pulled::Page(page) => page,
            Pulled::MustResync { .. } => panic!("must resync"),
        }
    }

    pub async fn post<T: Serialize, A: DeserializeOwned>(
        &self,
        address: SocketAddr,
        path: &str,
        body: &T,
    ) -> Result<A, (u16, String)> {
        let head = format!("Authorization: Bearer {}\r\n", self.token);
        let (status, body) =
            request(address, &format!("POST {path}"), &head, &link::json::encode(body)).await;
        if status == 200 { Ok(link::json::decode(&body).unwrap()) } else { Err((status, body)) }
    }
}

/// Where each one was stored; all must have been.
pub fn places(pushed: &Pushed) -> Vec<u64> {
    let place = |outcome: &Outcome| match outcome {
        Outcome::Stored { seq, .. } => *seq,
        other => panic!("{other:?}"),
    };
    pushed.outcomes.iter().map(place).collect()
}
