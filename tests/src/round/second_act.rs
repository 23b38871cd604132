//! The second act, on a centre whose clock stands in the evening and whose network can be cut: written
//! words, the second window, 目隠し, a booth that dies, closing time.

use std::path::Path;

use anyhow::Result;

use super::{closing, lost, mask, serve, share, texts};
use crate::beside::Beside;
use crate::booth::Booth;
use crate::capture::Eye;
use crate::centre::Plan;
use crate::fact::Facts;
use crate::place;
use crate::stage::Stage;
use crate::window::Window;

/// A Wednesday, ten minutes before the booths close; far ahead, so that no clock ever goes backwards.
const EVENING: &str = "2032-11-24T17:04:00+09:00";

/// Who plays: one desk in a talk with the first booth, and a second booth beside.
pub struct Act {
    /// Everything else.
    pub stage: Stage,
    /// The desk.
    pub window: Window,
    /// In the talk.
    pub first: Booth,
    /// Not in the talk; taken by whoever kills it.
    pub second: Option<Booth>,
}

/// Plays it and prints its facts; pictures go to `photos`.
///
/// # Errors
/// When it breaks off.
pub async fn play(photos: &Path, facts: &mut Facts) -> Result<()> {
    let page = Beside::open().await?;
    let mut act = open(photos, &page).await?;
    texts::texts_both_ways(&act, facts).await?;
    share::second_window(&act, facts).await?;
    mask::masked(&act, facts).await?;
    lost::booth_lost(&mut act, facts).await?;
    closing::closing_time(&mut act, facts).await?;
    let Act { stage, window, first, second } = act;
    if let Some(second) = second {
        second.close().await;
    }
    first.close().await;
    window.close().await;
    stage.judge_scrolling(facts);
    stage.centre.conservation().await?;
    stage.centre.stop().await;
    Ok(())
}

async fn open(photos: &Path, page: &Beside) -> Result<Act> {
    let folder = place::fresh("demo/second-act")?;
    let settings =
        format!("[[pages]]\nlabel = \"手続きの予約\"\naddress = \"{}\"\n[calendar]\n", page.address);
    let plan = Plan { settings: &settings, relay: true, clock: Some(EVENING), ..Plan::default() };
    let mut stage = Stage::open_as(&folder, &plan).await?;
    photos.clone_into(&mut stage.photos);
    let window = stage.window(1).await?;
    serve::ready(&window).await?;
    // From here on the network that is cut is the booths' alone.
    stage.relay()?.spare_known();
    let first = stage.booth(1).await?;
    let second = Some(stage.booth(2).await?);
    Eye::Desk.place(&window.page).await?;
    first.call().await?;
    window.answer().await?;
    first.screen("talk").await?;
    window.page.see("picture").await?;
    Ok(Act { stage, window, first, second })
}
