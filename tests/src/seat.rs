//! An operator's desk without a window, as a real process: what a person would do goes in as intents,
//! what the window would show comes out as views.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use client::view::notes::NoteIntent;
use client::view::{DeskView, Intent, Screen, View};
use desk::code::Code;
use desk::contact::{Disposition, Phase};
use desk::note::NoteId;
use desk::presence::{Channels, Chosen, Presence};
use link::state::RingEnd;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdin;
use tokio::sync::watch;

use crate::centre::{Centre, PASSWORD};
use crate::child::{Child, Start, Variables};
use crate::place;
use crate::wait::until;

/// A headless desk.
pub struct Seat {
    name: String,
    child: Child,
    stdin: ChildStdin,
    views: watch::Receiver<Option<View>>,
}

impl Seat {
    /// Starts a desk and signs `op0N` in.
    ///
    /// # Errors
    /// When it does not come up or the sign-in fails.
    pub async fn sign_in(centre: &Centre, number: u32, variables: &Variables) -> Result<Seat> {
        let name = format!("op{number:02}");
        let mut seat = Seat::start(centre, &name, &name, variables)?;
        seat.give_password(PASSWORD).await?;
        seat.wait("the desk is signed in and its line carries media", |desk| desk.state.me.media).await?;
        Ok(seat)
    }

