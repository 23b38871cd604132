//! Every sample screen of both pages: the rules of axe-core, the Tab key alone, twice the size, high
//! contrast, and nothing that scrolls at the smallest size. Their photographs lie beside the demo's.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use kenmu_tests::access;
use kenmu_tests::booth::{Browser, Show};
use kenmu_tests::browser::Page;
use kenmu_tests::child::Variables;
use kenmu_tests::place;
use kenmu_tests::samples::Samples;

use super::common::folder;

/// What headless Chromium's frame takes of the window's height, pixels.
const FRAME: u32 = 143;
/// The booth's talk beside the city's page; Chromium makes no window narrower.
const COLUMN: (u32, u32) = (500, 800);

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_use_every_screen_of_the_desk() -> Result<()> {
    every_screen("desk", (1366, 768)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_use_every_screen_of_the_booth() -> Result<()> {
    every_screen("booth", (1280, 800)).await
}

async fn every_screen(which: &str, size: (u32, u32)) -> Result<()> {
    let folder = folder(&format!("access-{which}"))?;
    let samples = Samples::open(&folder, which).await?;
    let browser = Browser {
        folder: &folder,
        name: which,
        feed: None,
        variables: &Variables::new(),
        show: Show::Headless,
        camera_allowed: true,
        key_hash: None,
    };
    let (page, driver) = browser.start().await?;
    let photos = place::top().join("target/demo/states");
    std::fs::create_dir_all(&photos)?;
    let names = samples.names(&page).await?;
    ensure!(!names.is_empty(), "the {which} has samples");
    let mut troubles = Vec::new();
    for name in &names {
        samples.show(&page, name).await?;
        let photo = photos.join(format!("{which}-{name}.png"));
        let mut found = look(&page, size, photo).await?;
        if which == "booth" {
            found.extend(out_of_reach(&page, COLUMN, "in a column").await?);
        }
        troubles.extend(found.into_iter().map(|trouble| format!("{which} {name}: {trouble}")));
    }
    println!("{which}_screens_looked_at\t{}", names.len());
    page.close().await;
    driver.stop().await;
    ensure!(troubles.is_empty(), "{} troubles:\n{}", troubles.len(), troubles.join("\n"));
    Ok(())
}

/// What is wrong with the screen that is drawn.
async fn look(page: &Page, (width, height): (u32, u32), photo: PathBuf) -> Result<Vec<String>> {
    page.resize(width, height + FRAME).await?;
    page.settled().await?;
    page.photograph(&photo).await?;
    let mut troubles = access::serious(page).await?;
    let scrolling = page.scrolling_places().await?;
    troubles.extend(scrolling.into_iter().map(|place| format!("scrolls at its smallest size: {place}")));
    troubles.extend(access::tab_troubles(page).await?);
    access::high_contrast(page, true).await?;
    page.settled().await?;
    page.photograph(&photo.with_extension("contrast.png")).await?;
    let contrast = access::serious(page).await?;
    troubles.extend(contrast.into_iter().map(|trouble| format!("in high contrast: {trouble}")));
    access::high_contrast(page, false).await?;
    // Twice the size is half the room.
    troubles.extend(out_of_reach(page, (width / 2, height / 2), "at 200 %").await?);
    Ok(troubles)
}

async fn out_of_reach(page: &Page, (width, height): (u32, u32), when: &str) -> Result<Vec<String>> {
    page.resize(width, height + FRAME).await?;
    page.settled().await?;
    let hidden = access::hidden_controls(page).await?;
    Ok(hidden.into_iter().map(|name| format!("out of reach {when}: {name}")).collect())
}
