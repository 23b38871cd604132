//! A telephone that is not ours (baresip) at the end of a trunk: encrypted from its first word to its last, and with
//! Opus as its only codec.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use desk::centre::CallOver;
use desk::ids::{CallId, ContactId};
use exchange::sip::{CallNews, DialFailure, DialNews, PhoneLeg, SipConfig, Stack};
use kenmu_tests::authority::Authority;
use kenmu_tests::baresip::{Baresip, Kind, Speaks};
use kenmu_tests::centre::Plan;
use kenmu_tests::place;
use kenmu_tests::seat::Seat;
use kenmu_tests::sound::{Recording, now_ms};
use kenmu_tests::stage::{OPERATOR_HZ, Stage};
use media::g711::{Law, decode, encode};
use peer::{Codec, Rtp, Track};
use tokio::sync::mpsc;

use super::common::{close, folder, heard, seat};

const CALLER_HZ: f64 = 710.0;
const NUMBER: &str = "09012345678";
/// Whose certificate is refused is asked again until RFC 3261 gives up, after 32 s.
const PATIENCE: Duration = Duration::from_secs(40);

/// The telephone calls, the operator accepts, and both hear each other.
async fn talk(
    stage: &Stage,
    desk: &mut Seat,
    phone: &mut Baresip,
    speaker: &Recording,
    calls: usize,
) -> Result<()> {
    phone.call(stage.centre.trunk()?).await?;
    phone.told("CALL_ESTABLISHED", calls).await?;
    desk.offered().await?;
    desk.answer().await?;
    desk.live().await?;
    heard(speaker, CALLER_HZ, now_ms()).await?;
    let peak = phone.hears(OPERATOR_HZ).await?;
    println!("operator_at_the_telephone\t{} Hz, {:.1} dBFS", peak.hz, peak.dbfs);
    Ok(())
}

