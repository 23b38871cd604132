//! What the window draws and what a person can do in it. The view is whole and replaced at each change;
//! an intent says what was meant, never how. Knows nothing of Tauri, sockets or sound.

use desk::code::Code;
use desk::contact::{DeclineReason, Disposition};
use desk::ids::{ContactId, OfferId};
use desk::presence::Chosen;
use desk::time::Time;
use link::state::DeskState;
use serde::{Deserialize, Serialize};

/// The whole window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct View {
    /// Which screen.
    pub screen: Screen,
    /// The line to the server.
    pub line: LineView,
    /// What to add to the window's clock to get the server's, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub clock_offset_ms: i64,
    /// Where the encoded picture comes from; none until the window asks for it.
    pub picture: Option<PictureDoor>,
}

/// Which screen is up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Screen {
    /// Before a sign-in.
    SignIn {
        /// A sign-in is under way.
        busy: bool,
        /// Why the last one failed.
        error: Option<Code>,
        /// The name to start with.
        name: String,
    },
    /// The workspace.
    Desk(Box<DeskView>),
}

/// The line to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineView {
    /// Not wanted: nobody is signed in.
    Idle,
    /// First connection under way.
    Connecting,
    /// Good.
    Up,
    /// Lost; trying again by itself.
    Down {
        /// Since when (this machine's clock).
        since: Time,
        /// 15 s without an answer: 受付停止, no ring.
        fenced: bool,
    },
}

/// The workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeskView {
    /// The server's truth.
    pub state: DeskState,
    /// An accept is on its way for this offer.
    pub accepting: Option<OfferId>,
    /// The talk's media, when there is a talk.
    pub talk: Option<TalkView>,
    /// The last thing that was refused, until the next intent.
    pub refused: Option<Code>,
    /// Why the line for sound and picture could not be made, until it carries media.
    pub leg_refused: Option<Code>,
    /// What is wrong with the devices; empty is well.
    pub troubles: Vec<Trouble>,
}

/// The media of a talk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct TalkView {
    /// Which contact.
    pub contact: ContactId,
    /// Own microphone is off.
    pub muted: bool,
    /// Own camera is off.
    pub camera_off: bool,
    /// The warm line to the exchange carries media; false: 再接続中.
    pub media_up: bool,
    /// Lost packets, percent, of what is heard; none before the first report.
    pub loss_percent: Option<f32>,
    /// Round trip to the exchange, ms.
    pub round_trip_ms: Option<u32>,
}

/// Something wrong with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// No microphone.
    Microphone,
    /// No loudspeaker.
    Speaker,
    /// No ringer.
    Ringer,
    /// No camera.
    Camera,
    /// No keyring: sign in again after each start.
    NoKeyring,
}

/// The loopback WebSocket that carries encoded frames into the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PictureDoor {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// One-time token: the first text message on the socket.
    pub token: String,
}

/// What a person can do.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Intent {
    /// Sign in.
    SignIn {
        /// Account.
        name: String,
        /// Secret.
        password: String,
    },
    /// Sign out.
    SignOut,
    /// Ask for a state.
    Choose {
        /// The wish.
        chosen: Chosen,
    },
    /// 応答する (F2): takes whatever rings; does nothing when nothing rings.
    Answer,
    /// 受けられない….
    Decline {
        /// Why.
        reason: DeclineReason,
    },
    /// マイク.
    Mute {
        /// On or off.
        muted: bool,
    },
    /// 映像を止める.
    CameraOff {
        /// On or off.
        off: bool,
    },
    /// 終了.
    End,
    /// 対応を完了.
    Finish {
        /// 対応結果.
        disposition: Disposition,
    },
    /// The window wants its picture (again): a new door token is made and a key frame asked for.
    Picture,
}
