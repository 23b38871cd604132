//! A page that opens another address: the reservation system goes to the system's own browser, and nothing else goes
//! anywhere. Refuses to open a window of ours for it.

use client::view::{Screen, View};
use tauri::Url;
use tauri::webview::NewWindowResponse;

use crate::shell::Latest;

/// Gives the address to the system's browser when the settings name it; no window is opened here.
pub fn open(latest: &Latest, address: &Url) -> NewWindowResponse<tauri::Wry> {
    if !latest.borrow().as_ref().is_some_and(|view| is_ours(view, address)) {
        tracing::warn!("the page asked for an address that the settings do not name");
    } else if let Err(fault) = open::that_detached(address.as_str()) {
        tracing::warn!(%fault, "the system opens no browser");
    }
    NewWindowResponse::Deny
}

/// The address is the reservation system's, as the server's settings have it.
fn is_ours(view: &View, address: &Url) -> bool {
    match &view.screen {
        Screen::Desk(desk) => {
            Url::parse(&desk.state.forms.reservation_url).is_ok_and(|known| known == *address)
        }
        Screen::SignIn { .. } => false,
    }
}
