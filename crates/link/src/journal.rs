//! How every program of the house writes its log: to the standard error, with the libraries held silent
//! below info. There they print whole frames, with tokens and with what visitors write, whatever
//! `RUST_LOG` asks for. Knows nothing of what is logged.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
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

/// Libraries that print whole messages at info and parts of them in warnings: the SIP stack, with callers' numbers.
/// Only their errors pass.
const SILENT: [&str; 1] = ["rsipstack"];

/// The sound server's client calls the ordinary end of each stream an error.
const NOISE: [&str; 1] = ["pulseaudio"];

/// Starts the log, once in a program. `by_default` is the filter without `RUST_LOG`.
pub fn start(by_default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(by_default));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::registry()
        .with(fmt::layer().with_ansi(colours).with_writer(std::io::stderr))
        .with(filter)
        .with(filter_fn(passes))
        .init();
}

/// Whether a line may be written at all, whatever `RUST_LOG` asks for.
pub fn passes(line: &Metadata<'_>) -> bool {
    let most = if is_of(line.target(), &SILENT) { Level::ERROR } else { Level::INFO };
    let noise = is_of(line.target(), &NOISE);
    !noise && (*line.level() <= most || is_of(line.target(), &OWN))
}

fn is_of(target: &str, names: &[&str]) -> bool {
    target.split("::").next().is_some_and(|name| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_not_taken_for_a_room_of_the_house() {
        assert!(is_of("link::line", &OWN) && is_of("kenmu", &OWN));
        assert!(!is_of("linker", &OWN) && !is_of("hyper::proto::h1", &OWN));
    }
}
