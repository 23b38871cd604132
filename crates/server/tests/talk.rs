//! From the ring of a booth to the closed contact, and what a cut, a kill or a repetition does to it.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Booth, Desk, Exchange, House, Key, inventory, new_request};
use desk::centre::Owner;
use desk::code::Code;
use desk::contact::{Disposition, Phase};
use desk::end::EndReason;
use desk::ids::{BoothId, OperatorId};
use desk::presence::{Channels, Presence};
use link::message::{
    BoothSays, Bridge, DeskSignal, ExchangeOrder, ExchangeSays, LegFact, LegOffer, LegSignal, OperatorSays,
};
use link::state::{BoothContactState, BoothDoing, RingEnd};

/// One operator, one booth, one exchange; everybody is there and the operator is ready.
struct Scene {
    house: House,
    operator: OperatorId,
    token: String,
    booth: (BoothId, Key),
    key: String,
}

impl Scene {
    async fn set() -> (Scene, Desk, Booth, Exchange) {
        let mut house = House::build();
        let operator = house.add_operator("op01", "オペレーター01");
        let key = house.add_exchange();
        house.start().await;
        let booth = house.add_booth("ブース1").await;
        let token = house.token("op01").await;
        let mut exchange = house.exchange(&key).await;
        let mut desk = house.operator(&token, None).await;
        let page = house.booth(&booth).await;
        exchange.stands(&[Owner::Operator { operator }, Owner::Booth { booth: booth.0 }]).await;
        desk.until(|state| state.me.media).await;
        desk.available().await;
        (Scene { house, operator, token, booth, key }, desk, page, exchange)
    }

    /// The booth rings, the operator accepts, the exchange joins.
    async fn talk(&self, desk: &mut Desk, page: &mut Booth, exchange: &mut Exchange) -> Bridge {
        assert_eq!(page.ask(BoothSays::Ring).await, None);
        desk.until(|state| state.offer.is_some()).await;
        let offer = desk.state.offer.clone().unwrap();
        assert_eq!(desk.ask(OperatorSays::Accept { offer: offer.offer, fence: offer.fence }).await, None);
        let bridge = self.join(exchange).await;
        desk.until(|state| state.contact.as_ref().is_some_and(|contact| contact.phase == Phase::Live)).await;
        page.until(|state| {
            let state = state.contact.as_ref().map(|contact| &contact.state);
            matches!(state, Some(BoothContactState::Live { operator_up: true, .. }))
        })
        .await;
        bridge
    }

    async fn join(&self, exchange: &mut Exchange) -> Bridge {
        let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
        let ExchangeOrder::Join { contact, fence, visitor, operator, masked } = order else {
            panic!("{order:?}")
        };
        assert_eq!(visitor, Owner::Booth { booth: self.booth.0 });
        assert_eq!(operator, Owner::Operator { operator: self.operator });
        exchange.says(ExchangeSays::Joined { contact, fence }).await;
        Bridge { contact, fence, visitor, operator, held: false, masked, consult: None }
    }
}

