//! The server: owns the truth of a centre (queue, presence, contacts), lets operators, booths and the
//! exchange in, and keeps the ledger. Every decision is made in `desk`; this room carries.
//!
//! Refuses to know media: session descriptions pass through to the exchange unread.

mod anchor;
mod audit;
mod books;
mod clock;
mod config;
mod hours;
mod http;
mod hub;
mod lock;
mod run;
mod secret;

pub mod commands;
pub mod notes;
pub mod store;

pub use books::{Bookkeeper, Books};
pub use config::{Config, ConfigError, NoteSettings, Signs, Tls};
pub use http::{Listed, ListenError, routes};
pub use run::{Running, StartError, raise_file_limit, run, start};
