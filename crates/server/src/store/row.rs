//! What a fact looks like as a row, whatever the dialect. Knows no SQL.

use desk::centre::{Fact, OfferOutcome};
use desk::contact::{CallbackResult, Channel, Disposition};
use desk::end::EndReason;
use desk::ids::{ContactId, OfferId, OperatorId};
use serde::Serialize;

/// The version in which facts are written today.
pub const VERSION: u64 = 1;

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its kind, as in its JSON.
    pub kind: &'static str,
    /// Which contact, when the fact names one.
    pub contact: Option<ContactId>,
    /// Which offer, when the fact names one.
    pub offer: Option<OfferId>,
    /// Which operator, when the fact names one.
    pub operator: Option<OperatorId>,
}

/// Reads off a fact what it is about.
pub fn subject(fact: &Fact) -> Subject {
    let about = |kind, contact, offer, operator| Subject { kind, contact, offer, operator };
    match *fact {
        Fact::SignedIn { operator, .. } => about("signed_in", None, None, Some(operator)),
        Fact::SignedOut { operator, .. } => about("signed_out", None, None, Some(operator)),
        Fact::PresenceSet { operator, .. } => about("presence_set", None, None, Some(operator)),
        Fact::PhoneSuspended { operator, .. } => about("phone_suspended", None, None, Some(operator)),
        Fact::HandRaised { operator, .. } => about("hand_raised", None, None, Some(operator)),
        Fact::Arrived { contact, .. } => about("arrived", Some(contact), None, None),
        Fact::Dialled { offer, contact, operator, .. } => {
            about("dialled", Some(contact), Some(offer), Some(operator))
        }
        Fact::Answered { contact } => about("answered", Some(contact), None, None),
        Fact::ConsultBegan { contact, .. } => about("consult_began", Some(contact), None, None),
        Fact::ConsultLive { contact } => about("consult_live", Some(contact), None, None),
        Fact::ConsultJoined { contact, .. } => about("consult_joined", Some(contact), None, None),
        Fact::ConsultOver { contact, .. } => about("consult_over", Some(contact), None, None),
        Fact::HandedOver { offer, contact, operator, .. } => {
            about("handed_over", Some(contact), Some(offer), Some(operator))
        }
        Fact::Offered { offer, contact, operator, .. } => {
            about("offered", Some(contact), Some(offer), Some(operator))
        }
        Fact::OfferEnded { offer, .. } => about("offer_ended", None, Some(offer), None),
        Fact::Accepted { offer, contact, operator, .. } => {
            about("accepted", Some(contact), Some(offer), Some(operator))
        }
        Fact::Live { contact } => about("live", Some(contact), None, None),
        Fact::HeldSet { contact, .. } => about("held_set", Some(contact), None, None),
        Fact::MaskSet { contact, .. } => about("mask_set", Some(contact), None, None),
        Fact::Rejoined { contact, operator, .. } => about("rejoined", Some(contact), None, Some(operator)),
        Fact::Interrupted { contact } => about("interrupted", Some(contact), None, None),
        Fact::Returned { contact, operator } => about("returned", Some(contact), None, Some(operator)),
        Fact::Ended { contact, .. } => about("ended", Some(contact), None, None),
        Fact::Finished { contact, operator, .. } => about("finished", Some(contact), None, Some(operator)),
        Fact::CallbackSettled { contact, operator, .. } => {
            about("callback_settled", Some(contact), None, Some(operator))
        }
    }
}

/// A channel as the tables keep it.
pub fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Booth => "booth",
        Channel::Phone => "phone",
    }
}

/// An offer's outcome as the tables keep it.
pub fn outcome_word(outcome: OfferOutcome) -> &'static str {
    match outcome {
        OfferOutcome::Answered => "answered",
        OfferOutcome::Declined { .. } => "declined",
        OfferOutcome::NotAnswered => "not_answered",
        OfferOutcome::Rescinded => "rescinded",
        OfferOutcome::Abandoned => "abandoned",
        OfferOutcome::SeatGone => "seat_gone",
    }
}

/// An end reason as the tables keep it: the same word as in the ledger.
pub fn end_word(end: EndReason) -> String {
    bare_word(&end)
}

/// The end reason that the tables keep as this word; none: no end is written so.
pub fn end_of_word(word: &str) -> Option<EndReason> {
    EndReason::ALL.into_iter().find(|end| end_word(*end) == word)
}

/// What came of a callback as the tables keep it: the same word as in the ledger.
pub fn callback_word(result: CallbackResult) -> &'static str {
    match result {
        CallbackResult::Reached => "reached",
        CallbackResult::NotReached => "not_reached",
        CallbackResult::NotNeeded => "not_needed",
    }
}

/// A disposition as the tables keep it: the same word as in the ledger.
pub fn disposition_word(disposition: Disposition) -> String {
    bare_word(&disposition)
}

fn bare_word<T: Serialize>(word: &T) -> String {
    link::json::encode(word).trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_in_the_table_is_the_kind_in_the_body() {
        let golden = include_str!("../../tests/golden/facts.jsonl");
        for line in golden.lines() {
            let fact: Fact = link::json::decode(line).expect("a golden line is a fact");
            let kind = format!("{{\"kind\":\"{}\"", subject(&fact).kind);
            assert!(line.starts_with(&kind), "{line}");
        }
    }

    #[test]
    fn a_word_is_the_one_of_the_ledger() {
        assert_eq!(end_word(EndReason::AbandonedRinging), "abandoned_ringing");
        assert_eq!(disposition_word(Disposition::Guided), "guided");
        for end in EndReason::ALL {
            assert_eq!(end_of_word(&end_word(end)), Some(end));
        }
        for result in [CallbackResult::Reached, CallbackResult::NotReached, CallbackResult::NotNeeded] {
            assert_eq!(callback_word(result), bare_word(&result));
        }
    }
}
