//! An exchange that does what it is told, and notices when it is told something that must not be: one
//! operator in two talks, one caller in two.

use std::collections::{BTreeMap, BTreeSet};

use desk::centre::{CallOver, Owner};
use desk::code::Code;
use desk::end::EndReason;
use desk::ids::{CallId, ContactId};
use link::message::{Bridge, CallFact, Down, ExchangeOrder, ExchangeSays, LegFact};
use link::state::Caller;

use crate::common::{Exchange, House};

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Open,
    /// We told that it is over.
    Told(CallOver),
    /// It ended while the server did not hear us.
    Unheard,
    /// The server ended it.
    Released(EndReason),
}

pub struct Obedient {
    pub line: Option<Exchange>,
    key: String,
    /// Who has media as long as the town stands.
    legs: Vec<Owner>,
    calls: BTreeMap<CallId, CallFact>,
    /// Calls that can never be joined: their sound does not come.
    deaf: BTreeSet<CallId>,
    bridges: BTreeMap<ContactId, Bridge>,
    visitors: BTreeMap<ContactId, Owner>,
    /// Words of ours that the server has not answered yet.
    pub owed: i64,
    pub joins: u32,
    /// Every call that the server was told of.
    pub fates: BTreeMap<CallId, Fate>,
    last: u64,
}

impl Obedient {
    pub async fn open(house: &House, key: String, legs: Vec<Owner>) -> Obedient {
        let (calls, deaf, bridges, visitors, fates) = Default::default();
        let mut own = Obedient {
            line: None,
            key,
            legs,
            calls,
            deaf,
            bridges,
            visitors,
            owed: 0,
            joins: 0,
            fates,
            last: 0,
        };
        own.come_back(house).await;
        own
    }

    /// Connects and tells what stands.
    pub async fn come_back(&mut self, house: &House) {
        self.line = Some(house.exchange(&self.key).await);
        self.owed = 0;
        let callers = self.calls.keys().map(|call| Owner::Caller { call: *call });
        let legs = self.legs.iter().copied().chain(callers);
        let legs = legs.map(|owner| LegFact { owner, leg: 1, up: true }).collect();
        let bridges = self.bridges.values().copied().collect();
        let calls: Vec<CallFact> = self.calls.values().cloned().collect();
        // Calls that came during a cut are told for the first time.
        for call in self.calls.keys() {
            self.fates.insert(*call, Fate::Open);
        }
        self.say(ExchangeSays::Inventory { bridges, legs, calls, dialled: Vec::new(), trunks: Vec::new() })
            .await;
    }

