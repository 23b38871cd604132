//! The sample screens of a page, as they are drawn while it is being written: each state without the
//! processes that would bring it about.

use anyhow::{Context, Result};

use crate::browser::Page;
use crate::child::{Child, Start};
use crate::place;
use crate::wait::until;

/// The samples of one page, served.
pub struct Samples {
    address: String,
    _vite: Child,
}

impl Samples {
    /// Serves the samples of `desk` or `booth`.
    ///
    /// # Errors
    /// When the page's tools are not installed or do not come up.
    pub async fn open(folder: &std::path::Path, page: &str) -> Result<Samples> {
        let ui = place::top().join("ui");
        let port = place::free_tcp_port()?;
        let vite = Start::new(&format!("vite-{page}"), ui.join("node_modules/.bin/vite"), folder)
            .within(&ui)
            .args(["--config", &format!("vite.{page}.config.ts"), "--host", "127.0.0.1", "--strictPort"])
            .args(["--port", &port.to_string()])
            .start()?;
        let samples = Samples { address: format!("http://127.0.0.1:{port}/dev/"), _vite: vite };
        until("the samples are served", std::time::Duration::from_secs(30), || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok().map(|_| ())
        })
        .await
        .context("vite does not serve")?;
        Ok(samples)
    }

    /// The names of all samples.
    ///
    /// # Errors
    /// When the page does not tell them.
    pub async fn names(&self, page: &Page) -> Result<Vec<String>> {
        page.go(&self.address).await?;
        let script = "import('./samples.ts')
            .then(({ samples, NAMES }) => done(NAMES ?? Object.keys(samples()))).catch(() => done([]));";
        page.run_async(script, vec![]).await
    }

    /// Draws one sample.
    ///
    /// # Errors
    /// When it does not settle.
    pub async fn show(&self, page: &Page, name: &str) -> Result<()> {
        page.go(&format!("{}?view={name}", self.address)).await?;
        page.settled().await
    }
}