/// Two calls, one of which each side ends.
async fn both_hang_up(stage: Stage, mut phone: Baresip) -> Result<()> {
    let mut desk = seat(&stage, 1).await?;
    let speaker = stage.sound.record("desk_speaker")?;
    talk(&stage, &mut desk, &mut phone, &speaker, 1).await?;
    phone.hang_up().await?;
    desk.finish().await?;
    talk(&stage, &mut desk, &mut phone, &speaker, 2).await?;
    desk.end_and_finish().await?;
    phone.told("CALL_CLOSED", 2).await?;
    let told = close(stage, vec![desk], vec![]).await?;
    for line in ["end_visitor_ended\t1", "end_operator_ended\t1"] {
        ensure!(told.contains(line), "the ledger counts {line}:\n{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_over_tls_and_srtp_is_served_and_either_side_hangs_up() -> Result<()> {
    let plan = Plan { telephone: true, tls: true, secret_trunk: true, ..Plan::default() };
    let stage = Stage::open_as(&folder("phone-secret")?, &plan).await?;
    let secret = Some(stage.centre.certificates()?);
    let kind = Kind { number: NUMBER, speaks: Speaks::Pcmu, hz: CALLER_HZ, secret };
    let phone = Baresip::start(&stage.folder, "baresip", &kind).await?;
    both_hang_up(stage, phone).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_that_speaks_opus_alone_is_served() -> Result<()> {
    let stage = Stage::open_as(&folder("phone-opus")?, &Plan { telephone: true, ..Plan::default() }).await?;
    let kind = Kind { number: NUMBER, speaks: Speaks::Opus, hz: CALLER_HZ, secret: None };
    let phone = Baresip::start(&stage.folder, "baresip", &kind).await?;
    both_hang_up(stage, phone).await
}

/// An exchange's telephone side that calls one trunk over TLS, and its news.
async fn caller(
    own: &Authority,
    believed: &Authority,
    phone: &Baresip,
) -> Result<(Stack, mpsc::Receiver<CallNews>)> {
    // Another story in this process may have chosen the same provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let file = own.file.with_file_name("sip.toml");
    let text = format!(
        "listen = ['tls:127.0.0.1:0']\nrtp_ports = '25000-25099'\nca_file = '{}'\n\
         tls = {{ certificate = '{}', key = '{}' }}\noutbound = {{ trunk = 'main', caller_id = '0120123456' }}\n\
         [[trunk]]\nname = 'main'\naddresses = ['127.0.0.1']\ndial = '{}'\nsrtp = 'required'\n",
        believed.file.display(),
        own.chain.display(),
        own.key.display(),
        phone.address(),
    );
    std::fs::write(&file, text).context("write the settings")?;
    let (told, news) = mpsc::channel(1_024);
    Ok((Stack::start(SipConfig::read(&file)?, told).await?, news))
}

async fn next(news: &mut mpsc::Receiver<CallNews>) -> Result<CallNews> {
    loop {
        match tokio::time::timeout(PATIENCE, news.recv())
            .await
            .context("news in time")?
            .context("the stack lives")?
        {
            CallNews::Trunks(_) => {}
            told => return Ok(told),
        }
    }
}

/// Begins a call, and gives its leg.
async fn dial(stack: &Stack, news: &mut mpsc::Receiver<CallNews>, number: &str) -> Result<Arc<PhoneLeg>> {
    // The first call of its stack, so that no other one has this name.
    stack.dialler().dial(CallId::dialled(ContactId(1), 0), number).await?;
    match next(news).await? {
        CallNews::Dialling { leg, .. } => Ok(leg),
        _ => anyhow::bail!("other news than the beginning"),
    }
}

/// Speaks a tone for so long, and gives all samples that are heard meanwhile, at 8 kHz.
async fn speak(leg: &PhoneLeg, hz: f64, time: Duration) -> Vec<i16> {
    let heard: Arc<Mutex<Vec<i16>>> = Arc::default();
    let kept = Arc::clone(&heard);
    leg.on_rtp(Box::new(move |rtp| {
        kept.lock().expect("nobody panicked").extend(decode(Law::Mu, &rtp.payload));
    }));
    let mut sine = media::tone::Sine::new(hz * 6.0, 0.25);
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    for number in 0..(time.as_millis() / 20) as u16 {
        ticks.tick().await;
        let samples: Vec<i16> = (0..160).map(|_| sine.sample()).collect();
        let payload = encode(Law::Mu, &samples).into();
        let timestamp = u32::from(number) * 960;
        let (track, codec, marker) = (Track::Audio, Codec::Pcmu, number == 0);
        leg.send(Rtp { track, codec, marker, sequence: number, timestamp, payload });
    }
    heard.lock().expect("nobody panicked").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_ours_is_encrypted_to_whom_we_believe_and_to_nobody_else() -> Result<()> {
    let (folder, strange) = (folder("secret-dial")?, place::fresh("story/secret-dial-strange")?);
    let (own, stranger) = (Authority::make(&folder)?, Authority::make(&strange)?);
    let kind = Kind { number: "0487829922", speaks: Speaks::Pcmu, hz: CALLER_HZ, secret: Some(&own) };
    let phone = Baresip::start(&folder, "baresip", &kind).await?;

    let (stack, mut news) = caller(&own, &own, &phone).await?;
    let leg = dial(&stack, &mut news, kind.number).await?;
    loop {
        match next(&mut news).await? {
            CallNews::Dialled { news: DialNews::Answered, .. } => break,
            CallNews::Dialled { news: DialNews::Ringing, .. } => {}
            _ => anyhow::bail!("other news than ringing and the answer"),
        }
    }
    let (heard, hears) =
        tokio::join!(speak(&leg, OPERATOR_HZ, Duration::from_secs(4)), phone.hears(OPERATOR_HZ));
    let times6: Vec<i16> = heard.iter().flat_map(|sample| [*sample; 6]).collect();
    let latest = &times6[times6.len().saturating_sub(24_000)..];
    let (there, here) = (hears?, media::tone::strongest_near(latest, CALLER_HZ, 50.0));
    println!("there\t{} Hz, {:.1} dBFS\nhere\t{} Hz, {:.1} dBFS", there.hz, there.dbfs, here.hz, here.dbfs);
    ensure!((here.hz - CALLER_HZ).abs() <= 3.0 && here.dbfs > -36.0, "the telephone is heard: {here:?}");
    leg.hang_up();
    phone.told("CALL_CLOSED", 1).await?;
    stack.stop().await;

    let (stack, mut news) = caller(&own, &stranger, &phone).await?;
    let _leg = dial(&stack, &mut news, kind.number).await?;
    match next(&mut news).await? {
        CallNews::Dialled { news: DialNews::Failed(failure), .. } => {
            println!("a certificate that nobody vouches for\t{failure:?}");
            ensure!(failure == DialFailure::CarrierTrouble, "told as the carrier's trouble: {failure:?}");
        }
        CallNews::Over { how: CallOver::HungUp | CallOver::LineLost, .. } => anyhow::bail!("it was answered"),
        _ => anyhow::bail!("other news"),
    }
    stack.stop().await;
    Ok(())
}
