//! When the machine wants to be woken, and why.

use super::Centre;
use super::queue::DECLINE_PAUSE;
use crate::time::Time;

impl Centre {
    /// The next instant at which [`Centre::handle_timeout`] has something to do, and the reason in a
    /// word. It may lie in the past.
    pub fn poll_timeout(&self) -> Option<(Time, &'static str)> {
        let rings = self.ledger.offers.values().map(|offer| (offer.expires, "ring runs out"));
        let leases = (self.ledger.operators.iter())
            .filter_map(|(id, who)| Some((self.lease_due(*id, who)?, "lease runs out")));
        let returns = (self.ledger.operators.iter())
            .filter_map(|(id, who)| Some((self.return_due(*id, who)?, "re-attach window ends")));
        let connects = self
            .talks()
            .filter_map(|(_, talk)| Some((self.connect_until(&talk)?, "connection takes too long")));
        let retries =
            self.talks().filter_map(|(id, talk)| Some((self.retry_due(id, &talk)?, "join is asked again")));
        let booths = (self.ledger.booths.values())
            .filter_map(|place| self.ledger.contacts.get(&place.current?))
            .filter_map(|contact| Some((self.booth_due(contact)?, "booth stayed away")));
        let calls = self.calls_due().map(|at| (at, "the exchange stayed away"));
        let lifts = self.talks().filter_map(|(id, _)| Some((self.lift_due(id)?, "mask is lifted")));
        let reserves = (self.ledger.queue.iter())
            .filter_map(|(_, _, id)| self.reserve_due(self.ledger.contact(*id)))
            .map(|at| (at, "the reserve keeps back no longer"))
            .filter(|(at, _)| *at > self.lines.looked);
        let passes = (self.ledger.queue.iter())
            .flat_map(|(_, _, id)| &self.ledger.contact(*id).passed)
            .map(|(_, at)| (*at + DECLINE_PAUSE, "pause after a decline ends"))
            // A pause that has ended was seen when the queue was last looked at.
            .filter(|(at, _)| *at > self.lines.looked);
        rings
            .chain(leases)
            .chain(returns)
            .chain(connects)
            .chain(retries)
            .chain(booths)
            .chain(calls)
            .chain(lifts)
            .chain(reserves)
            .chain(passes)
            .min()
    }
}
