//! D1 to D3: the desktop beside Chromium's app window with the same page. From the start to a sign-in
//! screen that can be used; memory and processor time while nothing happens.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use client::view::{LineView, Screen as Shown, View};

use super::{Row, same_page, tree};
use crate::centre::{Centre, PASSWORD};
use crate::child::{Child, Start};
use crate::fact::median;
use crate::place;
use crate::screen::Area;
use crate::seat::Seat;
use crate::stage::Stage;
use crate::wait::until;

/// Starts of each kind, taking turns; the first of each warms caches and is left out.
const STARTS: usize = 6;
/// Idle looks of each kind, taking turns.
const LOOKS: usize = 3;
/// How long a window rests before it is looked at.
const REST: Duration = Duration::from_secs(15);
/// How long its processor time is counted.
const LOOK: Duration = Duration::from_secs(20);
/// The colour of the sign-in button and of the left half (tokens.css, `--key`).
const KEY: [u8; 3] = [0x00, 0x31, 0x6a];
/// The button alone has 384 × 56 pixels; the words on it and rounded corners take some away.
const BUTTON_PIXELS: usize = 16_000;

/// Measures all three.
///
/// # Errors
/// When a window does not come.
pub async fn measure() -> Result<Vec<Row>> {
    let stage = Stage::open(&place::fresh("bench/desktop")?, 2, 0, "").await?;
    let start = start_times(&stage).await?;
    let (memory, processor) = idle_costs(&stage).await?;
    stage.centre.stop().await;
    let row = |id, name: &str, (ours, peer): (Vec<f64>, Vec<f64>), limit| Row {
        id,
        name: name.to_owned(),
        ours: median(ours),
        peer: median(peer),
        limit,
    };
    Ok(vec![
        row("D1", "start to a usable sign-in, ms; peer: Chromium --app, same page", start, None),
        row("D2", "idle memory, MiB PSS; peer: Chromium --app, same page", memory, None),
        row("D3", "idle CPU, % of a core; peer: Chromium --app, same page", processor, Some(0.0)),
    ])
}

async fn start_times(stage: &Stage) -> Result<(Vec<f64>, Vec<f64>)> {
    let view = View {
        screen: Shown::SignIn {
            busy: false,
            error: None,
            name: String::new(),
            hours: None,
            take_over: false,
        },
        line: LineView::Idle,
        clock_offset_ms: 0,
        picture: None,
    };
    let address = same_page::serve(&view).await?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let began = Instant::now();
        let desktop = desktop(stage, None)?;
        ours.push(usable(stage, began).await?);
        closed(stage, desktop).await?;
        let began = Instant::now();
        let app = same_page::chromium_app(&address, &stage.folder, &stage.screen.variables)?;
        peers.push(usable(stage, began).await?);
        closed(stage, app).await?;
    }
    Ok((ours.split_off(1), peers.split_off(1)))
}

type Pair = (Vec<f64>, Vec<f64>);

async fn idle_costs(stage: &Stage) -> Result<(Pair, Pair)> {
    let mut seat = Seat::sign_in(&stage.centre, 2, &stage.desk_variables()).await?;
    seat.ready().await?;
    let view = seat.view().context("a signed-in desk's view")?;
    let address = same_page::serve(&view).await?;
    let (mut memory, mut processor) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for _ in 0..LOOKS {
        let window = desktop(stage, Some(&stage.centre))?;
        let (mib, percent) = look(window.id()).await?;
        memory.0.push(mib);
        processor.0.push(percent);
        closed(stage, window).await?;
        let app = same_page::chromium_app(&address, &stage.folder, &stage.screen.variables)?;
        let (mib, percent) = look(app.id()).await?;
        memory.1.push(mib);
        processor.1.push(percent);
        closed(stage, app).await?;
    }
    Ok((memory, processor))
}

async fn look(root: i32) -> Result<(f64, f64)> {
    tokio::time::sleep(REST).await;
    let before = tree::cpu_seconds(root)?;
    tokio::time::sleep(LOOK).await;
    let used = tree::cpu_seconds(root)? - before;
    Ok((tree::pss_mib(root)?, used / LOOK.as_secs_f64() * 100.0))
}

/// The desktop as a person starts it; signed in as op01 when a centre is given.
fn desktop(stage: &Stage, signed_in: Option<&Centre>) -> Result<Child> {
    let config = stage.folder.join("config-bench");
    std::fs::create_dir_all(&config)?;
    let mut start = Start::new("desktop", place::program("kenmu")?, &stage.folder)
        .env("KENMU_SERVER", stage.centre.address())
        .env("KENMU_CONFIG_DIR", &config)
        .env("RUST_LOG", crate::child::log_level())
        .envs(&stage.desk_variables());
    if signed_in.is_some() {
        let password = stage.folder.join("op01.password");
        std::fs::write(&password, PASSWORD).context("hand the password over")?;
        start = start.env("KENMU_SIGN_IN_NAME", "op01").env("KENMU_SIGN_IN_PASSWORD_FILE", &password);
    }
    start.start()
}

/// How long until the sign-in button stands on the screen, ms.
async fn usable(stage: &Stage, began: Instant) -> Result<f64> {
    until("the sign-in button is drawn", Duration::from_secs(60), || async {
        (button_pixels(stage)? > BUTTON_PIXELS).then_some(())
    })
    .await?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

/// Pixels of the key colour in the right part of the screen, where only the button has it.
fn button_pixels(stage: &Stage) -> Option<usize> {
    let right = Area { x: 800, y: 0, width: 566, height: 768 };
    let pixels = stage.screen.pixels(right).ok()?;
    Some(pixels.chunks_exact(3).filter(|pixel| *pixel == KEY).count())
}

async fn closed(stage: &Stage, window: Child) -> Result<()> {
    window.stop().await;
    until("the screen is empty again", Duration::from_secs(10), || async {
        (button_pixels(stage)? == 0).then_some(())
    })
    .await
}
