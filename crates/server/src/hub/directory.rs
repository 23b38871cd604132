//! Who may come in, as the hub knows it, and the task that notices when a command of the administrator
//! changed it. Knows no machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use desk::ids::{BoothId, OperatorId};
use desk::note::Article;
use link::state::BoothDevice;

use super::{Inbox, Item};
use crate::clock::Clock;
use crate::store::{BoothRow, Directory, Store};

/// How often the store is asked whether a command changed who may come in. Commands are processes of
/// their own and can only leave word in the database; a revocation must cut within 5 s.
const WATCH_EVERY: Duration = Duration::from_secs(2);

/// Names as the screens show them.
#[derive(Default)]
pub(super) struct Names {
    operators: BTreeMap<OperatorId, String>,
    booths: BTreeMap<BoothId, BoothRow>,
    leads: BTreeSet<OperatorId>,
    articles: Vec<Article>,
}

impl Names {
    /// Takes over the names of a directory.
    pub fn read(&mut self, directory: &Directory) {
        self.operators = directory.operators.iter().map(|row| (row.operator, row.display.clone())).collect();
        let leads = directory.operators.iter().filter(|row| row.lead && !row.removed);
        self.leads = leads.map(|row| row.operator).collect();
        self.articles = directory.articles.clone();
        self.booths = directory.booths.iter().map(|row| (row.booth, row.clone())).collect();
    }

    /// The name on the tag; its number when the directory does not know it yet.
    pub fn operator(&self, operator: OperatorId) -> String {
        self.operators.get(&operator).cloned().unwrap_or_else(|| format!("#{operator}"))
    }

    /// 業務責任者: sees the whole shift.
    pub fn leads(&self, operator: OperatorId) -> bool {
        self.leads.contains(&operator)
    }

    /// マニュアル・FAQ, by name.
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// The booth's name.
    pub fn booth(&self, booth: BoothId) -> String {
        self.booths.get(&booth).map_or_else(|| format!("#{booth}"), |row| row.name.clone())
    }

    /// What stands on the booth's table.
    pub fn device(&self, booth: BoothId) -> BoothDevice {
        self.booths.get(&booth).map(|row| row.device).unwrap_or_default()
    }

    /// The booths that may come in, in order.
    pub fn booths(&self) -> impl Iterator<Item = &BoothRow> {
        self.booths.values().filter(|row| !row.revoked)
    }

    /// The booth may come in.
    pub fn has_booth(&self, booth: BoothId) -> bool {
        self.booths.get(&booth).is_some_and(|row| !row.revoked)
    }

    /// The operator has a name.
    pub fn has_operator(&self, operator: OperatorId) -> bool {
        self.operators.contains_key(&operator)
    }
}

/// Tells the hub each time that a command has changed who may come in. Ends with the hub.
pub async fn watch(store: Arc<dyn Store>, clock: Arc<Clock>, inbox: Inbox) {
    let mut known = None;
    loop {
        tokio::time::sleep(WATCH_EVERY).await;
        // A store that is down is the hub's to report; the next look finds the change.
        let Ok(change) = store.directory_change().await else { continue };
        if known == Some(change) {
            continue;
        }
        let Ok(directory) = store.directory(clock.now()).await else { continue };
        known = Some(directory.change);
        if !inbox.put(Item::Directory(directory)).await {
            return;
        }
    }
}
