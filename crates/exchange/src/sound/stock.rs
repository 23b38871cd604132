//! The ready-made sounds: every piece once in every codec, made or read at the start (spoken words in
//! Opus: when they are first asked for).
//!
//! Refuses to know who hears them and when. A spoken piece comes from the contractor's folder when that
//! has a file of its name, else from what the program brings along.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bytes::Bytes;
use media::band::{Down, Up};
use media::g711::{self, Law};
use media::opus::{Encoder, OpusError};
use media::pcm::{FRAME, Frame, OPUS_FRAME, RATE_HZ};
use media::tone::chime::Chime;
use media::tone::wav::{self, Wav, WavError};
use peer::Codec;

use super::program::{Announcement, Piece};

/// Enough for bells and a voice without a hiss, in bit/s.
const BITRATE: u32 = 40_000;
/// The rates of files that are taken: a telephone's, wide band's and our own.
const RATES_HZ: [u32; 3] = [g711::RATE_HZ, 16_000, RATE_HZ];
/// Longest spoken piece: nobody listens to more, and a mistaken file must not eat the memory.
const MAX_SECONDS: usize = 60;
/// So much of a round's end, in samples: a second, in which its last bells die away.
const LEAD_IN: usize = RATE_HZ as usize;
/// Samples of a packet in narrow band.
const NARROW_PACKET: usize = g711::RATE_HZ as usize / 50;

/// Why a sound cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// The folder is not there.
    #[error("{0}: no folder of sounds; leave --sounds away to use those that are built in")]
    NoFolder(PathBuf),
    /// The file cannot be read.
    #[error("{0}: cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The file is no sound that we know.
    #[error("{0}: {1}; write a mono WAV of 8, 16 or 48 kHz: 16-bit PCM, μ-law or A-law")]
    NoSound(PathBuf, WavError),
    /// Another rate.
    #[error("{0}: {1} samples a second; write a mono WAV of 8, 16 or 48 kHz")]
    Rate(PathBuf, u32),
    /// Empty, or longer than a minute.
    #[error("{0}: it must have some sound, and a minute at most")]
    Length(PathBuf),
    /// libopus has no memory.
    #[error(transparent)]
    Opus(#[from] OpusError),
}

/// One piece in every codec of sound: packets of 20 ms.
struct Packets {
    opus: OnceLock<Vec<Bytes>>,
    /// What the Opus packets of spoken words are made of when somebody asks for them. Callers hear the
    /// words, and callers take G.711; to encode all of them at each start would take a second or two.
    source: Option<Wav>,
    mu: Vec<Bytes>,
    a: Vec<Bytes>,
}

impl Packets {
    fn opus(&self) -> &[Bytes] {
        self.opus.get_or_init(|| match (Encoder::new(BITRATE), &self.source) {
            (Ok(mut encoder), Some(wav)) => opus(&mut encoder, &wide(wav)),
            (Ok(_), None) => Vec::new(),
            (Err(fault), _) => {
                tracing::error!(%fault, "an announcement cannot be played in Opus");
                Vec::new()
            }
        })
    }
}

/// All pieces.
pub struct Stock(BTreeMap<Piece, Packets>);

impl Stock {
    /// Makes the music and reads the words; `folder`: the contractor's own.
    ///
    /// # Errors
    /// See [`SoundError`].
    pub fn load(folder: Option<&Path>) -> Result<Stock, SoundError> {
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(SoundError::NoFolder(folder.to_owned()));
        }
        let mut pieces = BTreeMap::new();
        pieces.insert(Piece::Chime, music(Chime::waiting())?);
        pieces.insert(Piece::Melody, music(Chime::hold())?);
        pieces.insert(Piece::Ringback, round(&media::tone::ringback())?);
        for announcement in Announcement::ALL {
            pieces.insert(Piece::Said(announcement), spoken(said(announcement, folder)?));
        }
        Ok(Stock(pieces))
    }

    /// How many packets of 20 ms a piece has; never 0.
    pub(crate) fn packets(&self, piece: Piece) -> usize {
        self.0.get(&piece).map_or(1, |packets| packets.mu.len())
    }

    /// Makes sure that a piece can be played in this codec without anybody waiting for it.
    pub(crate) fn prepare(&self, codec: Codec, piece: Piece) {
        let _ = self.packet(codec, piece, 0);
    }

    /// One packet of a piece; none in a codec that is not of sound.
    pub(crate) fn packet(&self, codec: Codec, piece: Piece, at: usize) -> Option<Bytes> {
        let packets = self.0.get(&piece)?;
        let packets = match codec {
            Codec::Opus => packets.opus(),
            Codec::Pcmu => &packets.mu,
            Codec::Pcma => &packets.a,
            Codec::Vp8 => return None,
        };
        packets.get(at).cloned()
    }
}

