//! Keeps the machine awake while somebody is on duty: a desk that sleeps loses its visitor. Quiet when the system
//! does not offer it. Refuses to know how a person is signed in.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

use client::view::{Screen, View};
use tokio::sync::watch;

use crate::shell::Latest;

/// One way to keep a system awake.
trait Wake {
    /// No sleep from now on.
    async fn hold(&mut self);
    /// As the person has set it.
    async fn release(&mut self);
}

/// Follows the views for ever.
pub async fn follow(latest: Latest) {
    #[cfg(target_os = "linux")]
    keep(latest, on_duty, linux::Bus::default()).await;
    #[cfg(windows)]
    keep(latest, on_duty, windows::Power::start()).await;
    #[cfg(not(any(target_os = "linux", windows)))]
    drop(latest);
}

async fn keep<V>(mut latest: watch::Receiver<V>, on_duty: fn(&V) -> bool, mut system: impl Wake) {
    let mut held = false;
    while latest.changed().await.is_ok() {
        let wanted = on_duty(&latest.borrow_and_update());
        if std::mem::replace(&mut held, wanted) == wanted {
            continue;
        }
        if wanted { system.hold().await } else { system.release().await }
    }
    system.release().await;
}

/// Whoever is signed in can be called, if not now then after the break.
fn on_duty(view: &Option<View>) -> bool {
    view.as_ref().is_some_and(|view| match view.screen {
        Screen::SignIn { .. } => false,
        Screen::Desk(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    struct Seen(mpsc::UnboundedSender<bool>);

    impl Wake for Seen {
        async fn hold(&mut self) {
            self.0.send(true).expect("somebody looks");
        }

        async fn release(&mut self) {
            self.0.send(false).expect("somebody looks");
        }
    }

    #[tokio::test]
    async fn the_machine_stays_awake_on_duty_only_and_sleeps_when_the_desk_is_gone() {
        let (tell, mut seen) = mpsc::unbounded_channel();
        let (draw, latest) = watch::channel(false);
        tokio::spawn(keep(latest, |duty| *duty, Seen(tell)));
        for (duty, told) in [(true, Some(true)), (true, None), (false, Some(false)), (true, Some(true))] {
            draw.send_replace(duty);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            assert_eq!(seen.try_recv().ok(), told);
        }
        drop(draw);
        assert_eq!(seen.recv().await, Some(false));
    }
}
