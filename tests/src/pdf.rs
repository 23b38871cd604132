//! PDFs as people make them: printed by a real browser from a page, locked and damaged by real means.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;
use tokio::time::timeout;

/// How long printing may take: two cores start a browser.
const LIMIT: Duration = Duration::from_secs(60);

/// Prints a page's HTML into `name.pdf` of a folder.
///
/// # Errors
/// When the browser does not print.
pub async fn print(folder: &Path, name: &str, html: &str) -> Result<PathBuf> {
    let (page, pdf) = (folder.join(format!("{name}.html")), folder.join(format!("{name}.pdf")));
    std::fs::write(&page, html)?;
    let mut command = Command::new("chromium");
    command
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", folder.join("chromium-print").display()))
        .arg(format!("--print-to-pdf={}", pdf.display()))
        .arg(&page);
    run(command).await.context("chromium prints")?;
    ensure!(pdf.is_file(), "chromium printed nothing");
    Ok(pdf)
}

/// A copy that opens with a password alone.
///
/// # Errors
/// When qpdf does not make it.
pub async fn locked(pdf: &Path, name: &str, password: &str) -> Result<PathBuf> {
    let made = pdf.with_file_name(format!("{name}.pdf"));
    let mut command = Command::new("qpdf");
    command.args(["--encrypt", password, "owner", "256", "--"]);
    command.arg(pdf).arg(&made);
    run(command).await.context("qpdf locks")?;
    Ok(made)
}

/// A copy whose second half is gone, as after a lost connection.
///
/// # Errors
/// When it cannot be written.
pub fn torn(pdf: &Path, name: &str) -> Result<PathBuf> {
    let made = pdf.with_file_name(format!("{name}.pdf"));
    let whole = std::fs::read(pdf)?;
    std::fs::write(&made, &whole[..whole.len() / 2])?;
    Ok(made)
}

async fn run(mut command: Command) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let made = timeout(LIMIT, command.output()).await.context("it takes too long")??;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}
