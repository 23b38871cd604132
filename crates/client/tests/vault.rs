//! Real vaults in real files: one desk's stories, a stolen disk, a full one, and thousands of random histories of
//! several desks and a server.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod vault {
    pub mod disk;
    pub mod first;
    pub mod histories;
    pub mod model;
    pub mod play;
    pub mod samples;
    pub mod story;
}
