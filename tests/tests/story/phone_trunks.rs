//! Two trunks at once, one by an address list and one by registration: each goes away and comes back, the lead
//! sees it, and the calls of the other one go on coming in.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kenmu_tests::carrier::{Carrier, Mood};
use kenmu_tests::centre::{PASSWORD, Plan};
use kenmu_tests::hear::first_tone_ms;
use kenmu_tests::phone::{Over, Phone};
use kenmu_tests::seat::Seat;
use kenmu_tests::sound::{Recording, now_ms};
use kenmu_tests::stage::{OPERATOR_HZ, Stage};
use kenmu_tests::wait::until;

use super::common::{close, folder, heard, is_long, seat, unbroken};

const LISTED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const REGISTERED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
const CALLER_HZ: f64 = 710.0;
/// A question is given up after 10 s, and asked each second.
const NOTICED: Duration = Duration::from_secs(15);
/// RFC 3261 gives up a registration after 32 s; it is asked for each 3 s.
const GIVEN_UP: Duration = Duration::from_secs(45);

/// Both carriers and a centre with a trunk to each, a desk that takes calls and a lead who looks on.
struct House {
    stage: Stage,
    listed: Carrier,
    registered: Carrier,
    desk: Seat,
    speaker: Recording,
    lead: Seat,
}

impl House {
    async fn open() -> Result<House> {
        let (listed, registered) = (Carrier::open(LISTED).await?, Carrier::open(REGISTERED).await?);
        let trunks = format!(
            "[[trunk]]\nname = \"代表\"\naddresses = [\"{LISTED}\"]\nkeep_alive = \"sip:{}\"\nkeep_alive_s = 1\n\n\
             [[trunk]]\nname = \"フリーダイヤル\"\n\
             register = {{ registrar = \"sip:{}\", user = \"kenmu\", password = \"carrier\" }}\n",
            listed.at, registered.at
        );
        let plan = Plan { telephone: true, trunks: Some(&trunks), ..Plan::default() };
        let stage = Stage::open_as(&folder("trunks")?, &plan).await?;
        let add = ["operator", "add", "lead01", "--display", "責任者01", "--lead"];
        stage.centre.ask(&add, PASSWORD).await?;
        let mut variables = stage.desk_variables();
        for name in ["KENMU_SPEAKER", "KENMU_RINGER"] {
            variables.insert(name.to_owned(), Some("booth1_speaker".to_owned()));
        }
        let mut lead = Seat::start(&stage.centre, "lead01", "lead01", &variables)?;
        lead.give_password(PASSWORD).await?;
        let speaker = stage.sound.record("desk_speaker")?;
        let desk = seat(&stage, 1).await?;
        Ok(House { stage, listed, registered, desk, speaker, lead })
    }

    /// The lead sees the trunks like this, the listed one first.
    async fn shown(&mut self, what: &str, within: Duration, up: [bool; 2]) -> Result<()> {
        let from = now_ms();
        self.lead
            .wait_within(what, within, |desk| {
                desk.state.wall.as_ref().is_some_and(|wall| {
                    let states: Vec<bool> = wall.trunks.iter().map(|trunk| trunk.up).collect();
                    states == up
                })
            })
            .await?;
        println!("{what}\tshown after {:.1} s", (now_ms() - from) / 1000.0);
        Ok(())
    }

    async fn ring(&self, from: IpAddr, number: &str) -> Result<Phone> {
        Phone::call_from(from, self.stage.centre.trunk()?, number, CALLER_HZ).await
    }

    /// The desk takes what rings, and both hear each other.
    async fn take(&mut self, phone: &Phone) -> Result<()> {
        self.desk.offered().await?;
        self.desk.answer().await?;
        self.desk.live().await?;
        let from = now_ms();
        heard(&self.speaker, CALLER_HZ, from).await?;
        until("the caller hears the operator", Duration::from_secs(15), || async {
            first_tone_ms(&phone.clip(), OPERATOR_HZ, from)
        })
        .await?;
        Ok(())
    }

    async fn end(&mut self, phone: Phone) -> Result<()> {
        self.desk.end_and_finish().await?;
        ensure!(phone.over().await? == Over::Bye, "the exchange hangs up");
        Ok(())
    }

    /// A whole call by the trunk of this address.
    async fn serve(&mut self, from: IpAddr) -> Result<()> {
        let phone = self.ring(from, "09012345678").await?;
        self.take(&phone).await.with_context(|| format!("a call from {from}"))?;
        self.end(phone).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_goes_and_comes_back_and_the_other_one_brings_calls_meanwhile() -> Result<()> {
    let mut house = House::open().await?;
    house.shown("both trunks are up", NOTICED, [true, true]).await?;

    let talking = house.ring(LISTED, "09012345678").await?;
    house.take(&talking).await?;
    let waiting = house.ring(REGISTERED, "08012345678").await?;
    house.desk.wait("one waits", |desk| desk.state.queue.phone.waiting == 1).await?;

    let from = now_ms();
    house.listed.turn(Mood::Silent);
    house.shown("the listed trunk is down", NOTICED, [false, true]).await?;
    // Its talk stands in the exchange, whatever its carrier's signalling does.
    unbroken("caller_over_a_trunk_that_went_down", &house.speaker, CALLER_HZ, from, 100)?;
    house.end(talking).await?;
    house.take(&waiting).await?;
    house.end(waiting).await?;
    house.serve(REGISTERED).await?;
    house.listed.turn(Mood::Answers);
    house.shown("the listed trunk is up again", NOTICED, [true, true]).await?;
    house.serve(LISTED).await?;

    house.registered.turn(Mood::Refuses);
    house.shown("the registration is refused", NOTICED, [true, false]).await?;
    house.serve(LISTED).await?;
    house.registered.turn(Mood::Answers);
    house.shown("the trunk is registered again", NOTICED, [true, true]).await?;
    house.serve(REGISTERED).await?;
    let mut calls = 6;
    if is_long() {
        house.registered.turn(Mood::Silent);
        house.shown("the registrar is gone", GIVEN_UP, [true, false]).await?;
        house.serve(LISTED).await?;
        house.registered.turn(Mood::Answers);
        house.shown("the registrar is back", GIVEN_UP, [true, true]).await?;
        house.serve(REGISTERED).await?;
        calls += 2;
    }
    println!("carriers_asked\t{} {}", house.listed.asked(), house.registered.asked());
    let House { stage, desk, lead, .. } = house;
    let told = close(stage, vec![desk, lead], vec![]).await?;
    ensure!(told.contains(&format!("answered\t{calls}\n")), "every call was a talk:\n{told}");
    Ok(())
}
