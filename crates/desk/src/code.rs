//! Stable error codes: what went wrong, for programs. The screens own the words.

use serde::{Deserialize, Serialize};

/// A refusal that another program can act on. The names are a contract: never renamed, only added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The offer or contact is not there (any more).
    Gone,
    /// Somebody else has it.
    Taken,
    /// The deadline has passed.
    TooLate,
    /// A lower fence than the one in force.
    StaleFence,
    /// This cannot be done in the present state.
    WrongState,
    /// The sender is not signed in, or its session was replaced.
    NotSignedIn,
    /// A newer sign-in of the same operator has taken over.
    Replaced,
    /// The operator's media line is not up.
    NoMedia,
    /// Name or password is wrong.
    WrongPassword,
    /// Too many failures; wait.
    Locked,
    /// The token, secret or key is unknown or revoked.
    Unauthorised,
    /// The client speaks a newer protocol than the server: update the server.
    ServerTooOld,
    /// The client speaks a protocol that the server no longer knows: update the client.
    ClientTooOld,
    /// The message is larger than allowed.
    TooLarge,
    /// Too many messages or requests.
    TooMany,
    /// The message cannot be understood.
    Malformed,
    /// The exchange is not connected.
    NoExchange,
    /// The booth already has a contact.
    AlreadyWaiting,
    /// The queue has no place.
    QueueFull,
    /// The channel is closed now.
    Closed,
    /// The server cannot store facts at the moment.
    StoreDown,
    /// No answer from the server.
    Unreachable,
    /// The operating system offers no place for secrets.
    NoKeyring,
    /// The operator is in a talk on another machine: asks before it is moved here.
    InTalkElsewhere,
    /// The code of an enrolment, or the challenge of a hello, is unknown, used or too old.
    Expired,
    /// The text holds what may be an Individual Number (個人番号), which nobody may write down.
    IndividualNumber,
    /// The text holds what looks like a PIN or a password.
    SecretText,
    /// The text is empty or longer than a card takes.
    BadLength,
    /// The operator who is asked cannot take it now.
    NotReady,
    /// Nobody can sign in here without the server who was never signed in on this machine.
    NeverHere,
    /// This machine was without the server for longer than a sign-in without it is allowed.
    OfflineTooLong,
    /// The caller's number was not told, or is kept no more.
    NoNumber,
    /// No lead has checked the 連絡票 as it stands.
    NotChecked,
}

impl Code {
    /// Whether this passes by itself, so that the same words are worth another try. A line that hears a
    /// goodbye with such a code comes again; with any other it has ended for good.
    pub fn passes(self) -> bool {
        match self {
            Code::TooLate | Code::TooMany | Code::StoreDown | Code::Unreachable | Code::NoExchange => true,
            Code::Gone
            | Code::Taken
            | Code::StaleFence
            | Code::WrongState
            | Code::NotSignedIn
            | Code::Replaced
            | Code::NoMedia
            | Code::WrongPassword
            | Code::Locked
            | Code::Unauthorised
            | Code::ServerTooOld
            | Code::ClientTooOld
            | Code::TooLarge
            | Code::Malformed
            | Code::AlreadyWaiting
            | Code::QueueFull
            | Code::Closed
            | Code::NoKeyring
            | Code::InTalkElsewhere
            | Code::Expired
            | Code::IndividualNumber
            | Code::SecretText
            | Code::BadLength
            | Code::NotReady
            | Code::NeverHere
            | Code::OfflineTooLong
            | Code::NoNumber
            | Code::NotChecked => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_hello_or_a_busy_server_passes_and_a_revoked_proof_does_not() {
        for code in [Code::TooLate, Code::TooMany, Code::StoreDown, Code::Unreachable, Code::NoExchange] {
            assert!(code.passes(), "{code:?}");
        }
        for code in [Code::Unauthorised, Code::Replaced, Code::ServerTooOld, Code::Malformed] {
            assert!(!code.passes(), "{code:?}");
        }
    }
}
