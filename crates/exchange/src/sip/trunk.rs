//! The trunks' lives: registration and the question whether they are there. Knows no calls.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use link::state::TrunkState;
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::registration::{Registration, backoff_interval, refresh_interval};
use rsipstack::sip::headers::{CSeq, Header, MaxForwards, UserAgent};
use rsipstack::sip::{Method, Request, StatusCode, StatusCodeKind, Uri, Version};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::{make_call_id, make_tag};
use tokio::sync::mpsc;

use super::CallNews;
use super::config::{Register, Trunk};
use super::dialog::{AGENT, ask, contact, door, network_fault};
use super::doors::Guests;
use crate::flow::lock;

/// A trunk answers in milliseconds; one that needs longer than this carries no call.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A registrar may ask another one before it answers.
const REGISTER_WITHIN: Duration = Duration::from_secs(35);
/// At the end there is no time for a registrar that is slow: its binding expires by itself.
const UNREGISTER_WITHIN: Duration = Duration::from_secs(1);
/// To look up a registrar's name.
const RESOLVE_WITHIN: Duration = Duration::from_secs(5);

/// Which trunks are up; tells each change.
pub struct Board {
    trunks: Mutex<Vec<Signs>>,
    news: mpsc::Sender<CallNews>,
}

struct Signs {
    name: String,
    registered: bool,
    answers: bool,
}

impl Signs {
    fn state(&self) -> TrunkState {
        TrunkState { name: self.name.clone(), up: self.registered && self.answers }
    }
}

impl Board {
    /// What has nothing to wait for is up.
    pub fn new(trunks: &[Trunk], news: mpsc::Sender<CallNews>) -> Board {
        let signs = trunks.iter().map(|trunk| Signs {
            name: trunk.name.clone(),
            registered: trunk.register.is_none(),
            answers: trunk.keep_alive.is_none(),
        });
        Board { trunks: Mutex::new(signs.collect()), news }
    }

    /// Tells how all trunks stand.
    pub async fn tell(&self) {
        let states = lock(&self.trunks).iter().map(Signs::state).collect();
        // Nobody listens any more: the exchange ends.
        let _ = self.news.send(CallNews::Trunks(states)).await;
    }

    async fn set(&self, trunk: usize, change: impl FnOnce(&mut Signs)) {
        let changed = {
            let mut trunks = lock(&self.trunks);
            let signs = &mut trunks[trunk];
            let before = signs.state().up;
            change(signs);
            let up = signs.state().up;
            if up != before {
                tracing::info!(trunk = signs.name, up, "trunk");
            }
            up != before
        };
        if changed {
            self.tell().await;
        }
    }
}

/// The credential of a trunk that registers.
pub fn credential(trunk: &Trunk) -> Option<Credential> {
    let Register { user, auth_user, password, .. } = trunk.register.as_ref()?;
    Some(Credential {
        username: user.clone(),
        password: password.as_ref().map(|password| password.0.clone()).unwrap_or_default(),
        realm: None,
        auth_username: auth_user.clone(),
    })
}

/// Keeps a trunk registered, for ever.
pub async fn register(
    endpoint: EndpointInnerRef,
    (trunk, settings): (usize, Register),
    credential: Option<Credential>,
    guests: Arc<Guests>,
    board: Arc<Board>,
) {
    let Ok(server) = Uri::try_from(settings.registrar.as_str()) else { return };
    let mut registration = Registration::new(endpoint, credential);
    let mut failures = 0;
    loop {
        guests.resolved(trunk, resolve(&server).await.into_iter());
        let attempt = registration.register(server.clone(), Some(settings.expires_s));
        let answer = tokio::time::timeout(REGISTER_WITHIN, attempt).await;
        let (status, fault) = match answer {
            Ok(Ok(response)) => (Some(response.status_code), None),
            // A name that means nothing, a closed port, a certificate that is not believed.
            Ok(Err(fault)) => (None, network_fault(&fault)),
            Err(_) => (None, None),
        };
        let is_up = status.as_ref().is_some_and(|status| status.kind() == StatusCodeKind::Successful);
        if !is_up {
            tracing::warn!(
                trunk,
                status = status.map(|status| status.code()),
                fault,
                "not registered; asking again"
            );
        }
        board.set(trunk, |signs| signs.registered = is_up).await;
        let wait = if is_up {
            failures = 0;
            refresh_interval(
                registration.granted_expires.filter(|granted| *granted > 0).unwrap_or(settings.expires_s),
            )
        } else {
            failures += 1;
            backoff_interval(failures - 1)
        };
        tokio::time::sleep(wait).await;
    }
}

/// Takes the registration back.
pub async fn unregister(endpoint: EndpointInnerRef, settings: Register, credential: Option<Credential>) {
    let Ok(server) = Uri::try_from(settings.registrar.as_str()) else { return };
    let mut registration = Registration::new(endpoint, credential);
    // It expires by itself where this does not arrive.
    let _ = tokio::time::timeout(UNREGISTER_WITHIN, registration.register(server, Some(0))).await;
}

/// Asks a trunk again and again whether it is there.
pub async fn keep_alive(
    endpoint: EndpointInnerRef,
    (trunk, target, every): (usize, String, Duration),
    board: Arc<Board>,
) {
    let Ok(target) = Uri::try_from(target.as_str()) else { return };
    loop {
        let answer = match options(&endpoint, &target) {
            Some(request) => {
                let answer = ask(endpoint.clone(), request, None, (0, None));
                tokio::time::timeout(ANSWER_WITHIN, answer).await.ok().flatten()
            }
            None => None,
        };
        // The stack itself answers 408 and 503 for those who do not.
        let is_there = answer.is_some_and(|response| {
            !matches!(response.status_code, StatusCode::RequestTimeout | StatusCode::ServiceUnavailable)
        });
        board.set(trunk, |signs| signs.answers = is_there).await;
        tokio::time::sleep(every).await;
    }
}

fn options(endpoint: &EndpointInnerRef, target: &Uri) -> Option<Request> {
    let own = door(endpoint, target)?;
    let from = format!("<sip:kenmu@{}>;tag={}", own.addr, make_tag().value());
    let headers = vec![
        Header::Via(endpoint.get_via(Some(own.clone()), None).ok()?.into()),
        Header::MaxForwards(MaxForwards::from(70)),
        Header::From(from.as_str().into()),
        Header::To(format!("<{target}>").as_str().into()),
        Header::CallId(make_call_id(None, endpoint.option.callid_format)),
        Header::CSeq(CSeq::from(format!("1 {}", Method::Options))),
        contact(&own),
        Header::UserAgent(UserAgent::from(AGENT)),
    ];
    Some(Request {
        method: Method::Options,
        uri: target.clone(),
        version: Version::V2,
        headers: headers.into(),
        body: Vec::new(),
    })
}

/// What the name in an address means now; nothing when nobody knows it.
pub async fn resolve(server: &Uri) -> Vec<IpAddr> {
    let host = server.host_with_port.host.to_string();
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let found = tokio::time::timeout(RESOLVE_WITHIN, tokio::net::lookup_host((host, 0))).await;
    match found {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}
