//! The doors: wrong passwords, revoked rights, enrolment codes, plain addresses, certificates.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use desk::code::Code;
use kenmu_tests::centre::{Centre, PASSWORD, Plan};
use kenmu_tests::child::Start;
use kenmu_tests::hear::first_tone_ms;
use kenmu_tests::place;
use kenmu_tests::seat::Seat;
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{OPERATOR_HZ, Stage, VISITOR_HZ};
use kenmu_tests::wait::until;

use super::common::{Talk, close, folder, heard, seat, stage};

/// A revoked right is cut within this.
const CUT: Duration = Duration::from_secs(5);
/// What is heard so long after an event is no rest in a buffer.
const BUFFERED_MS: f64 = 500.0;
/// Failures until an account is locked.
const FAILURES: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_the_tenth_locks_the_account() -> Result<()> {
    let folder = folder("wrong-password")?;
    let centre = Centre::open(&folder, &Plan { operators: 2, ..Plan::default() }).await?;
    let silent = [("KENMU_CAMERA".to_owned(), Some("none".to_owned()))].into_iter().collect();
    let mut desk = Seat::start(&centre, "machine", "op01", &silent)?;
    let mut failures = 0;
    for _ in 0..FAILURES {
        let code = desk.refused_password("kenmu-wrong-2026").await?;
        ensure!(code == Code::WrongPassword, "failure {failures} is told as what it is: {code:?}");
        failures += 1;
    }
    let code = desk.refused_password(PASSWORD).await?;
    ensure!(code == Code::Locked, "even the right password is locked out: {code:?}");
    println!("failures_until_locked\t{failures}");
    // The lock is the account's: another one comes in.
    let mut other = Seat::start(&centre, "other-machine", "op02", &silent)?;
    other.give_password(PASSWORD).await?;
    other.wait("another account is not locked", |_| true).await?;
    // A restart forgets no lock.
    desk.stop().await;
    other.stop().await;
    let mut centre = centre;
    centre.kill_server().await?;
    centre.start_server().await?;
    let mut desk = Seat::start(&centre, "machine", "op01", &silent)?;
    let code = desk.refused_password(PASSWORD).await?;
    ensure!(code == Code::Locked, "the lock outlives the server: {code:?}");
    desk.stop().await;
    centre.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_is_revoked_is_cut_within_five_seconds() -> Result<()> {
    let stage = stage("revoked", 1, "").await?;
    let desk = seat(&stage, 1).await?;
    stage.centre.ask(&["operator", "password", "op01"], "another-password-2026").await?;
    let revoked = Instant::now();
    desk.at_sign_in("the desk is signed out", |_, error, _| error.is_some()).await?;
    let cut = revoked.elapsed();
    println!("revoked_sign_in_cut_ms\t{}", cut.as_millis());
    ensure!(cut <= CUT, "cut within 5 s: {cut:?}");
    close(stage, vec![desk], vec![]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booth_that_is_revoked_in_a_talk_is_cut_within_five_seconds() -> Result<()> {
    let mut talk = Talk::open("booth-revoked", &Plan::default()).await?;
    talk.stage.centre.ask(&["booth", "revoke", "1"], "").await?;
    let revoked = Instant::now();
    talk.desk
        .wait("the visitor's side is gone", |desk| {
            desk.state.contact.as_ref().is_some_and(|card| !card.visitor_up)
        })
        .await?;
    let cut = revoked.elapsed();
    println!("revoked_booth_cut_ms\t{}", cut.as_millis());
    ensure!(cut <= CUT, "cut within 5 s: {cut:?}");
    let silent = now_ms() + BUFFERED_MS;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = first_tone_ms(&talk.at_desk.clip(), VISITOR_HZ, silent);
    ensure!(after.is_none(), "nothing of the booth is heard any more");
    // The page says so, and can be enrolled anew.
    talk.booth.page.press("enrol-anew").await?;
    talk.booth.code().await?;
    talk.end().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn five_guessed_codes_void_the_right_one_and_the_page_shows_another() -> Result<()> {
    let stage = stage("guessed-code", 1, "").await?;
    let booth = stage.stranger(1, |browser| browser).await?;
    let code = booth.code().await?;
    booth.page.photograph(&stage.folder.join("booth-enrol.png")).await?;
    for guess in 0..5 {
        let wrong = format!("ZZ{guess}-22{guess}");
        let refused = stage.centre.approve(&wrong, "ブース9").await;
        ensure!(refused.is_err(), "a guessed code is refused: {wrong}");
    }
    let late = stage.centre.approve(&code, "ブース1").await;
    ensure!(late.is_err(), "the right code is void after five guesses");
    println!("guessed_code_words\t{}", late.err().map(|fault| fault.to_string()).unwrap_or_default().trim());
    booth.page.press("enrol-renew").await?;
    let other = until("the page shows another code", Duration::from_secs(30), || async {
        booth.code().await.ok().filter(|now| *now != code)
    })
    .await?;
    stage.centre.approve(&other, "ブース1").await?;
    booth.screen("start").await?;
    close(stage, vec![], vec![booth]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_shown_eleven_minutes_ago_lets_nobody_in() -> Result<()> {
    let stage = stage("expired-code", 1, "").await?;
    let booth = stage.stranger(1, |browser| browser).await?;
    let code = booth.code().await?;
    let approve = ["booth", "approve", code.as_str(), "--name", "ブース1"];
    let late = stage.centre.ask_later("+11m", &approve).await;
    let words = late.err().context("an old code is refused")?.to_string();
    println!("expired_code_words\t{}", words.trim());
    stage.centre.ask_later("+9m", &approve).await?;
    booth.screen("start").await?;
    close(stage, vec![], vec![booth]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_without_a_certificate_is_opened_to_nobody_else() -> Result<()> {
    let folder = folder("plain-door")?;
    let server = Start::new("server", place::program("kenmu-server")?, &folder)
        .args(["--database", &format!("sqlite:{}", folder.join("kenmu.db").display())])
        .args(["serve", "--listen", "0.0.0.0:0"]);
    refused(server, "there is no certificate").await?;
    let desk = Start::new("desk", place::program("kenmu-desk-headless")?, &folder)
        .env("KENMU_SERVER", "http://192.0.2.1:8080");
    refused(desk, "http is only allowed to this machine").await?;
    std::fs::write(folder.join("exchange.key"), "no-key")?;
    let exchange = Start::new("exchange", place::program("kenmu-exchange")?, &folder)
        .args(["--server", "ws://192.0.2.1:8080/link", "--listen", "127.0.0.1:0"])
        .arg_path("--key-file", &folder.join("exchange.key"));
    refused(exchange, "wss").await
}

/// The program ends by itself with an error that holds these words.
async fn refused(start: Start, words: &str) -> Result<()> {
    let mut child = start.start()?;
    let ended = tokio::time::timeout(Duration::from_secs(10), child.ended_well()).await;
    let log = child.log();
    ensure!(!ended.context("it goes on as if nothing were wrong")?, "it ended well:\n{log}");
    ensure!(log.contains(words), "it says `{words}`:\n{log}");
    println!("refused\t{}", log.lines().last().unwrap_or_default());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_with_an_authority_of_its_own_talks_over_tls_end_to_end() -> Result<()> {
    let plan = Plan { operators: 2, tls: true, ..Plan::default() };
    let talk = Talk::open("tls", &plan).await?;
    heard(&talk.at_desk, VISITOR_HZ, now_ms()).await?;
    heard(&talk.at_booth, OPERATOR_HZ, now_ms()).await?;
    // Who does not trust the authority does not come in, and plain HTTP is not answered.
    let stranger = stranger(&talk.stage).await?;
    stranger
        .at_sign_in("an untrusted server is not spoken to", |busy, error, _| {
            !busy && error == Some(Code::Unreachable)
        })
        .await?;
    stranger.stop().await;
    let plain = format!("http://127.0.0.1:{}/health", talk.stage.centre.port);
    let answer = talk.stage.centre.http()?.get(&plain).send().await;
    ensure!(!answer.is_ok_and(|answer| answer.status().is_success()), "plain HTTP is not served");
    talk.card()?;
    talk.end().await?;
    Ok(())
}

/// A desk that was not told about the authority tries to sign in.
async fn stranger(stage: &Stage) -> Result<Seat> {
    let mut variables = stage.desk_variables();
    variables.insert("KENMU_CA_FILE".to_owned(), None);
    let mut desk = Seat::start(&stage.centre, "stranger", "op02", &variables)?;
    desk.give_password(PASSWORD).await?;
    Ok(desk)
}
