//! The exchange: it owns the media. Every person is a leg; a bridge joins two legs.

pub mod table;
