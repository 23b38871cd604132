//! What goes into the controller and what comes out of it. Plain data; secrets do not print.

use desk::code::Code;
use link::line::LineEvent;
use link::message::notes::NotesMark;
use link::message::{DeskSignal, OperatorSays, PublicHours, RequestId, SignedIn};
use link::state::{DeskChange, DeskState};

use super::notes::{VaultJob, VaultNews};
use crate::shell::Notice;
use crate::view::{DeviceChoice, DeviceKind, Intent, PictureDoor, Trouble, View};

/// A password or a token: equal when the same, never printed, overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl Drop for Secret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The controller's own name for something it said, until the line has given it one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What happens to a desk.
#[allow(clippy::large_enum_variant, reason = "an input is handled at once and never kept in numbers")]
pub enum Input {
    /// The program starts; the refresh token of last time, if any.
    Start {
        /// From the keyring.
        token: Option<Secret>,
    },
    /// Who was signed in here last: whose vault a stored session opens.
    Account(String),
    /// A person did something.
    Intent(Intent),
    /// The sign-in over HTTP was answered.
    SignIn(Result<SignedIn, Code>),
    /// The renewal over HTTP was answered.
    Refreshed(Result<SignedIn, Code>),
    /// The day's hours; none: the server was not reached.
    Hours(Option<PublicHours>),
    /// No device was ever chosen on this machine.
    NoChoice,
    /// The devices tell, mostly for the check.
    Check(CheckNews),
    /// The line tells.
    Line(LineEvent<DeskState, DeskChange, DeskSignal>),
    /// The line has taken what was said under this name; none: it has not, nothing was sent.
    Said {
        /// Whose.
        ticket: Ticket,
        /// The line's name for it.
        request: Option<RequestId>,
    },
    /// The warm leg tells.
    Leg {
        /// Which one.
        leg: u64,
        /// What.
        news: LegNews,
    },
    /// A device went wrong or is well again.
    Device {
        /// Which trouble.
        trouble: Trouble,
        /// It is there; false: gone.
        present: bool,
    },
    /// The window's picture socket has a new token.
    Door(Option<PictureDoor>),
    /// The vault tells.
    Vault(VaultNews),
    /// The program ends: what is being typed goes to the disk.
    Closing,
}

/// What can be chosen, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// マイク.
    pub microphones: Vec<DeviceChoice>,
    /// スピーカー.
    pub speakers: Vec<DeviceChoice>,
    /// 呼出音.
    pub ringers: Vec<DeviceChoice>,
    /// カメラ.
    pub cameras: Vec<DeviceChoice>,
}

/// What the devices tell for the check.
#[derive(Clone, Debug, PartialEq)]
pub enum CheckNews {
    /// What can be chosen now.
    Devices(Devices),
    /// The microphone's peak since the last word, dBFS; none: no microphone.
    Level(Option<f32>),
    /// A test sound began on this device, or ended.
    Sounding(Option<DeviceKind>),
    /// The camera's pictures: width and height; none: no picture.
    Camera(Option<(u32, u32)>),
    /// Round trip to the server, ms.
    Server(Option<u32>),
}

/// What the warm leg tells.
#[derive(Clone, Debug, PartialEq)]
pub enum LegNews {
    /// Its offer for the exchange, after an open or a restart.
    Offer {
        /// An ICE restart.
        restart: bool,
        /// The SDP.
        sdp: String,
    },
    /// It could not be opened, restarted, or the answer was no good.
    Broken,
    /// Media flows.
    Connected,
    /// Nothing heard for three seconds.
    Disconnected,
    /// Nothing heard for more than a minute, or closed from below.
    Over,
    /// How well the other side is heard since the last word, percent lost.
    Loss(f32),
    /// Round trip to the exchange, ms.
    RoundTrip(u32),
    /// The visitor's pictures; told when it changes, a few times a second at most.
    Pictures {
        /// Packets in this talk so far, face and second window together.
        packets: u32,
        /// The second window's pictures come in.
        screen: bool,
    },
}

/// What the talk's sources and sinks should do now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sound {
    /// Send the microphone.
    pub microphone: bool,
    /// Send the camera.
    pub camera: bool,
    /// Play what the leg brings.
    pub speaker: bool,
    /// The talk is with a telephone.
    pub phone: bool,
}

/// What is to be done for a desk, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Draw this.
    Render(Box<View>),
    /// Sign in over HTTP.
    SignIn {
        /// Account.
        name: String,
        /// Secret.
        password: Secret,
        /// The person has agreed that a talk on another machine moves here.
        take_over: bool,
    },
    /// Renew the session over HTTP with this refresh token; answered by [`Input::Refreshed`].
    Refresh(Secret),
    /// Ask the server for the day's hours; answered by [`Input::Hours`].
    FetchHours,
    /// Open the line with this token, closing an older one.
    OpenLine(Secret),
    /// Close the line after what was said is on its way.
    CloseLine,
    /// Say this to the server.
    Say {
        /// To be given back in [`Input::Said`].
        ticket: Ticket,
        /// What.
        body: OperatorSays,
    },
    /// Start or stop the ring.
    Ring(bool),
    /// Tell the system's notifications.
    Notify(Notice),
    /// Make a new leg of this number and its offer.
    OpenLeg(u64),
    /// Make an ICE restart offer of this leg.
    RestartLeg(u64),
    /// Give the leg the exchange's answer.
    TakeAnswer {
        /// Which one.
        leg: u64,
        /// The SDP.
        sdp: String,
    },
    /// End this leg.
    CloseLeg(u64),
    /// Switch the talk's sources and sinks.
    Sound(Sound),
    /// Open or close the device check: its meters and its picture. Closing keeps the choice.
    Check(bool),
    /// Use another device from now on, and at the next start.
    UseDevice {
        /// Which kind.
        device: DeviceKind,
        /// [`DeviceChoice::id`].
        id: String,
    },
    /// Play a test sound.
    TryDevice(DeviceKind),
    /// Keep the refresh token.
    StoreToken(Secret),
    /// Forget the token.
    ClearToken,
    /// Ask the other side for a key frame.
    Keyframe,
    /// Make a new token for the window's picture socket.
    OpenDoor,
    /// Open this account's vault, making it if the server was there; an open one is told that the server was there.
    /// Answered by [`VaultNews::Opened`] or [`VaultNews::NotOpened`](super::VaultNews::NotOpened).
    OpenVault {
        /// Account.
        name: String,
        /// Opens it; none: the system's keyring does.
        password: Option<Secret>,
        /// The server has just accepted this account.
        online: bool,
    },
    /// Give the vault a job.
    Vault(VaultJob),
    /// Close the vault after the jobs that it was given.
    CloseVault,
    /// The sync's access token.
    SyncToken(Secret),
    /// How far the server's notes are.
    NotesHint(NotesMark),
}
