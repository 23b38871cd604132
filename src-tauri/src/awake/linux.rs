//! Linux: the desktop's own inhibitor against the screen's sleep, and logind's against the machine's.

use std::future::Future;
use std::time::Duration;

use zbus::{Connection, OwnedFd};

use super::Wake;

/// Who asks, and why, as the system shows it.
const WHO: &str = "兼務";
const WHY: &str = "窓口・電話の受付中です";
/// A bus that does not answer within this time is left alone.
const LIMIT: Duration = Duration::from_secs(5);

const SAVER: &str = "org.freedesktop.ScreenSaver";
const LOGIND: &str = "org.freedesktop.login1";

/// What is held; it ends with its connection, also when the program dies.
#[derive(Default)]
pub(super) struct Bus {
    screen: Option<Connection>,
    machine: Option<OwnedFd>,
}

impl Wake for Bus {
    async fn hold(&mut self) {
        if crate::toast::has_session_bus() {
            self.screen = in_time(hold_screen()).await;
        }
        self.machine = in_time(hold_machine()).await;
        let (screen, machine) = (self.screen.is_some(), self.machine.is_some());
        tracing::info!(screen, machine, "kept awake");
    }

    async fn release(&mut self) {
        *self = Bus::default();
    }
}

async fn in_time<T>(asked: impl Future<Output = zbus::Result<T>>) -> Option<T> {
    match tokio::time::timeout(LIMIT, asked).await {
        Ok(Ok(held)) => Some(held),
        Ok(Err(fault)) => {
            tracing::debug!(%fault, "the system offers no way to stay awake");
            None
        }
        Err(_) => None,
    }
}

async fn hold_screen() -> zbus::Result<Connection> {
    // The inhibitor lives as long as its connection, so it has one of its own.
    let bus = Connection::session().await?;
    bus.call_method(Some(SAVER), "/org/freedesktop/ScreenSaver", Some(SAVER), "Inhibit", &(WHO, WHY)).await?;
    Ok(bus)
}

async fn hold_machine() -> zbus::Result<OwnedFd> {
    let bus = Connection::system().await?;
    let manager = "org.freedesktop.login1.Manager";
    let asked = ("sleep:idle", WHO, WHY, "block");
    let held =
        bus.call_method(Some(LOGIND), "/org/freedesktop/login1", Some(manager), "Inhibit", &asked).await?;
    held.body().deserialize()
}