#[tokio::test]
async fn a_booth_rings_and_is_served_to_the_end() {
    let (scene, mut desk, mut page, mut exchange) = Scene::set().await;
    let bridge = scene.talk(&mut desk, &mut page, &mut exchange).await;
    let card = desk.state.contact.clone().unwrap();
    assert!(card.number.starts_with("W-") && card.number.ends_with("-0001"), "{}", card.number);
    assert_eq!(card.booth.as_deref(), Some("ブース1"));
    assert_eq!(desk.state.me.presence, Presence::Video);
    desk.until(|state| state.booths[0].doing == BoothDoing::Talking { operator: scene.operator }).await;
    let Some(BoothContactState::Live { operator, .. }) =
        page.state.contact.clone().map(|contact| contact.state)
    else {
        panic!("{:?}", page.state.contact)
    };
    assert_eq!(operator, "オペレーター01");

    assert_eq!(desk.ask(OperatorSays::End { contact: bridge.contact }).await, None);
    let release = exchange.order_like(|order| matches!(order, ExchangeOrder::Release { .. })).await;
    let ExchangeOrder::Release { contact, fence, end } = release else { panic!("{release:?}") };
    assert_eq!((contact, end), (bridge.contact, EndReason::OperatorEnded));
    assert!(fence >= bridge.fence);
    desk.until(|state| state.me.presence == Presence::Wrapping).await;
    let finish = OperatorSays::Finish { contact: bridge.contact, disposition: Disposition::Guided };
    assert_eq!(desk.ask(finish).await, None);
    desk.until(|state| state.contact.is_none() && state.day.answered == 1).await;
    desk.until(|state| state.me.presence == Presence::Available { channels: Channels::Both }).await;
    page.until(|state| {
        matches!(
            state.contact.as_ref().map(|contact| &contact.state),
            Some(BoothContactState::Ended { end: EndReason::OperatorEnded, .. })
        )
    })
    .await;
    assert_eq!(scene.house.verified("answered"), 1);
    assert_eq!(scene.house.verified("conservation_difference"), 0);
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_and_no_second_effect() {
    let (scene, _desk, mut page, _exchange) = Scene::set().await;
    let ring = new_request();
    assert_eq!(page.ask_as(ring, BoothSays::Ring).await, None);
    assert_eq!(page.ask_as(ring, BoothSays::Ring).await, None);
    assert_eq!(page.ask(BoothSays::Ring).await, Some(Code::AlreadyWaiting));
    assert_eq!(scene.house.verified("arrived"), 1);
}

#[tokio::test]
async fn media_words_pass_through_and_without_an_exchange_the_owner_hears_so() {
    let (_scene, mut desk, mut page, mut exchange) = Scene::set().await;
    let offer = LegOffer { leg: 42, restart: false, sdp: "v=0\r\n".into() };
    assert_eq!(desk.ask(OperatorSays::Sdp(offer.clone())).await, None);
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Sdp { .. })).await;
    let ExchangeOrder::Sdp { owner, offer: passed } = order else { panic!("{order:?}") };
    assert_eq!(passed, offer);
    let answer = LegSignal::Answer { leg: 42, sdp: "v=0\r\na\r\n".into() };
    exchange.says(ExchangeSays::Leg { owner, signal: answer.clone() }).await;
    while desk.signals.is_empty() {
        desk.step().await;
    }
    assert_eq!(desk.signals, [DeskSignal::Leg(answer)]);

    drop(exchange);
    page.until(|state| !state.exchange_up).await;
    assert_eq!(page.ask(BoothSays::Sdp(offer)).await, None);
    while page.signals.is_empty() {
        page.step().await;
    }
    assert_eq!(page.signals, [LegSignal::Refused { leg: 42, code: Code::NoExchange }]);
}

#[tokio::test]
async fn the_end_of_an_older_leg_does_not_take_the_newer_one_down() {
    let (scene, mut desk, _page, mut exchange) = Scene::set().await;
    let owner = Owner::Operator { operator: scene.operator };
    exchange.says(ExchangeSays::Media(LegFact { owner, leg: 2, up: true })).await;
    exchange.says(ExchangeSays::Media(LegFact { owner, leg: 1, up: false })).await;
    exchange.says(ExchangeSays::Leg { owner, signal: LegSignal::RestartIce { leg: 2 } }).await;
    while desk.signals.is_empty() {
        desk.step().await;
    }
    assert!(desk.state.me.media);
    exchange.says(ExchangeSays::Media(LegFact { owner, leg: 2, up: false })).await;
    desk.until(|state| !state.me.media).await;
}

#[tokio::test]
async fn a_killed_server_comes_back_with_the_talk_and_nobody_is_lost() {
    let (mut scene, mut desk, mut page, mut exchange) = Scene::set().await;
    let bridge = scene.talk(&mut desk, &mut page, &mut exchange).await;
    desk.until(|state| state.day.answered == 1).await;
    let before = desk.state.clone();
    scene.house.kill().await;
    scene.house.start().await;

    // Everybody comes again; the exchange has kept its bridge.
    let mut exchange = scene.house.exchange(&scene.key).await;
    let legs = [bridge.operator, bridge.visitor].map(|owner| LegFact { owner, leg: 1, up: true }).to_vec();
    exchange.says(inventory(vec![bridge], legs)).await;
    let mut page = scene.house.booth(&scene.booth).await;
    let mut desk = scene.house.operator(&scene.token, Some(desk.resume())).await;
    assert!(desk.session > 1, "a new session, because the old stream died with the server");

    let (old, new) = (before.contact.unwrap(), desk.state.contact.clone().unwrap());
    assert_eq!((new.contact, &new.number, new.arrived), (old.contact, &old.number, old.arrived));
    // A newer session takes the talk along under a new fence, which the exchange must confirm.
    let again = scene.join(&mut exchange).await;
    assert_eq!(again.contact, bridge.contact);
    assert!(again.fence > bridge.fence);
    desk.until(|state| state.contact.as_ref().is_some_and(|contact| contact.phase == Phase::Live)).await;
    page.until(|state| state.contact.as_ref().is_some_and(|contact| contact.number == old.number)).await;
    assert_eq!(desk.state.day, before.day, "an answered contact stays answered");

    assert_eq!(desk.ask(OperatorSays::End { contact: bridge.contact }).await, None);
    let finish = OperatorSays::Finish { contact: bridge.contact, disposition: Disposition::Guided };
    assert_eq!(desk.ask(finish).await, None);
    // The next contact gets the next number: none is given twice.
    assert_eq!(page.ask(BoothSays::Ring).await, None);
    page.until(|state| state.contact.as_ref().is_some_and(|contact| contact.contact > old.contact)).await;
    assert!(page.state.contact.as_ref().unwrap().number.ends_with("-0002"));
    assert_eq!(scene.house.verified("arrived"), 2);
    assert_eq!(scene.house.verified("conservation_difference"), 0);
}

