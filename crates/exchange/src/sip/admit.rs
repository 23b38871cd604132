//! Who is let in: each new request finds its call, begins one, or is refused. Knows nothing of how a call goes on.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use desk::ids::CallId;
use link::state::{Caller, Digit};
use rsipstack::dialog::authenticate::Credential;
use rsipstack::sip::headers::{Accept, Header, RetryAfter};
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Method, Request, StatusCode, Transport};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::make_tag;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::CallNews;
use super::budget::Budget;
use super::call::{Rules, Session};
use super::caller::{Told, caller};
use super::carry::{Begun, Carrier, Happening, INBOX, least};
use super::config::{Answer, SipConfig, Srtp};
use super::dialog::Dialog;
use super::doors::{Guests, own_address};
use super::leg::PhoneLeg;
use super::offer::Talk;
use super::rtp::{Pair, Ports, Stream};
use super::sdp::SdpError;
use super::serve::{
    Served, Serving, abilities, number, reply_alone, supports_timer, unknown_extension, updates, values,
};
use super::session::{self, Asked};
use super::strict;
use crate::flow::lock;

/// Calls at a time over all trunks: with the booths and the desks they stay below the exchange's bound of legs.
pub const MAX_CALLS: usize = 160;
/// When a caller's network may try again after it was turned away, s.
const TRY_AGAIN_S: u32 = 10;

/// What all calls share.
pub struct Lobby {
    pub(super) config: SipConfig,
    pub(super) guests: Arc<Guests>,
    pub(super) ports: Ports,
    pub(super) news: mpsc::Sender<CallNews>,
    pub(super) credentials: Vec<Option<Arc<Credential>>>,
    pub(super) calls: Mutex<BTreeMap<String, Place>>,
    /// The name of the next call.
    pub(super) next: AtomicU64,
    /// How many calls may be made; nothing where none may.
    pub(super) budget: Option<Mutex<Budget>>,
    pub(super) closing: AtomicBool,
    /// The tasks of the calls: they end with the stack.
    pub(super) tasks: Mutex<JoinSet<()>>,
}

/// A call among the others, under our tag in its dialog.
pub struct Place {
    pub(super) call_id: String,
    /// Empty while a call of ours is not answered yet.
    pub(super) their_tag: String,
    pub(super) number: u32,
    pub(super) trunk: usize,
    pub(super) inbox: mpsc::Sender<Happening>,
    pub(super) leg: Arc<PhoneLeg>,
}

/// Why a call is not let in.
struct Turned(StatusCode, Vec<Header>);

impl From<StatusCode> for Turned {
    fn from(status: StatusCode) -> Turned {
        Turned(status, Vec::new())
    }
}

impl Lobby {
    /// Takes one request.
    pub async fn take(self: &Arc<Lobby>, transaction: Transaction) {
        let Some((trunk, source)) = self.guest(&transaction) else { return };
        let request = &transaction.original;
        let our_tag = request.to_header().ok().and_then(|to| to.tag().ok().flatten());
        let headers = unknown_extension(request);
        let tag = make_tag();
        if let Some(status) = strict::fault(request) {
            return reply_alone(transaction, tag.value(), status, Vec::new());
        }
        match (our_tag, request.method) {
            (_, Method::Invite | Method::Update | Method::Bye | Method::Info | Method::Options)
                if headers.is_some() =>
            {
                reply_alone(
                    transaction,
                    tag.value(),
                    StatusCode::BadExtension,
                    headers.into_iter().collect(),
                );
            }
            (Some(ours), _) => self.pass_on(ours.value(), transaction),
            (None, Method::Invite) => self.invited(trunk, source, tag.value(), transaction).await,
            (None, Method::Options) => {
                let status = if self.is_closing() { StatusCode::ServiceUnavailable } else { StatusCode::OK };
                let mut headers = abilities();
                headers.push(Header::Accept(Accept::from("application/sdp")));
                reply_alone(transaction, tag.value(), status, headers);
            }
            (None, Method::Bye | Method::Update | Method::Info | Method::PRack) => {
                reply_alone(transaction, tag.value(), StatusCode::CallTransactionDoesNotExist, Vec::new());
            }
            (
                None,
                Method::Ack
                | Method::Cancel
                | Method::Message
                | Method::Notify
                | Method::Publish
                | Method::Refer
                | Method::Register
                | Method::Subscribe,
            ) => reply_alone(transaction, tag.value(), StatusCode::MethodNotAllowed, abilities()),
        }
    }

