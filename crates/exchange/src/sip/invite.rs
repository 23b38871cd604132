//! An INVITE of ours: how it is written, what the trunk answers, its CANCEL and its digest. Knows no call and decides
//! nothing: everything goes into the call's inbox, under the number of the attempt.

use std::sync::Arc;

use rsipstack::dialog::authenticate::{Credential, handle_client_authenticate};
use rsipstack::sip::headers::{CSeq, ContentType, Header, MaxForwards, PPreferredIdentity, UserAgent};
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Auth, Method, Request, Response, SipMessage, StatusCode, StatusCodeKind, Uri, Version};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::{Transaction, make_call_id};
use rsipstack::transport::{SipAddr, SipConnection};
use tokio::sync::mpsc;

use super::carry::Happening;
use super::dialog::{AGENT, Dialog, contact, door, tell};
use super::numbers::Number;
use super::serve::abilities;

/// The number of the first INVITE; a challenge is answered under the next one.
const FIRST: u32 = 1;

/// What an INVITE of ours tells.
pub struct Letter<'a> {
    /// The trunk's machine.
    pub target: &'a Uri,
    /// Whom to call.
    pub number: &'a Number,
    /// As whom: a number of ours.
    pub caller_id: &'a str,
    /// Our side's name in the dialog.
    pub tag: &'a str,
    /// Our description.
    pub body: String,
}

/// What comes of an INVITE of ours.
pub enum Progress {
    /// It went out this way.
    Sent(Box<Way>),
    /// A 1xx with this code.
    Provisional(u16),
    /// A 2xx; the ACK is out.
    Accepted(Box<Accepted>),
    /// A final refusal with this code. Silence and a broken line are 408 and 503.
    Refused(u16),
}

/// How an INVITE went, so that its CANCEL can follow it.
pub struct Way {
    endpoint: EndpointInnerRef,
    request: Request,
    destination: Option<SipAddr>,
    connection: Option<SipConnection>,
}

/// What a 2xx brings.
pub struct Accepted {
    /// The dialog that it begins.
    pub dialog: Dialog,
    /// The message.
    pub response: Response,
}

/// Writes an INVITE; nothing when no door of ours fits the trunk.
pub fn write(endpoint: &EndpointInnerRef, letter: Letter<'_>) -> Option<Request> {
    let Letter { target, number, caller_id, tag, body } = letter;
    let own = door(endpoint, target)?;
    let mut uri = target.clone();
    uri.auth = Some(Auth { user: number.digits().to_owned(), password: None });
    let host = &target.host_with_port;
    let mut headers = vec![
        Header::Via(endpoint.get_via(Some(own.clone()), None).ok()?.into()),
        Header::MaxForwards(MaxForwards::from(70)),
        Header::From(format!("<sip:{caller_id}@{host}>;tag={tag}").as_str().into()),
        Header::To(format!("<sip:{}@{host}>", number.digits()).as_str().into()),
        Header::CallId(make_call_id(None, endpoint.option.callid_format)),
        Header::CSeq(CSeq::from(format!("{FIRST} {}", Method::Invite))),
        contact(&own),
        Header::UserAgent(UserAgent::from(AGENT)),
        // RFC 3325: by it a carrier knows which of our numbers is to be shown.
        Header::PPreferredIdentity(PPreferredIdentity::from(format!("<sip:{caller_id}@{host}>"))),
        Header::ContentType(ContentType::from("application/sdp")),
    ];
    headers.extend(abilities());
    Some(Request {
        method: Method::Invite,
        uri,
        version: Version::V2,
        headers: headers.into(),
        body: body.into_bytes(),
    })
}

/// Sends an INVITE. What comes of it goes into `inbox`, under `attempt`.
pub fn send(
    endpoint: EndpointInnerRef,
    request: Request,
    credential: Option<Arc<Credential>>,
    (inbox, attempt): (mpsc::Sender<Happening>, u32),
) {
    let report = Report { inbox, attempt, credential, proven: false, rang: false, accepted: None };
    tokio::spawn(async move {
        match TransactionKey::from_request(&request, TransactionRole::Client) {
            Ok(key) => drive(Transaction::new_client(key, request, endpoint, None), report).await,
            Err(_) => report.tell(Progress::Refused(StatusCode::ServiceUnavailable.code())).await,
        }
    });
}

/// Sends the CANCEL of an INVITE.
pub fn cancel(way: Way) {
    let Way { endpoint, request, destination, connection } = way;
    tokio::spawn(async move {
        let Some(cancel) = cancel_of(&request) else { return };
        let Ok(key) = TransactionKey::from_request(&cancel, TransactionRole::Client) else { return };
        let stream = connection.filter(SipConnection::is_reliable);
        let mut transaction = Transaction::new_client(key, cancel, endpoint, stream);
        transaction.destination = destination;
        // The INVITE's own end tells whether it helped; this only repeats it until it is answered.
        if transaction.send().await.is_ok() {
            while transaction.receive().await.is_some() {}
        }
    });
}

/// Hangs up a dialog that nobody wants.
pub fn hang_up(mut dialog: Dialog) {
    tokio::spawn(dialog.ask(Method::Bye, Vec::new(), None));
}

