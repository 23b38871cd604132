//! What goes into the controller and what comes out of it. Plain data; secrets do not print.

use desk::code::Code;
use link::line::LineEvent;
use link::message::{LegSignal, OperatorSays, RequestId, SignedIn};
use link::state::{DeskChange, DeskState};

use crate::shell::Notice;
use crate::view::{Intent, PictureDoor, Trouble, View};

/// A password or a token: equal when the same, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

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
    /// The program starts; the token of last time, if any.
    Start {
        /// From the keyring.
        token: Option<Secret>,
    },
    /// A person did something.
    Intent(Intent),
    /// The sign-in over HTTP was answered.
    SignIn(Result<SignedIn, Code>),
    /// The line tells.
    Line(LineEvent<DeskState, DeskChange, LegSignal>),
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
    },
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
    /// Keep the token.
    StoreToken(Secret),
    /// Forget the token.
    ClearToken,
    /// Ask the other side for a key frame.
    Keyframe,
    /// Make a new token for the window's picture socket.
    OpenDoor,
}
