//! Waiting for something to become true, with a limit and a reason. Nothing here sleeps for luck.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at: fine enough for stories, coarse enough for two cores.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Waits until `look` gives something.
///
/// # Errors
/// When `limit` passes first; the text says what was waited for.
pub async fn until<T, F, Fut>(what: &str, limit: Duration, mut look: F) -> Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let began = Instant::now();
    loop {
        // A look that hangs is a look in vain.
        if let Ok(Some(found)) = tokio::time::timeout(limit, look()).await {
            return Ok(found);
        }
        if began.elapsed() > limit {
            bail!("waited {limit:?} in vain until {what}");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
