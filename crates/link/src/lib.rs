//! What two of our processes say to each other, and the line that carries it.
//!
//! Refuses to know: what the words lead to (that is `desk`), who may say them (that is the server),
//! and anything of media. The carrier stands in one file, JSON in another, and the resume logic is pure.

pub mod journal;
pub mod json;
pub mod line;
pub mod message;
pub mod resume;
pub mod state;
