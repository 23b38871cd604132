//! Every door there is, in one list: the routers are built from it and from nothing else, and the matrix of roles
//! (`tests/matrix.rs`) walks it. Knows no handler's words.

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{MethodRouter, get, post};

use super::{Door, enrol, health, hours, link, manual, metrics, notes, refresh, sign_in};

/// Where the booth's page lies, with all of its files.
pub(super) const PAGE: &str = "/booth/";

/// What stands before a route's handler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Few bytes, some time, so many requests an address.
    Small,
    /// Notes and texts: more of all three.
    Notes,
    /// A socket, which stays.
    Socket,
    /// Nothing.
    Open,
    /// The address of its own that tells figures.
    Metrics,
}

struct Route {
    method: &'static str,
    path: &'static str,
    before: Before,
    handler: MethodRouter<Arc<Door>>,
}

/// A door as the matrix of roles sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// It stands on `metrics_listen` and not where everybody knocks.
    pub metrics: bool,
    /// GET or POST.
    pub method: &'static str,
    /// From the slash on.
    pub path: &'static str,
}

/// The list.
fn all() -> Vec<Route> {
    use Before::{Metrics, Notes, Open, Small, Socket};
    let gets = |path, before, handler| Route { method: "GET", path, before, handler };
    let posts = |path, before, handler| Route { method: "POST", path, before, handler };
    vec![
        posts("/api/sign-in", Small, post(sign_in::sign_in)),
        posts("/api/refresh", Small, post(refresh::refresh)),
        posts("/api/sign-out", Small, post(refresh::sign_out)),
        gets("/api/hours", Small, get(hours::hours)),
        posts("/api/booth/enrol", Small, post(enrol::enrol)),
        gets("/api/booth/challenge", Small, get(enrol::challenge)),
        gets("/health", Small, get(health::health)),
        gets("/metrics", Small, get(metrics::local_metrics)),
        posts("/api/notes/push", Notes, post(notes::push)),
        posts("/api/notes/pull", Notes, post(notes::pull)),
        posts("/api/notes/search", Notes, post(notes::search)),
        gets("/api/manual", Notes, get(manual::manual)),
        gets("/link", Socket, get(link::link)),
        gets("/", Open, get(|| async { Redirect::temporary(PAGE) })),
        gets("/booth", Open, get(|| async { Redirect::permanent(PAGE) })),
        gets("/health", Metrics, get(health::health)),
        gets("/metrics", Metrics, get(metrics::metrics)),
    ]
}

/// The routes behind the same guards.
pub(super) fn behind(before: Before) -> Router<Arc<Door>> {
    let routes = all().into_iter().filter(|route| route.before == before);
    routes.fold(Router::new(), |router, route| router.route(route.path, route.handler))
}

/// Every door there is.
pub fn routes() -> Vec<Listed> {
    let page = Listed { metrics: false, method: "GET", path: PAGE };
    let listed = |route: Route| Listed {
        metrics: route.before == Before::Metrics,
        method: route.method,
        path: route.path,
    };
    all().into_iter().map(listed).chain([page]).collect()
}
