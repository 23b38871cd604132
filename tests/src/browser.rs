//! One page in a real browser engine, driven over WebDriver: pressed, read, photographed.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::wd::{Capabilities, WindowHandle};
use fantoccini::{Client, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wait::until;

/// How long a page may take to show something: two cores start a browser, a window and three servers.
pub const PAGE_LIMIT: Duration = Duration::from_secs(30);

/// Tab in WebDriver's code.
pub const TAB: char = '\u{e004}';
/// Enter in WebDriver's code.
pub const ENTER: char = '\u{e007}';
/// The space bar.
pub const SPACE: char = ' ';
/// ↓ in WebDriver's code.
pub const ARROW_DOWN: char = '\u{e015}';

/// A page under our hand.
#[derive(Clone)]
pub struct Page {
    client: Client,
}

impl Page {
    /// A new session at a driver.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn open(driver_port: u16, capabilities: Value) -> Result<Page> {
        let Value::Object(capabilities) = capabilities else { anyhow::bail!("capabilities are an object") };
        let driver = format!("http://127.0.0.1:{driver_port}");
        let client = until("the browser driver opens a session", PAGE_LIMIT, || async {
            let wanted: Capabilities = capabilities.clone();
            match Client::with_capabilities_and_connector(&driver, &wanted, HttpConnector::new()).await {
                Ok(client) => Some(client),
                Err(fault) => {
                    tracing::debug!(%fault, "no session yet");
                    None
                }
            }
        })
        .await?;
        Ok(Page { client })
    }

    /// Goes to an address.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn go(&self, address: &str) -> Result<()> {
        self.client.goto(address).await.with_context(|| format!("open {address}"))
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn reload(&self) -> Result<()> {
        self.client.refresh().await.context("reload the page")
    }

    /// Runs a function body in the page; `arguments[0]` … are `arguments`.
    ///
    /// # Errors
    /// When the script throws or its value has another shape.
    pub async fn run<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> Result<T> {
        let value = self.client.execute(script, arguments).await.context("run a script in the page")?;
        serde_json::from_value(value).context("the script's value has another shape")
    }

    /// Runs a function body that calls its last argument with a value, sooner or later.
    ///
    /// # Errors
    /// When the script throws, takes longer than the driver waits, or its value has another shape.
    pub async fn run_async<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> Result<T> {
        let body = format!("const done = arguments[arguments.length - 1]; {script}");
        let value = self.client.execute_async(&body, arguments).await.context("run a script in the page")?;
        serde_json::from_value(value).context("the script's value has another shape")
    }

    /// Waits until every typeface is there and two frames have been drawn since.
    ///
    /// # Errors
    /// When the page does not settle.
    pub async fn settled(&self) -> Result<()> {
        let script = "const frames = (n, then) => n === 0 ? then() : requestAnimationFrame(() => frames(n - 1, then));
            const look = () => document.fonts.status === 'loaded' ? done(true) : document.fonts.ready.then(wait);
            const wait = () => frames(2, look);
            wait();";
        let settled = tokio::time::timeout(PAGE_LIMIT, self.run_async::<bool>(script, vec![])).await;
        settled.context("the page does not settle")?.map(|_| ())
    }

    /// The windows and tabs of the browser, oldest first.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn windows(&self) -> Result<Vec<WindowHandle>> {
        self.client.windows().await.context("list the windows")
    }

    /// Speaks to another window or tab from now on.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn switch_to(&self, window: WindowHandle) -> Result<()> {
        self.client.switch_to_window(window).await.context("go to a window")
    }

    /// Puts the browser's window away: its page is in the background.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn minimize(&self) -> Result<()> {
        self.client.minimize_window().await.context("put the window away")
    }

    /// Gives the browser's window another size, pixels.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.client.set_window_size(width, height).await.context("resize the window")
    }

    /// Waits until an element with this `data-testid` is shown.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn see(&self, id: &str) -> Result<()> {
        self.see_within(id, PAGE_LIMIT).await
    }

    /// The same with a limit of one's own.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn see_within(&self, id: &str, limit: Duration) -> Result<()> {
        until(&format!("`{id}` is on the page"), limit, || async { self.has(id).await.then_some(()) }).await
    }

    /// Waits until an element is gone.
    ///
    /// # Errors
    /// When it stays.
    pub async fn miss(&self, id: &str) -> Result<()> {
        until(&format!("`{id}` is gone"), PAGE_LIMIT, || async { (!self.has(id).await).then_some(()) }).await
    }

    /// True when the element is on the page and visible now.
    pub async fn has(&self, id: &str) -> bool {
        let script = "const e = document.querySelector(`[data-testid=\"${arguments[0]}\"]`);
            return !!e && e.getClientRects().length > 0;";
        self.run::<bool>(script, vec![id.into()]).await.unwrap_or(false)
    }

    /// Presses an element.
    ///
    /// # Errors
    /// When it is not there or covered.
    pub async fn press(&self, id: &str) -> Result<()> {
        self.see(id).await?;
        let found =
            self.client.find(Locator::Css(&selector(id))).await.with_context(|| format!("find {id}"))?;
        found.click().await.with_context(|| format!("press {id}"))?;
        Ok(())
    }

    /// Types into a field.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn fill(&self, id: &str, text: &str) -> Result<()> {
        self.see(id).await?;
        let found =
            self.client.find(Locator::Css(&selector(id))).await.with_context(|| format!("find {id}"))?;
        found.send_keys(text).await.with_context(|| format!("type into {id}"))
    }

    /// Chooses an option of a select by its value.
    ///
    /// # Errors
    /// When the field or the option is not there.
    pub async fn choose(&self, id: &str, value: &str) -> Result<()> {
        self.see(id).await?;
        let found =
            self.client.find(Locator::Css(&selector(id))).await.with_context(|| format!("find {id}"))?;
        found.select_by_value(value).await.with_context(|| format!("choose {value} in {id}"))
    }

    /// Presses a key wherever the focus is; `key` is a WebDriver key such as `\u{e032}` for F2.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn key(&self, key: char) -> Result<()> {
        use fantoccini::actions::{InputSource, KeyAction, KeyActions};
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.client.perform_actions(keys).await.context("press a key")
    }

    /// Types wherever the focus is.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        for letter in text.chars() {
            self.key(letter).await?;
        }
        Ok(())
    }

    /// The text of an element.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn text(&self, id: &str) -> Result<String> {
        let script = "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)?.innerText ?? '';";
        self.run(script, vec![id.into()]).await
    }

    /// An attribute of an element.
    ///
    /// # Errors
    /// When the script fails.
    pub async fn attribute(&self, id: &str, name: &str) -> Result<Option<String>> {
        let script = "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`)
            ?.getAttribute(arguments[1]) ?? null;";
        self.run(script, vec![id.into(), name.into()]).await
    }

    /// The places of the page that hold more than they show, as a person would find by scrolling. A place
    /// that was made to scroll (the keyboard stops at it) may grow longer than it is.
    ///
    /// # Errors
    /// When the script fails.
    pub async fn scrolling_places(&self) -> Result<Vec<String>> {
        let script = "const over = (e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1;
            const rolls = (e) => e === document.scrollingElement
                || /auto|scroll/.test(getComputedStyle(e).overflow);
            return [...document.querySelectorAll('*')].filter((e) => e.clientHeight > 0 && rolls(e) && over(e) && e.getAttribute('tabindex') !== '0')
                .map((e) => `${e.tagName} ${e.className} ${e.scrollWidth}×${e.scrollHeight} in ${e.clientWidth}×${e.clientHeight}`);";
        self.run(script, vec![]).await
    }

    /// A picture of the page as a PNG file.
    ///
    /// # Errors
    /// When the driver or the disk refuses.
    pub async fn photograph(&self, file: &Path) -> Result<()> {
        let shot = tokio::time::timeout(PAGE_LIMIT, self.client.screenshot()).await;
        let png = shot.context("the driver takes no photograph")?.context("photograph the page")?;
        std::fs::write(file, png).with_context(|| format!("write {}", file.display()))
    }

    /// Ends the session and with it the browser.
    pub async fn close(self) {
        // A browser that is gone already is what was wanted.
        let _ = self.client.close().await;
    }
}

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}
