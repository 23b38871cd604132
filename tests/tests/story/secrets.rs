//! Where secrets and a visitor's words are, and where they are not.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kenmu_tests::centre::{PASSWORD, Plan};
use kenmu_tests::round::ready;
use kenmu_tests::stage::Stage;
use kenmu_tests::wait::until;
use kenmu_tests::window::{Came, Window};

use super::common::{close, folder};

/// A sentence that nobody else writes.
const WRITTEN: &str = "あおいそらのしたでまつ";
/// Tokens shorter than this would be found by chance.
const TOKEN_CHARS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_in_the_keyring_and_in_no_file_and_a_written_word_is_nowhere() -> Result<()> {
    let plan = Plan { relay: true, ..Plan::default() };
    let stage = Stage::open_as(&folder("keyring")?, &plan).await?;
    let window = tapped_window(&stage).await?;
    ready(&window).await?;
    stage.relay()?.spare_known();
    let booth = stage.booth(1).await?;
    booth.call().await?;
    window.answer().await?;
    booth.screen("talk").await?;
    for (from, to) in [(&window.page, &booth.page), (&booth.page, &window.page)] {
        from.fill("text-input", WRITTEN).await?;
        from.press("text-send").await?;
        until("the word is read", std::time::Duration::from_secs(10), || async {
            to.text("texts").await.ok()?.contains(WRITTEN).then_some(())
        })
        .await?;
    }
    let [token, refresh] = tokens(&stage)?;
    let kept = keyring(&stage)?;
    ensure!(kept.contains(&refresh), "the keyring holds what a new start needs");
    println!("refresh_token_in_keyring\ttrue");
    window.page.press("end").await?;
    window.finish_note(Came::ToABooth).await?;
    booth.screen("start").await?;
    window.close().await;
    let folder = stage.folder.clone();
    close(stage, vec![], vec![booth]).await?;
    for (what, secret) in
        [("token", token.as_str()), ("refresh", &refresh), ("password", PASSWORD), ("written word", WRITTEN)]
    {
        nowhere(&folder, what, secret)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_the_window_says_so_and_keeps_nothing_on_disk() -> Result<()> {
    let plan = Plan { relay: true, keyring: false, ..Plan::default() };
    let stage = Stage::open_as(&folder("no-keyring")?, &plan).await?;
    let window = tapped_window(&stage).await?;
    window.page.see("trouble-no_keyring").await?;
    ready(&window).await?;
    stage.photograph_window(&window, "desk-no-keyring").await?;
    let tokens = tokens(&stage)?;
    window.close().await;
    for secret in &tokens {
        nowhere(&stage.folder, "token", secret)?;
    }
    let again = Window::open(&stage.centre, "op01", &tapped(&stage)).await?;
    again.page.see("sign-in").await?;
    again.close().await;
    close(stage, vec![], vec![]).await?;
    Ok(())
}

/// A desk whose line goes over the relay, where somebody listens.
async fn tapped_window(stage: &Stage) -> Result<Window> {
    let window = Window::open(&stage.centre, "op01", &tapped(stage)).await?;
    window.sign_in("op01").await?;
    Ok(window)
}

fn tapped(stage: &Stage) -> kenmu_tests::child::Variables {
    let mut variables = stage.desk_variables();
    let port = stage.centre.relay.as_ref().map_or(0, |relay| relay.line_port);
    variables.insert("KENMU_SERVER".to_owned(), Some(format!("http://127.0.0.1:{port}")));
    variables
}

/// The last access and refresh token that the server gave out.
fn tokens(stage: &Stage) -> Result<[String; 2]> {
    let heard = stage.relay()?.heard();
    let value = |name: &str| -> Result<String> {
        let (_, rest) =
            heard.rsplit_once(&format!("\"{name}\":\"")).with_context(|| format!("no {name} was given"))?;
        let value = rest.split('"').next().unwrap_or_default().to_owned();
        ensure!(value.len() >= TOKEN_CHARS, "{name} is a token");
        Ok(value)
    };
    Ok([value("token")?, value("refresh")?])
}

/// Everything that the keyring tells to this user.
fn keyring(stage: &Stage) -> Result<String> {
    let mut command = std::process::Command::new("secret-tool");
    for (name, value) in &stage.screen.variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let told = command.args(["search", "--all", "service", "kenmu"]).output().context("start secret-tool")?;
    Ok(String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr))
}

/// No file below the folder holds the words, neither as UTF-8 nor as UTF-16.
fn nowhere(folder: &Path, what: &str, words: &str) -> Result<()> {
    let wide: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut looked = 0_u32;
    for file in files(folder)? {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        looked += 1;
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        ensure!(!holds(words.as_bytes()) && !holds(&wide), "the {what} is in {}", file.display());
    }
    ensure!(looked > 0, "there are files to look at");
    println!("files_without_{}\t{looked}", what.replace(' ', "_"));
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("look into {}", folder.display()))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            found.extend(files(&entry.path())?);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}
