//! Real programs set up, driven and measured: the demo, the stories and the benches stand on this.
//!
//! Refuses to know how the product works inside: it starts what a person would start, presses what a
//! person would press, and looks and listens at the outside.

pub mod access;
pub mod authority;
pub mod baresip;
pub mod bench;
pub mod beside;
pub mod booth;
pub mod browser;
pub mod capture;
pub mod carrier;
pub mod centre;
pub mod child;
pub mod counted;
pub mod fact;
pub mod hear;
pub mod input_method;
pub mod memory;
pub mod pdf;
pub mod phone;
pub mod place;
pub mod play;
pub mod relay;
pub mod round;
pub mod samples;
pub mod screen;
pub mod seat;
pub mod sheet_file;
pub mod sipp;
pub mod sound;
pub mod stage;
pub mod vault;
pub mod wait;
pub mod window;
pub mod writer;
