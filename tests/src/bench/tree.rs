//! What a tree of processes costs: memory that is its own, and processor time. Read from /proc.

use std::path::Path;

use anyhow::{Context, Result};

use crate::child::descendants;

/// Ticks of processor time a second, as `/proc/PID/stat` counts on every Linux that we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process and everything below it.
fn members(root: i32) -> Vec<i32> {
    let mut all = descendants(root, "");
    all.push(root);
    all
}

/// Proportional set size of the tree, MiB: shared pages count by their share (proc(5), smaps_rollup).
///
/// # Errors
/// When the root is gone.
pub fn pss_mib(root: i32) -> Result<f64> {
    let kib = |id: &i32| -> Option<f64> {
        let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    };
    kib(&root).context("the program is gone")?;
    Ok(members(root).iter().filter_map(kib).sum::<f64>() / 1024.0)
}

/// Processor time that the tree has used so far, seconds: user and system, ended children included.
///
/// # Errors
/// When the root is gone.
pub fn cpu_seconds(root: i32) -> Result<f64> {
    let ticks = |id: i32| -> Option<f64> {
        let text = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat")).ok()?;
        // Fields 14 to 17 of proc(5), counted behind the name, which may hold blanks.
        let rest = text.rsplit_once(')')?.1;
        let field = |n: usize| rest.split_whitespace().nth(n - 3)?.parse::<f64>().ok();
        Some(field(14)? + field(15)? + field(16)? + field(17)?)
    };
    ticks(root).context("the program is gone")?;
    Ok(members(root).into_iter().filter_map(ticks).sum::<f64>() / TICKS_PER_SECOND)
}
