//! A dialog as one side holds it (RFC 3261, 12), and the requests that we send in it. Knows no call.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::authenticate::{Credential, handle_client_authenticate};
use rsipstack::sip::headers::{CSeq, CallId, Header, MaxForwards, UserAgent};
use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::typed::RecordRoute;
use rsipstack::sip::{
    Method, Request, Response, SipMessage, StatusCode, StatusCodeKind, Transport, Uri, Version,
};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::{SipAddr, SipConnection};

use super::call::Reply;
use super::serve::{number, values};

/// Our name in messages.
pub const AGENT: &str = "Kenmu";
/// RFC 3261 gives up a request after 32 s; a challenge in between may double that.
const ANSWER_WITHIN: Duration = Duration::from_secs(70);

/// One side's view of a dialog.
pub struct Dialog {
    endpoint: EndpointInnerRef,
    call_id: String,
    local: String,
    remote: String,
    target: Uri,
    routes: Vec<Header>,
    sent: u32,
    received: u32,
    /// The stream that the dialog came on; datagrams are sent by address.
    stream: Option<SipConnection>,
    transport: Transport,
    credential: Option<Arc<Credential>>,
}

impl Dialog {
    /// The dialog that an INVITE begins; nothing when it lacks what one needs.
    pub fn invited(invite: &Transaction, tag: &str, credential: Option<Arc<Credential>>) -> Option<Dialog> {
        let request = &invite.original;
        let connection = invite.connection.clone()?;
        let target = request.contact_header().ok()?.typed().ok()?.uri;
        let routes = values(request, "Record-Route")
            .flat_map(|value| RecordRoute::parse_header_list(value).unwrap_or_default())
            .map(|route| Header::Route(rsipstack::sip::typed::Route::from(route.uri).into()))
            .collect();
        Some(Dialog {
            endpoint: invite.endpoint_inner.clone(),
            call_id: request.call_id_header().ok()?.value().to_owned(),
            local: request.to_header().ok()?.with_tag(tag.into()).value().to_owned(),
            remote: request.from_header().ok()?.value().to_owned(),
            target,
            routes,
            sent: 0,
            received: number(request),
            transport: connection.transport(),
            stream: connection.is_reliable().then_some(connection),
            credential,
        })
    }

    /// The dialog that a 2xx to an INVITE of ours begins; nothing when it lacks what one needs.
    pub fn accepted(
        invite: &Transaction,
        response: &Response,
        credential: Option<Arc<Credential>>,
    ) -> Option<Dialog> {
        let request = &invite.original;
        let connection = invite.connection.clone()?;
        let target = response.contact_header().ok()?.typed().ok()?.uri;
        let mut routes: Vec<Header> = response
            .headers
            .iter()
            .filter(|header| matches!(header, Header::RecordRoute(_)))
            .flat_map(|header| RecordRoute::parse_header_list(header.value()).unwrap_or_default())
            .map(|route| Header::Route(rsipstack::sip::typed::Route::from(route.uri).into()))
            .collect();
        // The calling side reads them from its own end (RFC 3261, 12.1.2).
        routes.reverse();
        Some(Dialog {
            endpoint: invite.endpoint_inner.clone(),
            call_id: request.call_id_header().ok()?.value().to_owned(),
            local: request.from_header().ok()?.value().to_owned(),
            remote: response.to_header().ok()?.value().to_owned(),
            target,
            routes,
            sent: number(request),
            received: 0,
            transport: connection.transport(),
            stream: connection.is_reliable().then_some(connection),
            credential,
        })
    }

    /// The names of the dialog: its own, and the far side's.
    pub fn names(&self) -> (&str, &str) {
        let theirs = self.remote.split_once(";tag=").map_or("", |(_, rest)| rest);
        (&self.call_id, theirs.split(';').next().unwrap_or_default())
    }

    /// Takes the number of a new request; false when it is older than the latest one.
    pub fn takes(&mut self, request: &Request) -> bool {
        let is_newer = number(request) > self.received;
        if is_newer {
            self.received = number(request);
        }
        is_newer
    }

    /// A re-INVITE or UPDATE may move the far side (RFC 3261, 12.2.2).
    pub fn retarget(&mut self, request: &Request) {
        if let Some(target) = request.contact_header().ok().and_then(|contact| contact.typed().ok()) {
            self.target = target.uri;
        }
    }

    /// Where the far side reaches us.
    pub fn contact(&self) -> Header {
        contact(&self.own_address())
    }