    /// The trunk that a request comes by, and from where.
    fn guest(&self, transaction: &Transaction) -> Option<(usize, IpAddr)> {
        let source = transaction.connection.as_ref()?.get_remote_addr()?.get_socketaddr().ok()?.ip();
        self.guests.trunk_of(source).map(|trunk| (trunk, source))
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// A request in a dialog goes to its call.
    fn pass_on(&self, ours: &str, transaction: Transaction) {
        let (call_id, their_tag) = names(&transaction.original);
        let inbox = {
            let calls = lock(&self.calls);
            // A BYE may come right behind the answer, before the call knows of it.
            let is_far = |place: &Place| place.their_tag.is_empty() || place.their_tag == their_tag;
            let known = |place: &&Place| place.call_id == call_id && is_far(place);
            calls.get(ours).filter(known).map(|place| place.inbox.clone())
        };
        let Some(inbox) = inbox else {
            return reply_alone(transaction, ours, StatusCode::CallTransactionDoesNotExist, Vec::new());
        };
        match inbox.try_send(Happening::Request(Box::new(transaction))) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(Happening::Request(transaction))) => {
                reply_alone(*transaction, ours, StatusCode::ServiceUnavailable, vec![try_again()]);
            }
            Err(mpsc::error::TrySendError::Closed(Happening::Request(transaction))) => {
                reply_alone(*transaction, ours, StatusCode::CallTransactionDoesNotExist, Vec::new());
            }
            Err(_) => {}
        }
    }

    async fn invited(
        self: &Arc<Lobby>,
        trunk: usize,
        source: IpAddr,
        tag: &str,
        mut transaction: Transaction,
    ) {
        // The caller's network stops repeating.
        let _ = transaction.send_trying().await;
        match self.prepare(trunk, source, tag, &transaction).await {
            Ok(prepared) => self.begin(trunk, tag, transaction, prepared).await,
            Err(Turned(status, headers)) => {
                let name = &self.config.trunks[trunk].name;
                tracing::info!(trunk = name, status = status.code(), "a call was turned away");
                reply_alone(transaction, tag, status, headers);
            }
        }
    }

    /// All that a call needs, or why it is not let in.
    async fn prepare(
        &self,
        trunk: usize,
        source: IpAddr,
        tag: &str,
        invite: &Transaction,
    ) -> Result<Prepared, Turned> {
        let request = &invite.original;
        self.check(trunk, request)?;
        let settings = &self.config.trunks[trunk];
        let is_secret = invite.connection.as_ref().is_some_and(|door| door.transport() == Transport::Tls);
        if settings.srtp == Srtp::Required && !is_secret {
            tracing::warn!(trunk = settings.name, "a call's keys would have come in the open");
            return Err(StatusCode::NotAcceptableHere.into());
        }
        let credential = self.credentials[trunk].clone();
        let dialog = Dialog::invited(invite, tag, credential).ok_or(StatusCode::BadRequest)?;
        let asked =
            Asked { expires: values(request, "Session-Expires").next(), supports: supports_timer(request) };
        let session =
            session::agree(asked).map_err(|_| Turned(StatusCode::SessionIntervalTooSmall, vec![least()]))?;
        let call = self.next_call();
        let (talk, leg) = self.sound(call, source, (request.body.as_slice(), settings.srtp)).await?;
        Ok(Prepared { call, caller: told(request), dialog, session, talk, leg })
    }

    /// Whether there is room, and whether it is a call of a kind that we take.
    fn check(&self, trunk: usize, request: &Request) -> Result<(), Turned> {
        let busy = Turned(StatusCode::ServiceUnavailable, vec![try_again()]);
        if self.is_closing() {
            return Err(busy);
        }
        let (call_id, their_tag) = names(request);
        if their_tag.is_empty() {
            return Err(StatusCode::BadRequest.into());
        }
        {
            let calls = lock(&self.calls);
            let same = |place: &Place| place.call_id == call_id && place.their_tag == their_tag;
            if calls.values().any(|place| same(place) && place.number == number(request)) {
                // It came twice, by two ways (RFC 3261, 8.2.2.2).
                return Err(StatusCode::LoopDetected.into());
            }
            if calls.len() >= MAX_CALLS {
                return Err(busy);
            }
        }
        if !self.has_line(trunk) {
            return Err(StatusCode::BusyHere.into());
        }
        let kind = values(request, "Content-Type").next().unwrap_or_default();
        let is_sdp =
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/sdp"));
        if !request.body.is_empty() && !is_sdp {
            let accept = Header::Accept(Accept::from("application/sdp"));
            return Err(Turned(StatusCode::UnsupportedMediaType, vec![accept]));
        }
        Ok(())
    }

    /// The name of a new call.
    pub(super) fn next_call(&self) -> CallId {
        CallId(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Whether the trunk can carry one more call.
    pub(super) fn has_line(&self, trunk: usize) -> bool {
        let of_trunk = lock(&self.calls).values().filter(|place| place.trunk == trunk).count();
        of_trunk < self.config.trunks[trunk].max_calls
    }

    /// The sockets of a call, tuned to its offer.
    async fn sound(
        &self,
        call: CallId,
        source: IpAddr,
        offer: (&[u8], Srtp),
    ) -> Result<(Talk, Arc<PhoneLeg>), Turned> {
        let Some((pair, port)) = self.sockets().await else {
            return Err(Turned(StatusCode::ServiceUnavailable, vec![try_again()]));
        };
        let at = (own_address(&self.config, source), port).into();
        self.listen(call, pair, at, offer).map_err(|fault| {
            match fault {
                SdpError::NothingInCommon => StatusCode::NotAcceptableHere,
                SdpError::TooLarge | SdpError::Malformed => StatusCode::BadRequest,
            }
            .into()
        })
    }

    /// Two sockets, and the port of the first one.
    pub(super) async fn sockets(&self) -> Option<(Pair, u16)> {
        let found = self.ports.pair().await.and_then(|pair| {
            let port = pair.rtp.local_addr()?.port();
            Ok((pair, port))
        });
        found.inspect_err(|fault| tracing::error!(%fault, "no port for the sound of a call")).ok()
    }

    /// Listens at the sockets; the far side is told of them as `at`.
    pub(super) fn listen(
        &self,
        call: CallId,
        pair: Pair,
        at: SocketAddr,
        offer: (&[u8], Srtp),
    ) -> Result<(Talk, Arc<PhoneLeg>), SdpError> {
        let news = self.news.clone();
        let pressed: Arc<dyn Fn(Digit) + Send + Sync> = Arc::new(move |digit| {
            // The reader of the sound must not wait; the engine takes its news in microseconds.
            if news.try_send(CallNews::Digit { call, digit }).is_err() {
                tracing::warn!(call = call.0, "a key was lost: nobody takes the news");
            }
        });
        let stream = Stream::start(pair, Arc::clone(&pressed));
        let talk = Talk::begin(Arc::clone(&stream), at, offer, pressed).inspect_err(|_| stream.close())?;
        Ok((talk, Arc::new(PhoneLeg::new(stream))))
    }

    async fn begin(self: &Arc<Lobby>, trunk: usize, tag: &str, transaction: Transaction, prepared: Prepared) {
        let Prepared { call, caller, dialog, session, talk, leg } = prepared;
        let (inbox, happened) = mpsc::channel(INBOX);
        let (call_id, their_tag) = names(&transaction.original);
        let number = number(&transaction.original);
        let word = Happening::Served as fn(u32, Served) -> Happening;
        let updates = updates(&transaction.original);
        let invite = Some(Serving::start(transaction, tag, Some((inbox.clone(), word))));
        let place = Place { call_id, their_tag, number, trunk, inbox: inbox.clone(), leg: Arc::clone(&leg) };
        let seat = self.seat(tag, place);
        let settings = &self.config.trunks[trunk];
        tracing::info!(call = call.0, trunk = settings.name, "call");
        let answers_at_once = settings.answer == Answer::AtOnce;
        let rules = Rules { answers_at_once, silence: settings.silence_ms, longest: None };
        let incoming =
            CallNews::Incoming { call, caller, trunk: settings.name.clone(), leg: Arc::clone(&leg) };
        let begun = Begun { call, invite, updates, dialog, talk, session, leg, rules };
        self.run(async move {
            let news = &seat.lobby.news;
            let carrier = Carrier::begin(begun, inbox, news.clone()).await;
            // Nobody listens any more: the exchange ends.
            let _ = news.send(incoming).await;
            carrier.run(happened).await;
        });
    }

    /// A place among the calls, under our tag, until the seat is dropped.
    pub(super) fn seat(self: &Arc<Lobby>, tag: &str, place: Place) -> Seat {
        lock(&self.calls).insert(tag.to_owned(), place);
        Seat { lobby: Arc::clone(self), tag: tag.to_owned() }
    }

    /// Runs a call's task. It ends with the stack.
    pub(super) fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.tasks);
        while let Some(ended) = tasks.try_join_next() {
            // Its own words may hold what the caller's side wrote.
            if ended.is_err_and(|fault| fault.is_panic()) {
                tracing::error!("the task of a call broke");
            }
        }
        tasks.spawn(task);
    }
}

