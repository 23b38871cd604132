//! M5: processor time of what stands between a telephone (RTP) and an operator's warm line (DTLS-SRTP), for
//! one of fifty calls. Ours is the exchange; the peer is rtpengine in user space, between the same ends.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use desk::centre::Owner;
use desk::ids::{ContactId, Fence, OperatorId};
use link::message::{ExchangeOrder, ExchangeSays, LegOffer, LegSignal};

use super::bare_server::BareServer;
use super::rtpengine::{RtpEngine, refuse_the_rest, voice_alone};
use super::warm_line::WarmLine;
use super::{Row, tree};
use crate::centre::{own_trunk, sip};
use crate::child::{Child, Start, log_level};
use crate::fact::median;
use crate::phone::voice::{Packets, SSRC, Voice};
use crate::phone::{Phone, words};
use crate::place;
use crate::wait::until;

/// Calls at the same time.
const CALLS: u32 = 50;
/// Rounds of each kind, taking turns.
const ROUNDS: usize = 3;
/// How long the calls settle, and how long they are counted.
const SETTLE: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_secs(15);
const LIMIT: Duration = Duration::from_secs(20);
/// Packets a second from each end.
const RATE: u64 = 50;
/// A tenth of a per cent of a core: two times a hundred packets in and out, 5 µs each.
const FLOOR: f64 = 0.1;
/// The callers' voice.
const HZ: f64 = 710.0;

/// Measures the row.
///
/// # Errors
/// When a call does not stand, or its packets do not arrive at both ends.
pub async fn measure() -> Result<Vec<Row>> {
    let folder = place::fresh("bench/m5")?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(our_round(&folder).await?);
        peers.push(peer_round(&folder).await?);
        tracing::info!(?ours, ?peers, "% of a core for each call");
    }
    let name = "CPU per bridged call at 50 calls, G.711, % of a core; peer: rtpengine in user space";
    let (ours, peer) = (median(ours), median(peers));
    Ok(vec![Row { id: "M5", name: name.to_owned(), ours, peer, limit: Some(FLOOR) }])
}

async fn our_round(folder: &Path) -> Result<f64> {
    let mut server = BareServer::open().await?;
    let trunk = SocketAddr::from(([127, 0, 0, 1], place::free_udp_port()?));
    let exchange = exchange(folder, &server, trunk)?;
    until("the exchange answers at its trunk", LIMIT, || async { exchange_answers(&exchange) }).await?;
    let mut calls = Vec::new();
    for number in 1..=CALLS {
        calls.push(our_call(&mut server, trunk, number).await?);
    }
    let used =
        look(exchange.id(), || calls.iter().map(|(phone, desk)| (phone.packets(), desk.packets()))).await;
    for (phone, desk) in calls {
        phone.hang_up().await?;
        desk.close().await;
    }
    exchange.stop().await;
    used
}

/// The exchange as it is shipped.
fn exchange(folder: &Path, server: &BareServer, trunk: SocketAddr) -> Result<Child> {
    let trunks = folder.join("sip.toml");
    std::fs::write(&trunks, sip(trunk, &own_trunk(Some(trunk)), None))
        .context("write the exchange's trunks")?;
    Start::new("exchange", place::shipped("kenmu-exchange")?, folder)
        .args(["--server", &format!("ws://127.0.0.1:{}/link", server.port), "--listen", "127.0.0.1:0"])
        .arg_path("--sip", &trunks)
        .env("KENMU_EXCHANGE_KEY", "bench")
        .env("RUST_LOG", log_level())
        .start()
}

fn exchange_answers(exchange: &Child) -> Option<()> {
    exchange.log().contains("the server is there").then_some(())
}

