//! The TypeScript types in `ui/generated` are made from the Rust types, and are current.
//! `KENMU_WRITE_TYPES=1` writes them anew.
#![cfg(feature = "ts")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use client::view::{Intent, View};
use link::message::{BoothSays, ToBooth, Up};
use ts_rs::{Config, TS};

fn export(folder: &Path) {
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    View::export_all(&config).expect("the view is exported");
    Intent::export_all(&config).expect("the intents are exported");
    ToBooth::export_all(&config).expect("what the booth hears is exported");
    Up::<BoothSays>::export_all(&config).expect("what the booth says is exported");
    BoothSays::export_all(&config).expect("what the booth says is exported");
    link::state::BoothState::export_all(&config).expect("the booth's state is exported");
    link::state::BoothChange::export_all(&config).expect("the booth's changes are exported");
    link::message::LegSignal::export_all(&config).expect("the leg's signals are exported");
    link::message::Enrol::export_all(&config).expect("the enrolment is exported");
    link::message::EnrolCode::export_all(&config).expect("the enrolment's code is exported");
    link::message::Challenge::export_all(&config).expect("the challenge is exported");
    link::message::PublicHours::export_all(&config).expect("the public hours are exported");
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ts"))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a readable file"))
        })
        .collect()
}

#[test]
fn the_generated_types_are_current() {
    let committed = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/generated");
    if std::env::var_os("KENMU_WRITE_TYPES").is_some() {
        for name in files(&committed).keys() {
            std::fs::remove_file(committed.join(name)).expect("an old type goes");
        }
        export(&committed);
    }
    let fresh = std::env::temp_dir().join(format!("kenmu-types-{}", std::process::id()));
    export(&fresh);
    let (fresh_files, committed_files) = (files(&fresh), files(&committed));
    std::fs::remove_dir_all(&fresh).expect("the fresh types go");
    assert!(!fresh_files.is_empty());
    assert!(fresh_files == committed_files, "run with KENMU_WRITE_TYPES=1 and commit ui/generated");
}
