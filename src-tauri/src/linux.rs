//! What only WebKitGTK needs: a renderer that suits the machine, Japanese input inside the page, and a page
//! that comes back when its process dies.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tauri::WebviewWindow;
use webkit2gtk::{InputMethodContextExt as _, WebViewExt as _, glib};

/// Deaths closer together than this count as a loop.
const CALM: Duration = Duration::from_secs(60);
/// The longest pause before a reload: a page that dies at once must not eat the machine.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Without a graphics card WebKit's buffers cost more than twice the processor time.
#[allow(unsafe_code)]
pub fn choose_renderer() {
    if !has_render_node() && std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        // SAFETY: the first statement of `main`: no other thread exists that could read the environment.
        unsafe { std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1") };
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
    window.with_webview(|webview| {
        let page = webview.inner();
        // Tauri switches it off; without it a conversion is shown outside the page.
        if let Some(input) = page.input_method_context() {
            input.set_enable_preedit(true);
        }
        let deaths: Rc<Cell<(u32, Option<Instant>)>> = Rc::default();
        page.connect_web_process_terminated(move |page, why| {
            let (count, last) = deaths.get();
            let count = if last.is_some_and(|last| last.elapsed() < CALM) { count + 1 } else { 0 };
            deaths.set((count, Some(Instant::now())));
            tracing::warn!(?why, count, "the page's process ended; loading the page again");
            let page = page.clone();
            glib::timeout_add_local_once(pause(count), move || page.reload());
        });
    })
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
