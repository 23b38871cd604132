//! Who belongs together: the contacts, where each stands, and the highest fence seen of each.
//! Knows no leg's state: it is told which owners' media is up.

use std::collections::BTreeMap;

use desk::centre::{Consulted, Owner};
use desk::ids::{ContactId, Fence};
use desk::time::{Millis, Time};
use link::message::Bridge;

/// How long a join waits for a leg that is still coming up: under the server's own limit for a
/// connecting contact (5 s), so that the answer is ours.
const JOIN_WITHIN: Millis = Millis::seconds(4);
/// How long a contact without a bridge waits to be named again by a server that came back. It names
/// the queue right after the inventory, and a talk whose operator is away when that comes back (30 s
/// at most). What it does not name ended while it was away.
const CONFIRM_WITHIN: Millis = Millis::seconds(35);
/// Live contacts at most; ten times the largest centre's queue and seats.
const MAX_CONTACTS: usize = 4_096;
/// Bridges at most: each takes two of the legs there can be.
pub(super) const MAX_BRIDGES: usize = super::MAX_LEGS / 2;
/// Ended contacts whose fences are remembered one by one; older contacts than these are all dead.
const MAX_ENDED: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the queue.
    Waiting { visitor: Owner },
    /// To be joined as soon as both legs are up.
    Joining { bridge: Bridge, until: Time },
    /// A leg did not come up in time. The visitor waits; exactly this join may be tried again.
    Failed { bridge: Bridge },
    /// The two hear each other, or would if no leg were away.
    Talking { bridge: Bridge },
}

impl Place {
    fn visitor(&self) -> Owner {
        match self {
            Place::Waiting { visitor } => *visitor,
            Place::Joining { bridge, .. } | Place::Failed { bridge } | Place::Talking { bridge } => {
                bridge.visitor
            }
        }
    }

    fn bridge(&self) -> Option<&Bridge> {
        match self {
            Place::Waiting { .. } | Place::Failed { .. } => None,
            Place::Joining { bridge, .. } | Place::Talking { bridge } => Some(bridge),
        }
    }