    /// Asks the far side something. The future runs by itself, whatever becomes of the dialog.
    pub fn ask(
        &mut self,
        method: Method,
        mut headers: Vec<Header>,
        body: Option<String>,
    ) -> impl Future<Output = Option<Response>> + Send + 'static {
        self.sent += 1;
        let via = self.endpoint.get_via(Some(self.own_address()), None);
        let via = via.map(|via| Header::Via(via.into()));
        let mut all: Vec<Header> = via.into_iter().collect();
        all.extend(self.routes.iter().cloned());
        all.push(Header::MaxForwards(MaxForwards::from(70)));
        all.push(Header::From(self.local.as_str().into()));
        all.push(Header::To(self.remote.as_str().into()));
        all.push(Header::CallId(CallId::new(self.call_id.as_str())));
        all.push(Header::CSeq(CSeq::from(format!("{} {method}", self.sent))));
        all.push(self.contact());
        all.push(Header::UserAgent(UserAgent::from(AGENT)));
        all.append(&mut headers);
        let request = Request {
            method,
            uri: self.target.clone(),
            version: Version::V2,
            headers: all.into(),
            body: body.unwrap_or_default().into_bytes(),
        };
        // A challenge is answered under the next number.
        self.sent += 1;
        let answered = (self.sent, self.credential.clone());
        ask(self.endpoint.clone(), request, self.stream.clone(), answered)
    }

    /// Our door of this kind, or the near end of a stream that we opened ourselves.
    fn own_address(&self) -> SipAddr {
        let door = own_of(&self.endpoint, self.transport);
        door.or_else(|| self.stream.as_ref().map(|stream| stream.get_addr().clone())).unwrap_or_default()
    }
}

fn own_of(endpoint: &EndpointInnerRef, transport: Transport) -> Option<SipAddr> {
    let doors = endpoint.transport_layer.get_listen_addrs();
    doors.into_iter().find(|door| door.r#type == Some(transport))
}

/// The door by which we reach a far side: of the kind that its address asks for, or else the first one.
pub fn door(endpoint: &EndpointInnerRef, target: &Uri) -> Option<SipAddr> {
    let wanted = target.params.iter().find_map(|param| match param {
        rsipstack::sip::Param::Transport(transport) => Some(*transport),
        _ => None,
    });
    let transport = wanted.unwrap_or(Transport::Udp);
    let doors = endpoint.transport_layer.get_listen_addrs();
    doors.iter().find(|door| door.r#type == Some(transport)).or(doors.first()).cloned()
}

/// The address of a door as a Contact.
pub fn contact(address: &SipAddr) -> Header {
    let transport = match address.r#type {
        Some(Transport::Tcp) => ";transport=tcp",
        Some(Transport::Tls) => ";transport=tls",
        _ => "",
    };
    Header::Contact(format!("<sip:kenmu@{}{transport}>", address.addr).into())
}

/// Sends a request and waits for its final answer; a challenge is answered once.
pub async fn ask(
    endpoint: EndpointInnerRef,
    request: Request,
    stream: Option<SipConnection>,
    (number, credential): (u32, Option<Arc<Credential>>),
) -> Option<Response> {
    let answer = async {
        let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
        let mut transaction = Transaction::new_client(key, request, endpoint, stream);
        transaction.send().await.inspect_err(tell).ok()?;
        let response = final_answer(&mut transaction).await?;
        let challenged = matches!(
            response.status_code,
            StatusCode::Unauthorized | StatusCode::ProxyAuthenticationRequired
        );
        let (true, Some(credential)) = (challenged, credential) else { return Some(response) };
        let mut again = handle_client_authenticate(number, &transaction, response, &credential).await.ok()?;
        again.send().await.ok()?;
        final_answer(&mut again).await
    };
    tokio::time::timeout(ANSWER_WITHIN, answer).await.ok().flatten()
}

async fn final_answer(transaction: &mut Transaction) -> Option<Response> {
    while let Some(message) = transaction.receive().await {
        if let SipMessage::Response(response) = message
            && response.status_code.kind() != StatusCodeKind::Provisional
        {
            return Some(response);
        }
    }
    None
}

/// Why a far side is not reached at all: a closed port, a certificate that is not believed. Other faults hold parts of
/// messages, and so perhaps a number.
pub fn network_fault(fault: &rsipstack::Error) -> Option<String> {
    match fault {
        rsipstack::Error::IoError(fault) => Some(fault.to_string()),
        rsipstack::Error::DnsResolutionError(name) => Some(format!("no address of {name}")),
        rsipstack::Error::SipMessageError(_)
        | rsipstack::Error::TransportLayerError(..)
        | rsipstack::Error::TransactionError(..)
        | rsipstack::Error::EndpointError(_)
        | rsipstack::Error::DialogError(..)
        | rsipstack::Error::AddrParseError(_)
        | rsipstack::Error::Error(_) => None,
    }
}

/// Tells the log why a far side is not reached.
pub fn tell(fault: &rsipstack::Error) {
    if let Some(fault) = network_fault(fault) {
        tracing::warn!(fault, "the trunk's machine is not reached");
    }
}

/// What an answer means for the dialog.
pub fn reply(response: Option<&Response>) -> Reply {
    match response.map(|response| &response.status_code) {
        None | Some(StatusCode::CallTransactionDoesNotExist | StatusCode::RequestTimeout) => Reply::Gone,
        Some(StatusCode::RequestPending) => Reply::Later,
        Some(status) if status.kind() == StatusCodeKind::Successful => Reply::Fine,
        Some(_) => Reply::Refused,
    }
}
