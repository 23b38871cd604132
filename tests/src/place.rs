//! Where things are: our programs, the page, and a fresh folder for each run.

use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// The top of the checkout.
pub fn top() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package stands inside the checkout").to_owned()
}

/// One of our programs, built beside the running one.
///
/// # Errors
/// When it was not built; the text says how.
pub fn program(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("where this program lies")?;
    let folder = own
        .ancestors()
        .find(|folder| folder.join(name).is_file())
        .with_context(|| format!("{name} is not built yet: run `cargo build --workspace` first"))?;
    Ok(folder.join(name))
}

/// The same as it is shipped: built with the release profile, in the folder beside ours.
///
/// # Errors
/// When it was not built; the text says how.
pub fn shipped(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe().context("where this program lies")?;
    own.ancestors()
        .map(|folder| folder.join("release").join(name))
        .find(|program| program.is_file())
        .with_context(|| format!("{name} is not built yet: run `cargo build --release --bin {name}` first"))
}

/// A folder of the built user interface, `desk` or `booth`.
///
/// # Errors
/// When it was not built; the text says how.
pub fn page(name: &str) -> Result<PathBuf> {
    let folder = top().join("ui/dist").join(name);
    ensure!(
        folder.join("index.html").is_file(),
        "ui/dist/{name} is not built yet: run `npm ci && npm run build` in ui/ first"
    );
    Ok(folder)
}

/// A fresh folder under `target/`, emptied when it was there.
///
/// # Errors
/// When it cannot be made.
pub fn fresh(name: &str) -> Result<PathBuf> {
    let folder = top().join("target").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    Ok(folder)
}

/// A TCP port that is free now.
///
/// # Errors
/// When the system gives none.
pub fn free_tcp_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A UDP port that is free now.
///
/// # Errors
/// When the system gives none.
pub fn free_udp_port() -> Result<u16> {
    Ok(UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port())
}
