//! An operator's end of a warm line without a desk: it speaks G.711 and counts what it hears.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use media::g711::{Law, encode};
use media::tone::Sine;
use peer::{Codec, Event, Events, Leg, Port, Rtp, Track};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::phone::voice::Packets;

/// One packet: 20 ms, of 8 kHz and at the warm line's clock.
const EVERY: Duration = Duration::from_millis(20);
const SAMPLES: usize = 160;
const TICKS: u32 = 960;

/// The end of one line.
pub struct WarmLine {
    leg: Leg,
    sent: Arc<AtomicU64>,
    heard: Arc<AtomicU64>,
    tasks: [JoinHandle<()>; 2],
    _port: Port,
}

impl Drop for WarmLine {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl WarmLine {
    /// Makes the end and its offer; it speaks once the line stands.
    ///
    /// # Errors
    /// When the port or the leg cannot be opened.
    pub async fn offer() -> Result<(WarmLine, String)> {
        let loopback = IpAddr::from([127, 0, 0, 1]);
        let port = Port::bind((loopback, 0).into(), vec![loopback]).await.context("a media port")?;
        let (leg, sdp, events) = Leg::offer(&port).await.context("offer a leg")?;
        let (sent, heard) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let tasks = [
            tokio::spawn(speak(leg.clone(), Arc::clone(&sent))),
            tokio::spawn(listen(events, Arc::clone(&heard))),
        ];
        Ok((WarmLine { leg, sent, heard, tasks, _port: port }, sdp))
    }

    /// Takes the other side's answer.
    ///
    /// # Errors
    /// When it is none.
    pub async fn take_answer(&self, sdp: &str) -> Result<()> {
        self.leg.take_answer(sdp).await.context("take the answer")
    }

    /// Its packets of sound so far.
    pub fn packets(&self) -> Packets {
        Packets { sent: self.sent.load(Ordering::Relaxed), heard: self.heard.load(Ordering::Relaxed) }
    }

    /// Ends the line.
    pub async fn close(self) {
        self.leg.clone().close().await;
    }
}

async fn speak(leg: Leg, sent: Arc<AtomicU64>) {
    let samples: Vec<i16> = Sine::new(440.0 * 6.0, 0.25).take_ms(20).into_iter().take(SAMPLES).collect();
    let mut packet = Rtp {
        track: Track::Audio,
        codec: Codec::Pcmu,
        marker: false,
        sequence: 1,
        timestamp: 0,
        payload: encode(Law::Mu, &samples).into(),
    };
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        ticks.tick().await;
        if leg.send(packet.clone()) {
            sent.fetch_add(1, Ordering::Relaxed);
            packet.sequence = packet.sequence.wrapping_add(1);
        }
        packet.timestamp = packet.timestamp.wrapping_add(TICKS);
    }
}

async fn listen(mut events: Events, heard: Arc<AtomicU64>) {
    while let Some(event) = events.next().await {
        if let Event::Rtp(Rtp { track: Track::Audio, codec: Codec::Pcmu, .. }) = event {
            heard.fetch_add(1, Ordering::Relaxed);
        }
    }
}
