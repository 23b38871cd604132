//! What is written into the ledger today must be readable for ever: each kind of fact has its line.

use desk::centre::{Fact, OfferOutcome, OfferWhy, Owner, RejoinWhy, Rule};
use desk::contact::{CallbackResult, Channel, ConsultEnd, DeclineReason, DialFailure, Disposition, Mask};
use desk::end::EndReason;
use desk::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use desk::presence::{AwayWhy, Channels, Presence};
use desk::time::{Millis, Time};

const GOLDEN: &str = include_str!("golden/facts.jsonl");

fn every_kind() -> Vec<Fact> {
    let (operator, contact, offer, fence) = (OperatorId(3), ContactId(7), OfferId(11), Fence(2));
    let available = Presence::Available { channels: Channels::Both };
    let mut facts = vec![
        Fact::SignedIn { operator, session: Session(5) },
        Fact::SignedOut { operator, session: Session(5) },
        Fact::PresenceSet {
            operator,
            presence: Presence::Ringing { channel: Channel::Booth },
            next: available,
        },
        Fact::PresenceSet {
            operator,
            presence: Presence::Away { why: AwayWhy::NoAnswer },
            next: Presence::Lunch,
        },
        Fact::Arrived { contact, channel: Channel::Booth, booth: Some(BoothId(1)), call: None },
        Fact::Arrived { contact: ContactId(8), channel: Channel::Phone, booth: None, call: None },
        Fact::Arrived {
            contact: ContactId(9),
            channel: Channel::Phone,
            booth: None,
            call: Some(CallId(1_775_401_220_000_001)),
        },
        Fact::HandRaised { operator, up: true },
        Fact::PhoneSuspended { operator, on: true },
        Fact::Offered {
            offer,
            contact,
            operator,
            fence,
            expires: Time(1_775_401_220_000),
            why: OfferWhy { ready: 2, idle_ms: Millis(90_000), rings_before: 1, rule: Rule::Aged },
            asked_by: None,
        },
        Fact::OfferEnded { offer, outcome: OfferOutcome::Answered },
        Fact::OfferEnded { offer, outcome: OfferOutcome::Declined { reason: DeclineReason::MustLeave } },
        Fact::Accepted { offer, contact, operator, fence },
        Fact::Live { contact },
        Fact::HeldSet { contact, held: true },
        Fact::MaskSet { contact, mask: Mask::On },
        Fact::MaskSet { contact, mask: Mask::Lifting { at: Time(1_775_401_220_000) } },
        Fact::Rejoined { contact, operator, fence: Fence(3), why: RejoinWhy::OperatorBack },
        Fact::Interrupted { contact },
        Fact::Returned { contact, operator },
        Fact::Ended { contact, end: EndReason::VisitorEnded },
        Fact::Finished { contact, operator, disposition: Disposition::Guided },
        Fact::CallbackSettled { contact, operator, result: CallbackResult::NotReached },
    ];
    facts.extend(of_our_calls());
    facts.iter().for_each(is_known);
    facts
}

/// What came with calls that we make.
fn of_our_calls() -> Vec<Fact> {
    let (operator, contact, offer, fence) = (OperatorId(3), ContactId(7), OfferId(11), Fence(2));
    let call = CallId::dialled(contact, 1);
    vec![
        Fact::Offered {
            offer,
            contact,
            operator,
            fence,
            expires: Time(1_775_401_220_000),
            why: OfferWhy { ready: 1, idle_ms: Millis(0), rings_before: 0, rule: Rule::Asked },
            asked_by: Some(OperatorId(4)),
        },
        Fact::Dialled { contact, call, operator, offer, fence },
        Fact::Answered { contact },
        Fact::ConsultBegan { contact, with: Owner::Caller { call }, blind: true },
        Fact::ConsultLive { contact },
        Fact::ConsultJoined { contact, joined: true },
        Fact::ConsultOver { contact, why: ConsultEnd::Failed { why: DialFailure::Busy } },
        Fact::HandedOver { contact, from: OperatorId(4), offer, operator, fence },
    ]
}

/// A new kind of fact does not compile here: give it a line above and in the golden file.
fn is_known(fact: &Fact) {
    match fact {
        Fact::SignedIn { .. }
        | Fact::SignedOut { .. }
        | Fact::PresenceSet { .. }
        | Fact::HandRaised { .. }
        | Fact::PhoneSuspended { .. }
        | Fact::Arrived { .. }
        | Fact::Offered { .. }
        | Fact::OfferEnded { .. }
        | Fact::Accepted { .. }
        | Fact::Live { .. }
        | Fact::HeldSet { .. }
        | Fact::MaskSet { .. }
        | Fact::Rejoined { .. }
        | Fact::Interrupted { .. }
        | Fact::Returned { .. }
        | Fact::Ended { .. }
        | Fact::Finished { .. }
        | Fact::CallbackSettled { .. }
        | Fact::Dialled { .. }
        | Fact::Answered { .. }
        | Fact::ConsultBegan { .. }
        | Fact::ConsultLive { .. }
        | Fact::ConsultJoined { .. }
        | Fact::ConsultOver { .. }
        | Fact::HandedOver { .. } => {}
    }
}

#[test]
fn facts_are_written_as_ever_and_old_lines_are_still_read() {
    let facts = every_kind();
    let written: Vec<String> = facts.iter().map(link::json::encode).collect();
    assert_eq!(written, GOLDEN.lines().collect::<Vec<_>>(), "the ledger's wording has changed");
    for (line, fact) in GOLDEN.lines().zip(facts) {
        assert_eq!(link::json::decode::<Fact>(line), Ok(fact));
    }
    // Before there were other orders than the longest wait, a ring did not say by which rule it came.
    let older = GOLDEN.replace(",\"rule\":\"aged\"", "");
    let mut older = older.lines().map(link::json::decode::<Fact>);
    let rule = older.find_map(|fact| match fact {
        Ok(Fact::Offered { why, .. }) => Some(why.rule),
        _ => None,
    });
    assert_eq!(rule, Some(Rule::LongestWait));
}
