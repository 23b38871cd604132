//! What the way of an offer costs without a server: a relay that reads a ring on one TCP connection, commits
//! the same rows to a database of the same schema and mode on the same disk, and writes an offer on another.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::place;

/// A booth's ring and a desk's offer on the wire, bytes: as ours are, frames included.
const RING: usize = 100;
const OFFER: usize = 420;

/// Both ends of the relay.
pub struct BareCommit {
    booth: TcpStream,
    desk: TcpStream,
}

impl BareCommit {
    /// Makes the database in the folder and starts the relay on a thread of its own.
    ///
    /// # Errors
    /// When there is no port, or the schema cannot be made.
    pub async fn open(folder: &Path) -> Result<BareCommit> {
        let database = open(&folder.join("bare.db")).await?;
        let door = TcpListener::bind("127.0.0.1:0").await.context("a port for the relay")?;
        let address = door.local_addr()?;
        let booth = TcpStream::connect(address).await?;
        let (from, _) = door.accept().await?;
        let desk = TcpStream::connect(address).await?;
        let (to, _) = door.accept().await?;
        for stream in [&booth, &from, &desk, &to] {
            stream.set_nodelay(true)?;
        }
        let (from, to) = (from.into_std()?, to.into_std()?);
        std::thread::spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // Sockets belong to the runtime in which they are made ours.
            runtime.block_on(async {
                relay(TcpStream::from_std(from)?, TcpStream::from_std(to)?, database).await
            })
        });
        Ok(BareCommit { booth, desk })
    }

    /// From the ring's first byte out to the offer's last byte in, µs.
    ///
    /// # Errors
    /// When the relay is gone.
    pub async fn round(&mut self) -> Result<f64> {
        let mut offer = [0; OFFER];
        let began = Instant::now();
        self.booth.write_all(&[b'r'; RING]).await.context("the relay is gone")?;
        self.desk.read_exact(&mut offer).await.context("the relay is gone")?;
        Ok(began.elapsed().as_secs_f64() * 1e6)
    }
}

/// Ends with its connections.
async fn relay(mut from: TcpStream, mut to: TcpStream, mut database: SqliteConnection) -> Result<()> {
    let mut ring = [0; RING];
    for place in 1_u64.. {
        if from.read_exact(&mut ring).await.is_err() {
            break;
        }
        // One word to the database's thread for the whole transaction: the least that it can cost.
        sqlx::raw_sql(sqlx::AssertSqlSafe(rows(place))).execute(&mut database).await.context("commit")?;
        to.write_all(&[b'o'; OFFER]).await?;
    }
    Ok(())
}

async fn open(file: &Path) -> Result<SqliteConnection> {
    let mut database = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .connect()
        .await
        .context("a database for the relay")?;
    let mut migrations: Vec<_> = std::fs::read_dir(place::top().join("migrations/server"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    migrations.sort();
    for migration in migrations {
        let text = std::fs::read_to_string(migration)?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut database).await.context("the schema")?;
    }
    let operator = "insert into operator (operator_id, name, display, password_hash, added_ms)
                    values (1, 'op01', 'op01', '-', 0)";
    sqlx::raw_sql(operator).execute(&mut database).await.context("an operator")?;
    Ok(database)
}

/// What the server stores when a booth rings and a desk is ready: three facts, a contact, an offer, and two
/// looks at its counters. Bodies are as long as the real ones.
fn rows(place: u64) -> String {
    let seq = place * 3;
    let at = 1_775_401_220_000 + place;
    let fact = |nth: u64, kind: &str, contact: &str, operator: &str, body: &str| {
        format!(
            "insert into ledger (seq, at_ms, kind, version, contact_id, operator_id, body)
             values ({}, {at}, '{kind}', 1, {contact}, {operator}, '{body}');",
            seq + nth
        )
    };
    let contact = place.to_string();
    let arrived = fact(
        0,
        "arrived",
        &contact,
        "null",
        &format!(r#"{{"kind":"arrived","contact":{place},"channel":"booth","booth":1,"call":null}}"#),
    );
    let offered = fact(
        1,
        "offered",
        &contact,
        "1",
        &format!(
            r#"{{"kind":"offered","offer":{place},"contact":{place},"operator":1,"fence":1,"expires":{at},"why":{{"ready":1,"idle_ms":12345,"rings_before":0,"rule":"longest_wait"}}}}"#
        ),
    );
    let presence = fact(
        2,
        "presence_set",
        "null",
        "1",
        r#"{"kind":"presence_set","operator":1,"presence":{"kind":"ringing","channel":"booth"},"next":{"kind":"available","channels":"both"}}"#,
    );
    format!(
        "begin immediate;
         update counter set value = value where name = 'hub';
         {arrived}
         insert into contact (contact_id, number, channel, state, arrived_ms)
         values ({place}, 'W-20260406-{place:04}', 'booth', 'waiting', {at});
         {offered}
         insert into offer (offer_id, contact_id, operator_id, fence, state, offered_ms, expires_ms)
         values ({place}, {place}, 1, 1, 'ended', {at}, {at});
         {presence}
         update counter set value = 1 where name = 'session' and value < 1;
         commit;"
    )
}
