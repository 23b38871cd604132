//! The keys of one stream (SRTP), and their change in the middle of a call. Pure. Knows no sockets, no descriptions and
//! no ciphers.

use bytes::Bytes;
use peer::srtp::{MasterKey, Opener, Sealer, Suite};

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// How packets are sealed.
    pub suite: Suite,
    /// What we seal with.
    pub ours: MasterKey,
    /// What the far side seals with.
    pub theirs: MasterKey,
    /// Octets by which its packets name the key.
    pub mki: usize,
}

/// This build has no cipher for the agreed suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no cipher for the agreed suite")]
pub struct NoCipher;

/// Both directions of a stream that is sealed.
pub struct Seal {
    keys: Keys,
    sealer: Sealer,
    /// Right after a change of the far side's key there are several; the first that fits a packet of the new key
    /// stays.
    openers: Vec<Opener>,
    /// Reports tell their own place, so that no counter has to be found: the new key's, and the old one's.
    reports: Vec<Opener>,
}

impl Seal {
    /// What is to be done with these keys after what was before. True when our side begins anew: then nothing of the
    /// old stream may go on, because some receivers count on from where it was and others from 0.
    ///
    /// # Errors
    /// [`NoCipher`].
    pub fn follow(before: Option<Seal>, keys: Option<Keys>) -> Result<(Option<Seal>, bool), NoCipher> {
        let Some(keys) = keys else { return Ok((None, false)) };
        let Some(mut seal) = before else { return Ok((Some(Seal::begin(keys)?), false)) };
        let receives = |keys: Keys| (keys.suite, keys.theirs, keys.mki);
        let sends = |keys: Keys| (keys.suite, keys.ours);
        let begins_anew = sends(seal.keys) != sends(keys);
        if begins_anew {
            seal.sealer = Sealer::new(keys.suite, &keys.ours).ok_or(NoCipher)?;
        }
        if receives(seal.keys) != receives(keys) {
            seal.listen_anew(keys)?;
        }
        seal.keys = keys;
        Ok((Some(seal), begins_anew))
    }

    fn begin(keys: Keys) -> Result<Seal, NoCipher> {
        Ok(Seal {
            keys,
            sealer: Sealer::new(keys.suite, &keys.ours).ok_or(NoCipher)?,
            openers: vec![opener(keys)?],
            reports: vec![opener(keys)?],
        })
    }

    /// The far side's old key counts until its new one is heard: packets are on their way.
    fn listen_anew(&mut self, keys: Keys) -> Result<(), NoCipher> {
        // The last one is the one that was heard.
        self.openers.drain(..self.openers.len() - 1);
        self.reports.drain(..self.reports.len() - 1);
        // Whether the counter begins anew with a key is told by nobody, and far sides differ in it.
        let heard = self.openers.first().and_then(Opener::position);
        let counted = heard.and_then(|at| Opener::from_position(keys.suite, &keys.theirs, keys.mki, at));
        let newest = [Some(opener(keys)?), counted].into_iter().flatten();
        self.openers.splice(0..0, newest);
        self.reports.insert(0, opener(keys)?);
        Ok(())
    }

    /// Seals an RTP packet.
    pub fn seal(&mut self, packet: &[u8]) -> Option<Bytes> {
        self.sealer.rtp(packet)
    }

    /// Seals a report.
    pub fn seal_report(&mut self, report: &[u8]) -> Option<Bytes> {
        self.sealer.rtcp(report)
    }

    /// Opens an RTP packet; nothing when it is none of the far side's, or came before.
    pub fn open(&mut self, packet: &[u8]) -> Option<Bytes> {
        let mut openers = self.openers.iter_mut().enumerate();
        let (at, opened) = openers.find_map(|(at, opener)| Some((at, opener.rtp(packet)?)))?;
        let is_old = at > 0 && at + 1 == self.openers.len();
        if self.openers.len() > 1 && !is_old {
            self.openers.swap(0, at);
            self.openers.truncate(1);
            self.reports.truncate(1);
        }
        Some(opened)
    }

    /// Opens a report; nothing when it is none of the far side's, or came before.
    pub fn open_report(&mut self, report: &[u8]) -> Option<Bytes> {
        self.reports.iter_mut().find_map(|opener| opener.rtcp(report))
    }
}