    /// Types the account's name and this password.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn give_password(&mut self, password: &str) -> Result<()> {
        let intent = Intent::SignIn { name: self.name.clone(), password: password.to_owned() };
        self.intend(&intent).await
    }

    /// Starts a desk on a machine of its own for an account and leaves it at its sign-in.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(centre: &Centre, machine: &str, account: &str, variables: &Variables) -> Result<Seat> {
        let config = centre.folder.join(format!("config-{machine}"));
        std::fs::create_dir_all(&config)?;
        let mut child =
            Start::new(&format!("desk-{machine}"), place::program("kenmu-desk-headless")?, &centre.folder)
                .env("KENMU_CAMERA", "synthetic")
                .env("KENMU_CONFIG_DIR", &config)
                .env("RUST_LOG", crate::child::log_level())
                .envs(&centre.desk_variables())
                .envs(variables)
                .piped()?;
        let (stdin, stdout) = child.pipes().context("the desk was started with pipes")?;
        let (shown, views) = watch::channel(None);
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                match link::json::decode::<View>(&line) {
                    Ok(view) => shown.send_replace(Some(view)),
                    Err(fault) => {
                        tracing::warn!(%fault, "a desk printed something that is no view");
                        continue;
                    }
                };
            }
        });
        Ok(Seat { name: account.to_owned(), child, stdin, views })
    }

    /// The desk's process id.
    pub fn process(&self) -> i32 {
        self.child.id()
    }

    /// Does what a person would.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn intend(&mut self, intent: &Intent) -> Result<()> {
        let line = link::json::encode(intent) + "\n";
        self.stdin.write_all(line.as_bytes()).await.with_context(|| format!("{} is gone", self.name))
    }

    /// Becomes ready for both channels.
    ///
    /// # Errors
    /// When the desk is gone or stays as it was.
    pub async fn ready(&mut self) -> Result<()> {
        self.choose(Chosen::Available { channels: Channels::Both }).await?;
        self.wait("the desk is ready", |desk| matches!(desk.state.me.presence, Presence::Available { .. }))
            .await?;
        Ok(())
    }

    /// Asks for a state.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn choose(&mut self, chosen: Chosen) -> Result<()> {
        self.intend(&Intent::Choose { chosen }).await
    }

    /// Presses F2.
    ///
    /// # Errors
    /// When the desk is gone.
    pub async fn answer(&mut self) -> Result<()> {
        self.intend(&Intent::Answer).await
    }

    /// Ends the talk and finishes the wrap-up.
    ///
    /// # Errors
    /// When the desk does not follow.
    pub async fn end_and_finish(&mut self) -> Result<()> {
        self.intend(&Intent::End).await?;
        self.finish().await
    }

    /// Waits for the wrap-up and finishes it.
    ///
    /// # Errors
    /// When the desk does not follow.
    pub async fn finish(&mut self) -> Result<()> {
        self.wait("the desk is in wrap-up", |desk| phase(desk) == Some(Phase::Wrapping)).await?;
        self.intend(&Intent::Finish { disposition: Disposition::Guided }).await?;
        self.wait("the contact is closed", |desk| desk.state.contact.is_none()).await?;
        Ok(())
    }

    /// What the window would show now.
    pub fn view(&self) -> Option<View> {
        self.views.borrow().clone()
    }

    /// The workspace that the window would show now.
    pub fn desk(&self) -> Option<DeskView> {
        match self.view()?.screen {
            Screen::Desk(desk) => Some(*desk),
            Screen::SignIn { .. } => None,
        }
    }

    /// Presses 記録を書く until a note without a contact is open: the vault may still be on its way. Gives its name.
    ///
    /// # Errors
    /// When none opens.
    pub async fn new_note(&mut self) -> Result<NoteId> {
        self.wait("the workspace is there", |_| true).await?;
        let end = Instant::now() + Duration::from_secs(30);
        self.wait("the desk is there", |_| true).await?;
        while Instant::now() < end {
            self.intend(&Intent::Note { note: NoteIntent::New }).await?;
            let told = |desk: &DeskView| desk.notes.pane.is_some() || desk.refused.is_some();
            let desk = self.wait("a note is open or refused", told).await?;
            if let Some(pane) = desk.notes.pane {
                return Ok(pane.note);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{}: no note opens: {:?}", self.name, self.view())
    }

    /// Kills the desk at once, as a crash would.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(self) -> Result<()> {
        self.child.kill().await
    }

    /// Types a password that is refused, and gives the reason.
    ///
    /// # Errors
    /// When it is not refused within 30 s.
    pub async fn refused_password(&mut self, password: &str) -> Result<Code> {
        self.views.mark_unchanged();
        self.give_password(password).await?;
        let told = async {
            loop {
                self.views.changed().await.context("the desk is gone")?;
                let view = self.views.borrow_and_update();
                if let Some(View { screen: Screen::SignIn { busy: false, error: Some(code), .. }, .. }) =
                    view.as_ref()
                {
                    return Ok(*code);
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), told).await.context("the password is not refused")?
    }

    /// Waits until the desk shows its sign-in as `good` says: busy, why it failed, whether it asks to move
    /// a talk here.
    ///
    /// # Errors
    /// When 30 s pass first.
    pub async fn at_sign_in(
        &self,
        what: &str,
        good: impl Fn(bool, Option<Code>, bool) -> bool,
    ) -> Result<()> {
        until(what, Duration::from_secs(30), || async {
            match self.view()?.screen {
                Screen::SignIn { busy, error, take_over, .. } => good(busy, error, take_over).then_some(()),
                Screen::Desk(_) => None,
            }
        })
        .await
    }

    /// Waits until the workspace is as `good` says; gives it.
    ///
    /// # Errors
    /// When 30 s pass first.
    pub async fn wait(&mut self, what: &str, good: impl FnMut(&DeskView) -> bool) -> Result<DeskView> {
        self.wait_within(what, Duration::from_secs(30), good).await
    }

    /// The same with a limit of one's own.
    ///
    /// # Errors
    /// When `limit` passes first; the text holds the last view.
    pub async fn wait_within(
        &mut self,
        what: &str,
        limit: Duration,
        mut good: impl FnMut(&DeskView) -> bool,
    ) -> Result<DeskView> {
        let end = Instant::now() + limit;
        loop {
            if let Some(View { screen: Screen::Desk(desk), .. }) = self.views.borrow_and_update().as_ref()
                && good(desk)
            {
                return Ok((**desk).clone());
            }
            let left = end.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, self.views.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => bail!("{} ended while waiting until {what}", self.name),
                Err(_) => {
                    bail!("{}: waited {limit:?} in vain until {what}; last: {:?}", self.name, self.view())
                }
            }
        }
    }

    /// Waits for an offer.
    ///
    /// # Errors
    /// When none comes.
    pub async fn offered(&mut self) -> Result<DeskView> {
        self.wait("an offer rings", |desk| desk.state.offer.is_some()).await
    }

    /// Waits until the talk is live.
    ///
    /// # Errors
    /// When it does not come about.
    pub async fn live(&mut self) -> Result<DeskView> {
        self.wait("the talk is live", |desk| phase(desk) == Some(Phase::Live)).await
    }

    /// Waits until a ring has ended here in this way.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ring_ended(&mut self, what: &str, good: impl Fn(&RingEnd) -> bool) -> Result<DeskView> {
        self.wait(what, |desk| {
            desk.state.offer.is_none() && desk.state.notice.as_ref().is_some_and(|notice| good(&notice.end))
        })
        .await
    }

    /// Stops the desk.
    pub async fn stop(self) {
        self.child.stop().await;
    }
}

/// Where the contact in hand stands.
pub fn phase(desk: &DeskView) -> Option<Phase> {
    desk.state.contact.as_ref().map(|contact| contact.phase)
}
