//! Folding one fact into the ledger. A fact that names something unknown is passed over: a ledger that
//! is not whole shows in [`super::Centre::check`], not in a crash at start.

use super::ledger::{DAYS_KEPT, Ledger, PAST_OFFERS_KEPT};
use super::record::{ConnectWhy, Contact, Hand, Offer, Operator, PastOffer, Stage, State, Talk};
use super::{Fact, OfferOutcome, RejoinWhy};
use crate::contact::Channel;
use crate::day::Day;
use crate::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use crate::presence::Presence;
use crate::time::{Millis, Time};

impl Ledger {
    /// Puts one fact in its place.
    pub fn apply(&mut self, at: Time, fact: &Fact) {
        match *fact {
            Fact::SignedIn { operator, session } => self.signed_in(operator, session),
            Fact::SignedOut { operator, session } => self.signed_out(operator, session),
            Fact::PresenceSet { operator, presence, next } => self.presence_set(at, operator, presence, next),
            Fact::Arrived { contact, channel, booth, call } => {
                self.arrived(at, contact, channel, booth, call);
            }
            Fact::Offered { offer, contact, operator, fence, expires, why, asked_by } => {
                let Some(session) = self.operators.get(&operator).and_then(|who| who.session) else { return };
                let offered = at;
                let offered = Offer { contact, operator, session, fence, offered, expires, why, asked_by };
                self.offered(offer, offered);
            }
            Fact::OfferEnded { offer, outcome } => self.offer_ended(at, offer, outcome),
            Fact::Accepted { offer: _, contact, operator, fence } => {
                self.accepted(at, contact, operator, fence)
            }
            Fact::Dialled { contact, call, operator, offer, fence } => {
                self.dialled(at, contact, call, (operator, offer, fence));
            }
            Fact::Answered { contact } => self.talk_mut(contact, |talk| {
                talk.stage = Stage::Connecting(ConnectWhy::Accepted);
                talk.since = at;
            }),
            Fact::ConsultBegan { contact, with, blind } => self.consult_began(at, contact, with, blind),
            Fact::ConsultLive { contact } => self.consult_live(at, contact),
            Fact::ConsultJoined { contact, joined } => self.consult_joined(at, contact, joined),
            Fact::ConsultOver { contact, why } => self.consult_over(contact, why),
            Fact::HandedOver { contact, from, offer: _, operator, fence } => {
                self.handed_over(at, contact, (from, operator), fence);
            }
            Fact::Live { contact } => self.live(at, contact),
            Fact::HeldSet { contact, held } => self.held_set(at, contact, held),
            Fact::PhoneSuspended { operator: _, on } => self.suspended = on.then_some(at),
            Fact::HandRaised { operator, up } => {
                if let Some(who) = self.operators.get_mut(&operator) {
                    who.asks = up.then_some(at);
                }
            }
            Fact::Rejoined { contact, operator: _, fence, why } => self.rejoined(at, contact, fence, why),
            Fact::Interrupted { contact } => {
                if let Some(contact) = self.contacts.get_mut(&contact) {
                    contact.interruptions += 1;
                }
            }
            Fact::MaskSet { contact, mask } => {
                if let Some(contact) = self.contacts.get_mut(&contact) {
                    contact.mask = mask;
                }
            }
            Fact::Returned { contact, operator } => self.returned(at, contact, operator),
            Fact::Ended { contact, end } => self.ended(at, contact, end),
            Fact::Finished { contact, operator, disposition: _ } => {
                if let Some(known) = self.contacts.get(&contact)
                    && let Some(answered) = known.answered
                {
                    let channel = known.channel;
                    self.handled.add(channel, at.since(answered));
                }
                self.hand(operator, Hand::Free);
                self.close(contact, Some(operator));
            }
            // The list of callbacks is the store's: the ledger forgets the calls that they are for.
            Fact::CallbackSettled { contact: _, operator: _, result: _ } => {}
        }
    }

    fn rejoined(&mut self, at: Time, contact: ContactId, fence: Fence, why: RejoinWhy) {
        self.talk_mut(contact, |talk| {
            talk.fence = fence;
            talk.stage = Stage::Connecting(ConnectWhy::Again(why));
            talk.since = at;
        });
        self.raise(contact, fence);
    }

    fn signed_in(&mut self, operator: OperatorId, session: Session) {
        let who = self.operators.entry(operator).or_insert_with(|| Operator::unknown(session));
        who.session = Some(session);
        who.newest = session;
    }

    fn signed_out(&mut self, operator: OperatorId, session: Session) {
        if let Some(who) = self.operators.get_mut(&operator)
            && who.session == Some(session)
        {
            who.session = None;
            who.asks = None;
        }
    }

    fn presence_set(&mut self, at: Time, operator: OperatorId, presence: Presence, next: Presence) {
        let Some(who) = self.operators.get_mut(&operator) else { return };
        if let Some(next) = next.chosen() {
            who.next = next;
        }
        if who.presence == presence {
            return;
        }
        let available = matches!(presence, Presence::Available { .. });
        let kept_place = matches!(who.presence, Presence::Available { .. } | Presence::Ringing { .. });
        if available && !kept_place {
            who.idle_since = at;
        }
        who.presence = presence;
        who.since = at;
    }

    fn arrived(
        &mut self,
        at: Time,
        id: ContactId,
        channel: Channel,
        booth: Option<BoothId>,
        call: Option<CallId>,
    ) {
        let day = Day::of(at);
        let serial = self.days.entry(day).or_default().arrived_mut(channel);
        *serial += 1;
        let contact = Contact { booth, call, ..Contact::new(channel, day, *serial, at) };
        if let Some(booth) = booth {
            let place = self.booths.entry(booth).or_default();
            place.current = Some(id);
            place.last = Some(id);
        }
        if let Some(call) = call {
            self.calls.insert(call, id);
        }
        self.queue.insert(Ledger::place(id, &contact));
        self.count_in(id, contact);
    }

