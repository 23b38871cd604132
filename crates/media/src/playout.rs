//! From what the jitter buffer gives to 48 kHz samples: decodes by codec, conceals what is missing, and
//! blends where one codec follows the other, so that a change of source does not click.
//! Refuses to know clocks, devices and whose voice it is.

use crate::band::Up;
use crate::coded::{Coded, Coding};
use crate::g711::conceal::{Concealer, blend};
use crate::g711::{self, Law};
use crate::jitter::Pull;
use crate::opus::{Decoder, OpusError};
use crate::pcm::{OPUS_FRAME, RATE_HZ};

/// One codec's end is blended into the other's beginning over so many samples (5 ms).
const BLEND: usize = RATE_HZ as usize / 200;
/// 48 kHz samples for each of a telephone's.
const WIDER: usize = (RATE_HZ / g711::RATE_HZ) as usize;

/// Plays one stream.
pub struct Playout {
    opus: Decoder,
    telephone: Telephone,
    /// Which of the two plays.
    plays: Plays,
    /// How long the last packet was, in samples: so long is what is missing behind it.
    length: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plays {
    Nothing,
    Opus,
    Telephone,
}

struct Telephone {
    concealer: Concealer,
    up: Up,
}

impl Telephone {
    fn new() -> Telephone {
        Telephone { concealer: Concealer::new(), up: Up::from(g711::RATE_HZ) }
    }

    fn heard(&mut self, law: Law, bytes: &[u8]) -> Vec<i16> {
        self.up.push(&self.concealer.heard(g711::decode(law, bytes)))
    }

    fn missing(&mut self, samples: usize) -> Vec<i16> {
        self.up.push(&self.concealer.missing(samples / WIDER))
    }
}

impl Playout {
    /// Has heard nothing yet.
    ///
    /// # Errors
    /// When libopus has no memory.
    pub fn new() -> Result<Playout, OpusError> {
        let (opus, telephone) = (Decoder::new()?, Telephone::new());
        Ok(Playout { opus, telephone, plays: Plays::Nothing, length: OPUS_FRAME })
    }

    /// The samples of one pull: 20 ms of Opus as a rule, and as long as a telephone's packets are.
    pub fn play(&mut self, pull: Pull) -> Vec<i16> {
        match pull {
            Pull::Packet(packet) => self.packet(&packet),
            // The lost one was a telephone's as like as not; its successor is another voice.
            Pull::Fec(_) if self.plays == Plays::Telephone => self.missing(self.length),
            Pull::Fec(next) => {
                self.plays = Plays::Opus;
                self.opus.decode_fec(&next).unwrap_or_else(|_| self.opus.conceal())
            }
            Pull::Conceal => self.missing(self.length),
            Pull::Empty => {
                self.plays = Plays::Nothing;
                vec![0; OPUS_FRAME]
            }
        }
    }

    fn packet(&mut self, packet: &Coded) -> Vec<i16> {
        let plays = match packet.coding {
            Coding::Opus => Plays::Opus,
            Coding::G711(_) => Plays::Telephone,
        };
        let before = match self.plays == plays {
            true => Vec::new(),
            // What would have come next: the old codec goes on for a moment while the new one begins.
            false => self.missing(BLEND),
        };
        if self.plays != plays && plays == Plays::Telephone {
            // Opus finds its feet sooner from an old state than from none; a telephone needs none.
            self.telephone = Telephone::new();
        }
        (self.plays, self.length) = (plays, packet.samples());
        let mut sound = match packet.coding {
            Coding::Opus => self.opus.decode(&packet.payload).unwrap_or_else(|_| self.opus.conceal()),
            Coding::G711(law) => self.telephone.heard(law, &packet.payload),
        };
        blend(&mut sound, &before[..before.len().min(BLEND)]);
        sound
    }

