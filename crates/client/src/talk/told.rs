//! How one device's thread tells the desk of itself. Refuses to know what the desk makes of it.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc;

use super::TalkNews;
use crate::controller::CheckNews;
use crate::view::Trouble;

/// One device's voice.
pub(super) struct Told {
    news: mpsc::Sender<TalkNews>,
    trouble: Trouble,
    missing: AtomicBool,
}

impl Told {
    pub(super) fn new(news: &mpsc::Sender<TalkNews>, trouble: Trouble) -> Told {
        Told { news: news.clone(), trouble, missing: AtomicBool::new(false) }
    }

    /// The chosen device is not there (true), or is well. Only a change is told. May wait for the desk.
    pub(super) fn missing(&self, missing: bool) {
        if self.missing.swap(missing, Ordering::AcqRel) != missing {
            let word = TalkNews::Device { trouble: self.trouble, present: missing };
            // The desk may be gone already; then nobody needs the word.
            drop(self.news.blocking_send(word));
        }
    }

    /// A measurement for the check; left out when the desk is behind.
    pub(super) fn check(&self, news: CheckNews) {
        drop(self.news.try_send(TalkNews::Check(news)));
    }
}
