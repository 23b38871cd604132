//! The media of the desk: one warm leg, what goes into it and what comes out of it.
//!
//! Refuses to know contacts, offers and the server: the controller says when a leg is wanted and when
//! something may be sent. Sound and picture run on threads of their own; device callbacks never wait.

mod camera;
mod clean;
mod frames;
mod heard;
mod leg;
mod microphone;
mod picture;
mod reply;
mod speaker;
mod told;
mod views;
mod voice;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use heard::Heard;
use peer::{Leg, Rtp};
use reply::Reply;
use tokio::sync::mpsc;

use crate::config::{CameraChoice, Config};
use crate::controller::{CheckNews, LegNews, Sound};
use crate::device::{Ringer, Wanted, Wish};
use crate::view::{DeviceKind, Trouble};
use told::Told;

pub use frames::{Frame, FrameTap, Room};
pub use picture::{EncodedPicture, PictureTap, Pictures};
pub use views::Views;

/// What the engine tells.
#[derive(Clone, Debug, PartialEq)]
pub enum TalkNews {
    /// About a leg.
    Leg {
        /// Its number.
        leg: u64,
        /// What.
        news: LegNews,
    },
    /// About a device.
    Device {
        /// Which trouble.
        trouble: Trouble,
        /// It is there; false: gone.
        present: bool,
    },
    /// Something for the check.
    Check(CheckNews),
}

/// Unread news: a leg tells a few things a minute, a device fewer.
const MAX_NEWS: usize = 64;

/// The engine. Dropping it ends its threads; [`Engine::close`] ends the leg too.
pub struct Engine {
    shared: Arc<Shared>,
    ringer: Arc<Ringer>,
    threads: Vec<Thread>,
    wishes: Wishes,
    news: mpsc::Sender<TalkNews>,
}

/// How long a test sound lasts: the ring's first strokes.
const TRIAL: Duration = Duration::from_secs(2);
/// The number under which the loudspeaker plays the test sound; talks count from 1.
const TRIAL_TALK: u64 = u64::MAX;

/// Which device is wanted in each place.
struct Wishes {
    microphone: Arc<Wish<Wanted>>,
    speaker: Arc<Wish<Wanted>>,
    ringer: Arc<Wish<Wanted>>,
    camera: Arc<Wish<CameraChoice>>,
}

impl Wishes {
    fn new(config: &Config) -> Wishes {
        let wish = |name: &Option<String>| Arc::new(Wish::new(Wanted::from_config(name.as_deref())));
        Wishes {
            microphone: wish(&config.microphone),
            speaker: wish(&config.speaker),
            ringer: wish(&config.ringer),
            camera: Arc::new(Wish::new(config.camera.clone())),
        }
    }
}

/// What the engine's threads and tasks share.
struct Shared {
    began: Instant,
    leg: Mutex<Legs>,
    heard: Mutex<Heard>,
    /// How the voice is to be sent. Begins with each talk, under the lock of `heard`.
    reply: Reply,
    microphone: AtomicBool,
    camera: AtomicBool,
    /// The device check is open: microphone and camera are on, and nothing of them is sent.
    checking: AtomicBool,
    /// The loudspeaker plays its test sound, unless a talk is heard.
    trial: AtomicBool,
    /// The talk whose sound is played; 0: none. Changed only under the lock of `heard`.
    hearing: AtomicU64,
    /// The far side wants a key frame of our picture.
    key_wanted: AtomicBool,
    /// Loss of our sound at the far side, percent.
    loss_percent: AtomicU8,
    /// Samples that the loudspeaker wanted and did not get, for the log.
    starved: AtomicU64,
    ends: AtomicBool,
    /// The visitor's face.
    pictures: Pictures,
    /// The visitor's second window.
    screen: Pictures,
    /// One's own picture.
    own: Pictures,
}

/// The leg that is wanted and the one that is there: under one lock, so that none is kept that nobody wants.
#[derive(Default)]
struct Legs {
    /// The number that the controller wants; 0: none.
    wanted: u64,
    made: Option<(u64, Leg)>,
}

