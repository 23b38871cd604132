//! Names the window's commands to Tauri and makes sure that there is a page to bundle, so that a bare
//! `cargo check` works before the pages are built.

use std::path::Path;
use std::{fs, io};

/// The desk's page, as `ui` builds it.
const PAGE: &str = "../ui/dist/desk";

fn main() -> io::Result<()> {
    write_stub(Path::new(PAGE))?;
    println!("cargo::rerun-if-changed={PAGE}");
    let commands = tauri_build::AppManifest::new().commands(&["intent", "view"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)).map_err(io::Error::other)
}

fn write_stub(page: &Path) -> io::Result<()> {
    let index = page.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(page)?;
    fs::write(
        index,
        "<!doctype html><meta charset=\"utf-8\"><title>兼務</title><p>画面がまだ作られていません。\n",
    )
}
