//! Stories with real processes: server, exchange, desks, real Chromium, and where it matters the real
//! window. Each ends with the ledger's own conservation check.

mod story {
    mod access;
    mod common;
    mod devices;
    mod doors;
    mod input_method;
    mod manual;
    mod network;
    mod notes_conflict;
    mod notes_older;
    mod notes_sync;
    mod offers;
    mod outages;
    mod phone;
    mod phone_load;
    mod phone_secret;
    mod phone_transfer;
    mod phone_trunks;
    mod screens;
    mod secrets;
    mod two_machines;
    mod vault_guard;
    mod vault_kill;
    mod visitors;
    mod windows;
}
