//! Offers and answers of one call: what is agreed about its sound, and what the next description says. Knows no
//! requests but their numbers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use link::state::Digit;
use peer::Codec;
use peer::srtp::MasterKey;

use super::config::Srtp;
use super::rtp::{Keys, Stream};
use super::sdp::{self, Agreed, Description, Direction, OFFERED, Own, Protection, SdpError, Told};

/// The talk about the sound of one call.
pub struct Talk {
    stream: Arc<Stream>,
    own: Own,
    srtp: Srtp,
    pressed: Arc<dyn Fn(Digit) + Send + Sync>,
    agreed: Option<Agreed>,
    /// An offer that waits for the decision.
    offered: Option<(Description, Agreed)>,
    /// Our latest description.
    told: String,
    /// What it says about encryption.
    told_crypto: Option<Told>,
    /// The INVITE whose ACK will answer an offer of ours.
    asked: Option<u32>,
}

impl Talk {
    /// Begins with what the INVITE offers, or with nothing: then we offer.
    ///
    /// # Errors
    /// When the offer is of no use.
    pub fn begin(
        stream: Arc<Stream>,
        rtp: SocketAddr,
        (offer, srtp): (&[u8], Srtp),
        pressed: Arc<dyn Fn(Digit) + Send + Sync>,
    ) -> Result<Talk, SdpError> {
        // Random, so that no two calls of ours look alike to who compares them.
        let own = Own { rtp, id: u64::from(rand::random::<u32>()), version: 1, key: new_key() };
        let (agreed, offered, asked, told, told_crypto) = (None, None, None, String::new(), None);
        let mut talk = Talk { stream, own, srtp, pressed, agreed, offered, told, told_crypto, asked };
        if !offer.is_empty() {
            let description = sdp::read(offer)?;
            let agreed = description.agree(None, talk.protection())?;
            // It counts from our answer on; until then the caller hears his own network's ringing.
            talk.stream.expect(agreed.codec);
            talk.agreed = Some(agreed.clone());
            talk.offered = Some((description, agreed));
        }
        Ok(talk)
    }

    /// Reads a new offer; false when it is of no use.
    pub fn offered(&mut self, body: &[u8]) -> bool {
        let keep = self.agreed.as_ref().map(|agreed| agreed.codec);
        let read = || {
            let description = sdp::read(body)?;
            let agreed = description.agree(keep, self.protection())?;
            Ok::<_, SdpError>((description, agreed))
        };
        self.offered = read().ok();
        self.offered.is_some()
    }

    /// The offer is refused.
    pub fn forget_offer(&mut self) {
        self.offered = None;
    }

    /// The far side may rightly send nothing.
    pub fn is_held(&self) -> bool {
        self.agreed.as_ref().is_some_and(may_be_silent)
    }

    /// It would, with the offer that waits.
    pub fn would_be_held(&self) -> bool {
        self.offered.as_ref().map_or(self.is_held(), |(_, agreed)| may_be_silent(agreed))
    }

    /// Takes the offer that waits, and tells our answer. Without one it is our turn to offer: the ACK of this
    /// INVITE will answer.
    pub fn take(&mut self, invite: u32) -> String {
        let Some((description, agreed)) = self.offered.take() else {
            self.asked = Some(invite);
            if self.told.is_empty() {
                self.offer();
            }
            return self.told.clone();
        };
        self.change_key(&agreed);
        let mut text = sdp::answer(&description, &agreed, &self.own);
        if !self.told.is_empty() && self.told != text {
            self.own.version += 1;
            text = sdp::answer(&description, &agreed, &self.own);
        }
        self.told.clone_from(&text);
        self.told_crypto = agreed.crypto.map(|crypto| (crypto.tag, crypto.suite));
        self.tune(agreed);
        text
    }

    /// An ACK came: it may carry the answer to our offer.
    pub fn acked(&mut self, invite: u32, body: &[u8]) {
        if self.asked == Some(invite) {
            self.asked = None;
            self.answered(body);
        }
    }

    /// The answer to our offer; false when it is of no use. In a running call that changes nothing, and the silence
    /// ends the call.
    pub fn answered(&mut self, body: &[u8]) -> bool {
        let keep = self.agreed.as_ref().map(|agreed| agreed.codec);
        let protection = Protection::AsTold(self.told_crypto);
        match sdp::read(body).and_then(|description| description.agree(keep, protection)) {
            Ok(agreed) => {
                self.tune(agreed);
                true
            }
            Err(_) => false,
        }
    }

    /// Our offer for an INVITE of ours, to a far side that reaches us at this address. Each far side that is tried is
    /// told another key.
    pub fn propose(&mut self, address: IpAddr, srtp: Srtp) -> String {
        self.own.rtp.set_ip(address);
        (self.srtp, self.own.key) = (srtp, new_key());
        self.offer();
        self.told.clone()
    }

    /// Our latest description, to be said again.
    pub fn current(&self) -> String {
        self.told.clone()
    }

    /// The caller pressed a key, and it did not come as sound.
    pub fn pressed(&self, digit: Digit) {
        (self.pressed)(digit);
    }

    /// No sound any more.
    pub fn hush(&self) {
        self.stream.close();
    }

    fn offer(&mut self) {
        let is_sealed = self.srtp == Srtp::Required;
        self.told = sdp::offer(Codec::Pcmu, is_sealed, &self.own);
        self.told_crypto = is_sealed.then_some(OFFERED);
    }

    /// What is sealed stays sealed: no offer in the middle of a call opens it.
    fn protection(&self) -> Protection {
        let is_sealed = self.agreed.as_ref().is_some_and(|agreed| agreed.crypto.is_some());
        if is_sealed || self.srtp == Srtp::Required { Protection::Required } else { Protection::AsAsked }
    }

    /// Who brings a new key, or listens at a new address, may not know how far our packets are counted: they begin anew
    /// under a new key too (RFC 4568, 7.1.4).
    fn change_key(&mut self, next: &Agreed) {
        let Some(known) = self.agreed.as_ref().filter(|_| !self.told.is_empty()) else { return };
        let key = |agreed: &Agreed| agreed.crypto.map(|crypto| (crypto.suite, crypto.key));
        // A hold of the old kind names no address, and comes back to the one before.
        let names = |agreed: &Agreed| !agreed.rtp.ip().is_unspecified();
        let moved = known.rtp != next.rtp && names(known) && names(next);
        if known.crypto.is_some() && (moved || key(known) != key(next)) {
            self.own.key = new_key();
        }
    }

    fn tune(&mut self, agreed: Agreed) {
        let ours = self.own.key;
        let keys =
            |crypto: sdp::Crypto| Keys { suite: crypto.suite, ours, theirs: crypto.key, mki: crypto.mki };
        self.stream.tune(agreed.clone(), agreed.crypto.map(keys));
        self.agreed = Some(agreed);
    }
}

fn new_key() -> MasterKey {
    // The system seeds this generator, and it is made for keys.
    MasterKey(rand::random())
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.hush();
    }
}

/// A telephone that holds us need not send music, whatever it says.
fn may_be_silent(agreed: &Agreed) -> bool {
    agreed.theirs != Direction::Both
}
