//! `GET /api/hours`: the day's hours, for the screens before a sign-in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use link::message::PublicHours;

use super::Door;
use super::answer::answer;

pub(super) async fn hours(State(door): State<Arc<Door>>) -> Response {
    let now = door.clock.now();
    let (hours, _) = crate::hours::hours(&door.calendar, now);
    answer(Ok(PublicHours { city: door.city.clone(), hours, now }))
}
