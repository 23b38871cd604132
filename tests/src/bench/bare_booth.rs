//! A booth as a program: enrolled like a page, with a key of its own, but with no browser.

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use link::line::{self, Line, LineEvent};
use link::message::{BoothSays, Challenge, Enrol, EnrolCode, LegOffer, LegSignal, Who};
use link::state::{BoothChange, BoothContactState, BoothState};
use peer::{Events, Leg, Port};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use tokio::sync::mpsc;

use crate::centre::Centre;

/// Its line, and the leg that stands on it.
pub struct BareBooth {
    line: Line<BoothSays>,
    heard: mpsc::Receiver<LineEvent<BoothState, BoothChange, LegSignal>>,
    _port: Port,
}

impl BareBooth {
    /// Enrols, connects and opens a leg; gives what to send on.
    ///
    /// # Errors
    /// When the server or the exchange refuses.
    pub async fn open(centre: &Centre, name: &str) -> Result<(BareBooth, Leg, Events)> {
        let who = enrolled(centre, name).await?;
        let url = format!("ws://127.0.0.1:{}/link", centre.port);
        let (line, heard) = line::open(line::Config { url, who, tls: None });
        let loopback = std::net::IpAddr::from([127, 0, 0, 1]);
        let port = Port::bind((loopback, 0).into(), vec![loopback]).await.context("a media port")?;
        let (leg, sdp, events) = Leg::offer(&port).await.context("offer a leg")?;
        let mut booth = BareBooth { line, heard, _port: port };
        booth.say(BoothSays::Sdp(LegOffer { leg: 1, restart: false, sdp }))?;
        let answer = booth.answer().await?;
        leg.take_answer(&answer).await.context("take the exchange's answer")?;
        Ok((booth, leg, events))
    }

    /// Calls an operator.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn ring(&self) -> Result<()> {
        self.say(BoothSays::Ring)
    }

    /// Waits until the talk is over.
    ///
    /// # Errors
    /// When the line ends first.
    pub async fn ended(&mut self) -> Result<()> {
        while let Some(event) = self.heard.recv().await {
            if let LineEvent::Change { change: BoothChange::Contact(Some(contact)), .. } = event
                && matches!(contact.state, BoothContactState::Ended { .. })
            {
                return Ok(());
            }
        }
        bail!("the booth's line ended");
    }

    fn say(&self, body: BoothSays) -> Result<()> {
        self.line.say(body).map(drop).context("the booth's line takes words")
    }

    async fn answer(&mut self) -> Result<String> {
        while let Some(event) = self.heard.recv().await {
            match event {
                LineEvent::Signal(LegSignal::Answer { sdp, .. }) => return Ok(sdp),
                LineEvent::Signal(LegSignal::Refused { code, .. }) | LineEvent::Refused(code) => {
                    bail!("refused: {code:?}")
                }
                _ => {}
            }
        }
        bail!("the booth's line ended");
    }
}

/// Makes a key, has it approved and signs a challenge with it.
///
/// # Errors
/// When the server refuses.
pub async fn enrolled(centre: &Centre, name: &str) -> Result<Who> {
    let random = SystemRandom::new();
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let refused = |_| anyhow::anyhow!("no key can be made");
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(refused)?;
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random)
        .map_err(|fault| anyhow::anyhow!("a key of our own is refused: {fault}"))?;
    let public_key = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let http = reqwest::Client::new();
    let body = link::json::encode(&Enrol { public_key: public_key.clone() });
    let told = http
        .post(format!("{}/api/booth/enrol", centre.address()))
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await?;
    ensure!(told.status().is_success(), "the enrolment was refused: {}", told.status());
    let EnrolCode { code, .. } = link::json::decode(&told.text().await?).context("a code")?;
    centre.ask(&["booth", "approve", &code, "--name", name], "").await?;
    let address = format!("{}/api/booth/challenge?key={public_key}", centre.address());
    let told = http.get(address).send().await?.text().await?;
    let Challenge { challenge, booth } = link::json::decode(&told).context("a challenge")?;
    let booth = booth.context("the booth was just approved")?;
    let signature = pair.sign(&random, challenge.as_bytes()).map_err(refused)?;
    Ok(Who::Booth { booth, challenge, signature: URL_SAFE_NO_PAD.encode(signature.as_ref()) })
}
