//! `kenmu-server operator …`: accounts. Passwords are asked for, never given as a flag.

use std::io::{BufRead, IsTerminal};

use anyhow::bail;
use clap::Subcommand;
use desk::time::Time;

use super::say;
use crate::secret::{MAX_SECRET_BYTES, argon2id};
use crate::store::Store;

/// The shortest password that a person may choose.
const MIN_PASSWORD_CHARS: usize = 8;
/// Removed accounts are kept under a name that begins with it.
const REMOVED: char = '#';

#[derive(Subcommand)]
pub(super) enum OperatorCommand {
    /// Add an account; the password is asked for, or read as one line of the standard input.
    Add {
        /// What is typed at the sign-in, such as op01.
        name: String,
        /// The name on the tag, such as オペレーター01.
        #[arg(long)]
        display: String,
        /// A shift lead (業務責任者), who sees the whole shift.
        #[arg(long)]
        lead: bool,
    },
    /// Make an account a shift lead's, or with --off an operator's again.
    Lead {
        /// The account.
        name: String,
        /// No longer a lead.
        #[arg(long)]
        off: bool,
    },
    /// Set a new password; the account is signed out everywhere, and its failures are forgotten.
    Password {
        /// The account.
        name: String,
    },
    /// Sign an account out everywhere, within 5 s.
    Revoke {
        /// The account.
        name: String,
    },
    /// Lock an account until it is unlocked; it is signed out everywhere.
    Lock {
        /// The account.
        name: String,
    },
    /// Unlock an account, also one that too many wrong passwords have locked.
    Unlock {
        /// The account.
        name: String,
    },
    /// Take an account away; talks of the past keep the name on its tag.
    Remove {
        /// The account.
        name: String,
    },
    /// List the accounts: number, name, name on the tag, then "lead" and "locked" where it is so.
    List,
}

pub(super) async fn run(store: &dyn Store, command: OperatorCommand, now: Time) -> anyhow::Result<()> {
    let (name, found) = match command {
        OperatorCommand::Add { name, display, lead } => {
            return add(store, &name, &display, lead, now).await;
        }
        OperatorCommand::List => return list(store, now).await,
        OperatorCommand::Password { name } => {
            let hash = argon2id(&new_password("New password")?)?;
            let found = store.set_password(&name, &hash).await?;
            (name, found)
        }
        OperatorCommand::Revoke { name } => {
            let gone = store.revoke_operator(&name).await?;
            if let Some(gone) = gone {
                say(&format!("{gone} revoked"))?;
            }
            (name, gone.is_some())
        }
        OperatorCommand::Lock { name } => {
            let found = store.lock_operator(&name, true, now).await?;
            (name, found)
        }
        OperatorCommand::Unlock { name } => {
            let found = store.lock_operator(&name, false, now).await?;
            (name, found)
        }
        OperatorCommand::Lead { name, off } => {
            let found = store.set_lead(&name, !off).await?;
            (name, found)
        }
        OperatorCommand::Remove { name } => {
            let found = store.remove_operator(&name, now).await?;
            (name, found)
        }
    };
    if !found {
        bail!("there is no operator {name}; `kenmu-server operator list` shows all");
    }
    Ok(())
}

async fn add(store: &dyn Store, name: &str, display: &str, lead: bool, now: Time) -> anyhow::Result<()> {
    if name.trim().is_empty() || display.trim().is_empty() || name.starts_with(REMOVED) {
        bail!("the name and the display name must not be empty, and the name must not begin with {REMOVED}");
    }
    let hash = argon2id(&new_password("Password")?)?;
    let id = store.add_operator(name, display, &hash, now).await?;
    if lead {
        store.set_lead(name, true).await?;
    }
    say(&id.to_string())
}

async fn list(store: &dyn Store, now: Time) -> anyhow::Result<()> {
    for row in store.directory(now).await?.operators.iter().filter(|row| !row.removed) {
        let role = if row.lead { "lead" } else { "" };
        let state = if row.locked { "locked" } else { "" };
        say(&format!("{}\t{}\t{}\t{role}\t{state}", row.operator, row.name, row.display))?;
    }
    Ok(())
}

/// Asks for a password twice at a terminal, or takes one line of the standard input.
fn new_password(what: &str) -> anyhow::Result<String> {
    let secret = if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password(format!("{what}: "))?;
        if rpassword::prompt_password(format!("{what} again: "))? != first {
            bail!("the two are not the same");
        }
        first
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if secret.chars().count() < MIN_PASSWORD_CHARS || secret.len() > MAX_SECRET_BYTES {
        bail!("it must have at least {MIN_PASSWORD_CHARS} characters and at most {MAX_SECRET_BYTES} bytes");
    }
    Ok(secret)
}
