//! An authority of the city's own: HTTPS and the line believe it from its file, and nobody else.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{House, PASSWORD};
use link::line::{self, LineEvent, trust};
use link::message::{DeskSignal, OperatorSays, SignIn, SignedIn, VERSION, Who};
use link::state::{DeskChange, DeskState};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
use server::Tls;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(10);

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    file: PathBuf,
}

impl Authority {
    fn build(folder: &Path, name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let file = folder.join(name);
        std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
        Authority { issuer: Issuer::new(params, key), file }
    }

    /// A certificate for this machine.
    fn certify(&self, folder: &Path) -> Tls {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let tls = Tls { certificate: folder.join("chain.pem"), key: folder.join("key.pem") };
        std::fs::write(&tls.certificate, certificate.pem()).unwrap();
        std::fs::write(&tls.key, key.serialize_pem()).unwrap();
        tls
    }
}

fn client(ca: &Path) -> reqwest::Client {
    let trusted = rustls::ClientConfig::clone(&trust(Some(ca)).unwrap());
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(trusted).build().unwrap()
}

#[tokio::test]
async fn sign_in_and_line_work_with_the_citys_own_authority_and_with_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (own, other) =
        (Authority::build(folder.path(), "own.pem"), Authority::build(folder.path(), "other.pem"));
    let mut house = House::build();
    house.add_operator("op01", "オペレーター01");
    house.config.tls = Some(own.certify(folder.path()));
    // What is refused without a certificate is fine with one.
    house.config.listen = (Ipv4Addr::UNSPECIFIED, 0).into();
    house.start().await;
    let port = house.address().port();
    let base = format!("https://localhost:{port}");

    let asked = SignIn { name: "op01".into(), password: PASSWORD.into(), version: VERSION, take_over: false };
    let sign_in = |http: reqwest::Client| {
        http.post(format!("{base}/api/sign-in")).body(link::json::encode(&asked)).send()
    };
    let answer = sign_in(client(&own.file)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let signed_in: SignedIn = link::json::decode(&answer.text().await.unwrap()).unwrap();
    let fault = sign_in(client(&other.file)).await.unwrap_err();
    assert!(fault.is_connect(), "{fault:?}");

    let open = |ca: &Path| {
        let who = Who::Operator { token: signed_in.token.clone() };
        let url = format!("wss://localhost:{port}/link");
        let config = line::Config { url, who, tls: Some(trust(Some(ca)).unwrap()) };
        line::open::<OperatorSays, DeskState, DeskChange, DeskSignal>(config)
    };
    let (_line, mut heard) = open(&own.file);
    let first = timeout(LIMIT, heard.recv()).await.unwrap().unwrap();
    assert!(matches!(first, LineEvent::Up { .. }), "{first:?}");
    let (_line, mut heard) = open(&other.file);
    assert!(timeout(Duration::from_secs(2), heard.recv()).await.is_err(), "no word crosses");

    let page = client(&own.file).get(format!("{base}/booth/")).send().await.unwrap();
    assert!(page.headers().contains_key("strict-transport-security"));
    // Somebody who speaks plainly to this door is not heard.
    assert!(reqwest::Client::new().get(format!("http://localhost:{port}/health")).send().await.is_err());
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let own = Authority::build(folder.path(), "own.pem");
    let mut house = House::build();
    let tls = own.certify(folder.path());
    std::fs::write(&tls.key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    house.config.tls = Some(tls);
    let words = server::start(house.config.clone()).await.err().unwrap().to_string();
    assert!(words.contains("certificate or its key"), "{words}");
}