#[tokio::test]
async fn a_visitor_who_waits_through_a_kill_keeps_place_and_time() {
    let (mut scene, mut desk, mut page, exchange) = Scene::set().await;
    drop(exchange);
    desk.until(|state| !state.exchange_up).await;
    assert_eq!(page.ask(BoothSays::Ring).await, None);
    page.until(|state| state.contact.is_some()).await;
    let before = page.state.contact.clone().unwrap();
    scene.house.kill().await;
    scene.house.start().await;
    let page = scene.house.booth(&scene.booth).await;
    assert_eq!(page.state.contact, Some(before));
}

#[tokio::test]
async fn a_cut_line_resumes_where_it_was_and_a_gap_gets_everything() {
    let (scene, desk, mut page, _exchange) = Scene::set().await;
    let (resume, session, before) = (desk.resume(), desk.session, desk.state.clone());
    drop(desk);
    assert_eq!(page.ask(BoothSays::Ring).await, None);

    let mut wire = common::Wire::open(scene.house.address()).await;
    let who = link::message::Who::Operator { token: scene.token.clone() };
    wire.hello::<OperatorSays>(who.clone(), Some(resume)).await;
    let first = wire.next::<link::state::DeskState, link::state::DeskChange, LegSignal>().await;
    let link::message::Down::Welcome { stream, resumed: true, session: again, .. } = first else {
        panic!("{first:?}")
    };
    assert_eq!((stream, again.0), (resume.stream, session));
    // Exactly the missed events, from the next number on, lead to the present state.
    let mut state = before;
    let mut event = resume.event;
    while state.day.waiting != 1 || state.offer.is_none() {
        match wire.next::<link::state::DeskState, link::state::DeskChange, LegSignal>().await {
            link::message::Down::Event { event: number, change, .. } => {
                event += 1;
                assert_eq!(number, event);
                state.apply(change);
            }
            other => panic!("{other:?}"),
        }
    }

    // A number that was never given out: everything, in the same session.
    let mut wire = common::Wire::open(scene.house.address()).await;
    let resume = link::message::Resume { event: resume.event + 1000, ..resume };
    wire.hello::<OperatorSays>(who, Some(resume)).await;
    let desk = Desk::welcomed(wire).await;
    assert_eq!((desk.stream, desk.session), (resume.stream, session));
    assert_eq!(desk.state.day.waiting, 1);
}

#[tokio::test]
async fn a_newer_sign_in_closes_the_older_desk() {
    let (scene, mut desk, _page, _exchange) = Scene::set().await;
    let newer = scene.house.operator(&scene.token, None).await;
    assert!(newer.session > desk.session);
    assert_eq!(desk.wire.goodbye().await, Some(Code::Replaced));
}

#[tokio::test]
async fn signing_out_answers_then_closes_and_the_token_is_dead() {
    let (scene, mut desk, _page, mut exchange) = Scene::set().await;
    assert_eq!(desk.ask(OperatorSays::SignOut).await, None);
    assert_eq!(desk.wire.goodbye().await, Some(Code::NotSignedIn));
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::CloseLeg { .. })).await;
    assert_eq!(order, ExchangeOrder::CloseLeg { owner: Owner::Operator { operator: scene.operator } });
    let mut wire = common::Wire::open(scene.house.address()).await;
    wire.hello::<OperatorSays>(link::message::Who::Operator { token: scene.token.clone() }, None).await;
    assert_eq!(wire.goodbye().await, Some(Code::Unauthorised));
}

