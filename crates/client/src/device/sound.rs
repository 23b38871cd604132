//! One stream of sound from or to a device: the only file that knows cpal.
//!
//! Refuses to know what the samples are for. A stream is opened at rest; [`Stream::run`] starts it.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{BufferSize, StreamConfig, SupportedStreamConfig};
use media::pcm::{FRAME, RATE_HZ};

use super::Wanted;
use super::held::Source;
use super::place::{Place, Side};
use super::rate::{Drawn, Pushed};
use super::urgent::Lift;

/// Samples in one period of the device (10 ms). PulseAudio holds two of them, so that 20 ms of the way
/// from mouth to ear are spent here; smaller ones run dry on a busy machine.
const PERIOD: u32 = FRAME as u32;
/// A sound server that does not answer within this time counts as absent.
const OPEN_LIMIT: Duration = Duration::from_secs(2);
/// Ways to ask for a stream, best first: (channels, period). After them comes the device's own way, whose
/// rate is changed here.
const WAYS: [(u16, BufferSize); 4] = [
    (1, BufferSize::Fixed(PERIOD)),
    (2, BufferSize::Fixed(PERIOD)),
    (1, BufferSize::Default),
    (2, BufferSize::Default),
];

/// The device is not there, or does not do what we need. The log says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent;

/// How often we look whether the device of a flowing stream is still there.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The same at rest, where nobody misses a word meanwhile, and each look wakes the sound server.
const REST_LOOK_EVERY: Duration = Duration::from_secs(2);

/// A device that is there, and its stream; closed when dropped.
pub struct Stream {
    /// None: it rests, and the system need not keep anything ready for it.
    inner: RefCell<Option<Flowing>>,
    /// Opens it once more, on the device as it is now.
    open: Box<Opener>,
    place: Place,
    lost: Cell<bool>,
    looked: Cell<Instant>,
}

type Opener = dyn Fn(&Place) -> Result<Flowing, Absent>;

struct Flowing {
    stream: cpal::Stream,
    /// Told by the stream itself.
    lost: Arc<AtomicBool>,
}

impl Source for Stream {
    /// Asks the sound server now and then, because PulseAudio quietly moves a stream from a device that
    /// was unplugged to whatever is left, and nobody would be told.
    fn is_lost(&self) -> bool {
        let inner = self.inner.borrow();
        let every = if inner.is_some() { LOOK_EVERY } else { REST_LOOK_EVERY };
        if self.looked.get().elapsed() >= every {
            self.looked.set(Instant::now());
            if !self.place.is_there() {
                self.lost.set(true);
            }
        }
        self.lost.get() || inner.as_ref().is_some_and(|flowing| flowing.lost.load(Ordering::Relaxed))
    }

    fn sees(&self, wanted: &Wanted) -> bool {
        self.place.sees(wanted)
    }

    /// A device that refuses counts as lost.
    fn run(&self) {
        let mut inner = self.inner.borrow_mut();
        if inner.is_none() {
            *inner = (self.open)(&self.place).ok();
        }
        let runs = inner.as_ref().is_some_and(|flowing| flowing.stream.play().is_ok());
        if !runs {
            self.lost.set(true);
        }
    }

    fn rest(&self) {
        let mut inner = self.inner.borrow_mut();
        if self.place.closes_at_rest() {
            *inner = None;
        } else if inner.as_ref().is_some_and(|flowing| flowing.stream.pause().is_err()) {
            self.lost.set(true);
        }
    }
}

/// Opens a microphone. `take` gets mono samples in whatever portions the system likes; it must not wait.
///
/// # Errors
/// [`Absent`].
pub fn open_input<F>(wanted: &Wanted, make: impl Fn() -> F + 'static) -> Result<Stream, Absent>
where
    F: FnMut(&[i16]) + Send + 'static,
{
    let (place, device) = Place::find(wanted, Side::Input)?;
    let own = device.default_input_config().ok();
    open_some_way(place, &device, own, move |device, config, lost| {
        let (mut take, mut priority) = (make(), Lift::default());
        let channels = usize::from(config.channels);
        let mut rate = Pushed::new(config.sample_rate)?;
        let mut mono = [0f32; FRAME];
        let data = move |samples: &[f32], _: &cpal::InputCallbackInfo| {
            priority.once();
            for part in samples.chunks(FRAME * channels) {
                let count = part.len() / channels;
                for (slot, frame) in mono.iter_mut().zip(part.chunks_exact(channels)) {
                    *slot = frame.iter().sum::<f32>() / channels as f32;
                }
                rate.push(&mono[..count], &mut take);
            }
        };
        device.build_input_stream::<f32, _, _>(config, data, on_error(lost), Some(OPEN_LIMIT)).map_err(said)
    })
}

/// Opens a loudspeaker. `fill` writes mono samples in whatever portions the system likes; it must not wait.
///
/// # Errors
/// [`Absent`].
pub fn open_output<F>(wanted: &Wanted, make: impl Fn() -> F + 'static) -> Result<Stream, Absent>
where
    F: FnMut(&mut [i16]) + Send + 'static,
{
    let (place, device) = Place::find(wanted, Side::Output)?;
    let own = device.default_output_config().ok();
    open_some_way(place, &device, own, move |device, config, lost| {
        let (mut fill, mut priority) = (make(), Lift::default());
        let channels = usize::from(config.channels);
        let mut rate = Drawn::new(config.sample_rate)?;
        let mut mono = [0f32; FRAME];
        let data = move |samples: &mut [f32], _: &cpal::OutputCallbackInfo| {
            priority.once();
            for part in samples.chunks_mut(FRAME * channels) {
                let mono = &mut mono[..part.len() / channels];
                rate.draw(mono, &mut fill);
                for (frame, sample) in part.chunks_exact_mut(channels).zip(mono.iter()) {
                    frame.fill(*sample);
                }
            }
        };
        device.build_output_stream::<f32, _, _>(config, data, on_error(lost), Some(OPEN_LIMIT)).map_err(said)
    })
}

/// Tries our ways, then the device's own; the way that works is the way from then on.
fn open_some_way(
    place: Place,
    device: &cpal::Device,
    own: Option<SupportedStreamConfig>,
    build: impl Fn(&cpal::Device, StreamConfig, Arc<AtomicBool>) -> Result<cpal::Stream, Absent> + 'static,
) -> Result<Stream, Absent> {
    let open = move |device: &cpal::Device, config| {
        let lost = Arc::new(AtomicBool::new(false));
        build(device, config, Arc::clone(&lost)).map(|stream| Flowing { stream, lost })
    };
    let ours = WAYS.into_iter().map(|(channels, buffer_size)| StreamConfig {
        channels,
        sample_rate: RATE_HZ,
        buffer_size,
    });
    for config in ours.chain(own.map(|own| own.config())) {
        if let Ok(inner) = open(device, config) {
            return Ok(Stream {
                inner: RefCell::new((!place.closes_at_rest()).then_some(inner)),
                open: Box::new(move |place| open(&place.device()?, config)),
                place,
                lost: Cell::new(false),
                looked: Cell::new(Instant::now()),
            });
        }
    }
    Err(Absent)
}

fn said(fault: cpal::Error) -> Absent {
    tracing::debug!(kind = ?fault.kind(), "a sound device refused");
    Absent
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
