//! A hub with a real store and lines that are queues: what reaches a desk and a booth, without a door.

mod day;
mod papers;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use desk::calendar::Calendar;
use desk::centre::Owner;
use desk::code::Code;
use desk::contact::Phase;
use desk::day::Day;
use desk::ids::{BoothId, ContactId, OperatorId};
use desk::presence::{Channels, Chosen};
use desk::time::{Millis, Time};
use link::message::{
    BoothSays, Bridge, DeskSignal, Down, ExchangeOrder, ExchangeSays, LegFact, LegSignal, OperatorSays,
    RequestId, Resume,
};
use link::state::{BoothChange, BoothDevice, BoothState, DeskChange, DeskState};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Hello, Hub, HubError, Inbox, Item, LineId, Setup, Status, Words};
use crate::clock::Clock;
use crate::config::Config;
use crate::secret::hash_token;
use crate::store::{self, Approval, Bearer, Enrolled, NewBooth, Store};

const LIMIT: Duration = Duration::from_secs(10);
const OP: OperatorId = OperatorId(1);
const BOOTH: BoothId = BoothId(1);

/// A minute of a day in Japan.
fn at(ymd: (u32, u32, u32), hour: u16, minute: u16) -> Time {
    Day::from_ymd(ymd.0, ymd.1, ymd.2).unwrap().at(hour * 60 + minute)
}

/// Operators 1 and 2 and booths 1 and 2, unless they are there.
async fn add_people(store: &dyn Store, now: Time) {
    if store.directory(now).await.unwrap().operators.is_empty() {
        for name in ["op01", "op02"] {
            store.add_operator(name, name, "hash", now).await.unwrap();
        }
    }
    let later = Time(now.0 + 60_000);
    for name in ["ブース1", "ブース2"] {
        let code = hash_token(name);
        let enrolled = store.enrol(name, code, later, 5, now).await.unwrap();
        if enrolled == Enrolled::Pending {
            let booth = NewBooth { name, place: Some("1階ロビー"), device: BoothDevice::Tablet };
            let approved = store.approve_booth(code, booth, 5, Millis::seconds(600), now).await.unwrap();
            assert!(matches!(approved, Approval::Booth(_)));
        }
    }
}

/// A hub at work.
struct Centre {
    inbox: Inbox,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), HubError>>,
    lines: u64,
}

impl Centre {
    async fn open(folder: &Path, moment: Time) -> Centre {
        let store = store::open(&format!("sqlite:{}", folder.join("k.db").display()), None).await.unwrap();
        add_people(&*store, moment).await;
        let (status, _) = watch::channel(Status::default());
        let setup = Setup {
            settings: desk::centre::Settings::default(),
            calendar: Arc::new(Calendar::default()),
            signs: Config::default().signs(),
            store,
            clock: Arc::new(Clock::start_at(moment)),
            status,
        };
        let hub = Hub::begin(setup).await.unwrap();
        let (inbox, items) = Inbox::new();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(hub.run(items, stopped));
        Centre { inbox, stop, task, lines: 0 }
    }

    async fn close(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap().unwrap();
    }

    fn line(&mut self) -> LineId {
        self.lines += 1;
        LineId(self.lines)
    }

    async fn desk(&mut self, operator: OperatorId, resume: Option<Resume>) -> Desk {
        let (line, (out, heard)) = (self.line(), mpsc::channel(256));
        let bearer = Bearer { operator, sign_in: hash_token("t"), expires: Time(u64::MAX) };
        let hello = Hello::Operator { bearer, resume, out };
        assert!(self.inbox.put(Item::Hello(line, hello)).await);
        Person::first(self.inbox.clone(), line, heard, DeskState::apply, Item::Operator).await
    }

    async fn booth(&mut self, booth: BoothId, resume: Option<Resume>) -> Booth {
        let (line, (out, heard)) = (self.line(), mpsc::channel(256));
        assert!(self.inbox.put(Item::Hello(line, Hello::Booth { booth, resume, out })).await);
        Person::first(self.inbox.clone(), line, heard, BoothState::apply, Item::Booth).await
    }

    async fn exchange(&mut self, bridges: Vec<Bridge>) -> Exchange {
        let (line, (out, heard)) = (self.line(), mpsc::channel(256));
        let hello = Hello::Exchange { key: hash_token("x"), out };
        assert!(self.inbox.put(Item::Hello(line, hello)).await);
        let exchange = Exchange { inbox: self.inbox.clone(), line, heard };
        let owners = [Owner::Operator { operator: OP }, Owner::Booth { booth: BOOTH }];
        let legs = owners.map(|owner| LegFact { owner, leg: 1, up: true }).to_vec();
        exchange
            .says(ExchangeSays::Inventory {
                bridges,
                legs,
                calls: Vec::new(),
                dialled: Vec::new(),
                trunks: Vec::new(),
            })
            .await;
        exchange
    }

