//! The text of a PDF, by `pdftotext` (poppler, which has the tables that Japanese fonts want). Refuses to know what a
//! page looks like: [`layout`] makes paragraphs of what is read.

mod layout;

use std::io::ErrorKind;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

/// How long reading may take: 300 pages take two seconds, and a made-up file might take for ever.
const LIMIT: Duration = Duration::from_secs(60);
/// What is read at most, bytes: the words of the largest article with a line of figures each.
const MAX_READ_BYTES: u64 = 32 * 1024 * 1024;
/// What is read of the complaints, bytes: the first line is told.
const MAX_TOLD_BYTES: u64 = 16 * 1024;
/// One sign in so many that stands for nothing is still a text: some lists have bullets of their own fonts.
const UNREADABLE_IN: usize = 20;

pub(super) async fn text_of(file: &Path) -> anyhow::Result<String> {
    let name = file.display();
    let (status, read, told) = match timeout(LIMIT, run(file)).await {
        Ok(made) => made?,
        Err(_) => bail!("{name} was not read within {} s; import its text as Markdown", LIMIT.as_secs()),
    };
    if let Some(why) = refusal(status, &told) {
        bail!("{name} {why}");
    }
    if read.len() as u64 >= MAX_READ_BYTES {
        bail!("{name} has more text than an article may have; import it in parts");
    }
    let text = layout::markdown(&read);
    if text.is_empty() {
        bail!(
            "{name} has no text: its pages are pictures. Let a program for reading scans (OCR) add the text, or import \
             the text as Markdown"
        );
    }
    let lost = text.chars().filter(|sign| matches!(sign, '\u{fffd}' | '\u{e000}'..='\u{f8ff}')).count();
    if lost * UNREADABLE_IN > text.chars().count() {
        bail!(
            "{name} does not say which letters its signs are, so that nobody can search it; make it anew from its source, \
             or import the text as Markdown"
        );
    }
    Ok(text)
}

async fn run(file: &Path) -> anyhow::Result<(ExitStatus, String, String)> {
    let made = Command::new("pdftotext")
        .args(["-tsv", "-enc", "UTF-8"])
        .arg(file)
        .arg("-")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut made = match made {
        Err(fault) if fault.kind() == ErrorKind::NotFound => bail!(
            "a PDF needs pdftotext, which is not installed: install poppler-utils, or import the text as Markdown"
        ),
        other => other.context("pdftotext did not run")?,
    };
    let (read, told) = tokio::try_join!(
        taken(made.stdout.take(), MAX_READ_BYTES),
        taken(made.stderr.take(), MAX_TOLD_BYTES)
    )?;
    Ok((made.wait().await?, read, told))
}

/// Reads so much and throws the rest away, so that the program can end.
async fn taken(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<String> {
    let Some(mut from) = from else { return Ok(String::new()) };
    let mut read = Vec::new();
    (&mut from).take(most).read_to_end(&mut read).await?;
    tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&read).into_owned())
}

/// Why the text cannot be had, and what to do; none: it was read.
fn refusal(status: ExitStatus, told: &str) -> Option<String> {
    if told.contains("Incorrect password") {
        return Some("is locked by a password; save a copy without one and import that".to_owned());
    }
    // What poppler could mend by guessing may lack pages, and nobody would notice.
    let first = told.lines().find(|line| line.contains("Error"));
    if status.success() && first.is_none() {
        return None;
    }
    let first = first.or_else(|| told.lines().next()).unwrap_or("no reason was given");
    Some(format!(
        "is damaged or no PDF; open it in a viewer, save it anew and import that (pdftotext: {})",
        first.trim()
    ))
}
