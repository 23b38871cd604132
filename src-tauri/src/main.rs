//! The operator's desk in a window: starts the desk, gives it a page, a keyring and notifications.
//! Decides nothing: what rings, what may be pressed and what is drawn comes from `client`.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod alone;
mod awake;
mod commands;
mod demo;
#[cfg(target_os = "linux")]
mod linux;
mod once;
mod picture;
mod secret;
mod settings;
mod shell;
mod toast;
mod tray;
mod visit;
mod window;

use std::process::ExitCode;

/// What was typed and refused does not outlive its buffers.
#[global_allocator]
static MEMORY: client::memory::Wiping = client::memory::Wiping;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    linux::prepare_environment();
    client::memory::keep_to_itself();
    client::journal::start("error");
    match window::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("kenmu: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
