//! Windows: the execution state of a thread that lives as long as the desk.

use std::sync::mpsc::{SyncSender, sync_channel};

use windows_sys::Win32::System::Power::{
    ES_CONTINUOUS, ES_DISPLAY_REQUIRED, ES_SYSTEM_REQUIRED, SetThreadExecutionState,
};

use super::Wake;

/// Words that may wait: a person signs in and out a few times a day.
const MAX_WAITING: usize = 4;

/// The thread whose state counts.
pub(super) struct Power(SyncSender<bool>);

impl Power {
    pub(super) fn start() -> Power {
        let (tell, told) = sync_channel(MAX_WAITING);
        let started =
            std::thread::Builder::new().name("kenmu-awake".into()).spawn(move || told.iter().for_each(set));
        if let Err(fault) = started {
            tracing::debug!(%fault, "no way to stay awake");
        }
        Power(tell)
    }

    fn tell(&self, held: bool) {
        if self.0.try_send(held).is_err() {
            tracing::debug!("no way to stay awake");
        }
    }
}

impl Wake for Power {
    async fn hold(&mut self) {
        self.tell(true);
    }

    async fn release(&mut self) {
        self.tell(false);
    }
}

#[allow(unsafe_code)]
fn set(held: bool) {
    let state = if held { ES_CONTINUOUS | ES_SYSTEM_REQUIRED | ES_DISPLAY_REQUIRED } else { ES_CONTINUOUS };
    // SAFETY: a call without pointers, which changes this thread's own state alone.
    let before = unsafe { SetThreadExecutionState(state) };
    tracing::info!(held, well = before != 0, "kept awake");
}
