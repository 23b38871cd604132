//! One round of the sync: push until the outbox is empty, pull until the server has nothing more. Refuses to know when
//! a round is due.

use desk::note::revision::Cursor;
use desk::time::Time;
use link::message::VERSION;
use link::message::notes::{MAX_PAGE, Page, Pull, Pulled, Push};

use super::door::{Door, DoorFault};
use crate::vault::{After, Applied, Vault, VaultError};

/// Pushes that change nothing, turns of pushing and pulling, and readings from the start in one round, at most: a
/// server that is in its right mind needs two of any.
const MOST_VAIN: u32 = 4;

/// Why a round did not end well. What it did until then counts.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No answer.
    #[error("the server: {0}")]
    Door(#[from] DoorFault),
    /// The vault cannot.
    #[error("the vault: {0}")]
    Vault(#[from] VaultError),
    /// The server's answers lead nowhere.
    #[error("the server's answers lead nowhere")]
    Restless,
}

/// A whole round; with nothing to do it is one request. `moved` is called whenever the lists may have changed.
///
/// # Errors
/// The first [`Fault`]; the next round goes on from there.
pub async fn round(
    door: &impl Door,
    vault: &Vault,
    now: Time,
    moved: &(dyn Fn() + Send + Sync),
) -> Result<(), Fault> {
    for _ in 0..MOST_VAIN {
        push(door, vault, moved).await?;
        pull(door, vault, now, moved).await?;
        // Reading may have shown that something must be sent again.
        if vault.outbox().await?.is_empty() {
            return Ok(());
        }
    }
    Err(Fault::Restless)
}

async fn push(door: &impl Door, vault: &Vault, moved: &(dyn Fn() + Send + Sync)) -> Result<(), Fault> {
    let mut vain = 0;
    let mut batch = vault.outbox().await?;
    while !batch.is_empty() {
        let (stream, device) = (batch.stream, vault.device());
        let push = Push {
            version: VERSION,
            device,
            stream,
            revisions: batch.revisions.clone(),
            views: batch.views.clone(),
        };
        let pushed = door.push(&push).await?;
        let after = vault.acked(stream, &pushed).await?;
        moved();
        let next = vault.outbox().await?;
        vain += u32::from(next == batch || after != After::Kept);
        if vain > MOST_VAIN {
            return Err(Fault::Restless);
        }
        batch = next;
    }
    Ok(())
}

async fn pull(
    door: &impl Door,
    vault: &Vault,
    now: Time,
    moved: &(dyn Fn() + Send + Sync),
) -> Result<(), Fault> {
    let mut vain = 0;
    let mut asked = question(vault, vault.cursor().await?);
    let mut pulled = door.pull(&asked).await?;
    loop {
        let (applied, next) = match pulled {
            Pulled::MustResync { .. } => (Applied::Wrong, None),
            Pulled::Page(page) => take(door, vault, &asked, &page, now, moved).await?,
        };
        match (applied, next) {
            (Applied::Kept | Applied::NewStream(_), None) => return Ok(()),
            (Applied::Kept | Applied::NewStream(_), Some((question, answer))) => {
                asked = question;
                pulled = answer?;
                continue;
            }
            (Applied::Wrong, _) => vault.must_resync().await?,
            (Applied::Stale, _) => {}
        }
        vain += 1;
        if vain > MOST_VAIN {
            return Err(Fault::Restless);
        }
        asked = question(vault, vault.cursor().await?);
        pulled = door.pull(&asked).await?;
    }
}

type Next = Option<(Pull, Result<Pulled, DoorFault>)>;

/// Puts a page into the vault while the next one is on its way.
async fn take(
    door: &impl Door,
    vault: &Vault,
    asked: &Pull,
    page: &Page,
    now: Time,
    moved: &(dyn Fn() + Send + Sync),
) -> Result<(Applied, Next), Fault> {
    let next = page.more.then(|| question(vault, Some(page.cursor.clone())));
    let Some(next) = next else {
        let applied = vault.page(asked.stream, page, now).await?;
        if !page.revisions.is_empty() {
            moved();
        }
        return Ok((applied, None));
    };
    let (applied, answer) = tokio::join!(vault.page(asked.stream, page, now), door.pull(&next));
    moved();
    Ok((applied?, Some((next, answer))))
}

fn question(vault: &Vault, cursor: Option<Cursor>) -> Pull {
    Pull { version: VERSION, cursor, stream: vault.stream(), most: MAX_PAGE }
}