    /// One more contact.
    pub(super) fn count_in(&mut self, id: ContactId, contact: Contact) {
        while self.days.len() > DAYS_KEPT {
            self.days.pop_first();
        }
        self.contacts.insert(id, contact);
        self.totals.arrived += 1;
        self.last_contact = self.last_contact.max(id.0);
    }

    fn offered(&mut self, id: OfferId, offer: Offer) {
        let Some(contact) = self.contacts.get_mut(&offer.contact) else { return };
        match (&mut contact.state, offer.asked_by, &mut contact.consult) {
            (State::Queued { offers }, None, _) => offers.push(id),
            (State::Talk(_), Some(_), Some(consult)) => consult.offer = Some(id),
            (State::Queued { .. } | State::Talk(_) | State::Wrapping { .. } | State::Closed { .. }, _, _) => {
                return;
            }
        }
        self.raise(offer.contact, offer.fence);
        self.hand(offer.operator, Hand::Offer(id));
        self.offers.insert(id, offer);
        self.last_offer = self.last_offer.max(id.0);
    }

    fn offer_ended(&mut self, at: Time, id: OfferId, outcome: OfferOutcome) {
        let Some(offer) = self.offers.remove(&id) else { return };
        if let Some(who) = self.operators.get_mut(&offer.operator) {
            who.hand = Hand::Free;
            if matches!(outcome, OfferOutcome::Declined { .. }) {
                who.idle_since = at;
            }
        }
        if let Some(contact) = self.contacts.get_mut(&offer.contact) {
            if let State::Queued { offers } = &mut contact.state {
                offers.retain(|open| *open != id);
            }
            match outcome {
                // Who was only asked has not passed on a contact of the queue.
                _ if offer.asked_by.is_some() => {}
                OfferOutcome::Declined { .. } => {
                    contact.rings += 1;
                    pass(contact, offer.operator, at);
                }
                OfferOutcome::NotAnswered => contact.rings += 1,
                OfferOutcome::Answered
                | OfferOutcome::Rescinded
                | OfferOutcome::Abandoned
                | OfferOutcome::SeatGone => {}
            }
        }
        if self.past.len() >= PAST_OFFERS_KEPT {
            self.past.pop_front();
        }
        self.past.push_back(PastOffer {
            offer: id,
            contact: offer.contact,
            operator: offer.operator,
            outcome,
        });
    }

    fn accepted(&mut self, at: Time, id: ContactId, operator: OperatorId, fence: Fence) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        self.queue.remove(&Ledger::place(id, contact));
        let stage = Stage::Connecting(ConnectWhy::Accepted);
        contact.state = State::Talk(Talk { operator, fence, stage, heard: false, since: at });
        contact.answered = Some(at);
        contact.returned = false;
        self.hand(operator, Hand::Contact(id));
    }

    pub(super) fn live(&mut self, at: Time, id: ContactId) {
        self.talk_mut(id, |talk| {
            talk.stage = Stage::Live;
            talk.heard = true;
            talk.since = at;
        });
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.failures = 0;
        contact.passed.clear();
        if contact.live.is_none() {
            contact.live = Some(at);
            if let Some(tally) = self.days.get_mut(&contact.day).filter(|_| !contact.outgoing) {
                tally.answered += 1;
            }
        }
    }

    fn held_set(&mut self, at: Time, id: ContactId, held: bool) {
        self.count_hold(at, id);
        self.talk_mut(id, |talk| {
            talk.stage = if held { Stage::Held } else { Stage::Live };
            talk.since = at;
        });
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.holds += u32::from(held);
        }
    }

    /// A hold that goes on is over now, whatever ends it.
    pub(super) fn count_hold(&mut self, at: Time, id: ContactId) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        if let Some(talk) = contact.talk()
            && talk.stage == Stage::Held
        {
            contact.held_ms = Millis(contact.held_ms.0 + at.since(talk.since).0);
        }
    }

    fn returned(&mut self, at: Time, id: ContactId, operator: OperatorId) {
        self.count_hold(at, id);
        self.drop_consult(id);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        // A connection fails for want of media; one whose operator is lost is no failure of the two.
        let lost = self.operators.get(&operator).is_some_and(|who| who.presence == Presence::Lost);
        if let Some(talk) = contact.talk()
            && matches!(talk.stage, Stage::Connecting(_))
            && !lost
        {
            contact.failures += 1;
            pass(contact, operator, at);
        }
        contact.returned = true;
        contact.mask = contact.mask.without_notice();
        contact.state = State::Queued { offers: Vec::new() };
        self.queue.insert(Ledger::place(id, contact));
        self.hand(operator, Hand::Free);
    }

    pub(super) fn talk_mut(&mut self, id: ContactId, change: impl FnOnce(&mut Talk)) {
        if let Some(Contact { state: State::Talk(talk), .. }) = self.contacts.get_mut(&id) {
            change(talk);
        }
    }

    pub(super) fn raise(&mut self, id: ContactId, fence: Fence) {
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.fence = contact.fence.max(fence);
        }
    }

    pub(super) fn hand(&mut self, operator: OperatorId, hand: Hand) {
        if let Some(who) = self.operators.get_mut(&operator) {
            who.hand = hand;
        }
    }
}

fn pass(contact: &mut Contact, operator: OperatorId, at: Time) {
    contact.passed.retain(|(who, _)| *who != operator);
    contact.passed.push((operator, at));
}
