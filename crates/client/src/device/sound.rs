//! One stream of sound from or to a device: the only file that knows cpal.
//!
//! Refuses to know what the samples are for. A stream is opened at rest; [`Stream::run`] starts it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, StreamConfig};
use media::pcm::{self, FRAME, RATE_HZ};

use super::Wanted;
use super::urgent::Lift;

/// Samples in one period of the device (10 ms). PulseAudio holds two of them, so that 20 ms of the way
/// from mouth to ear are spent here; smaller ones run dry on a busy machine.
const PERIOD: u32 = FRAME as u32;
/// A sound server that does not answer within this time counts as absent.
const OPEN_LIMIT: Duration = Duration::from_secs(2);
/// Ways to ask for a stream, best first: (channels, period).
const WAYS: [(u16, BufferSize); 4] = [
    (1, BufferSize::Fixed(PERIOD)),
    (2, BufferSize::Fixed(PERIOD)),
    (1, BufferSize::Default),
    (2, BufferSize::Default),
];
/// Most channels of a stream that we ask for.
const MOST_CHANNELS: usize = 2;

/// The device is not there, or does not do what we need. The log says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent;

/// How often we look whether a device that was asked for by name is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// An open stream; closed when dropped.
pub struct Stream {
    inner: cpal::Stream,
    lost: Arc<AtomicBool>,
    place: Place,
    looked: Cell<Instant>,
}

impl Stream {
    /// Lets sound flow. A device that refuses counts as lost.
    pub fn run(&self) {
        if self.inner.play().is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    /// Stops the flow; the device stays open.
    pub fn rest(&self) {
        if self.inner.pause().is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
    }

    /// The device went away: drop this stream and open another. Asks the sound server now and then,
    /// because PulseAudio quietly moves a stream from a device that was unplugged to whatever is left, and a
    /// visitor's voice must not come out of a loudspeaker in the room.
    pub fn is_lost(&self) -> bool {
        if self.looked.get().elapsed() >= LOOK_EVERY {
            self.looked.set(Instant::now());
            if !self.place.is_there() {
                self.lost.store(true, Ordering::Relaxed);
            }
        }
        self.lost.load(Ordering::Relaxed)
    }
}

/// Opens a microphone. `take` gets mono samples in whatever portions the system likes; it must not wait.
///
/// # Errors
/// [`Absent`].
pub fn open_input<F>(wanted: &Wanted, make: impl Fn() -> F) -> Result<Stream, Absent>
where
    F: FnMut(&[i16]) + Send + 'static,
{
    let (place, device) = Place::find(wanted, Side::Input)?;
    open_some_way(place, |channels, config, lost| {
        let (mut take, mut priority) = (make(), Lift::default());
        let mut mono = [0i16; FRAME];
        let data = move |samples: &[f32], _: &cpal::InputCallbackInfo| {
            priority.once();
            for part in samples.chunks(FRAME * channels) {
                let count = part.len() / channels;
                for (slot, frame) in mono.iter_mut().zip(part.chunks_exact(channels)) {
                    *slot = pcm::from_f32(frame.iter().sum::<f32>() / channels as f32);
                }
                take(&mono[..count]);
            }
        };
        device.build_input_stream::<f32, _, _>(config, data, on_error(lost), Some(OPEN_LIMIT))
    })
}

/// Opens a loudspeaker. `fill` writes mono samples in whatever portions the system likes; it must not wait.
///
/// # Errors
/// [`Absent`].
pub fn open_output<F>(wanted: &Wanted, make: impl Fn() -> F) -> Result<Stream, Absent>
where
    F: FnMut(&mut [i16]) + Send + 'static,
{
    let (place, device) = Place::find(wanted, Side::Output)?;
    open_some_way(place, |channels, config, lost| {
        let (mut fill, mut priority) = (make(), Lift::default());
        let mut mono = [0i16; FRAME];
        let data = move |samples: &mut [f32], _: &cpal::OutputCallbackInfo| {
            priority.once();
            for part in samples.chunks_mut(FRAME * channels) {
                let mono = &mut mono[..part.len() / channels];
                fill(mono);
                for (frame, sample) in part.chunks_exact_mut(channels).zip(mono.iter()) {
                    frame.fill(pcm::to_f32(*sample));
                }
            }
        };
        device.build_output_stream::<f32, _, _>(config, data, on_error(lost), Some(OPEN_LIMIT))
    })
}

#[derive(Clone, Copy)]
enum Side {
    Input,
    Output,
}

/// Where a device was found: to look for it again.
struct Place {
    host: cpal::Host,
    wanted: Wanted,
    side: Side,
}

impl Place {
    /// A new connection to the sound server each time: an old one may have died with its device.
    fn find(wanted: &Wanted, side: Side) -> Result<(Place, cpal::Device), Absent> {
        let place = Place { host: cpal::default_host(), wanted: wanted.clone(), side };
        let device = place.look()?;
        Ok((place, device))
    }

    fn look(&self) -> Result<cpal::Device, Absent> {
        match (&self.wanted, self.side) {
            (Wanted::Nothing | Wanted::Tone(_), _) => Err(Absent),
            (Wanted::Default, Side::Input) => self.host.default_input_device().ok_or(Absent),
            (Wanted::Default, Side::Output) => self.host.default_output_device().ok_or(Absent),
            (Wanted::Named(name), Side::Input) => by_name(self.host.input_devices(), name),
            (Wanted::Named(name), Side::Output) => by_name(self.host.output_devices(), name),
        }
    }

    /// The default may change under a stream; whoever named a device wants that one.
    fn is_there(&self) -> bool {
        match self.wanted {
            Wanted::Named(_) => self.look().is_ok(),
            Wanted::Default | Wanted::Nothing | Wanted::Tone(_) => true,
        }
    }
}

fn by_name(
    devices: Result<impl Iterator<Item = cpal::Device>, cpal::Error>,
    name: &str,
) -> Result<cpal::Device, Absent> {
    let mut described = None;
    for device in devices.map_err(|_| Absent)? {
        if device.id().is_ok_and(|id| id.id() == name) {
            return Ok(device);
        }
        if described.is_none() && device.description().is_ok_and(|text| text.name().contains(name)) {
            described = Some(device);
        }
    }
    described.ok_or(Absent)
}

fn open_some_way(
    place: Place,
    build: impl Fn(usize, StreamConfig, Arc<AtomicBool>) -> Result<cpal::Stream, cpal::Error>,
) -> Result<Stream, Absent> {
    for (channels, buffer_size) in WAYS {
        debug_assert!(usize::from(channels) <= MOST_CHANNELS);
        let config = StreamConfig { channels, sample_rate: RATE_HZ, buffer_size };
        let lost = Arc::new(AtomicBool::new(false));
        match build(channels.into(), config, Arc::clone(&lost)) {
            Ok(inner) => return Ok(Stream { inner, lost, place, looked: Cell::new(Instant::now()) }),
            Err(fault) => tracing::debug!(kind = ?fault.kind(), channels, "a sound device refused"),
        }
    }
    Err(Absent)
}

/// Which faults end a stream: all but the two after which sound goes on.
fn on_error(lost: Arc<AtomicBool>) -> impl FnMut(cpal::Error) + Send + 'static {
    move |fault| match fault.kind() {
        cpal::ErrorKind::Xrun | cpal::ErrorKind::DeviceChanged | cpal::ErrorKind::RealtimeDenied => {
            tracing::debug!(kind = ?fault.kind(), "a sound device stumbled");
        }
        kind => {
            tracing::debug!(?kind, "a sound device was lost");
            lost.store(true, Ordering::Relaxed);
        }
    }
}