/// What the program brings along.
fn built_in(announcement: Announcement) -> &'static [u8] {
    match announcement {
        Announcement::Greeting => include_bytes!("../../sounds/greeting.wav"),
        Announcement::Busy => include_bytes!("../../sounds/busy.wav"),
        Announcement::PleaseWait => include_bytes!("../../sounds/please-wait.wav"),
        Announcement::OutOfHours => include_bytes!("../../sounds/out-of-hours.wav"),
        Announcement::YearEnd => include_bytes!("../../sounds/year-end.wav"),
        Announcement::Full => include_bytes!("../../sounds/full.wav"),
        Announcement::Suspended => include_bytes!("../../sounds/suspended.wav"),
    }
}

fn said(announcement: Announcement, folder: Option<&Path>) -> Result<Wav, SoundError> {
    let own = folder.map(|folder| folder.join(announcement.file()));
    let (path, bytes) = match own {
        None => (announcement.file().into(), built_in(announcement).to_vec()),
        Some(path) => match std::fs::read(&path) {
            Ok(bytes) => {
                tracing::info!(file = announcement.file(), "an announcement of the contractor's");
                (path, bytes)
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                (announcement.file().into(), built_in(announcement).to_vec())
            }
            Err(fault) => return Err(SoundError::Unreadable(path, fault)),
        },
    };
    let wav = wav::read(&bytes).map_err(|fault| SoundError::NoSound(path.clone(), fault))?;
    if !RATES_HZ.contains(&wav.rate_hz) {
        return Err(SoundError::Rate(path, wav.rate_hz));
    }
    if wav.samples.is_empty() || wav.samples.len() > MAX_SECONDS * wav.rate_hz as usize {
        return Err(SoundError::Length(path));
    }
    Ok(wav)
}

fn spoken(wav: Wav) -> Packets {
    let narrow = match wav.rate_hz {
        g711::RATE_HZ => wav.samples.clone(),
        _ => Down::to(g711::RATE_HZ).push(&wide(&wav)),
    };
    let count = narrow.len().div_ceil(NARROW_PACKET);
    let (mu, a) = (telephone(Law::Mu, &narrow, count), telephone(Law::A, &narrow, count));
    Packets { opus: OnceLock::new(), source: Some(wav), mu, a }
}

fn wide(wav: &Wav) -> Vec<i16> {
    match wav.rate_hz {
        RATE_HZ => wav.samples.clone(),
        rate_hz => Up::from(rate_hz).push(&wav.samples),
    }
}

/// One round of bells.
fn music(mut bells: Chime) -> Result<Packets, OpusError> {
    round(&(0..bells.period_frames()).map(|_| bells.frame()).collect::<Vec<Frame>>().concat())
}

/// What is played again and again. Its end, encoded first, brings encoder and filter into the state in which each
/// round after the first one begins.
fn round(sound: &[i16]) -> Result<Packets, OpusError> {
    let before = &sound[sound.len().saturating_sub(LEAD_IN)..];
    let mut encoder = Encoder::new(BITRATE)?;
    opus(&mut encoder, before);
    let opus = opus(&mut encoder, sound);
    let mut down = Down::to(g711::RATE_HZ);
    down.push(before);
    let narrow = down.push(sound);
    let (mu, a) = (telephone(Law::Mu, &narrow, opus.len()), telephone(Law::A, &narrow, opus.len()));
    Ok(Packets { opus: opus.into(), source: None, mu, a })
}

/// In packets of 20 ms, the last one filled up with silence.
fn opus(encoder: &mut Encoder, wide: &[i16]) -> Vec<Bytes> {
    let packet = |samples: &[i16]| {
        let mut whole = [0; OPUS_FRAME];
        whole[..samples.len()].copy_from_slice(samples);
        Bytes::from(encoder.encode(&whole))
    };
    wide.chunks(OPUS_FRAME).map(packet).collect()
}

/// The same for a telephone.
fn telephone(law: Law, narrow: &[i16], count: usize) -> Vec<Bytes> {
    let packet = |at: usize| {
        let samples = narrow.get(at * NARROW_PACKET..).unwrap_or_default();
        let mut bytes = g711::encode(law, &samples[..samples.len().min(NARROW_PACKET)]);
        bytes.resize(NARROW_PACKET, g711::silence(law));
        Bytes::from(bytes)
    };
    (0..count).map(packet).collect()
}