#[tokio::test]
async fn a_store_that_fails_changes_nothing_and_everybody_comes_back() {
    let (scene, mut desk, mut page, _exchange) = Scene::set().await;
    if !scene.house.config.database.starts_with("sqlite:") {
        return;
    }
    let breaker = sqlx::SqlitePool::connect(&scene.house.config.database).await.unwrap();
    sqlx::query("alter table ledger rename to away").execute(&breaker).await.unwrap();
    let request = new_request();
    assert_eq!(page.ask_as(request, BoothSays::Ring).await, Some(Code::StoreDown));
    assert_eq!(page.wire.goodbye().await, Some(Code::StoreDown));
    assert_eq!(desk.wire.goodbye().await, Some(Code::StoreDown));
    assert_eq!(scene.house.get("/health").await.0, 503);

    sqlx::query("alter table away rename to ledger").execute(&breaker).await.unwrap();
    breaker.close().await;
    while scene.house.get("/health").await.0 != 200 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let desk = scene.house.operator(&scene.token, None).await;
    assert_eq!(desk.state.day.arrived, 0, "nothing of the refused ring has happened");
    let mut page = scene.house.booth(&scene.booth).await;
    assert_eq!(page.ask_as(request, BoothSays::Ring).await, None);
    assert_eq!(scene.house.verified("arrived"), 1);
}

#[tokio::test]
async fn who_took_a_call_that_could_not_be_joined_is_told_so() {
    let (_scene, mut desk, mut page, mut exchange) = Scene::set().await;
    assert_eq!(page.ask(BoothSays::Ring).await, None);
    desk.until(|state| state.offer.is_some()).await;
    let taken = desk.state.offer.clone().unwrap();
    assert_eq!(desk.ask(OperatorSays::Accept { offer: taken.offer, fence: taken.fence }).await, None);
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
    let ExchangeOrder::Join { contact, fence, .. } = order else { panic!("{order:?}") };
    exchange.says(ExchangeSays::JoinFailed { contact, fence, code: Code::NoMedia }).await;
    desk.until(|state| state.notice.is_some()).await;
    let notice = desk.state.notice.clone().unwrap();
    assert_eq!((notice.offer, notice.end), (taken.offer, RingEnd::NotConnected { returned: true }));
}

#[tokio::test]
async fn an_exchange_that_missed_a_hold_hears_it_when_it_comes_back() {
    let (scene, mut desk, mut page, mut exchange) = Scene::set().await;
    let bridge = scene.talk(&mut desk, &mut page, &mut exchange).await;
    let contact = bridge.contact;
    assert_eq!(desk.ask(OperatorSays::Hold { contact, held: true }).await, None);
    drop(exchange);
    let mut exchange = scene.house.exchange(&scene.key).await;
    exchange.says(inventory(vec![bridge], Vec::new())).await;
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Hold { .. })).await;
    assert_eq!(order, ExchangeOrder::Hold { contact, fence: bridge.fence, held: true });
}

#[tokio::test]
async fn a_second_sign_in_in_a_talk_asks_first_and_then_the_talk_moves() {
    let (scene, mut desk, mut page, mut exchange) = Scene::set().await;
    let first = scene.talk(&mut desk, &mut page, &mut exchange).await;
    let elsewhere = scene.house.sign_in_as("op01", common::PASSWORD).await;
    assert_eq!(elsewhere, (409, r#"{"code":"in_talk_elsewhere"}"#.into()));
    // Asking costs nothing: no failure is counted, and the talk goes on where it is.
    for _ in 0..12 {
        assert_eq!(scene.house.sign_in_as("op01", common::PASSWORD).await.0, 409);
    }
    let body = format!(
        r#"{{"name":"op01","password":"{}","version":{},"take_over":true}}"#,
        common::PASSWORD,
        link::message::VERSION
    );
    let (status, body) = scene.house.post("/api/sign-in", "", &body).await;
    assert_eq!(status, 200, "{body}");
    let token = link::json::decode::<link::message::SignedIn>(&body).unwrap().token;
    let mut newer = scene.house.operator(&token, None).await;
    assert_eq!(desk.wire.goodbye().await, Some(Code::Replaced));
    let moved = scene.join(&mut exchange).await;
    assert!(moved.contact == first.contact && moved.fence > first.fence, "{moved:?}");
    newer.until(|state| state.contact.as_ref().is_some_and(|contact| contact.phase == Phase::Live)).await;
}
