//! Who gets an offer, and what the others are told.

use anyhow::{Result, ensure};
use desk::code::Code;
use desk::presence::{AwayWhy, Channels, Chosen, Presence};
use link::state::RingEnd;

use super::common::{SHORT_RING, close, seat, stage};

#[tokio::test(flavor = "multi_thread")]
async fn an_unanswered_ring_goes_to_the_next_seat_and_the_first_is_away() -> Result<()> {
    let stage = stage("not-answered", 2, SHORT_RING).await?;
    let mut first = seat(&stage, 1).await?;
    let mut second = seat(&stage, 2).await?;
    let booth = stage.booth(1).await?;
    booth.call().await?;
    first.offered().await?;
    first.ring_ended("the ring has run out", |end| *end == RingEnd::NoAnswer).await?;
    let offered = second.offered().await?;
    ensure!(
        offered.state.offer.is_some_and(|offer| offer.why.rings_before == 1),
        "the second is told of the first"
    );
    let away = Presence::Away { why: AwayWhy::NoAnswer };
    first.wait("the first is 離席(不応答)", |desk| desk.state.me.presence == away).await?;
    second.answer().await?;
    second.live().await?;
    booth.screen("talk").await?;
    first.choose(Chosen::Available { channels: Channels::Both }).await?;
    first
        .wait("one press brings the first back", |desk| {
            matches!(desk.state.me.presence, Presence::Available { .. })
        })
        .await?;
    second.end_and_finish().await?;
    close(stage, vec![first, second], vec![booth]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_seats_that_accept_at_once_one_wins_and_the_other_hears_who() -> Result<()> {
    let stage = stage("two-accept", 2, "[desk]\noffers_at_once = 2\n").await?;
    let mut first = seat(&stage, 1).await?;
    let mut second = seat(&stage, 2).await?;
    let booth = stage.booth(1).await?;
    let mut told_taken = 0;
    for _ in 0..3 {
        booth.call().await?;
        first.offered().await?;
        second.offered().await?;
        let (a, b) = tokio::join!(first.answer(), second.answer());
        a?;
        b?;
        let won = tokio::select! {
            live = first.live() => { live?; 1 }
            live = second.live() => { live?; 2 }
        };
        let (winner, loser, name) = match won {
            1 => (&mut first, &mut second, "オペレーター01"),
            _ => (&mut second, &mut first, "オペレーター02"),
        };
        let told = |end: &RingEnd| *end == RingEnd::TakenBy { name: name.to_owned() };
        let lost = loser.ring_ended("the loser is told who won", told).await?;
        ensure!(lost.state.contact.is_none(), "the loser has no contact");
        told_taken += u32::from(lost.refused == Some(Code::Taken));
        ensure!(matches!(lost.state.me.presence, Presence::Available { .. }), "the loser stays ready");
        winner.end_and_finish().await?;
        booth.screen("start").await?;
    }
    println!("accepts_refused_as_taken\t{told_taken}");
    ensure!(told_taken > 0, "at least once the loser's accept reached the server and was refused");
    close(stage, vec![first, second], vec![booth]).await?;
    Ok(())
}
