//! The window's life: made when the desk runs, kept while a contact is in hand, closed with the desk.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use client::config::ConfigError;
use client::view::{Intent, Screen};
use client::{Desk, DeskHandle};
use tauri::{App, AppHandle, Manager as _, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::commands::{self, Seat};
use crate::demo::Demo;
use crate::picture;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::shell::{Latest, WindowShell};
use crate::{alone, awake, tray, visit};

/// The only window.
pub const LABEL: &str = "desk";
/// How long the desk may take to close.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Runs until the window is closed.
///
/// # Errors
/// When there is no configuration, no window system or no thread.
pub fn run() -> anyhow::Result<()> {
    let app = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![commands::intent, commands::view])
        .setup(|app| {
            set_up(app).unwrap_or_else(|fault| refuse(&fault));
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("the window cannot be made")?;
    app.run(|app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } if in_contact(app) => {
            // Alt+F4 lies beside F4: nobody hangs up on a visitor by a slip of the finger.
            api.prevent_close();
            stay(app);
        }
        RunEvent::Exit => end(app),
        _ => {}
    });
    Ok(())
}

fn set_up(app: &mut App) -> anyhow::Result<()> {
    let settings = Settings::load(app.handle())?;
    claim(app.handle(), &settings.folder);
    let (entrance, tickets) = picture::Entrance::bind().context("no loopback port for the picture")?;
    let (shell, latest) = WindowShell::new(app.handle().clone(), tickets, Secret::new(settings.session));
    let desk = Desk::start(settings.config, Arc::new(shell)).context("the desk cannot start")?;
    tauri::async_runtime::spawn(entrance.serve(desk.views()));
    if let Some(demo) = Demo::from_env() {
        tauri::async_runtime::spawn(demo.run(desk.clone(), latest.clone()));
    }
    app.manage(Running { desk: desk.clone(), latest: latest.clone() });
    tauri::async_runtime::spawn(awake::follow(latest.clone()));

    app.manage(Seat::new(desk, latest.clone()));
    let visited = latest.clone();
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("兼務")
        .inner_size(1366.0, 768.0)
        .min_inner_size(1024.0, 640.0)
        // The inspector would take keys that belong to the desk.
        .devtools(false)
        .on_new_window(move |address, _| visit::open(&visited, &address))
        .data_directory(settings.web_data)
        .build()?;
    #[cfg(target_os = "linux")]
    crate::linux::prepare(&window)?;
    #[cfg(not(target_os = "linux"))]
    drop(window);
    tray::put_up(app.handle(), latest);
    Ok(())
}

/// Ends here when another desk has the settings' folder; that one shows itself.
fn claim(app: &AppHandle, folder: &Path) {
    let app = app.clone();
    let claimed = alone::claim(folder).and_then(|claimed| match claimed {
        Some(alone) => alone.listen(move || show(&app)).map(|()| true),
        None => Ok(false),
    });
    match claimed {
        Ok(true) => {}
        Ok(false) => std::process::exit(0),
        Err(fault) => tracing::warn!(%fault, "a second desk on this machine would not be noticed"),
    }
}

/// Brings the window to the front, because a person asked for it: nothing else may.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(fault) = done {
            tracing::debug!(%fault, "the window does not come to the front");
        }
    }
}

/// Ends the program, unless a contact is in hand.
pub fn leave(app: &AppHandle) {
    if in_contact(app) {
        show(app);
        stay(app);
    } else {
        app.exit(0);
    }
}

/// The window stays, and the desk says why.
fn stay(app: &AppHandle) {
    if let Some(running) = app.try_state::<Running>() {
        // A desk that takes nothing has ended, and then there is no contact.
        let _ = running.desk.intent(Intent::Close);
    }
}

/// Ends the program with a word about what to do: an error given back to Tauri here would be a panic.
fn refuse(fault: &anyhow::Error) -> ! {
    let status = status_of(fault);
    eprintln!("kenmu: {fault:#}");
    std::process::exit(status)
}

/// 2: the settings are to be put right by whoever set up the machine. 1: anything else.
fn status_of(fault: &anyhow::Error) -> i32 {
    if fault.downcast_ref::<ConfigError>().is_some() { 2 } else { 1 }
}

/// The desk behind the window.
struct Running {
    desk: DeskHandle,
    latest: Latest,
}

fn in_contact(app: &AppHandle) -> bool {
    let Some(running) = app.try_state::<Running>() else { return false };
    let view = running.latest.borrow();
    view.as_ref().is_some_and(|view| match &view.screen {
        Screen::SignIn { .. } => false,
        Screen::Desk(desk) => desk.state.contact.is_some(),
    })
}

fn end(app: &AppHandle) {
    let Some(running) = app.try_state::<Running>() else { return };
    running.desk.close();
    tauri::async_runtime::block_on(async {
        if tokio::time::timeout(END_LIMIT, running.desk.closed()).await.is_err() {
            tracing::warn!("the desk did not close in time");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_settings_have_an_exit_status_of_their_own() {
        let settings = anyhow::Error::new(ConfigError::NoServer).context("looked for desk.toml");
        assert_eq!(status_of(&settings), 2);
        assert_eq!(status_of(&anyhow::anyhow!("no thread")), 1);
    }
}
