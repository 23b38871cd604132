//! The whole round, untouched: booths ring, the desk answers, both are seen and heard, the talk ends; then
//! what a talk needs when things go otherwise. Every figure is taken at the real window, the real page and
//! the real sinks.

mod closing;
mod first_act;
mod fourth_act;
mod lost;
mod mask;
mod second_act;
mod serve;
mod share;
mod talk;
mod texts;
mod third_act;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::fact::Facts;
use crate::place;

pub use serve::ready;

/// How long a talk settles before it is looked at: jitter buffers and the pace of the encoder.
const SETTLE: Duration = Duration::from_secs(3);

/// Plays all four acts, or the one that `act` names, and prints the facts. Photographs go to `target/demo`.
///
/// # Errors
/// When an act breaks off.
pub async fn check(act: Option<u8>) -> Result<Facts> {
    let photos = place::top().join("target/demo");
    std::fs::create_dir_all(&photos).context("a folder for the photographs")?;
    let mut facts = Facts::default();
    let plays = |number| act.is_none_or(|act| act == number);
    if plays(1) {
        first_act::play(&photos, &mut facts).await?;
    }
    if plays(2) {
        second_act::play(&photos, &mut facts).await?;
    }
    if plays(3) {
        third_act::play(&photos, &mut facts).await?;
    }
    if plays(4) {
        fourth_act::play(&photos, &mut facts).await?;
    }
    Ok(facts)
}
