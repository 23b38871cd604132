//! Every route of the list by everybody, and everything that is no route.

use desk::note::sought::Filter;
use link::message::notes::{Pull, Push, Search};
use link::message::{Refresh, SignIn, VERSION};
use server::{Listed, routes};

use super::people::{COLUMNS, People};
use super::table::{agreed, drawn};
use crate::common::pad::Pad;
use crate::common::{Key, PASSWORD, request};

const AGREED: &str = include_str!("doors.txt");
/// What a browser or a stranger may try as well.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

/// What a good client would ask at this door: the rest of the address, and the body.
fn asked(people: &People, door: Listed, bearer: &str) -> (String, String) {
    let pad = Pad::new(people.ids[0], "");
    let (device, stream) = (pad.device, pad.stream);
    let body = match (door.method, door.path) {
        ("POST", "/api/sign-in") => {
            let (name, password) = ("op02".to_owned(), PASSWORD.to_owned());
            link::json::encode(&SignIn { name, password, version: VERSION, take_over: true })
        }
        ("POST", "/api/refresh") => {
            link::json::encode(&Refresh { refresh: bearer.to_owned(), attempt: None })
        }
        ("POST", "/api/booth/enrol") => format!(r#"{{"public_key":"{}"}}"#, Key::new().public()),
        ("GET", "/api/booth/challenge") => {
            return (format!("?key={}", people.booth.1.public()), String::new());
        }
        ("POST", "/api/notes/push") => {
            let (revisions, views) = (Vec::new(), Vec::new());
            link::json::encode(&Push { version: VERSION, device, stream, revisions, views })
        }
        ("POST", "/api/notes/pull") => {
            link::json::encode(&Pull { version: VERSION, cursor: None, stream, most: 1 })
        }
        ("POST", "/api/notes/search") => {
            let (words, filter) = ("戸籍".to_owned(), Filter::default());
            link::json::encode(&Search { version: VERSION, words, filter, most: 1 })
        }
        ("POST", "/api/sign-out")
        | (
            "GET",
            "/api/hours" | "/health" | "/metrics" | "/api/manual" | "/link" | "/" | "/booth" | "/booth/",
        ) => String::new(),
        (method, path) => panic!("a new door: say here how {method} {path} is asked"),
    };
    (String::new(), body)
}

async fn knock(people: &People, door: Listed, method: &str, bearer: Option<&str>) -> u16 {
    let server = people.house.server.as_ref().unwrap();
    let address = if door.metrics { server.metrics_address().unwrap() } else { server.address() };
    let (more, body) = asked(people, door, bearer.unwrap_or_default());
    let head = bearer.map(|bearer| format!("Authorization: Bearer {bearer}\r\n")).unwrap_or_default();
    request(address, &format!("{method} {}{more}", door.path), &head, &body).await.0
}

#[tokio::test]
async fn every_door_answers_everybody_as_agreed() {
    let people = People::gather().await;
    let mut doors = routes();
    // Whoever signs out stands outside afterwards.
    doors.sort_by_key(|door| (door.path == "/api/sign-out", *door));
    let mut rows = Vec::new();
    for door in doors {
        let at = if door.metrics { " (metrics_listen)" } else { "" };
        let mut row = vec![format!("{} {}{at}", door.method, door.path)];
        for column in COLUMNS {
            let bearer = people.bearer(column);
            row.push(knock(&people, door, door.method, bearer.as_deref()).await.to_string());
        }
        rows.push(row);
    }
    let head: Vec<&str> = std::iter::once("door").chain(COLUMNS).collect();
    agreed("doors.txt", &drawn(&head, &rows), AGREED);
    for column in ["operator", "lead"] {
        let manual = Listed { metrics: false, method: "GET", path: "/api/manual" };
        let bearer = people.bearer(column);
        assert_eq!(knock(&people, manual, "GET", bearer.as_deref()).await, 401, "{column} has signed out");
    }
}

#[tokio::test]
async fn what_is_no_door_is_shut_to_everybody() {
    let people = People::gather().await;
    for column in COLUMNS {
        let bearer = people.bearer(column);
        for door in routes() {
            for method in METHODS.into_iter().filter(|method| *method != door.method) {
                let listed = |known: &Listed| (known.method, known.path) == (method, door.path);
                if !routes().iter().any(listed) {
                    let status = knock(&people, door, method, bearer.as_deref()).await;
                    assert_eq!(status, 405, "{column}: {method} {}", door.path);
                }
            }
        }
        let head = bearer.map(|bearer| format!("Authorization: Bearer {bearer}\r\n")).unwrap_or_default();
        for path in
            ["/api", "/api/", "/api/notes", "/api/operators", "/admin", "/booth/../api/manual", "/link/"]
        {
            let (status, _) = request(people.house.address(), &format!("GET {path}"), &head, "").await;
            assert_eq!(status, 404, "{column}: {path}");
        }
    }
}

/// The list is all there is: no other file of the doors makes a route.
#[test]
fn doors_are_made_from_the_list_alone() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        for (word, most) in [
            (".route(", "routes.rs"),
            (".nest", "mod.rs"),
            (".route_service(", ""),
            (".fallback", "booth_page.rs"),
        ] {
            let times = text.matches(word).count();
            assert_eq!(times, usize::from(name == most), "{word} in {name}");
        }
    }
}
