//! Requests that RFC 3261 has refused before anybody looks what they want: cut off, contradicting themselves, or for
//! an address that is no telephone's. Knows no call.

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Method, Request, Scheme, StatusCode};

use super::serve::values;

/// Headers that a request has once.
const ONCE: [&str; 4] = ["From", "To", "Call-ID", "CSeq"];
/// What a caller has to take who wants our description of the sound.
const TAKES: [&str; 3] = ["application/sdp", "application/*", "*/*"];

/// Why a request is refused, if it is.
pub fn fault(request: &Request) -> Option<StatusCode> {
    if is_cut(request) || is_doubled(request) || is_unbalanced(request) || is_of_another_method(request) {
        return Some(StatusCode::BadRequest);
    }
    if !is_telephones(request) {
        return Some(StatusCode::UnsupportedUriScheme);
    }
    takes_no_description(request).then_some(StatusCode::NotAcceptable)
}

/// The body is shorter than it says (18.3), or it does not say it in one number.
fn is_cut(request: &Request) -> bool {
    let mut lengths = values(request, "Content-Length").map(str::parse::<usize>);
    let Some(first) = lengths.next() else { return false };
    first.as_ref().is_ok_and(|length| *length > request.body.len())
        || first.is_err()
        || lengths.any(|other| other != first)
}

fn is_doubled(request: &Request) -> bool {
    ONCE.into_iter().any(|name| values(request, name).nth(1).is_some())
}

/// A quotation mark in From or To is not closed: where their names end is a guess.
fn is_unbalanced(request: &Request) -> bool {
    let open = |value: &str| {
        let (mut quoted, mut escaped) = (false, false);
        for letter in value.chars() {
            match letter {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ => {}
            }
        }
        quoted
    };
    values(request, "From").chain(values(request, "To")).any(open)
}

fn is_of_another_method(request: &Request) -> bool {
    let numbered = request.cseq_header().and_then(|cseq| cseq.method());
    numbered.is_ok_and(|method| method != request.method)
}

fn is_telephones(request: &Request) -> bool {
    match &request.uri.scheme {
        Some(Scheme::Sip | Scheme::Sips) => true,
        Some(Scheme::Other(other)) => other.eq_ignore_ascii_case("tel"),
        None => false,
    }
}

fn takes_no_description(request: &Request) -> bool {
    let mut accepted = values(request, "Accept").peekable();
    let says = request.method == Method::Invite && accepted.peek().is_some();
    let mut kinds = accepted.flat_map(|value| value.split(',')).filter_map(|kind| kind.split(';').next());
    says && !kinds.any(|kind| TAKES.iter().any(|taken| kind.trim().eq_ignore_ascii_case(taken)))
}

#[cfg(test)]
mod tests {
    use rsipstack::sip::SipMessage;

    use super::*;

    const HEAD: &str = "INVITE sip:0120@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK1\r\n\
        From: <sip:0312345678@192.0.2.5>;tag=1\r\nTo: <sip:0120@192.0.2.1>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n";

    fn found(text: &str) -> Option<StatusCode> {
        match SipMessage::try_from(text).expect("a message") {
            SipMessage::Request(request) => fault(&request),
            SipMessage::Response(_) => panic!("a request"),
        }
    }

    #[test]
    fn what_carriers_send_is_fine() {
        for more in [
            "",
            "l: 3\r\n\r\nv=0 and more that belongs to no message",
            "Accept: application/sdp, application/isup\r\n",
            "Accept: application/sdp;level=1\r\n",
            "Accept: */*\r\n",
        ] {
            assert_eq!(found(&format!("{HEAD}{more}\r\n\r\n")), None, "{more}");
        }
        assert_eq!(found(&format!("{}\r\n", HEAD.replacen("sip:0120@192.0.2.1", "tel:0120", 1))), None);
        assert_eq!(found(&format!("{}\r\n", HEAD.replace("<sip:0312", "\"A \\\"B\" <sip:0312"))), None);
    }

    #[test]
    fn what_contradicts_itself_is_not() {
        let table = [
            (format!("{HEAD}Content-Length: 1\r\n"), StatusCode::BadRequest),
            (format!("{HEAD}Content-Length: 0\r\nl: 1\r\n"), StatusCode::BadRequest),
            (format!("{HEAD}Content-Length: x\r\n"), StatusCode::BadRequest),
            (format!("{HEAD}i: 2\r\n"), StatusCode::BadRequest),
            (HEAD.replace("1 INVITE", "1 BYE"), StatusCode::BadRequest),
            (HEAD.replace("<sip:0312", "\"A <sip:0312"), StatusCode::BadRequest),
            (HEAD.replace("INVITE sip:", "INVITE soap.beep://"), StatusCode::UnsupportedUriScheme),
            (HEAD.replace("INVITE sip:", "INVITE isbn:"), StatusCode::UnsupportedUriScheme),
            (format!("{HEAD}Accept: text/plain\r\n"), StatusCode::NotAcceptable),
            (format!("{HEAD}Accept:\r\n"), StatusCode::NotAcceptable),
        ];
        for (text, status) in table {
            assert_eq!(found(&format!("{text}\r\n")), Some(status), "{text}");
        }
    }
}