/// RFC 3261, 9.1: the same request, sent the same way, with the method and the CSeq of a CANCEL.
fn cancel_of(invite: &Request) -> Option<Request> {
    let number = invite.cseq_header().ok()?.seq().ok()?;
    let mut headers = vec![Header::Via(invite.via_header().ok()?.clone())];
    headers.extend(invite.headers.iter().filter(|header| matches!(header, Header::Route(_))).cloned());
    headers.extend([
        Header::MaxForwards(MaxForwards::from(70)),
        Header::From(invite.from_header().ok()?.clone()),
        Header::To(invite.to_header().ok()?.clone()),
        Header::CallId(invite.call_id_header().ok()?.clone()),
        Header::CSeq(CSeq::from(format!("{number} {}", Method::Cancel))),
        Header::UserAgent(UserAgent::from(AGENT)),
    ]);
    Some(Request {
        method: Method::Cancel,
        uri: invite.uri.clone(),
        version: Version::V2,
        headers: headers.into(),
        body: Vec::new(),
    })
}

struct Report {
    inbox: mpsc::Sender<Happening>,
    attempt: u32,
    credential: Option<Arc<Credential>>,
    /// A challenge was answered: another one means that the password is wrong.
    proven: bool,
    /// A telephone rang: it does not ring twice for one call, so that no challenge is answered any more.
    rang: bool,
    /// The far side's name in the dialog that counts.
    accepted: Option<String>,
}

/// Runs the transaction until its end: repeats what has to be repeated, and acknowledges every 2xx.
async fn drive(mut transaction: Transaction, mut report: Report) {
    if !report.sent(&mut transaction).await {
        return;
    }
    while let Some(message) = transaction.receive().await {
        let SipMessage::Response(response) = message else { continue };
        let code = response.status_code.code();
        match response.status_code.kind() {
            StatusCodeKind::Provisional => {
                report.rang |= code != StatusCode::Trying.code();
                report.tell(Progress::Provisional(code)).await;
            }
            StatusCodeKind::Successful => report.accept(&transaction, response).await,
            StatusCodeKind::Redirection
            | StatusCodeKind::RequestFailure
            | StatusCodeKind::ServerFailure
            | StatusCodeKind::GlobalFailure
            | StatusCodeKind::Other => {
                let Some(again) = report.prove(&transaction, response).await else {
                    return report.tell(Progress::Refused(code)).await;
                };
                transaction = again;
                if !report.sent(&mut transaction).await {
                    return;
                }
            }
        }
    }
}

impl Report {
    async fn tell(&self, progress: Progress) {
        // The call may be gone: then nobody wants to know.
        let _ = self.inbox.send(Happening::Progress(self.attempt, progress)).await;
    }

    async fn sent(&self, transaction: &mut Transaction) -> bool {
        if transaction.send().await.inspect_err(tell).is_err() {
            self.tell(Progress::Refused(StatusCode::ServiceUnavailable.code())).await;
            return false;
        }
        let way = Way {
            endpoint: transaction.endpoint_inner.clone(),
            request: transaction.original.clone(),
            destination: transaction.destination.clone(),
            connection: transaction.connection.clone(),
        };
        self.tell(Progress::Sent(Box::new(way))).await;
        true
    }

    /// The same INVITE with the digest that was asked for.
    async fn prove(&mut self, transaction: &Transaction, response: Response) -> Option<Transaction> {
        let challenged = matches!(
            response.status_code,
            StatusCode::Unauthorized | StatusCode::ProxyAuthenticationRequired
        );
        let credential = self.credential.as_ref().filter(|_| challenged && !self.proven && !self.rang)?;
        self.proven = true;
        handle_client_authenticate(FIRST + 1, transaction, response, credential).await.ok()
    }

    async fn accept(&mut self, transaction: &Transaction, response: Response) {
        let theirs = response.to_header().ok().and_then(|to| to.tag().ok().flatten());
        let theirs = theirs.map(|tag| tag.value().to_owned()).unwrap_or_default();
        if self.accepted.as_ref() == Some(&theirs) {
            return;
        }
        let dialog = Dialog::accepted(transaction, &response, self.credential.clone());
        // Two telephones answered a call that some proxy forked: one of them is enough (RFC 3261, 13.2.2.4).
        let is_first = self.accepted.is_none();
        self.accepted.get_or_insert(theirs);
        match dialog {
            Some(dialog) if is_first => {
                let accepted = Progress::Accepted(Box::new(Accepted { dialog, response }));
                let sent = self.inbox.send(Happening::Progress(self.attempt, accepted)).await;
                // It was given up long ago, and still somebody lifted his receiver.
                if let Err(mpsc::error::SendError(Happening::Progress(_, Progress::Accepted(unwanted)))) =
                    sent
                {
                    hang_up(unwanted.dialog);
                }
            }
            Some(dialog) => hang_up(dialog),
            // Without a Contact there is nobody to hang up on.
            None if is_first => self.tell(Progress::Refused(StatusCode::BadGateway.code())).await,
            None => {}
        }
    }
}
