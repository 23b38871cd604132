//! Requests of the far side: each runs until its transaction ends, and is answered from here. Knows no call.

use rsipstack::sip::headers::{Header, Supported};
use rsipstack::sip::prelude::{HasHeaders, HeadersExt};
use rsipstack::sip::{Method, Request, SipMessage, StatusCode};
use rsipstack::transaction::Transaction;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::transaction::{TransactionEvent, TransactionEventSender};
use tokio::sync::mpsc;

use super::call::Refusal;

/// The methods that we understand.
pub const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO";
/// The extensions that we understand.
const EXTENSIONS: [&str; 1] = ["timer"];

/// What happens to an INVITE after it came.
#[derive(Debug)]
pub enum Served {
    /// The caller gave up.
    Cancelled,
    /// The ACK came, with this body.
    Acked(Vec<u8>),
    /// The transaction is over; without an ACK before, it was lost.
    Ended,
}

/// Who is told what happens to an INVITE, and in which words, under the request's number.
pub type Told<T> = (mpsc::Sender<T>, fn(u32, Served) -> T);

/// A request that waits for its answer, or has it.
pub struct Serving {
    /// The request.
    pub request: Request,
    respond: TransactionEventSender,
    endpoint: EndpointInnerRef,
    tag: String,
}

impl Serving {
    /// Takes a request. `tag` is our side's name in the dialog. What happens to it goes into `told`, under its
    /// number.
    pub fn start<T: Send + 'static>(transaction: Transaction, tag: &str, told: Option<Told<T>>) -> Serving {
        let serving = Serving {
            request: transaction.original.clone(),
            respond: transaction.tu_sender.clone(),
            endpoint: transaction.endpoint_inner.clone(),
            tag: tag.to_owned(),
        };
        tokio::spawn(drive(transaction, serving.number(), told));
        serving
    }

    /// The request's number in its dialog.
    pub fn number(&self) -> u32 {
        number(&self.request)
    }

    /// Answers. After the final answer nothing more happens.
    pub fn reply(&self, status: StatusCode, headers: Vec<Header>, body: Option<String>) {
        let mut response =
            self.endpoint.make_response(&self.request, status.clone(), body.map(String::into_bytes));
        for header in response.headers.iter_mut() {
            if let Header::To(to) = header
                && status != StatusCode::Trying
                && matches!(to.tag(), Ok(None))
            {
                *to = to.with_tag(self.tag.as_str().into());
            }
        }
        response.headers.extend(headers);
        // The transaction may be over, and nobody waits for the answer.
        let _ = self.respond.send(TransactionEvent::Respond(response));
    }

    /// Refuses.
    pub fn refuse(&self, refusal: Refusal) {
        let status = match refusal {
            Refusal::Declined => StatusCode::Decline,
            Refusal::Cancelled => StatusCode::RequestTerminated,
            Refusal::NothingInCommon => StatusCode::NotAcceptableHere,
            Refusal::Pending => StatusCode::RequestPending,
            Refusal::Unknown => StatusCode::CallTransactionDoesNotExist,
        };
        self.reply(status, Vec::new(), None);
    }

    /// The routes that the answer to an INVITE gives back (RFC 3261, 12.1.1).
    pub fn routes(&self) -> Vec<Header> {
        self.request
            .headers
            .iter()
            .filter(|header| matches!(header, Header::RecordRoute(_)))
            .cloned()
            .collect()
    }
}

/// Runs a transaction: repeats what has to be repeated and takes ACK and CANCEL.
async fn drive<T>(mut transaction: Transaction, number: u32, told: Option<Told<T>>) {
    let tell = async |served| {
        if let Some((inbox, word)) = &told {
            // The call may be gone.
            let _ = inbox.send(word(number, served)).await;
        }
    };
    while let Some(message) = transaction.receive().await {
        match message {
            SipMessage::Request(request) if request.method == Method::Cancel => tell(Served::Cancelled).await,
            SipMessage::Request(request) if request.method == Method::Ack => {
                tell(Served::Acked(request.body)).await
            }
            SipMessage::Request(_) | SipMessage::Response(_) => {}
        }
    }
    tell(Served::Ended).await;
}

/// Answers a request that needs no call.
pub fn reply_alone(transaction: Transaction, tag: &str, status: StatusCode, headers: Vec<Header>) {
    let serving = Serving::start::<()>(transaction, tag, None);
    serving.reply(status, headers, None);
}

/// Whether the far side understands UPDATE.
pub fn updates<T: HasHeaders>(message: &T) -> bool {
    values(message, "Allow")
        .flat_map(|value| value.split(','))
        .any(|method| method.trim().eq_ignore_ascii_case("UPDATE"))
}

/// The number of a request; without one it would not have been taken in.
pub fn number(request: &Request) -> u32 {
    request.cseq_header().and_then(|cseq| cseq.seq()).unwrap_or(0)
}

/// A header's values, in order.
pub fn values<'a, T: HasHeaders>(message: &'a T, name: &'static str) -> impl Iterator<Item = &'a str> {
    let is_it = move |header: &&Header| header.name().eq_ignore_ascii_case(name);
    message.headers().iter().filter(is_it).map(|header| header.value().trim())
}

/// An extension that the request insists on and that we do not know, to be told back.
pub fn unknown_extension(request: &Request) -> Option<Header> {
    let required = values(request, "Require").flat_map(|value| value.split(',')).map(str::trim);
    let unknown: Vec<&str> =
        required.filter(|word| !EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(word))).collect();
    (!unknown.is_empty()).then(|| Header::Unsupported(unknown.join(", ").into()))
}

/// What every 2xx to an INVITE, UPDATE or OPTIONS tells of us.
pub fn abilities() -> Vec<Header> {
    vec![Header::Allow(ALLOW.into()), Header::Supported(Supported::from(EXTENSIONS[0]))]
}

/// Whether the far side speaks of session timers.
pub fn supports_timer(request: &Request) -> bool {
    values(request, "Supported")
        .chain(values(request, "Require"))
        .flat_map(|value| value.split(','))
        .any(|word| word.trim().eq_ignore_ascii_case("timer"))
}
