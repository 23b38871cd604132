//! Operators and visitors: what each has before it, and what chance lets it do next.

use desk::contact::{DeclineReason, Disposition, Phase};
use desk::ids::{BoothId, ContactId, Fence, OfferId, OperatorId};
use desk::presence::{Channels, Chosen, Presence};
use link::message::{BoothSays, OperatorSays};
use link::state::{BoothContactState, BoothState, DeskState, SeatCard};
use rand::Rng;

use super::{Deed, Town};
use crate::common::{Booth, Desk, Key, new_request};

/// An operator's seat.
pub struct Seat {
    pub operator: OperatorId,
    pub token: String,
    pub desk: Desk,
    /// What the next deed was planned for.
    pub seen: Option<Before>,
}

/// What an operator has before him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Ready,
    Ring(OfferId, Fence),
    Talk(ContactId, Phase),
    WrapUp(ContactId),
    Away,
    /// Nothing that a person could act on.
    Between,
}

/// A booth's page.
pub struct Page {
    pub key: (BoothId, Key),
    pub booth: Booth,
    pub seen: Option<(ContactId, bool)>,
}

impl Seat {
    pub fn is_free(&self) -> bool {
        self.desk.state.contact.is_none() && self.desk.state.offer.is_none()
    }

    pub fn in_talk(&self) -> Option<ContactId> {
        let card = self.desk.state.contact.as_ref()?;
        matches!(card.phase, Phase::Live | Phase::Held).then_some(card.contact)
    }
}

impl Page {
    /// Nobody is in the booth.
    pub fn is_free(&self) -> bool {
        let over = |state: &BoothContactState| matches!(state, BoothContactState::Ended { .. });
        self.booth.state.contact.as_ref().is_none_or(|contact| over(&contact.state))
    }
}

fn before(state: &DeskState) -> Before {
    if let Some(card) = &state.contact {
        return match card.phase {
            Phase::Live | Phase::Held => Before::Talk(card.contact, card.phase),
            Phase::Wrapping => Before::WrapUp(card.contact),
            Phase::Waiting | Phase::Offered | Phase::Connecting | Phase::Closed => Before::Between,
        };
    }
    match (&state.offer, state.me.presence) {
        (Some(offer), _) => Before::Ring(offer.offer, offer.fence),
        (None, Presence::Available { .. }) => Before::Ready,
        (None, Presence::Away { .. }) => Before::Away,
        (None, _) => Before::Between,
    }
}

/// The visitor's contact, and whether it is served.
pub fn contact(state: &BoothState) -> Option<(ContactId, bool)> {
    let contact = state.contact.as_ref()?;
    match contact.state {
        BoothContactState::Waiting { .. } | BoothContactState::Connecting { .. } => {
            Some((contact.contact, false))
        }
        BoothContactState::Live { .. } | BoothContactState::Held { .. } => Some((contact.contact, true)),
        BoothContactState::Ended { .. } => None,
    }
}

impl Town {
    /// A desk heard something: no visitor talks at two seats of one wall, and a new sight is a new plan.
    pub fn look_at_seat(&mut self, seat: usize) {
        let state = &self.seats[seat].desk.state;
        if let Some(wall) = &state.wall {
            let talks = |card: &&SeatCard| matches!(card.presence, Presence::Video | Presence::Hold);
            let talking = wall.seats.iter().filter(talks);
            let mut booths: Vec<&String> =
                talking.filter_map(|card| card.contact.as_ref()?.1.as_ref()).collect();
            let all = booths.len();
            booths.sort();
            booths.dedup();
            assert_eq!(booths.len(), all, "a booth at two seats: {wall:?}");
        }
        let now = before(state);
        if self.seats[seat].seen == Some(now) {
            return;
        }
        self.seats[seat].seen = Some(now);
        match now {
            Before::Ready | Before::Between => {}
            Before::Away => self.later(10..200, Deed::Available(seat)),
            Before::WrapUp(contact) => self.later(5..60, Deed::Finish(seat, contact)),
            Before::Ring(offer, fence) => match self.chance.random_range(0..100) {
                0..85 => {
                    self.later(1..80, Deed::Accept(seat, offer, fence));
                    // A finger that presses twice.
                    if self.chance.random_bool(0.1) {
                        self.later(1..120, Deed::Accept(seat, offer, fence));
                    }
                }
                85..99 => self.later(1..80, Deed::Decline(seat, offer)),
                // Nobody is there: it rings out.
                _ => {}
            },
            Before::Talk(contact, Phase::Held) => self.later(10..150, Deed::Hold(seat, contact, false)),
            Before::Talk(contact, _) => match self.chance.random_range(0..10) {
                0..5 => self.later(40..400, Deed::End(seat, contact)),
                5..8 => self.later(10..150, Deed::Hold(seat, contact, true)),
                // The visitor ends it.
                _ => {}
            },
        }
    }

    /// A booth heard something.
    pub fn look_at_page(&mut self, page: usize) {
        let now = contact(&self.pages[page].booth.state);
        if let Some(shown) = &self.pages[page].booth.state.contact {
            self.rung.insert(shown.contact);
        }
        if self.pages[page].seen == now {
            return;
        }
        let before = std::mem::replace(&mut self.pages[page].seen, now);
        match now {
            Some((contact, true)) => self.later(60..500, Deed::Leave(page, contact)),
            Some((contact, false)) => {
                if before.is_none() && self.chance.random_bool(0.15) {
                    self.later(5..600, Deed::Leave(page, contact));
                }
                self.later(6_000..9_000, Deed::Leave(page, contact));
            }
            None => {}
        }
    }

    /// What a person does without waiting for what comes of it.
    pub async fn act(&mut self, deed: Deed) {
        let (seat, words) = match deed {
            Deed::Accept(seat, offer, fence) => (seat, OperatorSays::Accept { offer, fence }),
            Deed::Decline(seat, offer) => {
                let reasons =
                    [DeclineReason::StillBusy, DeclineReason::DeviceTrouble, DeclineReason::MustLeave];
                let reason = reasons[self.chance.random_range(0..reasons.len())];
                (seat, OperatorSays::Decline { offer, reason })
            }
            Deed::Hold(seat, contact, held) => (seat, OperatorSays::Hold { contact, held }),
            Deed::End(seat, contact) => (seat, OperatorSays::End { contact }),
            Deed::Finish(seat, contact) => {
                (seat, OperatorSays::Finish { contact, disposition: Disposition::Guided })
            }
            Deed::Available(seat) => {
                let chosen = Chosen::Available { channels: Channels::Both };
                (seat, OperatorSays::Choose { chosen })
            }
            Deed::Leave(page, contact) => {
                let wire = &mut self.pages[page].booth.wire;
                return wire.say(new_request(), BoothSays::Leave { contact }).await;
            }
            Deed::Arrive
            | Deed::HangUp(_)
            | Deed::Ping
            | Deed::CutExchange
            | Deed::ExchangeBack
            | Deed::KillServer
            | Deed::Suspend(_) => return,
        };
        self.seats[seat].desk.wire.say(new_request(), words).await;
    }
}
