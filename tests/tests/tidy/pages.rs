//! Rules of the pages: only the shell knows Tauri, rooms are strangers, components stay small.

use super::files::{read, tracked};

const COMPONENT_BUDGET: usize = 200;
const SCRIPT_BUDGET: usize = 60;
const ROOMS: [&str; 13] = [
    "presence",
    "queue",
    "booth",
    "phone",
    "callbacks",
    "note",
    "device",
    "lead",
    "records",
    "sheets",
    "manual",
    "work",
    "lock",
];

fn written() -> Vec<String> {
    let mut files = tracked(".ts");
    files.extend(tracked(".svelte"));
    files.retain(|file| file.starts_with("ui/") && !file.starts_with("ui/generated/"));
    files
}

#[test]
fn only_the_shell_touches_tauri() {
    let stray = written().into_iter().filter(|file| {
        let text = read(file);
        !file.ends_with("/shell.ts") && (text.contains("@tauri-apps") || text.contains("__TAURI"))
    });
    assert_eq!(stray.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn rooms_of_the_desk_are_strangers() {
    let mut broken = Vec::new();
    for file in written() {
        let Some(own) = ROOMS.iter().find(|room| file.starts_with(&format!("ui/desk/rooms/{room}/"))) else {
            continue;
        };
        for line in read(&file).lines().filter(|line| line.contains(" from '")) {
            let other = ROOMS.iter().find(|room| *room != own && line.contains(&format!("/{room}/")));
            let up = line.contains("/views/") || line.contains("../../..");
            if other.is_some() || up {
                broken.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn components_and_their_scripts_stay_small() {
    let mut broken = Vec::new();
    for file in written().into_iter().filter(|file| file.ends_with(".svelte")) {
        let text = read(&file);
        let script = text
            .lines()
            .skip_while(|line| !line.starts_with("<script"))
            .take_while(|line| *line != "</script>");
        let (all, script) = (text.lines().count(), script.count());
        if all > COMPONENT_BUDGET || script > SCRIPT_BUDGET {
            broken.push(format!("{file}: {all} lines, {script} of script"));
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn types_are_never_talked_over() {
    let mut broken = Vec::new();
    for file in written() {
        for (number, line) in read(&file).lines().enumerate() {
            let code = outside_of_quotes(line.split("//").next().unwrap_or_default());
            let cast = code.contains(" as ")
                && !code.contains(" as const")
                && !code.contains("import ")
                && !code.contains("{#");
            let any = code.contains("<any>")
                || code.contains("any[]")
                || code.match_indices(": any").any(|(at, found)| {
                    let next = code[at + found.len()..].chars().next();
                    !next.is_some_and(char::is_alphanumeric)
                });
            let comment = code.trim_start().starts_with(['*', '/']) || code.trim_start().starts_with("<!--");
            if (cast || any) && !comment {
                broken.push(format!("{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

/// A line without what stands between quotation marks: a sentence may use the word.
fn outside_of_quotes(line: &str) -> String {
    line.split(['\'', '"', '`']).step_by(2).collect::<Vec<_>>().join("''")
}
