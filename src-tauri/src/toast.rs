//! The system's notifications. They wait for the desktop's answer, so they have a thread of their own. Never the
//! only way to answer: the window and the ringer tell the same.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use client::Notice;
use desk::contact::Channel;
use desk::ids::OfferId;
use notify_rust::{Notification, NotificationHandle, Timeout};

/// Notices that may wait while the desktop is slow; more are dropped, the window shows them all the same.
const MAX_WAITING: usize = 8;

/// The thread that talks to the desktop.
pub struct Toasts(SyncSender<Notice>);

impl Toasts {
    /// Starts the thread.
    pub fn start() -> Toasts {
        let (tell, told) = sync_channel(MAX_WAITING);
        let started = std::thread::Builder::new().name("kenmu-toast".into()).spawn(move || work(&told));
        if let Err(fault) = started {
            tracing::warn!(%fault, "no notifications");
        }
        Toasts(tell)
    }

    /// Shows or takes back one; never waits.
    pub fn tell(&self, notice: Notice) {
        if self.0.try_send(notice).is_err() {
            tracing::debug!("a notification was left out");
        }
    }
}

fn work(told: &Receiver<Notice>) {
    let mut shown: Option<(OfferId, NotificationHandle)> = None;
    for notice in told {
        match notice {
            Notice::Offer { offer, channel, booth } => {
                close(shown.take());
                shown = show(channel, booth.as_deref()).map(|handle| (offer, handle));
            }
            Notice::OfferGone { offer } => {
                if shown.as_ref().is_some_and(|(known, _)| *known == offer) {
                    close(shown.take());
                }
            }
        }
    }
}

fn show(channel: Channel, booth: Option<&str>) -> Option<NotificationHandle> {
    if !has_session_bus() {
        return None;
    }
    let (title, who) = match channel {
        Channel::Booth => ("窓口 呼出中", booth.unwrap_or("オンライン窓口")),
        Channel::Phone => ("電話 着信中", "電話"),
    };
    let mut toast = Notification::new();
    toast.appname("兼務").summary(title).body(&format!("{who} F2 で応答")).timeout(Timeout::Never);
    #[cfg(target_os = "linux")]
    toast.urgency(notify_rust::Urgency::Critical);
    toast.show().inspect_err(|fault| tracing::info!(%fault, "no notification")).ok()
}

fn close(shown: Option<(OfferId, NotificationHandle)>) {
    #[cfg(target_os = "linux")]
    if let Some((_, handle)) = shown {
        handle.close();
    }
    #[cfg(not(target_os = "linux"))]
    drop(shown);
}

/// False: calls to the desktop would hang for the bus's whole time limit.
#[cfg(target_os = "linux")]
pub fn has_session_bus() -> bool {
    let at_home = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| std::path::Path::new(&folder).join("bus"));
    std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty())
        || at_home.is_some_and(|bus| bus.exists())
}

/// Other systems need no bus.
#[cfg(not(target_os = "linux"))]
pub fn has_session_bus() -> bool {
    true
}
