//! The program itself, killed without a warning, again and again.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Booth, House};
use desk::end::EndReason;
use link::message::BoothSays;
use link::state::BoothContactState;

/// Enough to hit the moments around a commit; the long run stands in the soak test.
const ROUNDS: i64 = 10;

#[tokio::test]
async fn what_was_answered_survives_a_kill_at_once_after_it() {
    let house = House::build();
    let (mut child, address) = house.spawn();
    let booth = house.add_booth_at(address, "ブース1").await;
    child.kill().unwrap();
    child.wait().unwrap();
    for round in 1..=ROUNDS {
        let (mut child, address) = house.spawn();
        let mut page = Booth::at(address, &booth).await;
        if let Some(contact) = page.state.contact.clone()
            && contact.state == (BoothContactState::Waiting { ahead: 0 })
        {
            assert!(contact.number.ends_with(&format!("-{:04}", round - 1)), "{}", contact.number);
            assert_eq!(page.ask(BoothSays::Leave { contact: contact.contact }).await, None);
            page.until(|state| {
                let state = state.contact.as_ref().map(|contact| contact.state.clone());
                matches!(state, Some(BoothContactState::Ended { end: EndReason::AbandonedWaiting, .. }))
            })
            .await;
        } else {
            assert_eq!(round, 1, "the contact was lost: {:?}", page.state.contact);
        }
        assert_eq!(page.ask(BoothSays::Ring).await, None);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(house.verified("arrived"), ROUNDS);
    assert_eq!(house.verified("abandoned"), ROUNDS - 1);
    assert_eq!(house.verified("conservation_difference"), 0);
}
