//! Names of things as numbers that cannot be mixed up. Knows nothing of what they name.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $int:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "number"))]
        pub struct $name(pub $int);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(/// One operator's account.
    OperatorId, u32);
id!(/// One enrolled booth.
    BoothId, u32);
id!(/// One visitor or caller and everything done for them; counts up within a centre, never used twice.
    ContactId, u64);
id!(/// One call of the telephone network, named by the exchange: counts up, never used twice.
    CallId, u64);
id!(/// One showing of a contact to one operator.
    OfferId, u64);
id!(/// The right to a contact's media: the highest fence wins, lower ones are refused everywhere.
    Fence, u64);
id!(/// The epoch of one sign-in: a newer sign-in of the same operator has a higher one.
    Session, u64);

/// From here on calls are named by the server, which makes them; below, by the exchange, to which they come. The
/// exchange counts in microseconds of the wall clock and arrives here in the year 2112; JavaScript can count twice
/// as far.
const DIALLED: u64 = 1 << 52;

impl CallId {
    /// Calls that may be made for one contact: nobody is consulted so often in one talk.
    pub const MOST_DIALLED: u64 = 100;

    /// The name of the `nth` call, from 0, that is made for a contact; below [`CallId::MOST_DIALLED`].
    pub const fn dialled(contact: ContactId, nth: u64) -> CallId {
        CallId(DIALLED + contact.0 * CallId::MOST_DIALLED + nth)
    }
}
