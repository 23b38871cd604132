//! How every program of the house writes its log: to the standard error, with the libraries held silent
//! below info. There they print whole frames, with tokens and with what visitors write, whatever
//! `RUST_LOG` asks for. Knows nothing of what is logged.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

/// The crates of this house, whose log lines hold no person's words and no secret.
const OWN: [&str; 11] = [
    "client",
    "desk",
    "exchange",
    "kenmu",
    "kenmu_desk_headless",
    "kenmu_exchange",
    "kenmu_server",
    "link",
    "media",
    "peer",
    "server",
];

/// Starts the log, once in a program. `by_default` is the filter without `RUST_LOG`.
pub fn start(by_default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(by_default));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(colours).with_writer(std::io::stderr))
        .with(filter)
        .with(filter_fn(|line| !is_noise(line.target())))
        .with(filter_fn(|line| *line.level() <= Level::INFO || is_own(line.target())))
        .init();
}

/// The sound server's client calls the ordinary end of each stream an error.
fn is_noise(target: &str) -> bool {
    target == "pulseaudio" || target.starts_with("pulseaudio::")
}

fn is_own(target: &str) -> bool {
    target.split("::").next().is_some_and(|name| OWN.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_not_taken_for_a_room_of_the_house() {
        assert!(is_own("link::line") && is_own("kenmu"));
        assert!(!is_own("linker") && !is_own("hyper::proto::h1"));
    }
}
