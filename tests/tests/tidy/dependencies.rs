//! Rules about what depends on what: the import table, licences and sources.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use super::files::top;

/// Our own rooms, and which of the others each may import.
const ROOMS: [(&str, &[&str]); 9] = [
    ("desk", &[]),
    ("link", &["desk"]),
    ("peer", &[]),
    ("media", &[]),
    ("client", &["desk", "link", "peer", "media"]),
    ("exchange", &["desk", "link", "peer", "media"]),
    ("server", &["desk", "link"]),
    ("kenmu", &["client", "desk"]),
    ("kenmu-tests", &["desk", "link", "peer", "media", "client", "exchange", "server"]),
];

/// Libraries that only these rooms may import.
const FENCED: [(&str, &[&str]); 18] = [
    ("webrtc", &["peer"]),
    ("rtc", &["peer"]),
    ("tauri", &["kenmu"]),
    ("axum", &["server", "kenmu-tests"]),
    ("sqlx", &["server", "client", "kenmu-tests"]),
    ("cpal", &["client"]),
    ("rsipstack", &["exchange"]),
    ("keyring", &["kenmu"]),
    ("notify-rust", &["kenmu"]),
    ("open", &["kenmu"]),
    ("reqwest", &["client", "kenmu-tests"]),
    ("opus", &["media"]),
    ("jpholiday", &["desk"]),
    ("rust_xlsxwriter", &["client"]),
    ("calamine", &["client", "kenmu-tests"]),
    ("serde_json", &["link", "kenmu", "kenmu-tests"]),
    ("tokio-tungstenite", &["link", "kenmu"]),
    ("tokio", &["link", "peer", "client", "exchange", "server", "kenmu", "kenmu-tests"]),
];

/// Licences that ask no more of us than to be named. MPL-2.0 and the Unicode, BSD and CDLA texts bind
/// only their own files.
const LICENCES: [&str; 19] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
    "BSL-1.0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "CDLA-Permissive-2.0",
    "OpenSSL",
    "bzip2-1.0.6",
    "NCSA",
];

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.current_dir(top()).other_options(["--locked".to_owned(), "--offline".to_owned()]);
    command.exec().expect("cargo tells the tree")
}

fn rooms(metadata: &Metadata) -> BTreeMap<String, &Package> {
    metadata.workspace_packages().into_iter().map(|package| (package.name.to_string(), package)).collect()
}

fn imports(package: &Package) -> impl Iterator<Item = &str> {
    let shipped = |kind| matches!(kind, DependencyKind::Normal | DependencyKind::Build);
    package
        .dependencies
        .iter()
        .filter(move |dependency| shipped(dependency.kind))
        .map(|dependency| dependency.name.as_str())
}

#[test]
fn each_room_imports_only_what_the_table_allows() {
    let metadata = metadata();
    let rooms = rooms(&metadata);
    assert_eq!(rooms.len(), ROOMS.len(), "every room stands in the table: {:?}", rooms.keys());
    let mut broken = Vec::new();
    for (room, allowed) in ROOMS {
        let package = rooms.get(room).unwrap_or_else(|| panic!("the room {room} exists"));
        for import in imports(package) {
            let stranger = ROOMS.iter().any(|(name, _)| *name == import) && !allowed.contains(&import);
            let fenced = FENCED.iter().any(|(name, inside)| *name == import && !inside.contains(&room));
            if stranger || fenced {
                broken.push(format!("{room} imports {import}"));
            }
        }
    }
    assert!(broken.is_empty(), "against the table: {broken:?}");
}

#[test]
fn every_dependency_has_a_known_licence_and_comes_from_the_registry() {
    let metadata = metadata();
    let mut broken = Vec::new();
    for package in &metadata.packages {
        if metadata.workspace_members.contains(&package.id) {
            continue;
        }
        let from_registry = package.source.as_ref().is_some_and(|source| source.is_crates_io());
        let licence = package.license.clone().unwrap_or_default();
        if !from_registry || !is_fine(&licence) {
            broken.push(format!("{} {} ({licence})", package.name, package.version));
        }
    }
    assert!(broken.is_empty(), "look at the licence or source of: {broken:#?}");
}

/// True when one choice of an SPDX expression holds only known licences. Old crates write `/` for OR.
fn is_fine(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ").replace(['(', ')'], " ");
    let known = |name: &str| LICENCES.contains(&name.trim());
    // Brackets are gone, so that `(A OR B) AND C` reads as `A` or `B AND C`: ask for each part instead.
    if expression.contains('(') {
        return plain.split(" AND ").all(|part| part.split(" OR ").any(known));
    }
    plain.split(" OR ").any(|choice| choice.split(" AND ").all(known))
}

#[test]
fn deny_toml_knows_the_same_licences() {
    let text = std::fs::read_to_string(top().join("deny.toml")).expect("deny.toml is there");
    let list = text.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).expect("it has a list");
    let mut theirs: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    let mut ours = LICENCES.to_vec();
    theirs.sort_unstable();
    ours.sort_unstable();
    assert_eq!(theirs, ours);
}

#[test]
fn a_strict_licence_is_refused() {
    assert!(is_fine("MIT/Apache-2.0"));
    assert!(is_fine("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!is_fine("GPL-3.0-only"));
    assert!(!is_fine("MIT AND GPL-3.0-only"));
    assert!(!is_fine(""));
}
