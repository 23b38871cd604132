//! The demo for a person: a desktop signed in as オペレーター01 and two booths, on the machine's own
//! screen where there is one, else on a virtual one.

use std::path::Path;

use anyhow::{Context, Result};

use crate::booth::{Booth, Browser, Feed, Show};
use crate::centre::{Centre, PASSWORD, Plan};
use crate::child::{Child, Start, Variables};
use crate::place;
use crate::screen::Screen;
use crate::stage::VISITOR_HZ;

/// How many booths a person can play with.
const BOOTHS: u32 = 2;

/// Starts everything and waits until the desktop is closed (or Ctrl-C).
///
/// # Errors
/// When something does not come up.
pub async fn play() -> Result<()> {
    let folder = place::fresh("demo")?;
    let has_display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    let screen = if has_display { None } else { Some(Screen::open(&folder, "1366x768", true).await?) };
    let variables = screen.as_ref().map(|screen| screen.variables.clone()).unwrap_or_default();
    println!("サーバーと交換機を起動しています…");
    let centre = Centre::open(&folder, &Plan { operators: 2, ..Plan::default() }).await?;
    let feed = Feed::make(&folder, VISITOR_HZ)?;
    println!("オペレーターの画面を起動しています…");
    let mut desktop = desktop(&centre, &folder, &variables)?;
    let mut booths = Vec::new();
    for number in 1..=BOOTHS {
        println!("ブース{number}を起動しています…");
        let name = format!("booth{number}");
        let show = if has_display { Show::At { x: 40 * number, y: 60 * number } } else { Show::Headless };
        let browser = Browser { show, ..Browser::new(&folder, &name, &feed, &variables) };
        let booth = Booth::open(&centre, &browser).await?;
        booth.enrol(&centre, &format!("ブース{number}")).await?;
        booths.push(booth);
    }
    println!("server\t{}", centre.address());
    println!("booth page\t{}", centre.booth_address());
    println!("operator\top01 / {PASSWORD}  (op02 も同じ合言葉です)");
    println!("オペレーターの画面で「兼務」を押し、ブースで「呼び出す」を押すと鳴ります。F2 で応答します。");
    println!("終わるときは Ctrl-C を押してください。記録: {}", folder.display());
    desktop.ended_well().await;
    Ok(())
}

fn desktop(centre: &Centre, folder: &Path, variables: &Variables) -> Result<Child> {
    let config = folder.join("config-op01");
    std::fs::create_dir_all(&config)?;
    let password = folder.join("op01.password");
    std::fs::write(&password, PASSWORD).context("hand the demo's password over")?;
    Start::new("desktop", place::program("kenmu")?, folder)
        .env("KENMU_SERVER", centre.address())
        .env("KENMU_CONFIG_DIR", &config)
        .env("KENMU_CAMERA", "synthetic")
        .env("KENMU_SIGN_IN_NAME", "op01")
        .env("KENMU_SIGN_IN_PASSWORD_FILE", &password)
        .env("RUST_LOG", crate::child::log_level())
        .envs(variables)
        .start()
}
