//! A desk without a window: intents as JSON lines on stdin, views as JSON lines on stdout.
//!
//! For tests with many seats and for looking at a server from a terminal. The token is never stored;
//! the end of stdin closes the desk. The configuration comes from the environment (`KENMU_SERVER` …) and
//! from the TOML file that may be given as the only argument. Without `KENMU_DATA` it keeps no notes; with it the
//! password alone opens them, as there is no keyring. The log goes to stderr.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use client::memory::Wiping;
use client::view::{Intent, View};
use client::{Config, Desk, NoKeyring, Notice, Shell};

/// What was typed and refused does not outlive its buffers.
#[global_allocator]
static MEMORY: Wiping = Wiping;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Nothing else can be done when stderr is gone.
            let _ = writeln!(std::io::stderr(), "kenmu-desk-headless: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    client::memory::keep_to_itself();
    link::journal::start("error");
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let config = Config::load(file.as_deref(), |name| std::env::var(name).ok())?;
    let desk = Desk::start(config, Arc::new(Terminal))?;
    for line in std::io::stdin().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match link::json::decode::<Intent>(&line) {
            Ok(intent) => {
                if !desk.intent(intent) {
                    writeln!(std::io::stderr(), "the desk did not take an intent")?;
                }
            }
            Err(fault) => writeln!(std::io::stderr(), "not an intent: {fault}")?,
        }
    }
    desk.close();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(desk.closed());
    Ok(())
}

/// The terminal as a shell.
struct Terminal;

impl Shell for Terminal {
    fn render(&self, view: &View) {
        let mut out = std::io::stdout().lock();
        // Whoever started us has closed the pipe: the end of stdin follows.
        let _ = writeln!(out, "{}", link::json::encode(view)).and_then(|()| out.flush());
    }

    fn notify(&self, _notice: Notice) {}

    fn token(&self) -> Option<String> {
        None
    }

    /// There is no keyring here, and nobody expects one: the desk need not complain.
    fn store_token(&self, _token: &str) -> Result<(), NoKeyring> {
        Ok(())
    }

    fn clear_token(&self) {}
}
