//! What the page may call. Both are async: a synchronous command would run on the window's own thread.

use std::sync::{Mutex, PoisonError};

use client::DeskHandle;
use client::view::{Intent, View};
use tauri::State;

use crate::once::Once;
use crate::shell::Latest;

/// The running desk, as the commands see it.
pub struct Seat {
    desk: DeskHandle,
    latest: Latest,
    once: Mutex<Once>,
}

impl Seat {
    /// A seat at `desk`.
    pub fn new(desk: DeskHandle, latest: Latest) -> Seat {
        Seat { desk, latest, once: Mutex::default() }
    }
}

/// Tells the desk what a person did; the same `id` again does nothing.
///
/// # Errors
/// When the desk did not take it: the same `id` may come again.
#[tauri::command]
pub async fn intent(intent: Intent, id: String, seat: State<'_, Seat>) -> Result<(), ()> {
    let mut once = seat.once.lock().unwrap_or_else(PoisonError::into_inner);
    if once.done(&id, || seat.desk.intent(intent)) { Ok(()) } else { Err(()) }
}

/// The view that stands: what a page draws that has just been loaded.
#[tauri::command]
pub async fn view(seat: State<'_, Seat>) -> Result<Option<View>, ()> {
    Ok(seat.latest.borrow().clone())
}
