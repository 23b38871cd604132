//! `GET /metrics`: figures for Prometheus, in its text format. Counts only: no name, no id, no address.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use desk::end::EndReason;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};

use super::Door;
use super::address::Client;
use crate::hub::Figures;

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// On the doors that everybody knocks at: for programs of this machine only.
pub(super) async fn local_metrics(
    State(door): State<Arc<Door>>,
    Extension(client): Extension<Client>,
) -> Response {
    if client.local { metrics(State(door)).await } else { StatusCode::NOT_FOUND.into_response() }
}

/// On an address of its own (`metrics_listen`).
pub(super) async fn metrics(State(door): State<Arc<Door>>) -> Response {
    let mut page = String::new();
    match text::encode(&mut page, &registry(&door)) {
        Ok(()) => ([(CONTENT_TYPE, TEXT)], page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn registry(door: &Door) -> Registry {
    let status = door.status.borrow().clone();
    let Figures { presence, waiting, oldest_ms, offers, talks, arrived, ended } = status.figures;
    let mut registry = Registry::with_prefix("kenmu");
    let mut gauge = |name: &str, help: &str, value: i64| {
        registry.register(name, help, ConstGauge::new(value));
    };
    gauge("store_up", "1 while facts can be stored", status.store_up.into());
    gauge("exchange_up", "1 while the exchange is connected", status.exchange_up.into());
    gauge("queue_waiting", "Contacts in the queue, over both channels", waiting.into());
    gauge("offers_open", "Offers that ring now", offers.into());
    gauge("talks", "Contacts in an operator's hands: connecting, talking or held", talks.into());
    gauge("sockets", "Open WebSockets, operators, booths and exchange together", door.sockets().into());
    let oldest = ConstGauge::new(oldest_ms as f64 / 1000.0);
    registry.register_with_unit("queue_oldest", "How long the longest wait is", Unit::Seconds, oldest);
    registry.register("contacts_arrived", "Contacts since the start", ConstCounter::new(arrived));
    registry.register("operators", "Operators by what they do", standing(&presence));
    registry.register("contacts_ended", "Contacts that ended since the start, by reason", ends(&ended));
    let commits = door.store.commit_seconds();
    registry.register_with_unit("store_commit", "How long a turn's commit took", Unit::Seconds, commits);
    registry
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Doing {
    state: &'static str,
}

fn standing(presence: &BTreeMap<&'static str, u32>) -> Family<Doing, Gauge<i64, AtomicI64>> {
    let family = Family::<Doing, Gauge<i64, AtomicI64>>::default();
    for (state, count) in presence {
        family.get_or_create(&Doing { state }).set((*count).into());
    }
    family
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

/// Every reason has its line from the start, so that a rate over it never begins late.
fn ends(ended: &BTreeMap<EndReason, u64>) -> Family<Reason, Counter> {
    let family = Family::<Reason, Counter>::default();
    for end in EndReason::ALL {
        let reason = link::json::encode(&end).trim_matches('"').to_owned();
        family.get_or_create(&Reason { reason }).inc_by(ended.get(&end).copied().unwrap_or(0));
    }
    family
}
