//! `kenmu-server audit`: what operators tried and may not do, one line each.

use std::collections::BTreeMap;

use desk::time::Time;

use super::say;
use crate::store::Store;

pub(super) async fn run(store: &dyn Store, most: u32, now: Time) -> anyhow::Result<()> {
    let directory = store.directory(now).await?;
    let names: BTreeMap<_, _> = directory.operators.into_iter().map(|row| (row.operator, row.name)).collect();
    for row in store.audited(most).await? {
        let name = names.get(&row.operator).cloned().unwrap_or_else(|| format!("#{}", row.operator));
        let contact = row.contact.map(|contact| contact.to_string()).unwrap_or_default();
        say(&format!("{}\t{name}\t{contact}\t{}\t{}", row.at.0, row.kind, row.detail))?;
    }
    Ok(())
}