/// A desk's warm line first, then the call, then both are joined.
async fn our_call(server: &mut BareServer, trunk: SocketAddr, number: u32) -> Result<(Phone, WarmLine)> {
    let operator = Owner::Operator { operator: OperatorId(number) };
    let (desk, sdp) = WarmLine::offer().await?;
    let offer = LegOffer { leg: 1, restart: false, sdp };
    server.order(ExchangeOrder::Sdp { owner: operator, offer }).await?;
    let answer = server.hear("its answer", |said| match said {
        ExchangeSays::Leg { owner, signal: LegSignal::Answer { sdp, .. } } if *owner == operator => {
            Some(sdp.clone())
        }
        _ => None,
    });
    desk.take_answer(&answer.await?).await?;
    let up = |said: &ExchangeSays| match said {
        ExchangeSays::Media(fact) => (fact.owner == operator && fact.up).then_some(()),
        _ => None,
    };
    server.hear("that the line is up", up).await?;
    let phone = Phone::call(trunk, &format!("0901234{number:04}"), HZ).await?;
    let came = |said: &ExchangeSays| match said {
        ExchangeSays::Call(fact) => Some(fact.call),
        _ => None,
    };
    let visitor = Owner::Caller { call: server.hear("that a call came in", came).await? };
    let (contact, fence) = (ContactId(number.into()), Fence(1));
    server.order(ExchangeOrder::Join { contact, fence, visitor, operator, masked: false }).await?;
    let joined = |said: &ExchangeSays| match said {
        ExchangeSays::Joined { contact: which, .. } => (*which == contact).then_some(()),
        _ => None,
    };
    server.hear("that the two are joined", joined).await?;
    Ok((phone, desk))
}

async fn peer_round(folder: &Path) -> Result<f64> {
    let mut engine = RtpEngine::start(folder).await?;
    let mut calls = Vec::new();
    for number in 1..=CALLS {
        calls.push(peer_call(&mut engine, number).await?);
    }
    let used =
        look(engine.id(), || calls.iter().map(|(phone, desk)| (phone.packets(), desk.packets()))).await;
    for (phone, desk) in calls {
        phone.stop();
        desk.close().await;
    }
    engine.stop().await;
    used
}

async fn peer_call(engine: &mut RtpEngine, number: u32) -> Result<(Voice, WarmLine)> {
    let (desk, offer) = WarmLine::offer().await?;
    let call = format!("call-{number}");
    let for_phone = engine.offer(&call, &voice_alone(&offer)?).await?;
    let phone = Voice::start(std::net::Ipv4Addr::LOCALHOST.into(), HZ).await?;
    let answer = engine.answer(&call, &phone_answer(phone.port())).await?;
    desk.take_answer(&refuse_the_rest(&answer, &offer)).await?;
    phone.speak_to(words::media_address(&for_phone).context("where the telephone speaks to")?);
    Ok((phone, desk))
}

/// A telephone's answer: G.711 alone. The parameter is the warm line's own, see `peer::wire::codecs`, and so is
/// the stream's name: beside refused sections a nameless stream could be anybody's.
fn phone_answer(port: u16) -> String {
    format!(
        "v=0\r\no=phone 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=fmtp:0 x-clock=48000\r\na=ptime:20\r\n\
         a=ssrc:{SSRC} cname:phone\r\na=sendrecv\r\n"
    )
}

/// Per cent of a core that the process uses for each call, while both ends of all of them are heard.
async fn look<I>(process: i32, packets: impl Fn() -> I) -> Result<f64>
where
    I: Iterator<Item = (Packets, Packets)>,
{
    tokio::time::sleep(SETTLE).await;
    let (before, cpu) = (packets().collect::<Vec<_>>(), tree::cpu_seconds(process)?);
    tokio::time::sleep(LOOK).await;
    let (after, used) = (packets().collect::<Vec<_>>(), tree::cpu_seconds(process)? - cpu);
    let least = LOOK.as_secs() * RATE * 95 / 100;
    for ((phone_before, desk_before), (phone, desk)) in before.into_iter().zip(after) {
        for (who, before, after) in [("telephone", phone_before, phone), ("desk", desk_before, desk)] {
            let (sent, heard) = (after.sent - before.sent, after.heard - before.heard);
            ensure!(sent >= least && heard >= least, "a {who} sent {sent} packets and heard {heard}");
        }
    }
    Ok(used / LOOK.as_secs_f64() / f64::from(CALLS) * 100.0)
}
