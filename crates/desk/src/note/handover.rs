//! 引継ぎ: what the next shift must know. Shown at sign-in until somebody has dealt with it.

use serde::{Deserialize, Serialize};

use super::revision::NoteId;
use crate::ids::OperatorId;
use crate::time::Time;

/// One word for the next shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Handover {
    /// Such as H-20260401-7K3Q.
    pub number: String,
    /// What.
    pub text: String,
    /// The note that it is about.
    pub note: Option<NoteId>,
    /// When it was written.
    pub written_at: Time,
    /// By whom.
    pub operator: OperatorId,
    /// The name on the tag.
    pub operator_name: String,
    /// The name of who has dealt with it, and when.
    pub settled: Option<(String, Time)>,
}
