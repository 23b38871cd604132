//! A town on one agenda: everybody is served by one task, so that everything that is seen can be compared.
//! Chance is seeded; what the sockets make of it is not.

mod exchange;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use desk::centre::{CallOver, Owner};
use desk::code::Code;
use desk::ids::{CallId, ContactId, Fence, OfferId};
use desk::time::Millis;
use futures_util::future::select_all;
use link::message::{Down, ExchangeOrder, OperatorSays, Up};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::time::Instant;

use crate::common::House;
use exchange::Obedient;
use people::{Page, Seat};

const SEATS: u32 = 6;
const BOOTHS: u32 = 4;
/// Arrivals spread over so long: a day of eleven hours, some two thousand times as fast.
const DAY_MS: u64 = 20_000;
/// Every desk says so often that it lives: a third of the time after which it is suspect.
const PING: Duration = Duration::from_secs(3);
/// How long the exchange's line is cut, ms: long enough that several callers come and go meanwhile.
const CUT_MS: u64 = 900;
/// How long the lead closes the telephone, ms.
const SUSPENDED_MS: u64 = 500;

/// What is due.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Arrive,
    Accept(usize, OfferId, Fence),
    Decline(usize, OfferId),
    Hold(usize, ContactId, bool),
    End(usize, ContactId),
    Finish(usize, ContactId),
    Available(usize),
    Leave(usize, ContactId),
    HangUp(CallId),
    Ping,
    CutExchange,
    ExchangeBack,
    KillServer,
    Suspend(bool),
}

/// Whose message came.
enum Heard {
    Exchange(Down<(), (), ExchangeOrder>),
    Page(usize),
    Seat(usize),
    Due,
}

type Hearing<'a> = Pin<Box<dyn Future<Output = Heard> + Send + 'a>>;

pub struct Town {
    pub house: House,
    pub chance: StdRng,
    agenda: BTreeMap<(Instant, u64), Deed>,
    deeds: u64,
    pub exchange: Obedient,
    pub seats: Vec<Seat>,
    pub pages: Vec<Page>,
    /// Visitors that are still to come.
    to_come: u32,
    pub rung: BTreeSet<ContactId>,
    refused: BTreeMap<String, u32>,
}

impl Town {
    pub async fn open(seed: u64, contacts: u32) -> Town {
        let mut house = House::build();
        house.config.desk.queue_limit = 6;
        house.config.desk.booth_lost_waiting_ms = Millis(2_000);
        let mut names = Vec::new();
        for number in 1..=SEATS {
            let name = format!("op{number:02}");
            let lead: &[&str] = if number == 1 { &["--lead"] } else { &[] };
            let add = [&["operator", "add", name.as_str(), "--display", name.as_str()][..], lead].concat();
            let id = house.command(&add, &format!("{}\n", crate::common::PASSWORD)).unwrap();
            names.push((desk::ids::OperatorId(id.trim().parse().unwrap()), name));
        }
        let key = house.add_exchange();
        house.start().await;
        let mut seats = Vec::new();
        for (operator, name) in names {
            let token = house.token(&name).await;
            let desk = house.operator(&token, None).await;
            seats.push(Seat { operator, token, desk, seen: None });
        }
        let mut pages = Vec::new();
        for number in 1..=BOOTHS {
            let key = house.add_booth(&format!("ブース{number}")).await;
            let booth = house.booth(&key).await;
            pages.push(Page { key, booth, seen: None });
        }
        let operators = seats.iter().map(|seat| Owner::Operator { operator: seat.operator });
        let legs = operators.chain(pages.iter().map(|page| Owner::Booth { booth: page.key.0 })).collect();
        let exchange = Obedient::open(&house, key, legs).await;
        let (agenda, rung, refused) = Default::default();
        let chance = StdRng::seed_from_u64(seed);
        let mut town = Town {
            house,
            chance,
            agenda,
            deeds: 0,
            exchange,
            seats,
            pages,
            to_come: contacts,
            rung,
            refused,
        };
        town.plan_the_day(contacts);
        town
    }

