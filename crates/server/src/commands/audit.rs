//! `kenmu-server audit`: what operators tried and may not do, and what commands did, one line each.

use std::collections::BTreeMap;

use desk::time::Time;

use super::say;
use crate::store::Store;

/// Who did it, where it was no operator.
const COMMAND: &str = "command";

pub(super) async fn run(store: &dyn Store, most: u32, now: Time) -> anyhow::Result<()> {
    let directory = store.directory(now).await?;
    let names: BTreeMap<_, _> = directory.operators.into_iter().map(|row| (row.operator, row.name)).collect();
    for row in store.audited(most).await? {
        let name = match row.operator {
            Some(operator) => names.get(&operator).cloned().unwrap_or_else(|| format!("#{operator}")),
            None => COMMAND.to_owned(),
        };
        let contact = row.contact.map(|contact| contact.to_string()).unwrap_or_default();
        say(&format!("{}\t{name}\t{contact}\t{}\t{}", row.at.0, row.kind, row.detail))?;
    }
    Ok(())
}
