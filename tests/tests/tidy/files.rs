//! Rules that a file's text shows: fences, purity, heads, sizes, nothing built or private committed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The largest source file, lines.
const FILE_BUDGET: usize = 600;

pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package stands in the checkout").to_owned()
}

/// Files under version control (or about to be), whose path ends like this.
pub fn tracked(ending: &str) -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(top())
        .output()
        .expect("git lists the files");
    let text = String::from_utf8(listed.stdout).expect("our file names are text");
    let mut files: Vec<String> = text.lines().map(str::to_owned).collect();
    files.retain(|file| file.ends_with(ending) && top().join(file).is_file());
    assert!(!files.is_empty(), "there are files that end in {ending:?}");
    files
}

pub fn read(file: &str) -> String {
    std::fs::read_to_string(top().join(file)).unwrap_or_else(|fault| panic!("{file}: {fault}"))
}

/// A file's lines of code: comments of whole lines left out.
fn code(file: &str) -> Vec<(usize, String)> {
    let text = read(file);
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim().to_owned()));
    lines.filter(|(_, line)| !line.starts_with("//")).collect()
}

fn none(what: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{what}:\n  {}", broken.join("\n  "));
}

/// A word that only these places may hold, in the rooms where it could stray.
struct Fence {
    word: &'static str,
    inside: &'static [&'static str],
}

const FENCES: [Fence; 16] = [
    Fence { word: "webrtc::", inside: &["crates/peer/"] },
    Fence { word: "rtc::", inside: &["crates/peer/"] },
    Fence { word: "axum", inside: &["crates/server/src/http/", "crates/server/tests/", "tests/src/"] },
    Fence {
        word: "sqlx::",
        inside: &[
            "crates/server/src/store/",
            "crates/server/tests/",
            "crates/client/src/vault/",
            "crates/client/tests/vault/",
            "tests/src/bench/bare_commit.rs",
            "tests/src/bench/n2.rs",
            "tests/src/bench/n2/",
            "tests/src/bench/n3.rs",
        ],
    },
    // The line's memory reads the page's test vectors.
    Fence {
        word: "serde_json",
        inside: &["crates/link/src/json.rs", "crates/link/src/line/memory.rs", "tests/"],
    },
    Fence { word: "rsipstack::", inside: &["crates/exchange/src/sip/"] },
    Fence { word: "cpal::", inside: &["crates/client/src/device/"] },
    Fence { word: "reqwest::", inside: &["crates/client/src/", "crates/server/tests/", "tests/"] },
    Fence { word: "keyring::", inside: &["src-tauri/src/"] },
    Fence { word: "notify_rust::", inside: &["src-tauri/src/"] },
    Fence { word: "tauri::", inside: &["src-tauri/"] },
    Fence {
        word: "tungstenite",
        inside: &[
            "crates/link/src/line/carrier.rs",
            "src-tauri/src/picture",
            "crates/server/tests/",
            "src-tauri/tests/",
        ],
    },
    Fence { word: "opus::", inside: &["crates/media/src/opus.rs"] },
    Fence { word: "jpholiday::", inside: &["crates/desk/src/calendar/holidays.rs"] },
    // The tests write what a city could send.
    Fence {
        word: "rust_xlsxwriter::",
        inside: &["crates/client/src/sheets/xlsx.rs", "crates/client/src/sheets/tests.rs"],
    },
    Fence { word: "calamine::", inside: &["crates/client/src/sheets/table.rs", "tests/src/sheet_file.rs"] },
];

#[test]
fn each_library_stays_behind_its_fence() {
    let mut broken = Vec::new();
    for file in tracked(".rs").iter().filter(|file| !file.starts_with("tests/tests/tidy")) {
        for fence in FENCES.iter().filter(|fence| !fence.inside.iter().any(|place| file.starts_with(place))) {
            let stray = code(file).into_iter().find(|(_, line)| has_word(line, fence.word));
            broken.extend(stray.map(|(number, _)| format!("{file}:{number} uses {}", fence.word)));
        }
    }
    none("outside their fence", &broken);
}