    fn plan_the_day(&mut self, contacts: u32) {
        for _ in 0..contacts {
            self.later(0..DAY_MS, Deed::Arrive);
        }
        let quarter = DAY_MS / 4;
        self.later(quarter..quarter + 1_000, Deed::CutExchange);
        self.later(2 * quarter..2 * quarter + 1_000, Deed::KillServer);
        self.later(3 * quarter..3 * quarter + 1_000, Deed::Suspend(true));
        self.later(0..1, Deed::Ping);
        (0..self.seats.len()).for_each(|seat| self.look_at_seat(seat));
    }

    /// Puts a deed on the agenda, so many ms from now.
    pub fn later(&mut self, ms: std::ops::Range<u64>, deed: Deed) {
        let at = Instant::now() + Duration::from_millis(self.chance.random_range(ms));
        self.deeds += 1;
        self.agenda.insert((at, self.deeds), deed);
    }

    /// Lives through the day, until everybody has come and nobody is left.
    pub async fn live(&mut self) {
        while !self.is_over() {
            match self.hear().await {
                Heard::Exchange(word) => self.exchange_hears(word).await,
                Heard::Page(page) => self.look_at_page(page),
                Heard::Seat(seat) => self.look_at_seat(seat),
                Heard::Due => {
                    if let Some((_, deed)) = self.agenda.pop_first() {
                        self.carry_out(deed).await;
                    }
                }
            }
        }
        for seat in &self.seats {
            for (_, code) in &seat.desk.answers {
                count(&mut self.refused, *code);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.to_come == 0
            && self.exchange.is_empty()
            && self.pages.iter().all(Page::is_free)
            && self.seats.iter().all(Seat::is_free)
    }

    /// The next message of anybody, or the next deed. The exchange and the booths come first: what a desk
    /// hears of a contact they have heard before.
    async fn hear(&mut self) -> Heard {
        let due = self.agenda.first_key_value().map(|((at, _), _)| *at);
        if due.is_some_and(|at| at <= Instant::now()) {
            return Heard::Due;
        }
        let mut all: Vec<Hearing<'_>> = Vec::new();
        if let Some(line) = &mut self.exchange.line {
            all.push(Box::pin(async move { Heard::Exchange(line.wire.next().await) }));
        }
        for (number, page) in self.pages.iter_mut().enumerate() {
            all.push(Box::pin(async move {
                page.booth.step().await;
                Heard::Page(number)
            }));
        }
        for (number, seat) in self.seats.iter_mut().enumerate() {
            all.push(Box::pin(async move {
                seat.desk.step().await;
                Heard::Seat(number)
            }));
        }
        all.push(Box::pin(async move {
            match due {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
            Heard::Due
        }));
        select_all(all).await.0
    }

    async fn carry_out(&mut self, deed: Deed) {
        match deed {
            Deed::Arrive => self.somebody_comes().await,
            Deed::Accept(..)
            | Deed::Decline(..)
            | Deed::Hold(..)
            | Deed::End(..)
            | Deed::Finish(..)
            | Deed::Available(_)
            | Deed::Leave(..) => self.act(deed).await,
            Deed::HangUp(call) => {
                let lost = self.chance.random_bool(0.1);
                let how = if lost { CallOver::LineLost } else { CallOver::HungUp };
                if !self.exchange.hang_up(call, how).await {
                    self.to_come += 1;
                    self.later(100..600, Deed::Arrive);
                }
            }
            Deed::Ping => {
                for seat in &mut self.seats {
                    seat.desk.wire.text(link::json::encode(&Up::<OperatorSays>::Ping)).await;
                }
                let pause = PING.as_millis() as u64;
                self.later(pause..pause + 1, Deed::Ping);
            }
            Deed::CutExchange => {
                self.exchange.line = None;
                self.later(CUT_MS..CUT_MS + 1, Deed::ExchangeBack);
            }
            Deed::ExchangeBack => self.exchange.come_back(&self.house).await,
            Deed::KillServer => self.kill_server().await,
            Deed::Suspend(on) => {
                assert_eq!(self.seats[0].desk.ask(OperatorSays::Suspend { on }).await, None);
                self.look_at_seat(0);
                if on {
                    self.later(SUSPENDED_MS..SUSPENDED_MS + 1, Deed::Suspend(false));
                }
            }
        }
    }

    /// A caller, or a visitor at a booth that is free.
    async fn somebody_comes(&mut self) {
        let free: Vec<usize> = (0..self.pages.len()).filter(|page| self.pages[*page].is_free()).collect();
        if !free.is_empty() && self.chance.random_bool(0.5) {
            let page = free[self.chance.random_range(0..free.len())];
            // A full queue refuses a booth, which is nobody's contact: the visitor tries again.
            match self.pages[page].booth.ask(link::message::BoothSays::Ring).await {
                None => {
                    self.to_come -= 1;
                    // The answer may be here before the news.
                    let is_in = |state: &link::state::BoothState| people::contact(state).is_some();
                    self.pages[page].booth.until(is_in).await;
                }
                Some(Code::QueueFull) => self.later(200..400, Deed::Arrive),
                Some(other) => panic!("a free booth rings and is refused: {other:?}"),
            }
            self.look_at_page(page);
            return;
        }
        self.to_come -= 1;
        let deaf = self.chance.random_bool(0.05);
        let call = self.exchange.call_in(deaf).await;
        if self.chance.random_bool(0.15) {
            self.later(5..600, Deed::HangUp(call));
        }
        // Nobody waits for ever.
        self.later(6_000..9_000, Deed::HangUp(call));
    }

    async fn exchange_hears(&mut self, word: Down<(), (), ExchangeOrder>) {
        for call in self.exchange.hears(word).await {
            // Some callers hold on until the operator ends it, also when that falls into a cut.
            let patient = self.chance.random_bool(0.4);
            self.later(if patient { 1_500..2_500 } else { 60..500 }, Deed::HangUp(call));
        }
    }

    /// In the middle of whatever the operators do: what the exchange has said is stored, what they say in
    /// this moment may be or not.
    async fn kill_server(&mut self) {
        if self.exchange.line.is_none() {
            return self.later(CUT_MS..CUT_MS + 1, Deed::KillServer);
        }
        while self.exchange.owed > 0 {
            let word = self.exchange.line.as_mut().unwrap().wire.next().await;
            self.exchange_hears(word).await;
        }
        for seat in 0..self.seats.len() {
            if let (Some(contact), true) = (self.seats[seat].in_talk(), self.chance.random_bool(0.5)) {
                self.act(Deed::End(seat, contact)).await;
            }
        }
        self.house.kill().await;
        self.house.start().await;
        self.exchange.come_back(&self.house).await;
        for page in 0..self.pages.len() {
            self.pages[page].booth = self.house.booth(&self.pages[page].key).await;
            self.pages[page].seen = None;
            self.look_at_page(page);
        }
        for seat in 0..self.seats.len() {
            let token = self.seats[seat].token.clone();
            for (_, code) in std::mem::take(&mut self.seats[seat].desk.answers) {
                count(&mut self.refused, code);
            }
            self.seats[seat].desk = self.house.operator(&token, None).await;
            self.seats[seat].seen = None;
            self.look_at_seat(seat);
        }
    }

    /// How many contacts the ledger must know.
    pub fn contacts(&self) -> i64 {
        (self.exchange.fates.len() + self.rung.len()) as i64
    }
}

fn count(refused: &mut BTreeMap<String, u32>, code: Option<Code>) {
    let Some(code) = code else { return };
    let expected =
        [Code::Gone, Code::Taken, Code::TooLate, Code::StaleFence, Code::WrongState, Code::NoExchange];
    assert!(expected.contains(&code), "an operator is refused with {code:?}");
    *refused.entry(format!("{code:?}")).or_default() += 1;
}

impl fmt::Display for Town {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "to_come\t{}\nrings\t{}\ncalls\t{}",
            self.to_come,
            self.rung.len(),
            self.exchange.fates.len()
        )?;
        for (fate, count) in self.exchange.tally() {
            writeln!(f, "calls_{fate}\t{count}")?;
        }
        for (code, count) in &self.refused {
            writeln!(f, "refused_{code}\t{count}")?;
        }
        let open = self.seats.iter().filter(|seat| !seat.is_free()).count();
        write!(f, "joins\t{}\nseats_with_a_contact\t{open}", self.exchange.joins)
    }
}
