//! The desk's own page in a plain browser, for the peers: a page server, and a shell that shows one view
//! and takes no intents.

use std::path::Path;

use anyhow::{Context, Result};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use client::view::View;

use crate::booth::is_root;
use crate::child::{Child, Start, Variables};
use crate::place;

/// What the page calls in the window, answered by a constant.
const SHELL: &str = "<script>window.__TAURI_INTERNALS__ = {
  invoke: async (command) => (command === 'view' ? VIEW : 0),
  transformCallback: () => 0,
  metadata: { currentWindow: { label: 'main' }, currentWebview: { label: 'main' } },
};</script>";

/// Serves the page with this view; gives the address.
///
/// # Errors
/// When the page was not built or no port can be had.
pub async fn serve(view: &View) -> Result<String> {
    let folder = place::page("desk")?;
    let page = std::fs::read_to_string(folder.join("index.html")).context("read the desk's page")?;
    let shell = SHELL.replace("VIEW", &link::json::encode(view));
    let page = page.replacen("<head>", &format!("<head>{shell}"), 1);
    let app = Router::new()
        .route("/", get(move || async move { Html(page) }))
        .fallback_service(tower_http::services::ServeDir::new(folder));
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the page")?;
    let address = format!("http://{}/", door.local_addr()?);
    tokio::spawn(async move { axum::serve(door, app).await });
    Ok(address)
}

/// Opens it as an app window of Chromium that fills the screen; the profile is kept between starts.
///
/// # Errors
/// When Chromium cannot be started.
pub fn chromium_app(address: &str, folder: &Path, variables: &Variables) -> Result<Child> {
    let mut words = vec![
        format!("--app={address}"),
        format!("--user-data-dir={}", folder.join("chromium-app").display()),
        "--window-position=0,0".to_owned(),
        "--window-size=1366,768".to_owned(),
    ];
    words.extend(
        [
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=ja",
        ]
        .map(str::to_owned),
    );
    if is_root() {
        words.push("--no-sandbox".to_owned());
    }
    Start::new("chromium-app", "/usr/bin/chromium", folder).args(words).envs(variables).start()
}
