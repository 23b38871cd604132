//! Opus for voices: 48 kHz mono in packets of 20 ms, with repair data for lost ones.
//! Refuses to know RTP, loss measurements and devices.

use ::opus as lib;

use crate::pcm::{OPUS_FRAME, RATE_HZ};

/// Lowest bitrate that is ever asked for, in bit/s: below, a voice is no longer understood well.
pub const MIN_BITRATE: u32 = 16_000;
/// Highest bitrate that makes sense for one voice, in bit/s.
pub const MAX_BITRATE: u32 = 64_000;

/// Room for one encoded packet: libopus' advice is 4000 bytes, one RTP packet holds less, and
/// 20 ms at 64 kbit/s are 160.
const MAX_PACKET: usize = 1_275;

/// Longest packet that Opus knows (120 ms): what a decoder must have room for.
const MAX_DECODED: usize = 6 * OPUS_FRAME;

/// What libopus refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("opus: {0}")]
pub struct OpusError(String);

impl From<lib::Error> for OpusError {
    fn from(error: lib::Error) -> Self {
        Self(error.to_string())
    }
}

/// Encodes one voice.
pub struct Encoder(lib::Encoder);

impl Encoder {
    /// An encoder at `bitrate` bit/s (held within [`MIN_BITRATE`] and [`MAX_BITRATE`]): voice
    /// application, in-band FEC on, DTX off, so that a packet leaves every 20 ms.
    ///
    /// # Errors
    /// When libopus has no memory.
    pub fn new(bitrate: u32) -> Result<Self, OpusError> {
        let mut inner = lib::Encoder::new(RATE_HZ, lib::Channels::Mono, lib::Application::Voip)?;
        inner.set_signal(lib::Signal::Voice)?;
        inner.set_inband_fec(true)?;
        inner.set_dtx(false)?;
        let mut encoder = Self(inner);
        encoder.set_bitrate(bitrate)?;
        Ok(encoder)
    }

    /// Changes the bitrate in bit/s while running.
    ///
    /// # Errors
    /// When libopus refuses.
    pub fn set_bitrate(&mut self, bitrate: u32) -> Result<(), OpusError> {
        let bits = bitrate.clamp(MIN_BITRATE, MAX_BITRATE) as i32;
        Ok(self.0.set_bitrate(lib::Bitrate::Bits(bits))?)
    }

    /// Tells the loss that the far end measured, in percent: the more, the better each packet
    /// describes the one before it. At 0 there is no repair data.
    ///
    /// # Errors
    /// When libopus refuses.
    pub fn set_loss(&mut self, percent: u8) -> Result<(), OpusError> {
        Ok(self.0.set_packet_loss_perc(i32::from(percent.min(100)))?)
    }

    /// Sets how hard the encoder works, 0 to 10 on libopus' own scale; without this it is 9.
    ///
    /// # Errors
    /// When libopus refuses.
    pub fn set_complexity(&mut self, complexity: u8) -> Result<(), OpusError> {
        Ok(self.0.set_complexity(i32::from(complexity.min(10)))?)
    }

    /// Encodes 20 ms into one packet.
    pub fn encode(&mut self, samples: &[i16; OPUS_FRAME]) -> Vec<u8> {
        self.0
            .encode_vec(samples, MAX_PACKET)
            .expect("20 ms at 48 kHz are a legal frame and the packet has room")
    }
}

/// Decodes one voice. A stereo packet comes out as mono.
pub struct Decoder(lib::Decoder);

impl Decoder {
    /// A decoder that has heard nothing yet.
    ///
    /// # Errors
    /// When libopus has no memory.
    pub fn new() -> Result<Self, OpusError> {
        Ok(Self(lib::Decoder::new(RATE_HZ, lib::Channels::Mono)?))
    }

    /// Decodes one packet: 960 samples for the usual 20 ms, at most 120 ms.
    ///
    /// # Errors
    /// When the packet is not Opus; the decoder goes on with the next one.
    pub fn decode(&mut self, packet: &[u8]) -> Result<Vec<i16>, OpusError> {
        if packet.is_empty() {
            return Err(OpusError("an empty packet".into()));
        }
        self.run(packet, MAX_DECODED, false)
    }

    /// Invents the 20 ms of a lost packet from what was heard before; fades out when repeated.
    pub fn conceal(&mut self) -> Vec<i16> {
        self.run(&[], OPUS_FRAME, false).unwrap_or_else(|_| vec![0; OPUS_FRAME])
    }

