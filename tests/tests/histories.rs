//! Random histories of the notes' sync with real vaults and the real store of the server, its backups and its restores
//! among them. The player is the one that the desk's own tests let play with a model of the server.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod histories {
    #[path = "../../../crates/client/tests/vault/play.rs"]
    pub mod play;
    pub mod real;
    #[allow(dead_code, reason = "the desk's own tests need the rest")]
    #[path = "../../../crates/client/tests/vault/samples.rs"]
    pub mod samples;
}
