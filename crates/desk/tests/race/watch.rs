//! Watches a centre from outside: keeps its own books from the outputs and compares.

use desk::centre::{Centre, Fact, OfferOutcome, OperatorView, Output};
use desk::contact::Phase;
use desk::ids::{ContactId, Fence, OfferId, OperatorId};
use desk::presence::Presence;
use desk::time::{Millis, Time};

/// As the machine's own pause; a change there must show here.
const DECLINE_PAUSE: Millis = Millis::seconds(10);

/// What went wrong, and how much went on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    pub steps: u64,
    pub accepts: u64,
    pub masks: u64,
    pub refusals: u64,
    pub double_winners: u64,
    pub join_faults: u64,
    pub stuck: u64,
    pub broken: u64,
    pub conservation_difference: u64,
}

/// The books of one interleaving.
#[derive(Default)]
pub struct Watch {
    pub figures: Figures,
    pub first_fault: Option<String>,
    offers: Vec<(OfferId, ContactId, OperatorId, Time)>,
    holders: Vec<(ContactId, OperatorId)>,
    heard: Vec<ContactId>,
    passed: Vec<(ContactId, OperatorId, Time)>,
    /// Per contact and fence: joins asked, joins failed.
    joins: Vec<(ContactId, Fence, u32, u32)>,
    /// What the exchange has: contact, fence, and whether no picture passes.
    bridges: Vec<(ContactId, Fence, bool)>,
}

impl Figures {
    pub fn add(&mut self, other: &Figures) {
        self.steps += other.steps;
        self.accepts += other.accepts;
        self.masks += other.masks;
        self.refusals += other.refusals;
        self.double_winners += other.double_winners;
        self.join_faults += other.join_faults;
        self.stuck += other.stuck;
        self.broken += other.broken;
        self.conservation_difference += other.conservation_difference;
    }
}

impl Watch {
    /// Books one answer of the centre. `reachable` tells which seats can be reached now.
    pub fn step(
        &mut self,
        now: Time,
        centre: &Centre,
        outputs: &[Output],
        reachable: impl Fn(OperatorId) -> bool,
    ) {
        self.figures.steps += 1;
        let mut effects = false;
        for output in outputs {
            match output {
                Output::Fact(_) if effects => self.broken("a fact after an effect".into()),
                Output::Fact(fact) => self.fact(now, fact, outputs),
                Output::Join { contact, fence, operator, .. } => self.join(*contact, *fence, *operator),
                Output::Refused { .. } => self.figures.refusals += 1,
                _ => {}
            }
            effects |= !matches!(output, Output::Fact(_));
        }
        if let Err(fault) = centre.check() {
            self.broken(fault);
        }
        self.figures.conservation_difference += centre.conservation_difference().unsigned_abs();
        self.nobody_is_passed_over(now, centre, reachable);
    }

    /// A join that the exchange could not make may be asked for again.
    pub fn join_failed(&mut self, contact: ContactId, fence: Fence) {
        if let Some(join) = self.joins.iter_mut().find(|join| (join.0, join.1) == (contact, fence)) {
            join.3 += 1;
        }
    }

    /// The exchange makes a bridge.
    pub fn bridge(&mut self, contact: ContactId, fence: Fence, masked: bool) {
        self.bridges.retain(|bridge| bridge.0 != contact);
        self.bridges.push((contact, fence, masked));
    }

    /// The exchange hears of a mask; under another fence it is an echo.
    pub fn mask(&mut self, contact: ContactId, fence: Fence, masked: bool) {
        self.figures.masks += 1;
        if let Some(bridge) = self.bridges.iter_mut().find(|bridge| (bridge.0, bridge.1) == (contact, fence))
        {
            bridge.2 = masked;
        }
    }

    /// The exchange keeps back the pictures of exactly the talks that are masked.
    pub fn masks_hold(&mut self, centre: &Centre) {
        let fault = self.bridges.iter().find_map(|(contact, fence, masked)| {
            let seen = centre.contact(*contact)?;
            let joined = matches!(seen.phase, Phase::Live | Phase::Held) && seen.fence == *fence;
            let differs = joined && seen.mask.hides() != *masked;
            differs.then(|| format!("{contact} is {:?}, and at the exchange {masked}", seen.mask))
        });
        if let Some(fault) = fault {
            self.broken(fault);
        }
    }

    pub fn stuck(&mut self, fault: String) {
        self.figures.stuck += 1;
        self.first_fault.get_or_insert(fault);
    }

    fn broken(&mut self, fault: String) {
        self.figures.broken += 1;
        self.first_fault.get_or_insert(fault);
    }

