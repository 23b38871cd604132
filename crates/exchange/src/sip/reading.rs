//! Broken messages for everything that reads a message before a call's own task does: the stack's parser, its keys,
//! and our reading of its headers. A panic there would leave the exchange deaf. Knows no sockets.

use rand::Rng;
use rsipstack::dialog::DialogId;
use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::typed::RecordRoute;
use rsipstack::sip::{Request, SipMessage, Transport};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transport::SipConnection;

use super::admit::{names, told};
use super::serve::{number, supports_timer, unknown_extension, updates, values};
use super::session::{self, Asked};
use super::wording::Wording;
use crate::fuzz;

const INVITE: &str = "INVITE sip:0120@192.0.2.1:5060;user=phone SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.5:5060;branch=z9hG4bK77;rport, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK1\r\n\
    Record-Route: <sip:192.0.2.6;lr>,<sip:[2001:db8::2]:5070;lr>\r\n\
    From: \"A \\\"quoted\\\" name\" <sip:0312345678@carrier.example;user=phone>;tag=theirs\r\n\
    To: <sip:0120@192.0.2.1>\r\nCall-ID: 1@192.0.2.5\r\nCSeq: 1 INVITE\r\n\
    Contact: <sip:0312345678@192.0.2.5:5060;transport=udp>\r\nMax-Forwards: 70\r\n\
    P-Asserted-Identity: <tel:+81312345678>, <sip:0312345678@carrier.example>\r\nPrivacy: none\r\n\
    Supported: timer, 100rel\r\nSession-Expires: 1800;refresher=uac\r\nMin-SE: 90\r\nAllow: INVITE, UPDATE\r\n\
    Require: timer\r\nContent-Type: application/sdp\r\nContent-Length: 90\r\n\r\n\
    v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0 8\r\n";
const BYE: &str = "BYE sip:kenmu@192.0.2.1 SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK78\r\n\
    f: sip:0312345678@carrier.example;tag=theirs\r\nt: <sip:0120@192.0.2.1>;tag=ours\r\ni: 1@192.0.2.5\r\n\
    CSeq: 2 BYE\r\nMax-Forwards: 70\r\nl: 0\r\n\r\n";
const OK: &str = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=192.0.2.1\r\n\
    From: <sip:0120@192.0.2.1>;tag=ours\r\nTo: <sip:0487829922@192.0.2.5>;tag=far\r\nCall-ID: 2@192.0.2.1\r\n\
    CSeq: 1 INVITE\r\nContact: <sip:far@192.0.2.5>\r\nRecord-Route: <sip:192.0.2.6;lr>\r\n\
    WWW-Authenticate: Digest realm=\"c\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"\r\nContent-Length: 0\r\n\r\n";

#[test]
fn no_message_brings_its_reading_down() {
    let whole = [INVITE, BYE, OK].map(str::as_bytes);
    let (mut played, mut read) = (0_u32, 0_u32);
    for mut round in fuzz::rounds() {
        let chance = &mut round.chance;
        let mut bytes = whole[chance.random_range(0..whole.len())].to_vec();
        fuzz::mutate(chance, &mut bytes);
        played += 1;
        read += u32::from(take(&bytes));
    }
    println!("{played} broken messages, {read} of them were read as messages all the same");
}

/// As the doors, the stack and the lobby do, in their order; true when it is a message.
fn take(bytes: &[u8]) -> bool {
    let from = "192.0.2.5:5060".parse().expect("an address");
    let Ok(message) = SipMessage::try_from(bytes) else { return false };
    let Ok(message) = SipConnection::update_msg_received(message, from, Transport::Udp) else { return false };
    let _ = (message.to_string(), message.to_bytes());
    let message = Wording.after_received(message, None);
    match &message {
        SipMessage::Request(request) => of_request(request),
        SipMessage::Response(response) => {
            let _ = TransactionKey::from_response(response, TransactionRole::Client);
            let _ = (response.has_multiple_vias(), response.contact_header().map(|contact| contact.typed()));
            let _ = session::accepted(values(response, "Session-Expires").next());
        }
    }
    true
}

fn of_request(request: &Request) {
    let _ = TransactionKey::from_request(request, TransactionRole::Server);
    let _ = DialogId::try_from((request, TransactionRole::Server));
    let _ = request.via_header().map(SipConnection::parse_target_from_via);
    let _ = request.to_header().map(|to| (to.tag(), to.with_tag("ours".into())));
    let _ = (names(request), told(request), number(request), updates(request), unknown_extension(request));
    let expires = values(request, "Session-Expires").next();
    let _ = session::agree(Asked { expires, supports: supports_timer(request) });
    let _ = request.contact_header().map(|contact| contact.typed());
    for route in values(request, "Record-Route") {
        let _ = RecordRoute::parse_header_list(route);
    }
}