    /// Restores the 20 ms of a lost packet from the repair data in the packet after it. When that
    /// carries none, it is concealed. Decode `next` itself afterwards as usual.
    ///
    /// # Errors
    /// When `next` is not Opus.
    pub fn decode_fec(&mut self, next: &[u8]) -> Result<Vec<i16>, OpusError> {
        self.run(next, OPUS_FRAME, true)
    }

    fn run(&mut self, packet: &[u8], room: usize, fec: bool) -> Result<Vec<i16>, OpusError> {
        let mut samples = vec![0; room];
        let count = self.0.decode(packet, &mut samples, fec)?;
        samples.truncate(count);
        Ok(samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Dice, voice};
    use crate::tone;

    fn packets(encoder: &mut Encoder, samples: &[i16]) -> Vec<Vec<u8>> {
        let (frames, _) = samples.as_chunks::<OPUS_FRAME>();
        frames.iter().map(|frame| encoder.encode(frame)).collect()
    }

    #[test]
    fn a_tone_survives_at_its_frequency_and_level_without_gaps() {
        let mut encoder = Encoder::new(32_000).unwrap();
        let mut decoder = Decoder::new().unwrap();
        let sent = tone::Sine::new(1_000.0, 0.25).take_ms(2_000);
        let mut heard = Vec::new();
        for packet in packets(&mut encoder, &sent) {
            heard.extend(decoder.decode(&packet).unwrap());
        }
        assert_eq!(heard.len(), sent.len());
        let steady = &heard[9_600..];
        let peak = tone::strongest_near(steady, 1_000.0, 100.0);
        assert!((peak.hz - 1_000.0).abs() <= 2.0, "{peak:?}");
        assert!((peak.dbfs - tone::strongest_near(&sent, 1_000.0, 100.0).dbfs).abs() < 1.5);
        assert_eq!(tone::gaps(steady, 1_000.0), vec![]);
    }

    #[test]
    fn the_bitrate_is_kept_and_can_change_while_running() {
        let sound = voice(5 * RATE_HZ as usize);
        let rate = |encoder: &mut Encoder| {
            let bytes: usize = packets(encoder, &sound).iter().map(Vec::len).sum();
            bytes * 8 / 5
        };
        let mut encoder = Encoder::new(40_000).unwrap();
        let high = rate(&mut encoder);
        encoder.set_bitrate(16_000).unwrap();
        let low = rate(&mut encoder);
        assert!((30_000..48_000).contains(&high), "{high}");
        assert!((12_000..20_000).contains(&low), "{low}");
    }

    /// Energy of the difference in the lost frames, with and without repair data.
    fn error_of_lost_frames(fec: bool) -> f64 {
        let sound = voice(6 * RATE_HZ as usize);
        let mut encoder = Encoder::new(32_000).unwrap();
        encoder.set_loss(20).unwrap();
        let packets = packets(&mut encoder, &sound);
        let mut truth = Decoder::new().unwrap();
        let mut decoder = Decoder::new().unwrap();
        let mut error = 0.0;
        for (i, packet) in packets.iter().enumerate() {
            let wanted = truth.decode(packet).unwrap();
            let lost = i % 5 == 4 && i + 1 < packets.len();
            let heard = match (lost, fec) {
                (false, _) => decoder.decode(packet).unwrap(),
                (true, true) => decoder.decode_fec(&packets[i + 1]).unwrap(),
                (true, false) => decoder.conceal(),
            };
            assert_eq!(heard.len(), OPUS_FRAME);
            let square = |(a, b): (&i16, &i16)| (f64::from(*a) - f64::from(*b)).powi(2);
            if lost {
                error += wanted.iter().zip(&heard).map(square).sum::<f64>();
            }
        }
        error
    }

    #[test]
    fn repair_data_restores_a_lost_packet_far_better_than_concealment() {
        let (repaired, concealed) = (error_of_lost_frames(true), error_of_lost_frames(false));
        let better_db = 10.0 * (concealed / repaired).log10();
        assert!(better_db > 6.0, "only {better_db:.1} dB better");
    }

    #[test]
    fn random_bytes_are_refused_or_decoded_but_never_harm_the_decoder() {
        let mut dice = Dice::new(7);
        let mut decoder = Decoder::new().unwrap();
        for _ in 0..2_000 {
            let bytes: Vec<u8> = (0..dice.below(200)).map(|_| dice.next() as u8).collect();
            if let Ok(samples) = decoder.decode(&bytes) {
                assert!(samples.len() <= MAX_DECODED);
            }
            _ = decoder.decode_fec(&bytes);
        }
        assert_eq!(decoder.conceal().len(), OPUS_FRAME);
        assert!(decoder.decode(&[]).is_err());
    }
}