impl Legs {
    /// Takes a leg that was made; gives back the one before, which is to be closed.
    ///
    /// # Errors
    /// [`Unwanted`] when it comes too late.
    fn keep(&mut self, number: u64, leg: &Leg) -> Result<Option<Leg>, Unwanted> {
        if self.wanted != number {
            return Err(Unwanted);
        }
        Ok(self.made.replace((number, leg.clone())).map(|(_, before)| before))
    }

    /// Gives up this one, made or not: a newer one may be wanted already.
    fn give_up(&mut self, number: u64) -> Option<Leg> {
        if self.wanted == number {
            self.wanted = 0;
        }
        self.made.take_if(|(known, _)| *known == number).map(|(_, leg)| leg)
    }

    fn of(&self, number: u64) -> Option<Leg> {
        self.made.as_ref().filter(|(known, _)| *known == number).map(|(_, leg)| leg.clone())
    }
}

/// Nobody wants this leg any more.
struct Unwanted;

impl Shared {
    fn new(views: Views) -> Shared {
        let Views { face, screen, own } = views;
        Shared {
            began: Instant::now(),
            leg: Mutex::default(),
            heard: Mutex::default(),
            reply: Reply::default(),
            microphone: AtomicBool::new(false),
            camera: AtomicBool::new(false),
            checking: AtomicBool::new(false),
            trial: AtomicBool::new(false),
            hearing: AtomicU64::new(0),
            key_wanted: AtomicBool::new(false),
            loss_percent: AtomicU8::new(0),
            starved: AtomicU64::new(0),
            ends: AtomicBool::new(false),
            pictures: face,
            screen,
            own,
        }
    }

    fn views(&self) -> Views {
        Views { face: self.pictures.clone(), screen: self.screen.clone(), own: self.own.clone() }
    }

    /// Begins to listen to a new talk, with a telephone or not, or ends listening.
    fn hear(&self, on: bool, phone: bool) {
        let mut heard = lock(&self.heard);
        if !on {
            self.hearing.store(0, Ordering::Release);
        } else if !self.hears() {
            self.reply.begin(phone);
            self.hearing.store(heard.begin(), Ordering::Release);
        }
    }

    fn hears(&self) -> bool {
        self.hearing.load(Ordering::Acquire) != 0
    }

    /// What the loudspeaker plays: a talk's number, the test sound's, or 0 for nothing.
    fn plays(&self) -> u64 {
        match self.hearing.load(Ordering::Acquire) {
            0 if self.trial.load(Ordering::Acquire) => TRIAL_TALK,
            talk => talk,
        }
    }

    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Sends when there is a leg that can; a packet without a way is dropped.
    fn send(&self, packet: Rtp) {
        let leg = lock(&self.leg).made.as_ref().map(|(_, leg)| leg.clone());
        if let Some(leg) = leg {
            leg.send(packet);
        }
    }

    fn ends(&self) -> bool {
        self.ends.load(Ordering::Acquire)
    }
}

