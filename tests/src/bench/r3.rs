//! R3: a booth's ring leaves → the offer is read at an idle desk. Ours: the real server and bare lines to
//! it. The peer is the least that it can cost: a TCP relay that commits the same rows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use desk::centre::Owner;
use desk::ids::ContactId;
use desk::presence::{Channels, Chosen, Presence};
use link::message::{
    BoothSays, Down, ExchangeOrder, ExchangeSays, LegFact, LegSignal, OperatorSays, SignIn, SignedIn,
    ToBooth, ToOperator, VERSION, Who,
};
use link::state::{BoothChange, BoothContactState, BoothState, DeskChange, DeskState};

use super::Row;
use super::bare_booth::enrolled;
use super::bare_commit::BareCommit;
use super::bare_line::BareLine;
use crate::centre::{Centre, PASSWORD, Plan};
use crate::fact::median;
use crate::place;

/// Rounds of each kind, taking turns; the first ones warm caches and are left out.
const ROUNDS: usize = 220;
const WARM: usize = 20;
/// The pause before each round: whatever the one before has set off is over.
const PAUSE: Duration = Duration::from_millis(20);
/// A desk is suspect after 10 s without a word.
const PING: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(20);

/// Measures the row.
///
/// # Errors
/// When an offer does not come.
pub async fn measure() -> Result<Vec<Row>> {
    let folder = place::fresh("bench/r3")?;
    let mut centre = Centre::open(&folder, &Plan::default()).await?;
    // No media passes here: this exchange only says that both legs are up.
    centre.kill_exchange().await?;
    let mut way = Way::open(&centre).await?;
    let mut peer = BareCommit::open(&folder).await?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(tokio::time::timeout(LIMIT, way.round()).await.context("no offer came")??);
        tokio::time::sleep(PAUSE).await;
        peers.push(peer.round().await?);
        tokio::time::sleep(PAUSE).await;
    }
    centre.conservation().await?;
    centre.stop().await;
    let settled = |values: Vec<f64>| median(values.into_iter().skip(WARM).collect());
    let (ours, peer) = (settled(ours), settled(peers));
    let name = "ring to offer at an idle desk, µs; peer and limit: TCP relay with the same SQLite commit";
    Ok(vec![Row { id: "R3", name: name.to_owned(), ours, peer, limit: Some(peer) }])
}

/// The two ends of an offer's way.
struct Way {
    booth: BareLine,
    desk: BareLine,
    pinged: Instant,
}

impl Way {
    async fn open(centre: &Centre) -> Result<Way> {
        let mut booth = BareLine::open(centre.port, enrolled(centre, "ブース1").await?).await?;
        let booth_id = match (welcome(&mut booth).await?, booth.next().await?) {
            ((), ToBooth::Snapshot { state: BoothState { booth, .. }, .. }) => booth,
            (_, other) => bail!("a booth's snapshot: {other:?}"),
        };
        let mut desk = BareLine::open(centre.port, signed_in(centre).await?).await?;
        let operator = match (welcome(&mut desk).await?, desk.next().await?) {
            ((), ToOperator::Snapshot { state: DeskState { me, .. }, .. }) => me.operator,
            (_, other) => bail!("a desk's snapshot: {other:?}"),
        };
        let key = std::fs::read_to_string(centre.folder.join("exchange.key")).context("the key")?;
        let mut exchange = BareLine::open(centre.port, Who::Exchange { key }).await?;
        let legs = [Owner::Operator { operator }, Owner::Booth { booth: booth_id }]
            .map(|owner| LegFact { owner, leg: 1, up: true })
            .to_vec();
        let (bridges, calls, trunks) = Default::default();
        exchange.say(ExchangeSays::Inventory { bridges, legs, calls, dialled: Vec::new(), trunks }).await?;
        tokio::spawn(listen(exchange));
        let chosen = Chosen::Available { channels: Channels::Both };
        desk.say(OperatorSays::Choose { chosen }).await?;
        let mut way = Way { booth, desk, pinged: Instant::now() };
        way.ready(false).await?;
        Ok(way)
    }

    /// From the ring's first byte out to the offer's last byte in, µs.
    async fn round(&mut self) -> Result<f64> {
        if self.pinged.elapsed() > PING {
            self.pinged = Instant::now();
            self.desk.ping().await?;
            self.booth.ping().await?;
        }
        let began = Instant::now();
        self.booth.say(BoothSays::Ring).await?;
        let offered = loop {
            if let DeskChange::Offer(Some(offer)) = change(&mut self.desk).await? {
                break offer;
            }
        };
        let took = began.elapsed().as_secs_f64() * 1e6;
        self.leave(offered.contact).await?;
        Ok(took)
    }

    /// The visitor leaves; the desk is idle again.
    async fn leave(&mut self, contact: ContactId) -> Result<()> {
        self.booth.say(BoothSays::Leave { contact }).await?;
        loop {
            match self.booth.next().await? {
                ToBooth::Event { change: BoothChange::Contact(Some(shown)), .. }
                    if matches!(shown.state, BoothContactState::Ended { .. }) =>
                {
                    break;
                }
                ToBooth::Answer { refused: Some(code), .. } => bail!("refused: {code:?}"),
                ToBooth::Goodbye { code } => bail!("sent away: {code:?}"),
                _ => {}
            }
        }
        self.ready(true).await
    }

    /// The desk is 受付可, with its ring over if there was one.
    async fn ready(&mut self, rang: bool) -> Result<()> {
        let (mut silent, mut available) = (!rang, false);
        while !silent || !available {
            match change(&mut self.desk).await? {
                DeskChange::Offer(None) => silent = true,
                DeskChange::Me(me) => {
                    available = matches!(me.presence, Presence::Available { .. }) && me.media;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

async fn change(desk: &mut BareLine) -> Result<DeskChange> {
    loop {
        match desk.next::<DeskState, DeskChange, LegSignal>().await? {
            Down::Event { change, .. } => return Ok(change),
            Down::Goodbye { code } => bail!("the desk is sent away: {code:?}"),
            _ => {}
        }
    }
}

async fn welcome(line: &mut BareLine) -> Result<()> {
    match line.next::<serde_json::Value, serde_json::Value, serde_json::Value>().await? {
        Down::Welcome { .. } => Ok(()),
        other => bail!("a welcome: {other:?}"),
    }
}

/// Reads the orders away, and lives.
async fn listen(mut exchange: BareLine) -> Result<()> {
    let mut pinged = Instant::now();
    loop {
        let _: Down<(), (), ExchangeOrder> = exchange.next().await?;
        if pinged.elapsed() > PING {
            pinged = Instant::now();
            exchange.ping().await?;
        }
    }
}

async fn signed_in(centre: &Centre) -> Result<Who> {
    let body = SignIn { name: "op01".into(), password: PASSWORD.into(), version: VERSION, take_over: false };
    let told = centre
        .http()?
        .post(format!("{}/api/sign-in", centre.address()))
        .header("content-type", "application/json")
        .body(link::json::encode(&body))
        .send()
        .await?;
    ensure!(told.status().is_success(), "the sign-in was refused: {}", told.status());
    let SignedIn { token, .. } = link::json::decode(&told.text().await?).context("a sign-in")?;
    Ok(Who::Operator { token })
}
