//! The encrypted notes of one operator on this desktop. All SQL of the desk stands below this folder.
//! Refuses to know the window, the line and the controller.

pub mod index;
