//! SIPp as the telephone: one run of a scenario of ours.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::PATIENCE;

/// A run of SIPp.
pub struct Sipp {
    child: Child,
    folder: TempDir,
    /// Where it listens.
    pub at: SocketAddr,
}

/// Starts a scenario against the stack; `more` are further flags of SIPp.
pub fn call(scenario: &str, to: SocketAddr, more: &[&str]) -> Sipp {
    start(scenario, &[&[to.to_string().as_str()], more].concat())
}

/// Starts a scenario that waits for requests.
pub fn wait(scenario: &str, more: &[&str]) -> Sipp {
    start(scenario, more)
}

fn start(scenario: &str, more: &[&str]) -> Sipp {
    let folder = tempfile::tempdir().expect("a folder");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sipp").join(scenario);
    let (port, media) = (free_port(), free_port());
    let mut command = Command::new("sipp");
    command.arg("-sf").arg(file).args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-nd"]);
    command.args(["-p", &port.to_string(), "-mp", &media.to_string(), "-timeout", "60s", "-trace_err"]);
    command.args(["-key", "caller", "0487829922", "-error_file", "errors"]);
    if !more.contains(&"-m") {
        command.args(["-m", "1"]);
    }
    command.args(more).current_dir(folder.path()).stdin(Stdio::null());
    // Its screen is of no use to a test; its errors stand in the file.
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn().expect("SIPp is installed (apt package sip-tester)");
    Sipp { child, folder, at: SocketAddr::from(([127, 0, 0, 1], port)) }
}

impl Sipp {
    /// Waits for its end: every call went as the scenario says.
    pub async fn succeeds(mut self) {
        let status = tokio::time::timeout(3 * PATIENCE, self.child.wait()).await.expect("SIPp ends");
        let errors = std::fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default();
        assert!(status.expect("it ran").success(), "SIPp: {errors}");
    }
}

/// An even port that is free right now.
fn free_port() -> u16 {
    loop {
        let port =
            UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        if port.is_multiple_of(2) {
            return port;
        }
    }
}
