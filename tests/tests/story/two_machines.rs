//! One operator at two machines: the second sign-in asks first, then the talk moves.

use anyhow::{Result, ensure};
use client::view::Intent;
use desk::code::Code;
use desk::contact::Phase;
use kenmu_tests::centre::{PASSWORD, Plan};
use kenmu_tests::seat::{Seat, phase};
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{OPERATOR_HZ, VISITOR_HZ};

use super::common::{Talk, heard};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_sign_in_asks_first_and_then_the_talk_moves_there() -> Result<()> {
    let talk = Talk::open("two-machines", &Plan::default()).await?;
    let mut variables = talk.stage.desk_variables();
    variables.insert("KENMU_SPEAKER".to_owned(), Some("booth2_speaker".to_owned()));
    let mut second = Seat::start(&talk.stage.centre, "second-machine", "op01", &variables)?;
    second.give_password(PASSWORD).await?;
    second.at_sign_in("the second machine asks", |_, _, take_over| take_over).await?;
    ensure!(talk.card()?.phase == Phase::Live, "the talk stays where it is until somebody agrees");
    second.intend(&Intent::TakeOver { agreed: false }).await?;
    second.at_sign_in("the question is withdrawn", |busy, _, take_over| !busy && !take_over).await?;
    ensure!(talk.card()?.phase == Phase::Live, "the talk stays where it is after a no");

    second.give_password(PASSWORD).await?;
    second.at_sign_in("the second machine asks again", |_, _, take_over| take_over).await?;
    let at_second = talk.stage.sound.record("booth2_speaker")?;
    let agreed = now_ms();
    second.intend(&Intent::TakeOver { agreed: true }).await?;
    let moved = second.wait("the talk is here", |desk| phase(desk) == Some(Phase::Live)).await?;
    ensure!(moved.state.contact.is_some_and(|card| card.contact == talk.contact), "the contact is the same");
    let heard_ms = heard(&at_second, VISITOR_HZ, agreed).await? - agreed;
    heard(&talk.at_booth, OPERATOR_HZ, now_ms()).await?;
    println!("talk_moved_heard_ms\t{heard_ms:.0}");
    talk.desk.at_sign_in("the first machine says why", |_, error, _| error == Some(Code::Replaced)).await?;
    second.end_and_finish().await?;
    let Talk { stage, desk, booth, .. } = talk;
    super::common::close(stage, vec![desk, second], vec![booth]).await?;
    Ok(())
}
