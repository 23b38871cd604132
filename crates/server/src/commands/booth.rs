//! `kenmu-server booth …`: who is a booth. A page shows a code, an administrator types it here.

use anyhow::bail;
use clap::{Subcommand, ValueEnum};
use desk::ids::BoothId;
use desk::time::{Millis, Time};
use link::state::BoothDevice;

use super::say;
use crate::clock::wall_now;
use crate::secret::hash_code;
use crate::store::{Approval, NewBooth, Store};

/// Five wrong codes within the life of one void every pending one: thirty bits cannot be guessed in five.
const MAX_MISSES: u32 = 5;
const MISS_WINDOW: Millis = Millis::seconds(10 * 60);

#[derive(Subcommand)]
pub(super) enum BoothCommand {
    /// Make the page that shows this code a booth, and print its number. A code is good for ten minutes.
    Approve {
        /// The code on the booth's screen, such as 7K3-QF9.
        code: String,
        /// The booth's name, such as ブース1.
        #[arg(long)]
        name: String,
        /// Where it stands, such as 1階ロビー.
        #[arg(long)]
        place: Option<String>,
        /// What stands on its table.
        #[arg(long, default_value = "pc")]
        device: Device,
    },
    /// List the booths: number, name, place, device, and "revoked".
    List,
    /// Shut a booth out, within 5 s if it is connected.
    Revoke {
        /// Its number.
        id: u32,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Device {
    Pc,
    Tablet,
}

pub(super) async fn run(store: &dyn Store, command: BoothCommand, now: Time) -> anyhow::Result<()> {
    match command {
        BoothCommand::Approve { code, name, place, device } => {
            if name.trim().is_empty() {
                bail!("the name must not be empty");
            }
            let device = match device {
                Device::Pc => BoothDevice::Pc,
                Device::Tablet => BoothDevice::Tablet,
            };
            approve(store, &code, NewBooth { name: &name, place: place.as_deref(), device }).await
        }
        BoothCommand::List => {
            for row in store.directory(now).await?.booths {
                let place = row.place.unwrap_or_default();
                let device = link::json::encode(&row.device);
                let (device, revoked) = (device.trim_matches('"'), if row.revoked { "revoked" } else { "" });
                say(&format!("{}\t{}\t{place}\t{device}\t{revoked}", row.booth, row.name))?;
            }
            Ok(())
        }
        BoothCommand::Revoke { id } => {
            if !store.revoke_booth(BoothId(id), now).await? {
                bail!("there is no booth {id} that could come in; `kenmu-server booth list` shows all");
            }
            Ok(())
        }
    }
}

/// By the wall clock, as the server counts a code's life: the two are two processes.
async fn approve(store: &dyn Store, code: &str, booth: NewBooth<'_>) -> anyhow::Result<()> {
    match store.approve_booth(hash_code(code), booth, MAX_MISSES, MISS_WINDOW, wall_now()).await? {
        Approval::Booth(id) => say(&id.to_string()),
        Approval::Expired => {
            bail!("the code {code} is older than ten minutes; the booth's screen shows a new one by itself")
        }
        Approval::Unknown { left } => bail!(
            "no booth shows the code {code}: compare it with the screen. After {left} more wrong codes every \
             pending code is void"
        ),
        Approval::Voided => bail!(
            "no booth shows the code {code}, and that was the {MAX_MISSES}th wrong one within ten minutes: \
             every pending code is void. Load the booth's page again for a new one"
        ),
    }
}
