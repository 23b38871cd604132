//! Figures beside a peer: each row is measured in one run, ours and the peers' rounds interleaved, so
//! that a noisy machine disturbs all alike. Method and meaning: docs/bench.md.

mod bare_booth;
mod bare_commit;
mod bare_line;
mod bare_server;
mod desktop;
mod m1;
mod m3;
mod m5;
mod n1;
mod n2;
mod n3;
mod r3;
mod relay;
mod replay;
mod rtpengine;
mod same_page;
pub(crate) mod tree;
mod warm_line;

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
        // Small figures would lose what they say with one digit.
        let digits = if self.ours.min(self.peer) < 1.0 { 3 } else { 1 };
        let (ours, peer) = (format!("{:.digits$}", self.ours), format!("{:.digits$}", self.peer));
        println!("{}\t{}\t{ours}\t{peer}\t{ratio:.2}\t{limit}", self.id, self.name);
    }
}

/// Runs every row, or the one that `only` names.
///
/// # Errors
/// When there is no such row, or a measurement breaks off.
pub async fn run(only: Option<&str>) -> Result<()> {
    const ROWS: [&str; 10] = ["D1", "D2", "D3", "M1", "M3", "M5", "N1", "N2", "N3", "R3"];
    if let Some(other) = only.filter(|id| !ROWS.contains(id)) {
        bail!("there is no row {other}; there are: {}", ROWS.join(", "));
    }
    let wanted = |id: &str| only.is_none_or(|only| only == id);
    if wanted("M1") {
        m1::measure().await?.iter().for_each(Row::print);
    }
    if wanted("M3") {
        m3::measure().await?.iter().for_each(Row::print);
    }
    if wanted("M5") {
        m5::measure().await?.iter().for_each(Row::print);
    }
    if wanted("N1") {
        n1::measure().await?.iter().for_each(Row::print);
    }
    if wanted("N3") {
        n3::measure().await?.print();
    }
    if wanted("N2") {
        n2::measure().await?.iter().for_each(Row::print);
    }
    if wanted("R3") {
        r3::measure().await?.iter().for_each(Row::print);
    }
    // Taken together: whoever asks for one gets all three.
    if ["D1", "D2", "D3"].into_iter().any(wanted) {
        desktop::measure().await?.iter().for_each(Row::print);
    }
    Ok(())
}
