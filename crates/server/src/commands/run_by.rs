//! What a command writes into the audit: that it ran, by whom, and what came of it. Knows no table.

use desk::time::Time;

use crate::store::AuditRow;

/// Characters of a user's name in the audit: more than any system allows for one.
const MAX_NAME_CHARS: usize = 64;

/// The line of a command; `what` holds sizes, places and epochs, and never a secret or a person's text.
pub(super) fn line(at: Time, kind: &str, what: &str) -> AuditRow {
    AuditRow {
        at,
        operator: None,
        contact: None,
        kind: kind.to_owned(),
        detail: format!("{}: {what}", who()),
    }
}

/// Whose rights the command has; behind sudo also who asked for them, as sudo says.
fn who() -> String {
    let user = user().map_or_else(|| "unknown".to_owned(), |name| plain(&name));
    match std::env::var("SUDO_USER").ok().map(|name| plain(&name)).filter(|name| !name.is_empty()) {
        Some(asked) if asked != user => format!("{asked} as {user}"),
        Some(_) | None => user,
    }
}

#[cfg(unix)]
fn user() -> Option<String> {
    use nix::unistd::{User, geteuid};
    User::from_uid(geteuid()).ok().flatten().map(|user| user.name)
}

#[cfg(not(unix))]
fn user() -> Option<String> {
    std::env::var("USERNAME").ok()
}

/// A name that cannot be taken for something else in the line.
fn plain(name: &str) -> String {
    let fits = |letter: &char| letter.is_alphanumeric() || "-_.@$\\".contains(*letter);
    name.chars().filter(fits).take(MAX_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_look_like_what_follows_it() {
        assert_eq!(plain("hanako"), "hanako");
        assert_eq!(plain("root: epoch 1 -> 2\n"), "rootepoch1-2");
        assert_eq!(plain(&"x".repeat(1_000)).len(), MAX_NAME_CHARS);
    }
}
