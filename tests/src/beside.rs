//! A web page as the city has one, to be used beside the talk: it draws a counted bar code, so that a
//! far screen can be asked which picture it shows.

use anyhow::{Context, Result};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::task::JoinHandle;

/// The page's title, by which Chromium is told which window to show.
pub const TITLE: &str = "Kenmu beside page";

/// Serves the page until dropped.
pub struct Beside {
    /// Its address.
    pub address: String,
    task: JoinHandle<()>,
}

impl Beside {
    /// Opens a door of its own.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn open() -> Result<Beside> {
        let app = Router::new().route("/", get(|| async { Html(include_str!("beside.html")) }));
        let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the web page")?;
        let address = format!("http://127.0.0.1:{}/", door.local_addr()?.port());
        let task = tokio::spawn(async move {
            // It serves until the run ends; there is nobody to tell.
            let _ = axum::serve(door, app).await;
        });
        Ok(Beside { address, task })
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.task.abort();
    }
}