fn opener(keys: Keys) -> Result<Opener, NoCipher> {
    Opener::new(keys.suite, &keys.theirs, keys.mki).ok_or(NoCipher)
}

#[cfg(test)]
mod tests {
    use peer::srtp::MASTER;

    use super::*;

    fn keys(ours: u8, theirs: u8) -> Keys {
        let key = |byte| MasterKey([byte; MASTER]);
        Keys { suite: Suite::Tag80, ours: key(ours), theirs: key(theirs), mki: 0 }
    }

    fn seal(before: Option<Seal>, keys: Keys) -> (Seal, bool) {
        let (seal, anew) = Seal::follow(before, Some(keys)).expect("a cipher");
        (seal.expect("sealed"), anew)
    }

    fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
        let mut packet = vec![0x80, 0];
        packet.extend(sequence.to_be_bytes());
        packet.extend([0; 4]);
        packet.extend(ssrc.to_be_bytes());
        packet.extend(*b"speech");
        packet
    }

    fn report() -> Vec<u8> {
        vec![0x80, 201, 0, 1, 0, 0, 0, 1]
    }

    /// A far side whose counter began anew three times.
    fn far(theirs: u8) -> Sealer {
        let mut far = Sealer::new(Suite::Tag80, &keys(0, theirs).theirs).expect("a cipher");
        (0..=3 * 4).for_each(|step| _ = far.rtp(&packet(1, (step * 0x4000 % 0x1_0000) as u16)));
        far
    }

    #[test]
    fn a_hold_under_the_same_keys_changes_nothing() {
        let (mut seal_, _) = seal(None, keys(1, 2));
        let mut far = Sealer::new(Suite::Tag80, &keys(1, 2).theirs).expect("a cipher");
        let first = far.rtp(&packet(1, 1)).expect("sealed");
        assert!(seal_.open(&first).is_some());
        let (mut seal_, anew) = seal(Some(seal_), keys(1, 2));
        assert!(!anew);
        assert!(seal_.open(&first).is_none(), "what was heard before the hold is not heard again");
        assert!(seal_.open(&far.rtp(&packet(1, 2)).expect("sealed")).is_some());
    }

    #[test]
    fn a_new_key_is_heard_wherever_the_counter_stands_and_the_old_one_until_then() {
        for keeps_counter in [false, true] {
            let (mut seal_, _) = seal(None, keys(1, 2));
            let mut old = Sealer::new(Suite::Tag80, &keys(1, 2).theirs).expect("a cipher");
            for step in 0..=12u32 {
                let sealed = old.rtp(&packet(1, (step * 0x4000 % 0x1_0000) as u16)).expect("sealed");
                assert!(seal_.open(&sealed).is_some());
            }
            let (late, later) = (old.rtp(&packet(1, 1)), old.rtp(&packet(1, 2)));
            let (mut seal_, anew) = seal(Some(seal_), keys(3, 4));
            assert!(anew, "our key is another one too");
            assert!(seal_.open(&late.expect("sealed")).is_some(), "still on its way");
            let told = old.rtcp(&report()).expect("sealed");
            assert!(seal_.open_report(&told).is_some() && seal_.open_report(&told).is_none());
            let mut new = match keeps_counter {
                true => far(4),
                false => Sealer::new(Suite::Tag80, &keys(3, 4).theirs).expect("a cipher"),
            };
            let told = new.rtcp(&report()).expect("sealed");
            assert!(seal_.open_report(&told).is_some());
            let next = new.rtp(&packet(1, 3)).expect("sealed");
            assert!(seal_.open(&next).is_some() && seal_.open(&next).is_none(), "{keeps_counter}");
            assert!(seal_.open(&later.expect("sealed")).is_none(), "the old key is over");
            assert!(seal_.open_report(&told).is_none(), "a report is not heard again");
            assert_eq!((seal_.openers.len(), seal_.reports.len()), (1, 1));
        }
    }

    #[test]
    fn many_changes_leave_no_more_than_one() {
        let (mut now, _) = seal(None, keys(0, 0));
        for round in 1..50 {
            now = seal(Some(now), keys(round, round)).0;
            assert!(now.openers.len() <= 3 && now.reports.len() == 2);
        }
    }
}
