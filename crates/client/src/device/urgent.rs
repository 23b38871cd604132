//! Sound comes first: lifts the thread that calls above ordinary work, where the system allows it. Refuses to
//! know what the thread does.

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Out of 0 to 99. On Linux this is a nice value of -13: ordinary work steps back, and yet a thread that runs
/// wild cannot take the machine, as a real-time one could.
const PRIORITY: u8 = 80;

/// Lifts this thread. A system that does not allow it (Linux without a limit for `nice`) leaves the thread as it
/// is: sound then works as well as the machine is idle. Cheap enough for a device's first callback.
pub fn lift() {
    let lifted = ThreadPriorityValue::try_from(PRIORITY)
        .is_ok_and(|value| set_current_thread_priority(ThreadPriority::Crossplatform(value)).is_ok());
    if !lifted {
        tracing::debug!("sound has no priority on this system");
    }
}

/// Lifts the thread of a callback at the first call.
#[derive(Default)]
pub struct Lift(bool);

impl Lift {
    /// To be called at the beginning of each callback.
    pub fn once(&mut self) {
        if !std::mem::replace(&mut self.0, true) {
            lift();
        }
    }
}
