//! The words of a call: what comes in, what goes out. Knows no decision.

use desk::centre::CallOver;
use desk::time::{Millis, Time};

/// What a trunk's settings ask of its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The call is answered as it comes in, not when an operator accepts it.
    pub answers_at_once: bool,
    /// A far side that should send and was not heard for this long is asked whether it is there.
    pub silence: Millis,
    /// How long it may last, if that is limited.
    pub longest: Option<Millis>,
}

/// A session timer as agreed (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its length.
    pub every: Millis,
    /// We refresh it; otherwise the far side does.
    pub is_ours: bool,
}

/// A re-INVITE or an UPDATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// A re-INVITE, which is followed by an ACK.
    pub is_invite: bool,
    /// It describes the media anew.
    pub offers: bool,
    /// We can take what it offers.
    pub fits: bool,
    /// From now on the far side may rightly send nothing.
    pub holds: bool,
    /// The session timer that it leads to.
    pub session: Option<Session>,
}

/// How the far side answered a question of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 2xx.
    Fine,
    /// 491: not now.
    Later,
    /// Another refusal: the call goes on.
    Refused,
    /// 481, 408 or silence: there is no such call (any more).
    Gone,
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 603: we do not take the call.
    Declined,
    /// 487: the caller gave up.
    Cancelled,
    /// 488: no codec that both speak.
    NothingInCommon,
    /// 491: another change is under way.
    Pending,
    /// 481: there is no such call.
    Unknown,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Its leg is asked to answer.
    AnswerWanted,
    /// Its leg is asked to hang up.
    HangUpWanted,
    /// CANCEL.
    Cancelled,
    /// The ACK to our latest 200.
    Acked,
    /// 64 × T1 went by without it.
    AckLost,
    /// BYE.
    Bye,
    /// A re-INVITE or an UPDATE.
    Changed(Change),
    /// Our BYE is answered, or nobody will.
    ByeAnswered,
    /// Our refresh of the session is answered.
    Refreshed(Reply),
    /// Our question whether it is there is answered.
    Probed(Reply),
    /// The answer to [`Output::Listen`]: when sound was heard last, or the answer went out.
    LastHeard(Time),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// 180 to the INVITE.
    Ring,
    /// 200 with our description to the INVITE.
    Answer,
    /// A final refusal to the INVITE.
    Refuse(Refusal),
    /// The answer to what just came in: 200, or why not.
    Reply(Option<Refusal>),
    /// Send BYE.
    Bye,
    /// Refresh the session.
    Refresh,
    /// Ask whether the far side is there.
    Probe,
    /// Tell when the far side was heard last.
    Listen,
    /// No sound passes any more.
    Hush,
    /// The call's owner has to know.
    Tell(CallOver),
    /// Forget the call.
    Free,
}
