//! The sign-in over HTTP, the session's renewal and the day's hours. Refuses to follow redirects, so that
//! a password goes to one place only.

use std::sync::Arc;
use std::time::Duration;

use desk::code::Code;
use link::json;
use link::message::{PublicHours, Refresh, Refusal, SignIn, SignedIn, VERSION};
use reqwest::header::CONTENT_TYPE;
use rustls::ClientConfig;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::config::ServerUrl;
use crate::controller::{Input, Secret};

/// How long a sign-in may take: checking a password takes the server 50 ms, a bad network seconds.
const LIMIT: Duration = Duration::from_secs(10);

/// The server's door.
pub(super) struct Door {
    http: reqwest::Client,
    sign_in: String,
    refresh: String,
    hours: String,
    results: mpsc::Sender<Input>,
    /// The refresh token that was sent last, with its attempt's name: sent again after a lost answer, it
    /// must not look stolen.
    attempt: Option<(String, Uuid)>,
}

impl Door {
    /// A door that believes whom `tls` believes; none for this very machine.
    pub(super) fn new(
        server: &ServerUrl,
        tls: Option<Arc<ClientConfig>>,
        results: mpsc::Sender<Input>,
    ) -> Result<Door, reqwest::Error> {
        let http = client(tls)?;
        let (sign_in, refresh, hours) = (server.sign_in(), server.refresh(), server.hours());
        Ok(Door { http, sign_in, refresh, hours, results, attempt: None })
    }

    /// Knocks; the answer comes as a result.
    pub(super) fn sign_in(&self, name: String, password: Secret, take_over: bool) {
        let password = password.0.clone();
        let body = json::encode(&SignIn { name, password, version: VERSION, take_over });
        self.post(&self.sign_in, body, Input::SignIn);
    }

    /// Uses the refresh token up; the answer comes as a result.
    pub(super) fn refresh(&mut self, refresh: Secret) {
        let refresh = refresh.0.clone();
        let attempt = match &self.attempt {
            Some((last, attempt)) if *last == refresh => *attempt,
            Some(_) | None => Uuid::new_v4(),
        };
        self.attempt = Some((refresh.clone(), attempt));
        let body = json::encode(&Refresh { refresh, attempt: Some(attempt) });
        self.post(&self.refresh, body, Input::Refreshed);
    }

    /// Asks for the day's hours; they come as a result.
    pub(super) fn hours(&self) {
        let (request, results) = (self.http.get(&self.hours), self.results.clone());
        tokio::spawn(async move {
            // The desk may have ended meanwhile.
            let _ = results.send(Input::Hours(hours(request).await)).await;
        });
    }

    fn post(&self, url: &str, body: String, told: fn(Result<SignedIn, Code>) -> Input) {
        let request = self.http.post(url).header(CONTENT_TYPE, "application/json").body(body);
        let results = self.results.clone();
        tokio::spawn(async move {
            // The desk may have ended meanwhile.
            let _ = results.send(told(answer(request).await)).await;
        });
    }
}

/// A client that believes whom `tls` believes and is sent nowhere else.
pub(super) fn client(tls: Option<Arc<ClientConfig>>) -> Result<reqwest::Client, reqwest::Error> {
    let http =
        reqwest::Client::builder().timeout(LIMIT).redirect(reqwest::redirect::Policy::none()).no_proxy();
    match tls {
        Some(tls) => http.https_only(true).tls_backend_preconfigured(ClientConfig::clone(&tls)).build(),
        None => http.build(),
    }
}

async fn hours(request: reqwest::RequestBuilder) -> Option<PublicHours> {
    let response = request.send().await.ok()?.error_for_status().ok()?;
    json::decode(&response.text().await.ok()?).ok()
}

async fn answer(request: reqwest::RequestBuilder) -> Result<SignedIn, Code> {
    let response = request.send().await.map_err(|_| Code::Unreachable)?;
    let good = response.status().is_success();
    let text = response.text().await.map_err(|_| Code::Unreachable)?;
    if good {
        return json::decode(&text).map_err(|_| Code::Malformed);
    }
    // Something between us and the server may answer in its own way: then nobody of ours was reached.
    Err(json::decode::<Refusal>(&text).map_or(Code::Unreachable, |refusal| refusal.code))
}
