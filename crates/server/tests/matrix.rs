//! Who may do what: every door and every word of the line, by everybody who may stand before it. What each of them
//! gets is a table beside this file; a door or a word that is missing in it fails here.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

mod matrix {
    pub mod doors;
    pub mod people;
    pub mod table;
    pub mod words;
}