    fn bridge_mut(&mut self) -> Option<&mut Bridge> {
        match self {
            Place::Waiting { .. } | Place::Failed { .. } => None,
            Place::Joining { bridge, .. } | Place::Talking { bridge } => Some(bridge),
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Contact {
    /// None before the first join.
    highest: Option<Fence>,
    place: Place,
    /// The server was away since it named this contact: by when it has to name it again.
    confirm_by: Option<Time>,
}

impl Contact {
    fn named(highest: Option<Fence>, place: Place) -> Contact {
        Contact { highest, place, confirm_by: None }
    }

    /// When something is due, unless the server or a leg acts before.
    fn deadline(&self) -> Option<Time> {
        match self.place {
            Place::Joining { until, .. } => Some(until),
            Place::Waiting { .. } | Place::Failed { .. } => self.confirm_by,
            Place::Talking { .. } => None,
        }
    }

    /// What a join is when exactly this one is under way or done.
    fn same(&mut self, join: &Bridge) -> Option<Join> {
        let (bridge, answer) = match &mut self.place {
            Place::Joining { bridge, .. } => (bridge, Join::Pending),
            Place::Talking { bridge } => (bridge, Join::Stands),
            Place::Waiting { .. } | Place::Failed { .. } => return None,
        };
        if !is_same(bridge, join) {
            return None;
        }
        self.confirm_by = None;
        bridge.masked = join.masked;
        Some(answer)
    }

    /// Exactly this join failed, and nothing has happened to the contact since: gives whether it was held.
    fn failed(&self, join: &Bridge) -> Option<bool> {
        match &self.place {
            Place::Failed { bridge } => is_same(bridge, join).then_some(bridge.held),
            Place::Waiting { .. } | Place::Joining { .. } | Place::Talking { .. } => None,
        }
    }
}

/// What became of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// It waits to be settled.
    New,
    /// Exactly this join waits already.
    Pending,
    /// Exactly this bridge stands already.
    Stands,
    /// A fence as high or higher was seen.
    Stale,
    /// No place for a further contact.
    Full,
}

#[derive(Debug, Default)]
pub(super) struct Contacts {
    live: BTreeMap<ContactId, Contact>,
    ended: BTreeMap<ContactId, Fence>,
    /// Contacts up to this one that are neither live nor remembered are over.
    forgotten: Option<ContactId>,
}

impl Contacts {
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.live.values().map(|contact| &contact.place)
    }

    /// The bridges that stand.
    pub(super) fn bridges(&self) -> Vec<Bridge> {
        let standing = |place: &Place| match place {
            Place::Talking { bridge } => Some(*bridge),
            Place::Waiting { .. } | Place::Joining { .. } | Place::Failed { .. } => None,
        };
        self.places().filter_map(standing).collect()
    }

    /// A wait takes a bridge of the contact apart: the operator is gone and the queue has it again.
    pub(super) fn wait(&mut self, contact: ContactId, visitor: Owner) {
        let highest = self.highest(contact);
        if !self.has_room(contact) {
            return;
        }
        self.leave_other_contacts(visitor, contact);
        self.ended.remove(&contact);
        self.live.insert(contact, Contact::named(highest, Place::Waiting { visitor }));
    }

    pub(super) fn join(&mut self, now: Time, mut bridge: Bridge) -> Join {
        let known = self.live.get_mut(&bridge.contact);
        let again = known.as_ref().and_then(|known| known.failed(&bridge));
        if let Some(same) = known.and_then(|known| known.same(&bridge)) {
            return same;
        }
        if again.is_none() && self.is_stale(bridge.contact, bridge.fence) {
            return Join::Stale;
        }
        // A join does not say whether it is held: what was said before it failed counts on.
        bridge.held = again.unwrap_or(bridge.held);
        if !self.has_room(bridge.contact) || !self.has_room_for_a_bridge(&bridge) {
            return Join::Full;
        }
        self.leave_other_contacts(bridge.visitor, bridge.contact);
        self.leave_other_contacts(bridge.operator, bridge.contact);
        let place = Place::Joining { bridge, until: now + JOIN_WITHIN };
        self.live.insert(bridge.contact, Contact::named(Some(bridge.fence), place));
        Join::New
    }

    /// Makes bridges of the joins whose legs are both up, and returns them.
    pub(super) fn settle(&mut self, is_up: impl Fn(Owner) -> bool) -> Vec<Bridge> {
        let mut joined = Vec::new();
        for contact in self.live.values_mut() {
            match contact.place {
                Place::Joining { bridge, .. } if is_up(bridge.visitor) && is_up(bridge.operator) => {
                    contact.place = Place::Talking { bridge };
                    joined.push(bridge);
                }
                Place::Joining { .. }
                | Place::Waiting { .. }
                | Place::Failed { .. }
                | Place::Talking { .. } => {}
            }
        }
        joined
    }

    /// The server is back: whoever is in no bridge has to be named again.
    pub(super) fn doubt(&mut self, now: Time) {
        for contact in self.live.values_mut() {
            contact.confirm_by = Some(now + CONFIRM_WITHIN);
        }
    }

    /// Ends what the server did not name again, and gives back the joins that waited too long; their
    /// visitors wait on.
    pub(super) fn give_up(&mut self, now: Time) -> Vec<Bridge> {
        let is_due = |contact: &Contact| contact.deadline().is_some_and(|at| at <= now);
        let due: Vec<ContactId> =
            self.live.iter().filter(|(_, contact)| is_due(contact)).map(|(id, _)| *id).collect();
        let mut failed = Vec::new();
        for id in due {
            let Some(contact) = self.live.get_mut(&id) else { continue };
            match contact.place {
                Place::Joining { bridge, .. } => {
                    contact.place = Place::Failed { bridge };
                    contact.confirm_by = contact.confirm_by.map(|_| now + CONFIRM_WITHIN);
                    failed.push(bridge);
                }
                Place::Waiting { .. } | Place::Failed { .. } => {
                    let highest = contact.highest;
                    self.end(id, highest);
                }
                Place::Talking { .. } => {}
            }
        }
        failed
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.live.values().filter_map(Contact::deadline).min()
    }

    pub(super) fn hold(&mut self, contact: ContactId, fence: Fence, held: bool) {
        if let Some(bridge) = self.bridge_under(contact, fence) {
            bridge.held = held;
        }
    }

    pub(super) fn consult(&mut self, contact: ContactId, fence: Fence, consult: Option<Consulted>) {
        let with = consult.and_then(|consult| consult.with);
        // Nobody is consulted by themselves, nor by whom they talk about.
        let fits = |bridge: &Bridge| with != Some(bridge.visitor) && with != Some(bridge.operator);
        if let Some(bridge) = self.bridge_under(contact, fence).filter(|bridge| fits(bridge)) {
            bridge.consult = consult;
        }
    }

    pub(super) fn mask(&mut self, contact: ContactId, fence: Fence, masked: bool) {
        if let Some(bridge) = self.bridge_under(contact, fence) {
            bridge.masked = masked;
        }
    }

    /// What is said under another fence than the bridge's own is an echo from the past.
    fn bridge_under(&mut self, contact: ContactId, fence: Fence) -> Option<&mut Bridge> {
        let bridge = self.live.get_mut(&contact).and_then(|contact| contact.place.bridge_mut());
        bridge.filter(|bridge| bridge.fence == fence)
    }

    /// Ends a contact, and gives whose it was.
    pub(super) fn release(&mut self, contact: ContactId, fence: Fence) -> Option<Owner> {
        let highest = self.highest(contact);
        if highest.is_some_and(|highest| highest > fence) {
            return None;
        }
        let visitor = self.live.get(&contact).map(|known| known.place.visitor());
        self.end(contact, Some(fence));
        visitor
    }

    /// The visitor of a bridge that stands under this fence.
    pub(super) fn visitor_under(&mut self, contact: ContactId, fence: Fence) -> Option<Owner> {
        self.bridge_under(contact, fence).map(|bridge| bridge.visitor)
    }

    fn highest(&self, contact: ContactId) -> Option<Fence> {
        let live = self.live.get(&contact).and_then(|contact| contact.highest);
        live.or_else(|| self.ended.get(&contact).copied())
    }

    fn is_stale(&self, contact: ContactId, fence: Fence) -> bool {
        if let Some(highest) = self.highest(contact) {
            return fence <= highest;
        }
        let known = self.live.contains_key(&contact);
        !known && self.forgotten.is_some_and(|forgotten| contact <= forgotten)
    }

    fn has_room(&self, contact: ContactId) -> bool {
        self.live.len() < MAX_CONTACTS || self.live.contains_key(&contact)
    }

    /// The bridges that a new one takes apart make room for it.
    fn has_room_for_a_bridge(&self, new: &Bridge) -> bool {
        let stays = |other: &&Bridge| {
            other.contact != new.contact && other.visitor != new.visitor && other.operator != new.operator
        };
        self.places().filter_map(Place::bridge).filter(stays).count() < MAX_BRIDGES
    }

    /// An owner has one place. What still names it elsewhere was overtaken by a newer order whose
    /// release got lost on the way: a visitor's older contact is over, an operator's older visitor waits.
    fn leave_other_contacts(&mut self, owner: Owner, but: ContactId) {
        let others: Vec<ContactId> = self.live.keys().copied().filter(|other| *other != but).collect();
        for other in others {
            let Some(contact) = self.live.get_mut(&other) else { continue };
            let visitor = contact.place.visitor();
            if visitor == owner {
                let highest = contact.highest;
                self.end(other, highest);
            } else if contact.place.bridge().is_some_and(|bridge| bridge.operator == owner) {
                *contact = Contact::named(contact.highest, Place::Waiting { visitor });
            }
        }
    }

    fn end(&mut self, contact: ContactId, highest: Option<Fence>) {
        self.live.remove(&contact);
        if let Some(fence) = highest {
            self.ended.insert(contact, fence);
        }
        while self.ended.len() > MAX_ENDED {
            let oldest = self.ended.pop_first().map(|(contact, _)| contact);
            self.forgotten = self.forgotten.max(oldest);
        }
    }
}

/// Whether it is held does not matter, a join does not say; nor whether it is masked, the latest word counts.
fn is_same(one: &Bridge, other: &Bridge) -> bool {
    one.fence == other.fence && one.visitor == other.visitor && one.operator == other.operator
}
