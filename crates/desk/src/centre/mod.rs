//! One centre as one machine: operators' presence, booths, contacts, the queue and the offers.

mod input;
mod fact;

pub use fact::{Fact, OfferOutcome};
pub use input::{Input, Output, OfferWhy, Owner, Party, RescindWhy, Settings};
