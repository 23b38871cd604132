//! `kenmu-server exchange …`: the keys with which an exchange comes in.

use std::io::Write;

use anyhow::bail;
use clap::Subcommand;
use desk::day::Day;
use desk::time::Time;

use super::say;
use crate::secret::{hash_token, new_token};
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum ExchangeCommand {
    /// Make a key and print it once; its number goes to the standard error.
    Add,
    /// List the keys: number, the day on which it was made, and "revoked". What opens is never shown again.
    List,
    /// Shut out one key, or all of them.
    Revoke {
        /// The key's number; without it every key.
        id: Option<u64>,
    },
}

pub(super) async fn run(store: &dyn Store, command: ExchangeCommand, now: Time) -> anyhow::Result<()> {
    match command {
        ExchangeCommand::Add => {
            let key = new_token();
            let id = store.add_exchange_key(hash_token(&key), now).await?;
            writeln!(std::io::stderr(), "exchange key {id}; keep it, it is not shown again")?;
            say(&key)
        }
        ExchangeCommand::List => {
            for row in store.exchange_keys().await? {
                let revoked = if row.revoked { "revoked" } else { "" };
                say(&format!("{}\t{}\t{revoked}", row.id, Day::of(row.added)))?;
            }
            Ok(())
        }
        ExchangeCommand::Revoke { id } => {
            let gone = store.revoke_exchange_keys(id, now).await?;
            if gone == 0 {
                bail!("there is no such key that could come in; `kenmu-server exchange list` shows all");
            }
            say(&format!("{gone} revoked"))
        }
    }
}
