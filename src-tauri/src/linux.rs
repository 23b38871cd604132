//! What only WebKitGTK needs: a renderer that suits the machine, Japanese input inside the page, and a page
//! that comes back when its process dies.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use gtk::gdk::{EventKey, ModifierType};
use gtk::glib::Propagation;
use gtk::prelude::WidgetExt as _;
use tauri::WebviewWindow;
use webkit2gtk::{InputMethodContextExt as _, WebView, WebViewExt as _, glib};

/// Deaths closer together than this count as a loop.
const CALM: Duration = Duration::from_secs(60);
/// The longest pause before a reload: a page that dies at once must not eat the machine.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What the libraries below read from the environment, where nobody has said otherwise. The first statement of
/// `main`.
pub fn prepare_environment() {
    // Without a graphics card WebKit's buffers cost more than twice the processor time.
    if !has_render_node() {
        set_by_default("WEBKIT_DISABLE_DMABUF_RENDERER");
    }
    // Input methods would take keys before any window sees them, and then the desk's own keys were theirs.
    for name in ["FCITX_DISABLE_SNOOPER", "IBUS_DISABLE_SNOOPER"] {
        set_by_default(name);
    }
}

#[allow(unsafe_code)]
fn set_by_default(name: &str) {
    if std::env::var_os(name).is_none() {
        // SAFETY: called by the first statement of `main`: no other thread exists that could read the environment.
        unsafe { std::env::set_var(name, "1") };
    }
}

fn has_render_node() -> bool {
    let Ok(nodes) = Path::new("/dev/dri").read_dir() else { return false };
    nodes.flatten().any(|node| node.file_name().to_string_lossy().starts_with("renderD"))
}

/// Sets the window's page up.
///
/// # Errors
/// When the window has gone already.
pub fn prepare(window: &WebviewWindow) -> tauri::Result<()> {
    let its = window.clone();
    window.with_webview(move |webview| {
        let page = webview.inner();
        input_inside_the_page(&page, its);
        come_back(&page);
    })
}

/// Shows a conversion in the field that it is for, and keeps the desk's own keys out of it.
fn input_inside_the_page(page: &WebView, window: WebviewWindow) {
    let Some(input) = page.input_method_context() else { return };
    // Tauri switches it off; without it a conversion is shown outside the page.
    input.set_enable_preedit(true);
    let converting: Rc<Cell<bool>> = Rc::default();
    let (begins, ends) = (Rc::clone(&converting), Rc::clone(&converting));
    input.connect_preedit_started(move |_| begins.set(true));
    input.connect_preedit_finished(move |_| ends.set(false));
    let held: Rc<Cell<Option<&str>>> = Rc::default();
    let (released, left) = (Rc::clone(&held), Rc::clone(&held));
    page.connect_key_press_event(move |_, event| {
        let Some(code) = desk_key(event) else { return Propagation::Proceed };
        // GDK does not mark a key that repeats itself, and a mask must not come and go under a resting finger.
        if held.replace(Some(code)) == Some(code) {
            return Propagation::Stop;
        }
        if !converting.get() {
            return Propagation::Proceed;
        }
        // The input method would convert by it, and the page would see no more than that some key was pressed.
        if let Err(fault) = window.eval(press(code)) {
            tracing::warn!(%fault, "a key did not reach the page");
        }
        Propagation::Stop
    });
    page.connect_key_release_event(move |_, _| {
        released.set(None);
        Propagation::Proceed
    });
    page.connect_focus_out_event(move |_, _| {
        left.set(None);
        Propagation::Proceed
    });
}

/// The desk's keys that an input method has a use for (ui/desk/views/keys.ts), by their place.
fn desk_key(event: &EventKey) -> Option<&'static str> {
    let held = ModifierType::SHIFT_MASK | ModifierType::CONTROL_MASK | ModifierType::MOD1_MASK;
    if event.state().intersects(held) {
        return None;
    }
    match event.keyval() {
        gtk::gdk::keys::constants::F2 => Some("F2"),
        gtk::gdk::keys::constants::F4 => Some("F4"),
        _ => None,
    }
}

/// The key as the page sees it where no input method is in between.
fn press(code: &str) -> String {
    format!(
        "(document.activeElement ?? document).dispatchEvent(new KeyboardEvent('keydown', {{ \
         key: '{code}', code: '{code}', isComposing: true, bubbles: true, cancelable: true }}));"
    )
}

/// Loads the page again when its process has died.
fn come_back(page: &WebView) {
    let deaths: Rc<Cell<(u32, Option<Instant>)>> = Rc::default();
    page.connect_web_process_terminated(move |page, why| {
        let (count, last) = deaths.get();
        let count = if last.is_some_and(|last| last.elapsed() < CALM) { count + 1 } else { 0 };
        deaths.set((count, Some(Instant::now())));
        tracing::warn!(?why, count, "the page's process ended; loading the page again");
        let page = page.clone();
        glib::timeout_add_local_once(pause(count), move || page.reload());
    });
}

/// At once the first time, then one, two, four … seconds.
fn pause(deaths: u32) -> Duration {
    match deaths.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => Duration::from_secs(1 << doublings.min(5)).min(LONGEST_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_keeps_dying_is_loaded_ever_more_rarely() {
        let pauses: Vec<u64> = (0..8).map(|deaths| pause(deaths).as_secs()).collect();
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 30, 30]);
    }
}
