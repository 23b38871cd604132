//! Figures beside a peer: each row is measured in one run, ours and the peers' rounds interleaved, so
//! that a noisy machine disturbs all alike. Method and meaning: docs/bench.md.

mod m1;
mod relay;

use anyhow::{Result, bail};

/// One line of the table. Smaller is better; `limit` is the physical limit or a dash.
pub struct Row {
    /// Its name in the issues.
    pub id: &'static str,
    /// What was measured, with the unit.
    pub name: String,
    /// Our median.
    pub ours: f64,
    /// The peer's median.
    pub peer: f64,
    /// What physics would allow.
    pub limit: Option<f64>,
}

impl Row {
    fn print(&self) {
        let limit = self.limit.map_or_else(|| "-".to_owned(), |limit| format!("{limit:.1}"));
        let ratio = self.ours / self.peer;
        println!("{}\t{}\t{:.1}\t{:.1}\t{ratio:.2}\t{limit}", self.id, self.name, self.ours, self.peer);
    }
}

/// Runs every row, or the one that `only` names.
///
/// # Errors
/// When there is no such row, or a measurement breaks off.
pub async fn run(only: Option<&str>) -> Result<()> {
    match only {
        None | Some("M1") => {
            for row in m1::measure().await? {
                row.print();
            }
            Ok(())
        }
        Some(other) => bail!("there is no row {other}; there is: M1"),
    }
}
