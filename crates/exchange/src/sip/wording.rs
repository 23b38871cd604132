//! Where the SIP stack's words differ from the standard's: it writes the digest algorithm SHA-256 (RFC 8760) without
//! its hyphen and understands no other spelling. Knows no calls.

use rsipstack::sip::headers::Header;
use rsipstack::sip::prelude::HasHeaders;
use rsipstack::sip::{ProxyAuthenticate, ProxyAuthorization, SipMessage, WwwAuthenticate};
use rsipstack::transaction::endpoint::MessageInspector;
use rsipstack::transport::SipAddr;

/// The standard's spelling and the stack's.
const SPELLINGS: [(&str, &str); 2] = [("SHA-256", "SHA256"), ("SHA-512", "SHA512")];

/// Translates between the network and the stack.
pub struct Wording;

impl MessageInspector for Wording {
    fn before_send(&self, mut message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        for header in message.headers_mut().iter_mut() {
            match header {
                Header::Authorization(value) => *value = outward(value.value()).into(),
                Header::ProxyAuthorization(value) => {
                    *value = ProxyAuthorization::from(outward(value.value()))
                }
                _ => {}
            }
        }
        message
    }

    fn after_received(&self, mut message: SipMessage, _: Option<&SipAddr>) -> SipMessage {
        for header in message.headers_mut().iter_mut() {
            match header {
                Header::WwwAuthenticate(value) => *value = WwwAuthenticate::from(inward(value.value())),
                Header::ProxyAuthenticate(value) => *value = ProxyAuthenticate::from(inward(value.value())),
                _ => {}
            }
        }
        message
    }
}

fn inward(value: &str) -> String {
    respell(value, SPELLINGS)
}

fn outward(value: &str) -> String {
    respell(value, SPELLINGS.map(|(standard, stack)| (stack, standard)))
}

/// Only behind `algorithm=`: a nonce may hold anything.
fn respell(value: &str, spellings: [(&str, &str); 2]) -> String {
    let Some(at) = value.to_ascii_lowercase().find("algorithm=") else { return value.to_owned() };
    let (head, rest) = value.split_at(at + "algorithm=".len());
    let quote = if rest.starts_with('"') { 1 } else { 0 };
    for (from, to) in spellings {
        if rest.get(quote..quote + from.len()).is_some_and(|word| word.eq_ignore_ascii_case(from)) {
            return format!("{head}{}{to}{}", &rest[..quote], &rest[quote + from.len()..]);
        }
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_algorithm_is_respelled() {
        let table = [
            (
                "Digest nonce=\"SHA-256\", algorithm=SHA-256, qop=\"auth\"",
                "Digest nonce=\"SHA-256\", algorithm=SHA256, qop=\"auth\"",
            ),
            ("Digest algorithm=\"sha-256\"", "Digest algorithm=\"SHA256\""),
            ("Digest algorithm=SHA-256-sess", "Digest algorithm=SHA256-sess"),
            ("Digest algorithm=MD5", "Digest algorithm=MD5"),
            ("Digest Algorithm=", "Digest Algorithm="),
            ("Digest realm=\"é\"", "Digest realm=\"é\""),
        ];
        for (standard, stack) in table {
            assert_eq!(inward(standard), stack);
        }
        assert_eq!(outward("Digest algorithm=SHA256"), "Digest algorithm=SHA-256");
    }
}
