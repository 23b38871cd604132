//! The icon beside the clock: says whether calls come in, and brings the window back. Never the only way to
//! anything, because not every desktop has a place for it.

use client::view::{Screen, View};
use desk::presence::Presence;
use tauri::AppHandle;
use tauri::menu::{Menu, MenuEvent, MenuItem};
use tauri::tray::{MouseButton, TrayIconBuilder, TrayIconEvent};

use crate::shell::Latest;
use crate::window;

/// The icon's name in the program.
const ID: &str = "desk";
const OPEN: &str = "open";
const QUIT: &str = "quit";

/// Puts the icon up and keeps its words true. Nothing happens on a system without a place for it.
pub fn put_up(app: &AppHandle, latest: Latest) {
    if !is_there() {
        return tracing::info!("no tray on this system");
    }
    match build(app) {
        Ok(()) => drop(tauri::async_runtime::spawn(follow(app.clone(), latest))),
        Err(fault) => tracing::warn!(%fault, "no tray icon"),
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let open = MenuItem::with_id(app, OPEN, "画面を開く", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "終了", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&open, &quit])?;
    let icon = app.default_window_icon().cloned();
    let tray = TrayIconBuilder::with_id(ID).menu(&menu).show_menu_on_left_click(false).tooltip("兼務");
    let tray = icon.into_iter().fold(tray, TrayIconBuilder::icon);
    tray.on_menu_event(chosen)
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, .. } = event {
                window::show(tray.app_handle());
            }
        })
        .build(app)?;
    Ok(())
}

fn chosen(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::show(app),
        QUIT => window::leave(app),
        _ => {}
    }
}

async fn follow(app: AppHandle, mut latest: Latest) {
    let mut said = "";
    while latest.changed().await.is_ok() {
        let words = latest.borrow_and_update().as_ref().map_or("", words);
        if words != said {
            said = words;
            if let Some(tray) = app.tray_by_id(ID) {
                // Linux shows no words here.
                drop(tray.set_tooltip(Some(format!("兼務 {words}"))));
            }
        }
    }
}

/// What stands beside the icon.
fn words(view: &View) -> &'static str {
    let Screen::Desk(desk) = &view.screen else { return "サインインしていません" };
    match desk.state.me.presence {
        Presence::Available { .. } => "受付可",
        Presence::Ringing { .. } => "呼出中",
        Presence::Call | Presence::Hold | Presence::Video | Presence::Callback | Presence::Lead => "対応中",
        Presence::Wrapping => "後処理",
        Presence::Off
        | Presence::Admin
        | Presence::Away { .. }
        | Presence::Break
        | Presence::Lunch
        | Presence::Training
        | Presence::Meeting
        | Presence::Lost => "受付停止",
    }
}

/// The library that the icon needs is there: without it the builder would panic.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn is_there() -> bool {
    const LIBRARIES: [&str; 2] = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    crate::toast::has_session_bus()
        && LIBRARIES.iter().any(|name| {
            // SAFETY: the library's start does nothing but register types of GTK, which runs already; the tray
            // itself loads it in the same way.
            unsafe { libloading::Library::new(name) }.is_ok()
        })
}

#[cfg(not(target_os = "linux"))]
fn is_there() -> bool {
    true
}