    /// Nobody calls any more, and nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.bridges.is_empty() && self.owed == 0 && self.line.is_some()
    }

    pub async fn call_in(&mut self, deaf: bool) -> CallId {
        self.last += 1;
        let call = CallId(self.last);
        let caller = match self.last % 7 {
            0 => Caller::Withheld,
            other => Caller::Number { number: format!("0901234{:04}", self.last % 1_000 + other) },
        };
        let fact = CallFact { call, caller, trunk: "main".into() };
        self.calls.insert(call, fact.clone());
        if deaf {
            self.deaf.insert(call);
        }
        if self.line.is_some() {
            self.fates.insert(call, Fate::Open);
            let owner = Owner::Caller { call };
            self.say(ExchangeSays::Media(LegFact { owner, leg: 1, up: true })).await;
            self.say(ExchangeSays::Call(fact)).await;
        }
        call
    }

    /// The caller or the line ends it; a call that is over is over. False: the server never heard of it,
    /// because it came and went during a cut.
    pub async fn hang_up(&mut self, call: CallId, how: CallOver) -> bool {
        if self.calls.remove(&call).is_none() {
            return true;
        }
        self.bridges.retain(|_, bridge| bridge.visitor != Owner::Caller { call });
        let fate = if self.line.is_some() { Fate::Told(how) } else { Fate::Unheard };
        let Some(known) = self.fates.get_mut(&call) else { return false };
        *known = fate;
        self.say(ExchangeSays::CallOver { call, how }).await;
        true
    }

    /// Does what it is told; gives the calls that talk from now on.
    pub async fn hears(&mut self, word: Down<(), (), ExchangeOrder>) -> Vec<CallId> {
        match word {
            Down::Signal { signal } => self.obey(signal).await,
            Down::Answer { .. } => {
                self.owed -= 1;
                Vec::new()
            }
            Down::Goodbye { code } => panic!("the exchange is sent away: {code:?}"),
            Down::Welcome { .. } | Down::Snapshot { .. } | Down::Event { .. } | Down::Pong { .. } => {
                Vec::new()
            }
        }
    }

    async fn obey(&mut self, order: ExchangeOrder) -> Vec<CallId> {
        match order {
            ExchangeOrder::Wait { contact, visitor } => {
                self.bridges.retain(|other, bridge| *other != contact && bridge.visitor != visitor);
                self.is_the_contact_of(visitor, contact);
            }
            ExchangeOrder::Join { contact, fence, visitor, operator, masked } => {
                return self
                    .join(Bridge { contact, fence, visitor, operator, held: false, masked, consult: None })
                    .await;
            }
            ExchangeOrder::Hold { contact, fence, held } => {
                if let Some(bridge) = self.bridges.get_mut(&contact).filter(|bridge| bridge.fence == fence) {
                    bridge.held = held;
                }
            }
            ExchangeOrder::Release { contact, end, .. } => {
                self.bridges.remove(&contact);
                if let Some(Owner::Caller { call }) = self.visitors.remove(&contact)
                    && self.calls.remove(&call).is_some()
                {
                    self.fates.insert(call, Fate::Released(end));
                }
            }
            // The town neither calls nor transfers.
            ExchangeOrder::Dial { .. }
            | ExchangeOrder::HangUp { .. }
            | ExchangeOrder::Consult { .. }
            | ExchangeOrder::Connect { .. }
            | ExchangeOrder::Sdp { .. }
            | ExchangeOrder::CloseLeg { .. }
            | ExchangeOrder::Mask { .. }
            | ExchangeOrder::Digit { .. } => {}
        }
        Vec::new()
    }

    async fn join(&mut self, bridge: Bridge) -> Vec<CallId> {
        let Bridge { contact, fence, visitor, operator, .. } = bridge;
        if let Some(standing) = self.bridges.remove(&contact) {
            assert!(fence >= standing.fence, "a lower fence: {bridge:?} after {standing:?}");
        }
        for other in self.bridges.values() {
            assert_ne!(other.operator, operator, "one operator in two talks: {other:?} and {bridge:?}");
            assert_ne!(other.visitor, visitor, "one visitor in two talks: {other:?} and {bridge:?}");
        }
        let call = match visitor {
            Owner::Caller { call } => Some(call),
            Owner::Booth { .. } | Owner::Operator { .. } => None,
        };
        if call.is_some_and(|call| self.deaf.contains(&call) || !self.calls.contains_key(&call)) {
            self.say(ExchangeSays::JoinFailed { contact, fence, code: Code::NoMedia }).await;
            return Vec::new();
        }
        self.joins += 1;
        self.is_the_contact_of(visitor, contact);
        self.bridges.insert(contact, bridge);
        self.say(ExchangeSays::Joined { contact, fence }).await;
        call.into_iter().collect()
    }

    /// A call is one contact from its first moment to its last; a booth has one after the other.
    fn is_the_contact_of(&mut self, visitor: Owner, contact: ContactId) {
        if let Owner::Caller { .. } = visitor {
            let other = self.visitors.iter().find(|(other, who)| **who == visitor && **other != contact);
            assert!(other.is_none(), "{visitor:?} is {contact:?} and was {other:?}");
        }
        self.visitors.retain(|_, who| *who != visitor);
        self.visitors.insert(contact, visitor);
    }

    /// How many calls ended in which way.
    pub fn tally(&self) -> BTreeMap<String, u32> {
        let mut tally = BTreeMap::new();
        for fate in self.fates.values() {
            *tally.entry(format!("{fate:?}")).or_default() += 1;
        }
        tally
    }

    async fn say(&mut self, word: ExchangeSays) {
        if let Some(line) = &mut self.line {
            self.owed += 1;
            line.says(word).await;
        }
    }
}
