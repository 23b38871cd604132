//! Who hears whom, computed from the whole table after each input.

use std::collections::{BTreeMap, BTreeSet};

use desk::centre::{Consulted, Owner};
use link::message::Bridge;

use super::contacts::Place;
use super::leg::Leg;
use super::words::{LegName, Output, Source};
use super::{Table, Work};

impl Table {
    /// Tells every leg whose source changed, and asks the sources of new or renewed viewers for a picture.
    pub(super) fn select(&mut self, work: &mut Work) {
        let wanted = self.sources();
        let mut filmed = BTreeSet::new();
        for (owner, leg) in &mut self.legs {
            let source = match leg.may_hear() {
                true => wanted.get(owner).copied().unwrap_or(Source::Silence),
                false => Source::Silence,
            };
            let changed = leg.hears != source;
            if changed {
                leg.hears = source;
                let leg = LegName { owner: *owner, leg: leg.number };
                work.outputs.push(Output::Select { leg, source });
            }
            if let Source::Leg(from) = source
                && (changed || work.refresh.contains(owner))
            {
                filmed.insert(from);
            }
        }
        work.outputs.extend(filmed.into_iter().map(Output::Keyframe));
    }

    /// What each owner with a place should hear.
    fn sources(&self) -> BTreeMap<Owner, Source> {
        let mut sources = self.calls.sources();
        for [one, other] in self.calls.pairs() {
            let hears = |from| self.live(from).map_or(Source::Silence, Source::Leg);
            sources.extend([(*one, hears(*other)), (*other, hears(*one))]);
        }
        for place in self.contacts.places() {
            match place {
                Place::Waiting { visitor } => {
                    sources.insert(*visitor, Source::WaitingSound);
                }
                Place::Joining { bridge, .. } | Place::Failed { bridge } => {
                    sources.insert(bridge.visitor, Source::WaitingSound);
                }
                Place::Talking { bridge } => match bridge.consult {
                    Some(consult) => sources.extend(self.consulting(bridge, consult)),
                    None => sources.extend(self.talking(bridge)),
                },
            }
        }
        sources
    }

    /// Two who speak with each other; the operator of a held talk keeps hearing nothing new.
    fn talking(&self, bridge: &Bridge) -> Vec<(Owner, Source)> {
        if bridge.held {
            return vec![(bridge.visitor, Source::HoldSound)];
        }
        let operator = self.live(bridge.operator).map_or(Source::WaitingSound, Source::Leg);
        let visitor = match bridge.masked {
            true => self.live(bridge.visitor).map(Source::Voice),
            false => self.live(bridge.visitor).map(Source::Leg),
        };
        vec![(bridge.visitor, operator), (bridge.operator, visitor.unwrap_or(Source::Silence))]
    }

    /// Music for the visitor while the operator speaks with the consulted party, or all three together.
    fn consulting(&self, bridge: &Bridge, consult: Consulted) -> Vec<(Owner, Source)> {
        let Bridge { visitor, operator, .. } = *bridge;
        let Some(with) = consult.with else {
            return vec![(visitor, Source::HoldSound), (operator, Source::Ringback)];
        };
        if !consult.joined {
            return vec![
                (visitor, Source::HoldSound),
                (operator, self.live(with).map_or(Source::Silence, Source::Leg)),
                (with, self.live(operator).map_or(Source::WaitingSound, Source::Leg)),
            ];
        }
        let all = [visitor, operator, with];
        let others = |hears: Owner| {
            let heard: Vec<LegName> = all
                .into_iter()
                .filter(|other| *other != hears)
                .filter_map(|other| self.live(other))
                .collect();
            match heard[..] {
                [one, other] => Source::Both(one, other),
                [one] => Source::Leg(one),
                _ => Source::WaitingSound,
            }
        };
        all.into_iter().map(|owner| (owner, others(owner))).collect()
    }

    /// The leg of an owner who can be heard now.
    fn live(&self, owner: Owner) -> Option<LegName> {
        let leg = self.legs.get(&owner).filter(|leg: &&Leg| leg.is_up() && !leg.quiet)?;
        Some(LegName { owner, leg: leg.number })
    }
}
