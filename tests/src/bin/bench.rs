//! `kenmu-bench`.
fn main() {}