/// A call's place among the others, given back however its task ends.
pub struct Seat {
    pub(super) lobby: Arc<Lobby>,
    tag: String,
}

impl Seat {
    /// The far side has told its name.
    pub(super) fn meets(&self, their_tag: &str) {
        if let Some(place) = lock(&self.lobby.calls).get_mut(&self.tag) {
            their_tag.clone_into(&mut place.their_tag);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.lobby.calls).remove(&self.tag);
    }
}

/// What a call needs.
struct Prepared {
    call: CallId,
    caller: Caller,
    dialog: Dialog,
    session: Option<Session>,
    talk: Talk,
    leg: Arc<PhoneLeg>,
}

/// The two names that the far side gave to the dialog.
pub(super) fn names(request: &Request) -> (String, String) {
    let call_id = request.call_id_header().map(|id| id.value().to_owned()).unwrap_or_default();
    let tag = request.from_header().ok().and_then(|from| from.tag().ok().flatten());
    (call_id, tag.map(|tag| tag.value().to_owned()).unwrap_or_default())
}

/// Who calls, as the request says.
pub(super) fn told(request: &Request) -> Caller {
    let asserted: Vec<&str> = values(request, "P-Asserted-Identity").collect();
    let from = values(request, "From").next().unwrap_or_default();
    caller(Told { asserted: &asserted, from, privacy: values(request, "Privacy").next() })
}

fn try_again() -> Header {
    Header::RetryAfter(RetryAfter::from(TRY_AGAIN_S.to_string()))
}
