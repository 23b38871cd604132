//! What the window draws and what a person can do in it. The view is whole and replaced at each change;
//! an intent says what was meant, never how. Knows nothing of Tauri, sockets or sound.

pub mod notes;

use desk::code::Code;
use desk::contact::{CallbackResult, DeclineReason, Disposition};
use desk::ids::{ContactId, OfferId};
use desk::presence::Chosen;
use desk::time::Time;
use link::message::PublicHours;
use link::state::{Callee, DeskState, Digit};
use serde::{Deserialize, Serialize};

use notes::{NoteIntent, NotesView};

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
        /// The day's hours, once the server has told them.
        hours: Option<PublicHours>,
        /// The operator is in a talk on another machine: the window asks whether it moves here.
        take_over: bool,
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
    /// The device check, while it is open.
    pub check: Option<CheckView>,
    /// Until when the wrap-up is planned, by the server's clock; pressed further by [`Intent::ExtendWrapup`].
    pub wrapup_until: Option<Time>,
    /// The window was asked to close during a contact, and stays; until the next intent.
    pub close_refused: bool,
    /// Notes, sheets and handovers.
    pub notes: NotesView,
}

/// The device check (開始前の確認): every meter is measured, none is guessed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckView {
    /// What can be chosen, by kind.
    pub microphones: Vec<DeviceChoice>,
    /// See [`CheckView::microphones`].
    pub speakers: Vec<DeviceChoice>,
    /// See [`CheckView::microphones`].
    pub ringers: Vec<DeviceChoice>,
    /// See [`CheckView::microphones`].
    pub cameras: Vec<DeviceChoice>,
    /// The microphone's peak of the last tenth of a second, dBFS; none: no microphone.
    pub level_dbfs: Option<f32>,
    /// The loudest since the check was opened, dBFS.
    pub loudest_dbfs: Option<f32>,
    /// A test sound is playing.
    pub sounding: Option<DeviceKind>,
    /// The camera delivers pictures: width and height.
    pub camera_size: Option<(u32, u32)>,
    /// The way to the exchange and the server.
    pub network: Option<NetworkView>,
}

/// A device that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct DeviceChoice {
    /// Stable over restarts; empty: what the system prefers.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Chosen now.
    pub chosen: bool,
    /// It can be opened now.
    pub present: bool,
}

/// Which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// マイク.
    Microphone,
    /// スピーカー.
    Speaker,
    /// 呼出音.
    Ringer,
    /// カメラ.
    Camera,
}

/// What the network probe measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NetworkView {
    /// Round trip to the server over the line, ms.
    pub server_ms: Option<u32>,
    /// Round trip to the exchange over the warm line, ms.
    pub exchange_ms: Option<u32>,
    /// Lost packets on the warm line, percent.
    pub loss_percent: Option<f32>,
    /// The warm line carries media.
    pub media_up: bool,
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
    /// Packets of the visitor's pictures that reached this desk in this talk, face and screen together.
    pub picture_packets: u32,
    /// The visitor's second window is being received.
    pub screen_up: bool,
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

/// The loopback WebSocket that carries pictures into the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct PictureDoor {
    /// Port on 127.0.0.1.
    pub port: u16,
    /// One-time token: the first text message on the socket. After it the page says where it shows which
    /// picture (0 the visitor's face, 1 the visitor's screen, 2 one's own): `show 0 694 390` with the
    /// place's sides in pixels, or `hide 0`. Binary messages bring the pictures that are shown.
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
    /// 目隠し / 解く.
    Mask {
        /// On or off.
        on: bool,
    },
    /// 筆談: sends a written word.
    SendText {
        /// What.
        text: String,
    },
    /// 案内カード: shows one, points at a step of it, or takes it away (`card` none).
    Guide {
        /// Its name.
        card: Option<String>,
        /// 指さし: a step, from 0.
        pointing: Option<u32>,
    },
    /// Asks to see the visitor's second window, or looks no longer.
    Screen {
        /// Asked or not.
        wanted: bool,
    },
    /// 保留 / 保留解除.
    Hold {
        /// On or off.
        held: bool,
    },
    /// A key of the keypad, heard by the caller as a tone.
    Digit {
        /// Which key.
        digit: Digit,
    },
    /// 手上げ.
    RaiseHand {
        /// Up or down.
        up: bool,
    },
    /// 折返し済 / つながらず / 不要 of a line of the list.
    SettleCallback {
        /// Which one.
        contact: ContactId,
        /// What came of it.
        result: CallbackResult,
    },
    /// 折返し: calls a line of the list back.
    CallBack {
        /// Which one.
        contact: ContactId,
    },
    /// 相談・転送: asks somebody else about the call.
    Consult {
        /// Whom.
        to: Callee,
        /// 待たずに転送: the caller goes over with the answer.
        blind: bool,
    },
    /// 電話に戻る; for who is consulted: 相談を終える.
    EndConsult,
    /// 三者通話.
    JoinConsult {
        /// On or off.
        joined: bool,
    },
    /// 転送する: the consulted party gets the caller.
    Transfer,
    /// 臨時休止 of the telephone, for a shift lead.
    Suspend {
        /// Closed or open.
        on: bool,
    },
    /// 後処理を延ばす: one more span of the guide time.
    ExtendWrapup,
    /// Opens or closes the device check.
    Check {
        /// Open or not.
        open: bool,
    },
    /// Chooses a device; kept for the next start.
    UseDevice {
        /// Which kind.
        device: DeviceKind,
        /// [`DeviceChoice::id`].
        id: String,
    },
    /// Plays a test sound on the speaker or the ringer.
    TryDevice {
        /// Which kind.
        device: DeviceKind,
    },
    /// The window was asked to close during a contact: the desk says why it stays. Sent by the window's
    /// frame, not by the page.
    Close,
    /// Notes, sheets and handovers.
    Note {
        /// What.
        note: NoteIntent,
    },
    /// The talk on the other machine moves here, or the sign-in is given up.
    TakeOver {
        /// Moves or not.
        agreed: bool,
    },
}