    fn missing(&mut self, samples: usize) -> Vec<i16> {
        match self.plays {
            Plays::Nothing => vec![0; samples],
            Plays::Opus => self.opus.conceal(),
            Plays::Telephone => self.telephone.missing(samples),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::band::Down;
    use crate::opus::Encoder;
    use crate::pcm::rms_dbfs;
    use crate::tone::{Sine, gaps, goertzel};

    /// One voice that is sent in both codecs.
    struct Mouth {
        sine: Sine,
        encoder: Encoder,
        down: Down,
    }

    impl Mouth {
        fn new() -> Mouth {
            let (sine, encoder) = (Sine::new(440.0, 0.3), Encoder::new(32_000).unwrap());
            Mouth { sine, encoder, down: Down::to(8_000) }
        }

        fn packet(&mut self, coding: Coding, ms: u32) -> Pull {
            let samples = self.sine.take_ms(ms);
            let narrow = self.down.push(&samples);
            Pull::Packet(match coding {
                Coding::Opus => Coded::opus(self.encoder.encode(&samples.try_into().unwrap())),
                Coding::G711(law) => Coded::g711(law, g711::encode(law, &narrow)),
            })
        }
    }

    fn steepest(sound: &[i16]) -> i32 {
        sound.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max().unwrap()
    }

    #[test]
    fn a_telephones_tone_comes_out_of_packets_of_every_length() {
        for law in [Law::Mu, Law::A] {
            for ms in [10, 20, 30] {
                let (mut mouth, mut playout) = (Mouth::new(), Playout::new().unwrap());
                let mut sound = Vec::new();
                for _ in 0..(600 / ms) {
                    let played = playout.play(mouth.packet(Coding::G711(law), ms));
                    assert_eq!(played.len(), ms as usize * 48);
                    sound.extend(played);
                }
                assert_eq!(gaps(&sound[4_800..], 440.0), []);
                assert!((goertzel(&sound[4_800..], 440.0) - 0.3).abs() < 0.01, "{law:?} {ms}");
            }
        }
    }

    #[test]
    fn a_change_of_codec_neither_clicks_nor_stops() {
        let (mut mouth, mut playout) = (Mouth::new(), Playout::new().unwrap());
        let mut sound = Vec::new();
        for n in 0..60 {
            let coding = match n / 10 {
                0 | 2 | 5 => Coding::Opus,
                1 | 4 => Coding::G711(Law::Mu),
                _ => Coding::G711(Law::A),
            };
            sound.extend(playout.play(mouth.packet(coding, 20)));
        }
        let sound = &sound[4_800..];
        // The steepest step of 440 Hz at 0.3 is 566; a jump of half the amplitude would be 5,000.
        assert!(steepest(sound) < 1_600, "{}", steepest(sound));
        // Opus needs a packet to find its feet; a packet that is missing would be 20 ms.
        assert!(gaps(sound, 440.0).iter().all(|gap| gap.len_ms < 18), "{:?}", gaps(sound, 440.0));
    }

    #[test]
    fn a_lost_packet_of_a_telephone_is_filled_and_a_long_loss_falls_silent() {
        let (mut mouth, mut playout) = (Mouth::new(), Playout::new().unwrap());
        for _ in 0..10 {
            playout.play(mouth.packet(Coding::G711(Law::Mu), 20));
        }
        let first = playout.play(Pull::Conceal);
        assert_eq!(first.len(), 960);
        assert!(goertzel(&first, 440.0) > 0.15, "{}", goertzel(&first, 440.0));
        let later: Vec<i16> = (0..3).flat_map(|_| playout.play(Pull::Conceal)).collect();
        assert!(rms_dbfs(&later[2_100..]) < -60.0);
        assert_eq!(playout.play(Pull::Empty), vec![0; 960]);
    }

    #[test]
    fn what_is_missing_is_as_long_as_the_packets_are() {
        let (mut mouth, mut playout) = (Mouth::new(), Playout::new().unwrap());
        for ms in [10, 30] {
            playout.play(mouth.packet(Coding::G711(Law::A), ms));
            assert_eq!(playout.play(Pull::Conceal).len(), ms as usize * 48);
        }
    }
}
