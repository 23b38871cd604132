//! Stories with real processes: server, exchange, desks, real Chromium, and where it matters the real
//! window. Each ends with the ledger's own conservation check.

mod story {
    mod common;
    mod offers;
    mod outages;
    mod visitors;
    mod windows;
}