    fn fact(&mut self, now: Time, fact: &Fact, outputs: &[Output]) {
        match *fact {
            Fact::Offered { offer, contact, operator, expires, .. } => {
                self.offers.push((offer, contact, operator, expires));
            }
            Fact::OfferEnded { offer, outcome } => self.offer_ended(now, offer, outcome),
            Fact::Accepted { contact, operator, fence, .. } => {
                self.accepted(contact, operator, fence, outputs)
            }
            Fact::Live { contact } => {
                self.heard.push(contact);
                self.passed.retain(|passed| passed.0 != contact);
            }
            Fact::Returned { contact, operator } => {
                self.holders.retain(|held| held.0 != contact);
                self.heard.retain(|heard| *heard != contact);
                self.passed.push((contact, operator, now));
            }
            // Whoever was heard stays in the operator's hand for the wrap-up.
            Fact::Ended { contact, .. } if self.heard.contains(&contact) => {}
            Fact::Ended { contact, .. } => self.holders.retain(|held| held.0 != contact),
            Fact::Finished { contact, .. } => self.holders.retain(|held| held.0 != contact),
            _ => {}
        }
    }

    fn offer_ended(&mut self, now: Time, offer: OfferId, outcome: OfferOutcome) {
        let Some(at) = self.offers.iter().position(|open| open.0 == offer) else {
            return self.broken(format!("offer {offer} ended twice"));
        };
        let (_, contact, operator, expires) = self.offers.swap_remove(at);
        match outcome {
            OfferOutcome::Declined { .. } => self.passed.push((contact, operator, now)),
            OfferOutcome::Answered if now >= expires => self.broken(format!("offer {offer} won too late")),
            OfferOutcome::NotAnswered if now < expires => self.broken(format!("offer {offer} ran out early")),
            OfferOutcome::Answered
            | OfferOutcome::NotAnswered
            | OfferOutcome::Rescinded
            | OfferOutcome::Abandoned
            | OfferOutcome::SeatGone => {}
        }
    }

    fn accepted(&mut self, contact: ContactId, operator: OperatorId, fence: Fence, outputs: &[Output]) {
        self.figures.accepts += 1;
        if self.holders.iter().any(|held| held.0 == contact || held.1 == operator) {
            self.figures.double_winners += 1;
            self.first_fault.get_or_insert(format!("contact {contact} won again, by {operator}"));
        }
        self.holders.push((contact, operator));
        let joined = |output: &&Output| matches!(output, Output::Join { contact: c, fence: f, operator: o, .. } if (*c, *f, *o) == (contact, fence, operator));
        if outputs.iter().filter(joined).count() != 1 {
            self.figures.join_faults += 1;
        }
    }

    fn join(&mut self, contact: ContactId, fence: Fence, operator: OperatorId) {
        let holds = self.holders.contains(&(contact, operator));
        let newest = self.joins.iter().filter(|join| join.0 == contact).map(|join| join.1).max();
        let again = match self.joins.iter_mut().find(|join| (join.0, join.1) == (contact, fence)) {
            Some(join) => {
                join.2 += 1;
                join.2 > join.3 + 1
            }
            None => {
                self.joins.push((contact, fence, 1, 0));
                false
            }
        };
        if !holds || again || newest.is_some_and(|newest| newest > fence) {
            self.figures.join_faults += 1;
            self.first_fault.get_or_insert(format!("a join of {contact} under {fence} that is not due"));
        }
    }

    /// A contact that may ring at one more seat, and a seat that is free for it, must not coexist.
    fn nobody_is_passed_over(&mut self, now: Time, centre: &Centre, reachable: impl Fn(OperatorId) -> bool) {
        let at_once = centre.settings().offers_at_once as usize;
        let rings = |contact| self.offers.iter().filter(|open| open.1 == contact).count();
        let short: Vec<ContactId> = (centre.contacts())
            .filter(|seen| matches!(seen.phase, Phase::Waiting | Phase::Offered))
            .map(|seen| seen.contact)
            .filter(|contact| rings(*contact) < at_once)
            .collect();
        if short.is_empty() {
            return;
        }
        let free = |who: &OperatorView| {
            let idle = who.offer.is_none() && who.contact.is_none() && who.media_up;
            idle && matches!(who.presence, Presence::Available { .. }) && reachable(who.operator)
        };
        let spared = |contact, operator| {
            let mut passed = self.passed.iter();
            passed.any(|passed| (passed.0, passed.1) == (contact, operator) && now < passed.2 + DECLINE_PAUSE)
        };
        let fault = centre.operators().filter(free).find_map(|who| {
            let contact = short.iter().find(|contact| !spared(**contact, who.operator))?;
            Some(format!("{} is ready and {contact} does not ring there", who.operator))
        });
        if let Some(fault) = fault {
            self.stuck(fault);
        }
    }
}
