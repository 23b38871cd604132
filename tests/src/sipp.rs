//! SIPp as many telephones at once: a scenario of the exchange's own tests against a trunk, and what SIPp
//! itself counts of it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::child::{Child, Start};
use crate::place;

/// Calls at a time; what the trunk of a centre takes.
const AT_ONCE: u32 = 150;

/// A load of calls, each of which rings, is answered, stays and hangs up.
pub struct Load {
    /// How many calls.
    pub calls: u32,
    /// How many of them begin in a second.
    pub per_second: u32,
    /// How long each stays after the answer.
    pub stay: Duration,
}

/// What SIPp counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Calls that went as the scenario says.
    pub successful: u32,
    /// Calls that did not.
    pub failed: u32,
    /// Messages that had to be said again.
    pub said_again: u32,
}

impl Load {
    /// Plays the load against a trunk; its files go to the folder.
    ///
    /// # Errors
    /// When SIPp does not start, does not end in time, or its counts cannot be read.
    pub async fn play(&self, folder: &Path, to: SocketAddr) -> Result<Counts> {
        let stats = folder.join("sipp.csv");
        let mut sipp = self.start(folder, to, &stats)?;
        let planned = Duration::from_secs(u64::from(self.calls / self.per_second.max(1))) + self.stay;
        let limit = planned + Duration::from_secs(60);
        tokio::time::timeout(limit, sipp.ended_well()).await.context("SIPp does not end")?;
        read(&std::fs::read_to_string(&stats).context("SIPp's counts")?)
    }

    fn start(&self, folder: &Path, to: SocketAddr, stats: &Path) -> Result<Child> {
        let scenario = place::top().join("crates/exchange/tests/sipp/call.xml");
        let (port, media) = (place::free_udp_port()?, even_udp_port()?);
        Start::new("sipp", "sipp", folder)
            .args([to.to_string()])
            .arg_path("-sf", &scenario)
            .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-nd", "-key", "caller", "0487829922"])
            .args(["-p", &port.to_string(), "-mp", &media.to_string()])
            .args(["-m", &self.calls.to_string(), "-r", &self.per_second.to_string()])
            .args(["-l", &AT_ONCE.to_string(), "-d", &self.stay.as_millis().to_string()])
            .args(["-trace_stat", "-fd", "1", "-trace_err"])
            .arg_path("-stf", stats)
            .arg_path("-error_file", &folder.join("sipp.errors"))
            .within(folder)
            .start()
    }
}

/// The last line of SIPp's statistics, by the names in its first one.
fn read(stats: &str) -> Result<Counts> {
    let names: Vec<&str> = stats.lines().next().context("a line of names")?.split(';').collect();
    let values: Vec<&str> = stats.lines().last().context("a line of values")?.split(';').collect();
    let value = |name: &str| -> Result<u32> {
        let at =
            names.iter().position(|known| *known == name).with_context(|| format!("SIPp counts {name}"))?;
        let text = values.get(at).with_context(|| format!("a value of {name}"))?;
        text.parse().with_context(|| format!("{name} is a number: {text}"))
    };
    let counts = Counts {
        successful: value("SuccessfulCall(C)")?,
        failed: value("FailedCall(C)")?,
        said_again: value("Retransmissions(C)")?,
    };
    ensure!(
        value("TotalCallCreated")? == counts.successful + counts.failed,
        "SIPp ended too early: {counts:?}"
    );
    Ok(counts)
}

/// RTP takes an even port and the next one.
fn even_udp_port() -> Result<u16> {
    loop {
        let port = place::free_udp_port()?;
        if port.is_multiple_of(2) {
            return Ok(port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_the_statistics_counts() {
        let stats = "StartTime;SuccessfulCall(C);FailedCall(C);Retransmissions(C);TotalCallCreated;\n\
                     a;3;0;0;9;\n\
                     a;8;1;2;9;\n";
        assert_eq!(read(stats).unwrap(), Counts { successful: 8, failed: 1, said_again: 2 });
        assert!(
            read("SuccessfulCall(C);FailedCall(C);Retransmissions(C);TotalCallCreated\n7;1;0;9\n").is_err()
        );
    }
}
