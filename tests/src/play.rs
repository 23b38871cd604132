//! The demo for a person: a desktop signed in as オペレーター01, two booths and somebody who calls, on the
//! machine's own screen where there is one, else on a virtual one.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::booth::{Booth, Browser, Feed, Show};
use crate::centre::{Centre, PASSWORD, Plan};
use crate::child::{Child, Start, Variables};
use crate::phone::Phone;
use crate::place;
use crate::screen::Screen;
use crate::stage::VISITOR_HZ;

/// A low tone for a caller's voice.
const CALLER_HZ: f64 = 220.0;
/// Time to look around before the telephone rings again.
const BETWEEN_CALLS: Duration = Duration::from_secs(20);
/// Nobody stays longer on the line in a demonstration.
const CALLER_WAITS: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(200);

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
    let centre = Centre::open(&folder, &Plan { operators: 2, telephone: true, ..Plan::default() }).await?;
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
    println!("電話は、ひとりでにかかってきます。相手の声は、低い音が続きます。");
    let callers = tokio::spawn(call_again_and_again(centre.trunk()?));
    println!("終わるときは Ctrl-C を押してください。記録: {}", folder.display());
    desktop.ended_well().await;
    callers.abort();
    Ok(())
}

/// One caller after the other: each waits for a while, and whoever is answered stays until the operator ends.
async fn call_again_and_again(trunk: SocketAddr) {
    for number in ["09012345678", "0487829922", "09012345678"].iter().cycle() {
        tokio::time::sleep(BETWEEN_CALLS).await;
        let Ok(phone) = Phone::call(trunk, number, CALLER_HZ).await else { continue };
        let over = async {
            while phone.now().over.is_none() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        if tokio::time::timeout(CALLER_WAITS, over).await.is_err() {
            // Somebody who waited in vain; a farewell that is not confirmed is the exchange's to notice.
            let _ = phone.hang_up().await;
        }
    }
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
