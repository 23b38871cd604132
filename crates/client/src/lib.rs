//! The operator's desk without a window: controller, talk and devices.
//!
//! Refuses to know: Tauri, the window and its pixels. It runs in a test, in a terminal, or under the window.

pub mod config;
pub mod controller;
pub mod device;
pub mod memory;
pub mod run;
pub mod sheets;
pub mod shell;
pub mod sync;
pub mod talk;
pub mod vault;
pub mod view;

pub use link::journal;

pub use config::{CameraChoice, Config, ConfigError, ServerUrl};
pub use run::{Desk, DeskHandle};
pub use shell::{NoKeyring, Notice, Shell};
pub use talk::{EncodedPicture, Frame, FrameTap, PictureTap, Pictures, Room, Views};