impl Engine {
    /// Starts the threads and opens the devices; nothing is sent or played before [`Engine::sound`].
    /// To be called in a tokio runtime.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: &Config, views: Views) -> io::Result<(Engine, mpsc::Receiver<TalkNews>)> {
        let (news, heard) = mpsc::channel(MAX_NEWS);
        let shared = Arc::new(Shared::new(views));
        let wishes = Wishes::new(config);
        let told = |trouble| Told::new(&news, trouble);
        let (missing, clean) = (told(Trouble::Ringer), config.voice_processing);
        let ringer = Ringer::start(Arc::clone(&wishes.ringer), move |gone| missing.missing(gone))?;
        let mouth = Arc::clone(&wishes.microphone);
        let threads = vec![
            microphone::start(&shared, mouth, clean, told(Trouble::Microphone))?,
            speaker::start(&shared, Arc::clone(&wishes.speaker), told(Trouble::Speaker))?,
            camera::start(&shared, Arc::clone(&wishes.camera), told(Trouble::Camera))?,
        ];
        Ok((Engine { shared, ringer: Arc::new(ringer), threads, wishes, news }, heard))
    }

    /// Starts or stops the ring; returns at once.
    pub fn ring(&self, on: bool) {
        self.ringer.ring(on);
    }

    /// Switches sources and sinks.
    pub fn sound(&self, sound: Sound) {
        // First of all, so that no word to a telephone leaves in the codec of the talk before.
        self.shared.hear(sound.speaker, sound.phone);
        self.shared.microphone.store(sound.microphone, Ordering::Release);
        self.shared.camera.store(sound.camera, Ordering::Release);
        self.wake();
    }

    /// Opens or closes the device check: microphone and camera on, levels and sizes told.
    pub fn check(&self, open: bool) {
        self.shared.checking.store(open, Ordering::Release);
        self.wake();
    }

    /// Another device from now on; an empty id: the system's.
    pub fn use_device(&self, device: DeviceKind, id: &str) {
        let wanted = Wanted::from_config(Some(id));
        match device {
            DeviceKind::Microphone => self.wishes.microphone.change(wanted),
            DeviceKind::Speaker => self.wishes.speaker.change(wanted),
            DeviceKind::Ringer => self.wishes.ringer.change(wanted),
            DeviceKind::Camera => self.wishes.camera.change(CameraChoice::named(id)),
        }
        self.wake();
        self.ringer.look();
    }

    /// Plays a test sound; a second press while it sounds does nothing. To be called in a tokio runtime.
    pub fn try_device(&self, device: DeviceKind) {
        let began = match device {
            DeviceKind::Speaker => !self.shared.trial.swap(true, Ordering::AcqRel),
            DeviceKind::Ringer => self.ringer.try_out(true),
            DeviceKind::Microphone | DeviceKind::Camera => false,
        };
        if !began {
            return;
        }
        self.wake();
        let (shared, ringer, news) = (Arc::clone(&self.shared), Arc::clone(&self.ringer), self.news.clone());
        tokio::spawn(async move {
            // A desk that is gone needs no news.
            let tell = |device| news.send(TalkNews::Check(CheckNews::Sounding(device)));
            let _ = tell(Some(device)).await;
            tokio::time::sleep(TRIAL).await;
            match device {
                DeviceKind::Speaker => shared.trial.store(false, Ordering::Release),
                DeviceKind::Ringer => drop(ringer.try_out(false)),
                DeviceKind::Microphone | DeviceKind::Camera => {}
            }
            let _ = tell(None).await;
        });
    }

    fn wake(&self) {
        self.threads.iter().for_each(Thread::unpark);
    }

    /// Asks for a key frame of everything that is shown.
    pub fn keyframe(&self) {
        self.shared.pictures.want_keyframe();
        self.shared.screen.want_keyframe();
        self.shared.own.want_keyframe();
    }

    /// Makes a new leg; its offer comes as news.
    pub fn open_leg(&self, number: u64) {
        lock(&self.shared.leg).wanted = number;
        tokio::spawn(leg::run(Arc::clone(&self.shared), number, self.news.clone()));
    }

    /// Makes an ICE restart offer; it comes as news.
    pub fn restart_leg(&self, number: u64) {
        if let Some(leg) = self.leg(number) {
            tokio::spawn(leg::restart(leg, number, self.news.clone()));
        }
    }

    /// Gives the leg the exchange's answer.
    pub fn take_answer(&self, number: u64, sdp: String) {
        if let Some(leg) = self.leg(number) {
            tokio::spawn(leg::take_answer(leg, number, sdp, self.news.clone()));
        }
    }

    /// Ends the leg.
    pub fn close_leg(&self, number: u64) {
        let given_up = lock(&self.shared.leg).give_up(number);
        if let Some(leg) = given_up {
            tokio::spawn(leg.close());
        }
    }

    /// Ends everything and waits for the leg's end, two seconds at most.
    pub async fn close(self) {
        let last = std::mem::take(&mut *lock(&self.shared.leg)).made;
        if let Some((_, leg)) = last {
            leg.close().await;
        }
    }

    fn leg(&self, number: u64) -> Option<Leg> {
        lock(&self.shared.leg).of(number)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        self.threads.iter().for_each(Thread::unpark);
        self.shared.views().close();
    }
}

/// Locks even when another thread panicked while it held the lock: what our locks guard is whole after
/// each step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
