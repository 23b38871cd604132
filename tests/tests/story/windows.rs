//! The real window: its web process dies in a talk; and it opens the reservation system beside itself.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use desk::note::NeedField;
use kenmu_tests::child::{Variables, descendants, signal};
use kenmu_tests::round::ready;
use kenmu_tests::screen::Area;
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{Stage, VISITOR_HZ};
use kenmu_tests::wait::until;
use kenmu_tests::window::{Came, Window};
use media::barcode;
use media::picture::I420;

use super::common::{close, heard, stage, unbroken};

#[tokio::test(flavor = "multi_thread")]
async fn a_web_process_that_is_killed_in_a_talk_takes_no_sound_with_it() -> Result<()> {
    let stage = stage("web-process-killed", 1, "").await?;
    let window = stage.window(1).await?;
    ready(&window).await?;
    let booth = stage.booth(1).await?;
    let at_desk = stage.sound.record("desk_speaker")?;
    booth.call().await?;
    window.answer().await?;
    booth.screen("talk").await?;
    heard(&at_desk, VISITOR_HZ, now_ms()).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let area = picture_area(&window).await?;
    let from = now_ms();
    let web = descendants(window.driver_id(), "WebKitWebProcess");
    let web = *web.first().context("the window has a web process")?;
    let last = number(&stage, area).context("the picture is on the screen")?;
    let died = Instant::now();
    signal(web, "KILL");
    until("a new web process is there", Duration::from_secs(5), || async {
        let now = descendants(window.driver_id(), "WebKitWebProcess");
        now.iter().any(|id| *id != web).then_some(())
    })
    .await?;
    println!("web_process_back_ms\t{}", died.elapsed().as_millis());
    let seen_at_death = number(&stage, area).unwrap_or(last);
    let back = until("a new picture is on the screen", Duration::from_secs(10), || async {
        number(&stage, area)
            .filter(|now| *now != seen_at_death && *now != last)
            .map(|_| died.elapsed().as_millis())
    })
    .await?;
    println!("picture_back_ms\t{back}");
    ensure!(back <= 2_000, "the picture is back within 2 s: {back} ms");
    tokio::time::sleep(Duration::from_secs(1)).await;
    unbroken("visitor_heard_over_crash", &at_desk, VISITOR_HZ, from, 100)?;
    window.close().await;
    close(stage, vec![], vec![booth]).await?;
    Ok(())
}

/// The reservation system as the settings have it.
const RESERVATIONS: &str = "https://yoyaku.example.invalid/ageo/counter?lang=ja";
/// Who makes the reservation: stands in the note and must not stand in the address.
const NAME: &str = "見本花子";

#[tokio::test(flavor = "multi_thread")]
async fn the_reservation_system_opens_in_the_systems_browser_and_a_reservation_needs_its_tick() -> Result<()>
{
    let settings = format!("[notes]\nreservation_url = '{RESERVATIONS}'\n");
    let stage = stage("reservation", 1, &settings).await?;
    let browser = Browser::register(&stage.folder)?;
    let mut variables = stage.desk_variables();
    variables.extend(browser.variables());
    let window = Window::open(&stage.centre, "op01", &variables).await?;
    window.sign_in("op01").await?;
    let page = &window.page;
    window.new_note().await?;
    page.choose("disposition", "reservation_made").await?;
    window.fill_note(Came::ByTelephone).await?;
    page.fill("note-text", &format!("{NAME}さんの予約を取りました。")).await?;
    page.press("open-reservation").await?;
    until("the browser has opened", Duration::from_secs(10), || async {
        (!browser.opened().is_empty()).then_some(())
    })
    .await?;

    page.choose("reservation-kind", "issue").await?;
    page.fill("field-reservation_when", "4月9日 10:30").await?;
    page.press("finish").await?;
    // Time for what must not happen: a note that is stored, and a second page.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let pane = window.desk().await?.notes.pane.context("the note is not finished")?;
    ensure!(
        pane.missing == [NeedField::Registered] && !pane.finished,
        "the tick is missing: {:?}",
        pane.missing
    );
    ensure!(browser.opened() == [RESERVATIONS], "the address and nothing else: {:?}", browser.opened());
    ensure!(page.windows().await?.len() == 1, "no window of ours was opened for it");
    page.press("registered").await?;
    page.press("finish").await?;
    page.miss("note-pane").await?;
    window.close().await;
    close(stage, vec![], vec![]).await?;
    Ok(())
}

/// A browser that is registered with the system as the user's own, and writes down what it is given.
struct Browser {
    home: PathBuf,
    visits: PathBuf,
}

impl Browser {
    fn register(folder: &Path) -> Result<Browser> {
        let home = folder.join("home");
        let (visits, program) = (home.join("visits"), home.join("browser"));
        let entries = home.join("applications");
        std::fs::create_dir_all(&entries)?;
        std::fs::write(&program, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\n", visits.display()))?;
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))?;
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Browser\nExec={} %u\nMimeType=x-scheme-handler/https;\n",
            program.display()
        );
        std::fs::write(entries.join("browser.desktop"), entry)?;
        let known = "[Default Applications]\nx-scheme-handler/https=browser.desktop\n";
        std::fs::write(home.join("mimeapps.list"), known)?;
        Ok(Browser { home, visits })
    }

    /// By which the system's opener finds it (XDG Base Directory and MIME Applications specifications).
    fn variables(&self) -> Variables {
        let home = || Some(self.home.to_string_lossy().into_owned());
        let own = ["XDG_DATA_HOME", "XDG_CONFIG_HOME"].map(|name| (name.to_owned(), home()));
        let program = self.home.join("browser").to_string_lossy().into_owned();
        own.into_iter().chain([("BROWSER".to_owned(), Some(program))]).collect()
    }

    /// Every argument that it was ever given.
    fn opened(&self) -> Vec<String> {
        let told = std::fs::read_to_string(&self.visits).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }
}

/// Rows of the bar code that nothing on the picture covers, and how often each is repeated to make the
/// reader's strip of them.
const CLEAR_ROWS: usize = 10;
const REPEATED: usize = 4;

/// The number that the picture on the screen shows. The driver's session dies with the web process, so
/// that only the screen itself can tell.
fn number(stage: &Stage, area: Area) -> Option<u16> {
    let pixels = stage.screen.pixels(Area { height: CLEAR_ROWS, ..area }).ok()?;
    let strip: Vec<u8> = pixels
        .chunks_exact(area.width * 3)
        .flat_map(|row| std::iter::repeat_n(row, REPEATED))
        .flatten()
        .copied()
        .collect();
    barcode::read(&I420::from_rgb(area.width, CLEAR_ROWS * REPEATED, &strip).ok()?)
}

/// Where the picture (not the bars beside it) stands on the screen, in even sizes.
async fn picture_area(window: &Window) -> Result<Area> {
    let script = "const canvas = document.querySelector('[data-testid=\"picture\"]');
        const box = canvas.getBoundingClientRect();
        const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
        const [w, h] = [canvas.width * scale, canvas.height * scale];
        const [x, y] = [box.x + (box.width - w) / 2, box.y + (box.height - h) / 2];
        return [x + screenX, y + screenY, w, h].map(Math.round);";
    let [x, y, width, height]: [usize; 4] = window.page.run(script, vec![]).await?;
    Ok(Area { x, y, width: width & !1, height: height & !1 })
}
