//! `kenmu-server verify`: the books added up from the ledger, and compared with the tables.

use std::sync::Arc;

use anyhow::bail;
use desk::centre::Fact;
use desk::end::EndReason;
use desk::time::Time;

use super::say;
use crate::books::Bookkeeper;
use crate::store::{Standing, Store};

pub(super) async fn verify(store: &Arc<dyn Store>) -> anyhow::Result<()> {
    let mut keeper = Bookkeeper::default();
    let (mut last, mut missing) = (0, None);
    let mut take = |page: Vec<(u64, Time, Fact)>| {
        for (place, _, fact) in page {
            if place != last + 1 {
                missing.get_or_insert(last + 1);
            }
            keeper.take(&fact);
            last = place;
        }
    };
    let tables = store.audit(&mut take).await?;
    if let Some(place) = missing {
        bail!("the ledger has a gap: {place} is missing");
    }
    let books = keeper.books();
    let expected = Standing {
        waiting: books.waiting + books.offered,
        active: books.active,
        wrapping: books.wrapping,
        closed: books.arrived - books.waiting - books.offered - books.active - books.wrapping,
    };
    for (name, value) in [
        ("facts", last),
        ("arrived", books.arrived),
        ("waiting", books.waiting),
        ("offered", books.offered),
        ("active", books.active),
        ("answered", books.answered),
        ("abandoned", books.abandoned),
        ("overflowed", books.overflowed),
        ("out_of_hours", books.out_of_hours),
        ("lost_with_callback", books.lost_with_callback),
        ("wrapping", books.wrapping),
        ("violations", books.violations),
        ("tables_differ", u64::from(expected != tables)),
    ] {
        say(&format!("{name}\t{value}"))?;
    }
    for end in EndReason::ALL {
        say(&format!("end_{}\t{}", link::json::encode(&end).trim_matches('"'), keeper.ends(end)))?;
    }
    say(&format!("conservation_difference\t{}", books.conservation_difference()))?;
    if books.conservation_difference() != 0 || books.violations != 0 || expected != tables {
        bail!("the books are wrong");
    }
    Ok(())
}