// One packet holds two of the bells' frames.
const _: () = assert!(OPUS_FRAME == 2 * FRAME);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use media::opus::Decoder;
    use media::pcm::rms_dbfs;
    use media::tone::{Sine, goertzel};

    use super::*;

    fn all(stock: &Stock, codec: Codec, piece: Piece) -> Vec<Bytes> {
        (0..stock.packets(piece)).map(|at| stock.packet(codec, piece, at).unwrap()).collect()
    }

    fn telephones(stock: &Stock, codec: Codec, law: Law, piece: Piece) -> Vec<i16> {
        let mut up = Up::from(8_000);
        all(stock, codec, piece).iter().flat_map(|packet| up.push(&g711::decode(law, packet))).collect()
    }

    fn opus(stock: &Stock, piece: Piece) -> Vec<i16> {
        let mut decoder = Decoder::new().unwrap();
        all(stock, Codec::Opus, piece).iter().flat_map(|packet| decoder.decode(packet).unwrap()).collect()
    }

    #[test]
    fn every_piece_is_there_in_every_codec_and_equally_loud() {
        let began = std::time::Instant::now();
        let stock = Stock::load(None).unwrap();
        println!("stock_made_ms\t{}", began.elapsed().as_millis());
        let spoken = Announcement::ALL.map(Piece::Said);
        for piece in [Piece::Chime, Piece::Melody].into_iter().chain(spoken) {
            let levels = [
                rms_dbfs(&opus(&stock, piece)),
                rms_dbfs(&telephones(&stock, Codec::Pcmu, Law::Mu, piece)),
                rms_dbfs(&telephones(&stock, Codec::Pcma, Law::A, piece)),
            ];
            println!("{piece:?}\t{} packets\t{levels:?} dBFS", stock.packets(piece));
            assert!(levels.iter().all(|level| (level - levels[0]).abs() < 1.5), "{piece:?} {levels:?}");
            assert!((-35.0..-14.0).contains(&levels[0]), "{piece:?} {levels:?}");
        }
        assert!(stock.packet(Codec::Vp8, Piece::Chime, 0).is_none());
        assert_eq!((stock.packets(Piece::Chime), stock.packets(Piece::Melody)), (250, 750));
    }

    #[test]
    fn the_contractors_file_wins_at_any_rate_and_the_others_stay() {
        let folder = std::env::temp_dir().join(format!("kenmu-sounds-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let wide = Sine::new(1_000.0, 0.2).take_ms(510);
        let plain = Stock::load(None).unwrap();
        for (rate_hz, samples) in [
            (48_000, wide.clone()),
            (16_000, Down::to(16_000).push(&wide)),
            (8_000, Down::to(8_000).push(&wide)),
        ] {
            std::fs::write(folder.join("greeting.wav"), wav::write(rate_hz, &samples)).unwrap();
            let stock = Stock::load(Some(&folder)).unwrap();
            let greeting = Piece::Said(Announcement::Greeting);
            assert_eq!(stock.packets(greeting), 26, "half a second and a rest");
            for sound in [opus(&stock, greeting), telephones(&stock, Codec::Pcma, Law::A, greeting)] {
                assert!(goertzel(&sound[4_800..19_200], 1_000.0) > 0.15, "{rate_hz}");
            }
            let busy = Piece::Said(Announcement::Busy);
            assert_eq!(all(&stock, Codec::Pcmu, busy), all(&plain, Codec::Pcmu, busy));
        }
        std::fs::write(folder.join("full.wav"), wav::write(44_100, &wide)).unwrap();
        let fault = Stock::load(Some(&folder)).err().unwrap().to_string();
        assert!(fault.contains("full.wav") && fault.contains("44100"), "{fault}");
        std::fs::write(folder.join("full.wav"), b"ID3").unwrap();
        let fault = Stock::load(Some(&folder)).err().unwrap().to_string();
        assert!(fault.contains("8, 16 or 48 kHz"), "{fault}");
        std::fs::write(folder.join("full.wav"), wav::write(8_000, &[])).unwrap();
        assert!(matches!(Stock::load(Some(&folder)), Err(SoundError::Length(_))));
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(Stock::load(Some(&folder)), Err(SoundError::NoFolder(_))));
    }
}
