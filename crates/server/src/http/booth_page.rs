//! The booth's page, as files. Knows no booth.

use std::path::Path;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_response;
use axum::response::Response;
use tower_http::services::ServeDir;

/// Scripts, styles, workers and sockets from this server alone and none written into the page; the picture
/// comes as a stream.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     media-src 'self' blob: mediastream:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
/// What a talk and a shared window need, and nothing else of the machine.
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), fullscreen=(self), \
     screen-wake-lock=(self), geolocation=(), usb=(), serial=(), hid=(), bluetooth=(), midi=(), payment=()",
);
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Where the page's service worker (`/booth/sw.js`) may work: on the page, and nowhere else of this server.
const SCOPE: HeaderValue = HeaderValue::from_static("/booth/");
const WORKER_ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");
/// Once this server was reached by TLS, a year long by nothing else.
const TLS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What is wrong with a folder that should hold the page, and what to do; none when it is there. A server
/// without booths works without it, so that this is a warning.
pub(crate) fn missing(folder: &Path) -> Option<String> {
    let index = folder.join("index.html");
    (!index.is_file()).then(|| {
        format!(
            "{} is not there: /booth/ answers 404 and no booth can call. Build the page (`npm run build` in \
             ui) and name its folder (booth_page, --booth-page or KENMU_BOOTH_PAGE)",
            index.display()
        )
    })
}

/// Serves a folder; `secure`: by TLS.
pub(super) fn service(folder: &Path, secure: bool) -> Router {
    let files = Router::new().fallback_service(ServeDir::new(folder));
    files.layer(map_response(move |response| std::future::ready(with_headers(response, secure))))
}

fn with_headers(mut response: Response, secure: bool) -> Response {
    let headers = response.headers_mut();
    let is_html = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // A new version of the page must reach a kiosk at its next reload; its parts carry their hash in
    // their names, and are asked for again cheaply.
    let cache = if is_html { "no-store" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
    headers.insert(WORKER_ALLOWED, SCOPE);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_page_is_told_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let words = missing(folder.path()).unwrap();
        assert!(words.contains("index.html") && words.contains("KENMU_BOOTH_PAGE"), "{words}");
        std::fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        assert_eq!(missing(folder.path()), None);
    }
}