    /// One operator and one booth in a talk.
    async fn talk(&mut self) -> (Desk, Booth, Exchange, Bridge) {
        let mut exchange = self.exchange(Vec::new()).await;
        let mut desk = self.desk(OP, None).await;
        let mut booth = self.booth(BOOTH, None).await;
        desk.until(|state| state.me.media).await;
        let chosen = Chosen::Available { channels: Channels::Both };
        assert_eq!(desk.ask(OperatorSays::Choose { chosen }).await, None);
        assert_eq!(booth.ask(BoothSays::Ring).await, None);
        desk.until(|state| state.offer.is_some()).await;
        let offer = desk.state.offer.clone().unwrap();
        assert_eq!(desk.ask(OperatorSays::Accept { offer: offer.offer, fence: offer.fence }).await, None);
        let bridge = exchange.join().await;
        desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Live)).await;
        (desk, booth, exchange, bridge)
    }
}

/// A person's client.
struct Person<S, C, G, T> {
    inbox: Inbox,
    line: LineId,
    heard: mpsc::Receiver<Down<S, C, G>>,
    state: S,
    stream: u64,
    event: u64,
    resumed: bool,
    /// How many changes came.
    changes: usize,
    apply: fn(&mut S, C),
    wrap: fn(LineId, Words<T>) -> Item,
}

type Desk = Person<DeskState, DeskChange, DeskSignal, OperatorSays>;
type Booth = Person<BoothState, BoothChange, LegSignal, BoothSays>;

impl<S: std::fmt::Debug, C, G, T> Person<S, C, G, T> {
    async fn first(
        inbox: Inbox,
        line: LineId,
        mut heard: mpsc::Receiver<Down<S, C, G>>,
        apply: fn(&mut S, C),
        wrap: fn(LineId, Words<T>) -> Item,
    ) -> Person<S, C, G, T> {
        let Some(Down::Welcome { stream, resumed, .. }) = heard.recv().await else { panic!("a welcome") };
        let Some(Down::Snapshot { event, state, .. }) = heard.recv().await else { panic!("a snapshot") };
        Person { inbox, line, heard, state, stream, event, resumed, changes: 0, apply, wrap }
    }

    async fn step(&mut self) -> Option<(RequestId, Option<Code>)> {
        match timeout(LIMIT, self.heard.recv()).await.expect("the hub says nothing").expect("an open line") {
            Down::Event { event, change, .. } => {
                assert_eq!(event, self.event + 1, "a gap");
                (self.event, self.changes) = (event, self.changes + 1);
                (self.apply)(&mut self.state, change);
                None
            }
            Down::Answer { request, refused } => Some((request, refused)),
            Down::Signal { .. } | Down::Pong { .. } => None,
            Down::Welcome { .. } | Down::Snapshot { .. } | Down::Goodbye { .. } => panic!("an odd word"),
        }
    }

    async fn until(&mut self, wish: impl Fn(&S) -> bool) {
        while !wish(&self.state) {
            let here = format!("{:?}", self.state);
            if timeout(LIMIT, self.step()).await.is_err() {
                panic!("it never came: {here}");
            }
        }
    }

    async fn ask(&mut self, body: T) -> Option<Code> {
        let request = RequestId(Uuid::now_v7());
        assert!(self.inbox.put((self.wrap)(self.line, Words::Say { request, body })).await);
        loop {
            if let Some((name, refused)) = self.step().await
                && name == request
            {
                return refused;
            }
        }
    }

    /// Everything that was said before has been heard.
    async fn settle(&mut self) {
        assert!(self.inbox.put((self.wrap)(self.line, Words::Ping)).await);
        loop {
            match timeout(LIMIT, self.heard.recv()).await.expect("a pong").expect("an open line") {
                Down::Pong { .. } => return,
                Down::Event { event, change, .. } => {
                    (self.event, self.changes) = (event, self.changes + 1);
                    (self.apply)(&mut self.state, change);
                }
                _ => {}
            }
        }
    }
}

/// An exchange that does what the test says.
struct Exchange {
    inbox: Inbox,
    line: LineId,
    heard: mpsc::Receiver<link::message::ToExchange>,
}

impl Exchange {
    async fn says(&self, body: ExchangeSays) {
        let request = RequestId(Uuid::now_v7());
        assert!(self.inbox.put(Item::Exchange(self.line, Words::Say { request, body })).await);
    }

    async fn order_like(&mut self, wish: impl Fn(&ExchangeOrder) -> bool) -> ExchangeOrder {
        loop {
            let word = timeout(LIMIT, self.heard.recv()).await.expect("an order").expect("an open line");
            if let Down::Signal { signal } = word
                && wish(&signal)
            {
                return signal;
            }
        }
    }

    async fn join(&mut self) -> Bridge {
        let order = self.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
        let ExchangeOrder::Join { contact, fence, visitor, operator, masked } = order else {
            panic!("{order:?}")
        };
        self.says(ExchangeSays::Joined { contact, fence }).await;
        Bridge { contact, fence, visitor, operator, held: false, masked, consult: None }
    }
}

fn desk_text(contact: ContactId, text: &str) -> OperatorSays {
    OperatorSays::Text { contact, text: text.to_owned() }
}

fn booth_text(contact: ContactId, text: &str) -> BoothSays {
    BoothSays::Text { contact, text: text.to_owned() }
}