/// True when `word` stands in `line` and is not the tail of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn deciding_rooms_know_no_clock_no_chance_and_no_tasks() {
    let pure = [
        "crates/desk/src/",
        "crates/media/src/",
        "crates/exchange/src/table",
        "crates/exchange/src/sip/call/",
        "crates/exchange/src/sip/caller.rs",
        "crates/exchange/src/sip/session.rs",
        "crates/exchange/src/sip/rtp/inbound.rs",
        "crates/exchange/src/sip/rtp/outbound.rs",
        "crates/exchange/src/sip/rtp/keys.rs",
        "crates/exchange/src/sip/rtp/seal.rs",
        "crates/client/src/controller",
    ];
    // What two processes say is pure too; only the line that carries it has tasks.
    let spoken =
        ["json.rs", "message.rs", "resume.rs", "state.rs"].map(|file| format!("crates/link/src/{file}"));
    let words = ["Instant::now", "SystemTime", "tokio::", "rand::", "thread::sleep", "std::net", "std::fs"];
    let mut broken = Vec::new();
    for file in tracked(".rs")
        .iter()
        .filter(|file| pure.iter().any(|place| file.starts_with(place)) || spoken.contains(file))
    {
        for (number, line) in code(file) {
            broken.extend(
                words
                    .iter()
                    .filter(|word| line.contains(**word))
                    .map(|word| format!("{file}:{number} uses {word}")),
            );
        }
    }
    none("not pure", &broken);
}

#[test]
fn every_module_opens_with_what_it_is() {
    let headless = tracked(".rs").into_iter().filter(|file| !read(file).starts_with("//!"));
    none("without a head", &headless.collect::<Vec<_>>());
}

#[test]
fn no_file_outgrows_its_budget() {
    let long = ["rs", "ts", "svelte", "css"]
        .iter()
        .flat_map(|ending| tracked(&format!(".{ending}")))
        .filter_map(|file| {
            let lines = read(&file).lines().count();
            (lines > FILE_BUDGET).then(|| format!("{file} has {lines} lines"))
        });
    none("too long", &long.collect::<Vec<_>>());
}

#[test]
fn nothing_built_is_committed() {
    let built = ["target/", "ui/dist/", "ui/node_modules/"];
    let endings = [".exe", ".dll", ".so", ".o", ".rlib", ".wasm", ".db", ".log", ".y4m"];
    let found = tracked("").into_iter().filter(|file| {
        built.iter().any(|place| file.starts_with(place))
            || endings.iter().any(|ending| file.ends_with(ending))
    });
    none("built, not written", &found.collect::<Vec<_>>());
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let places = ["/ro", "/wo", "/ho"].iter().zip(["ot/", "rk/", "me/"]).map(|(a, b)| format!("{a}{b}"));
    let places: Vec<String> = places.collect();
    let mut broken = Vec::new();
    for file in tracked("").iter().filter(|file| is_text(file)) {
        for (number, line) in read(file).lines().enumerate() {
            let lone = |place: &String| {
                line.match_indices(place.as_str()).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-*/".contains(c))
                })
            };
            if places.iter().any(lone) {
                broken.push(format!("{file}:{}", number + 1));
            }
        }
    }
    none("a path of one machine", &broken);
}

fn is_text(file: &str) -> bool {
    [".rs", ".ts", ".svelte", ".css", ".html", ".md", ".toml", ".sql", ".json", ".sh", ".yml"]
        .iter()
        .any(|ending| file.ends_with(ending))
        || file.starts_with("scripts/")
        || file.starts_with(".ci/")
}

#[test]
fn migrations_open_with_why() {
    let silent = tracked(".sql").into_iter().filter(|file| !read(file).starts_with("-- "));
    none("without a why", &silent.collect::<Vec<_>>());
}
