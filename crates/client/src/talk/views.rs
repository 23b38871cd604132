//! The three pictures of a desk, each with viewers of its own. Refuses to know what is on them.

use super::Pictures;

/// The visitor's face, the visitor's second window, and one's own picture. Clones are the same places.
#[derive(Clone, Default)]
pub struct Views {
    /// The visitor's face.
    pub face: Pictures,
    /// The visitor's second window.
    pub screen: Pictures,
    /// One's own picture, as it is sent.
    pub own: Pictures,
}

impl Views {
    /// Places without viewers.
    pub fn new() -> Views {
        Views::default()
    }

    /// Ends every viewer.
    pub(super) fn close(&self) {
        self.face.close();
        self.screen.close();
        self.own.close();
    }
}
