//! A telephone network for the tests: SIPp for the calls, sockets of our own for the sound, and the stack between.

#![allow(dead_code, reason = "each test program uses its own part of this")]

pub mod dialling;
pub mod sipp;
pub mod sound;
pub mod stream;
pub mod wire;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use desk::centre::CallOver;
use desk::ids::CallId;
use exchange::sip::{CallNews, PhoneLeg, SipConfig, Stack};
use link::state::{Caller, Digit, TrunkState};
use tokio::sync::mpsc;

/// Two cores and a full test run: a word may take seconds.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Ports for sound, some for each test.
static NEXT_PORTS: AtomicU16 = AtomicU16::new(43_000);

/// A running telephone side and its news.
pub struct House {
    pub stack: Stack,
    pub at: SocketAddr,
    news: mpsc::Receiver<CallNews>,
    /// Calls that were made.
    made: u64,
}

/// A call that came in.
pub struct Ringing {
    pub call: CallId,
    pub caller: Caller,
    pub leg: Arc<PhoneLeg>,
}

/// A trunk for everybody on 127.0.0.1, and what the test adds to it.
pub async fn house(trunk: &str) -> House {
    house_with("listen = ['udp:127.0.0.1:0']", &format!("addresses = ['127.0.0.1']\n{trunk}")).await
}

/// A house with its doors and its one trunk as written.
pub async fn house_with(doors: &str, trunk: &str) -> House {
    house_of(doors, &format!("[[trunk]]\nname = 'main'\n{trunk}")).await
}

/// A house with everything but its ports as written.
pub async fn house_of(doors: &str, trunks: &str) -> House {
    let first = NEXT_PORTS.fetch_add(200, Ordering::Relaxed);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sip.toml");
    let text = format!("{doors}\nrtp_ports = '{first}-{}'\n{trunks}\n", first + 199);
    std::fs::write(&file, text).expect("written");
    let config = SipConfig::read(&file).expect("a good file");
    let (told, news) = mpsc::channel(1_024);
    let stack = Stack::start(config, told).await.expect("it starts");
    let at = stack.doors()[0];
    House { stack, at, news, made: 0 }
}

impl House {
    /// The next news.
    pub async fn next(&mut self) -> CallNews {
        tokio::time::timeout(PATIENCE, self.news.recv())
            .await
            .expect("news in time")
            .expect("the stack lives")
    }

    /// The next news but the trunks'.
    pub async fn next_of_calls(&mut self) -> CallNews {
        loop {
            match self.next().await {
                CallNews::Trunks(_) => {}
                news => return news,
            }
        }
    }

    /// The next call.
    pub async fn call(&mut self) -> Ringing {
        match self.next_of_calls().await {
            CallNews::Incoming { call, caller, leg, trunk } => {
                assert_eq!(trunk, "main");
                Ringing { call, caller, leg }
            }
            _ => panic!("not a call"),
        }
    }

    /// How the call ends.
    pub async fn over(&mut self, which: CallId) -> CallOver {
        loop {
            match self.next_of_calls().await {
                CallNews::Over { call, how } if call == which => return how,
                CallNews::Digit { .. } => {}
                _ => panic!("not the end"),
            }
        }
    }

    /// The same, whatever becomes of other calls.
    pub async fn over_among_others(&mut self, which: CallId) -> CallOver {
        loop {
            match self.next().await {
                CallNews::Over { call, how } if call == which => return how,
                CallNews::Over { .. }
                | CallNews::Incoming { .. }
                | CallNews::Digit { .. }
                | CallNews::Dialling { .. }
                | CallNews::Dialled { .. }
                | CallNews::Trunks(_) => {}
            }
        }
    }

    /// The next key.
    pub async fn digit(&mut self) -> Digit {
        match self.next_of_calls().await {
            CallNews::Digit { digit, .. } => digit,
            _ => panic!("not a key"),
        }
    }

    /// Waits until the trunk is up, or down.
    pub async fn trunk(&mut self, up: bool) {
        loop {
            if let CallNews::Trunks(states) = self.next().await
                && states == [TrunkState { name: "main".into(), up }]
            {
                return;
            }
        }
    }

    /// Nothing comes for this long.
    pub async fn silent(&mut self, length: Duration) {
        while let Ok(Some(news)) = tokio::time::timeout(length, self.news.recv()).await {
            assert!(matches!(news, CallNews::Trunks(_)), "something came");
        }
    }

    /// Waits until nothing is left of any call.
    pub async fn empty(&self) {
        let all_gone = async {
            while self.stack.calls() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, all_gone).await.expect("all calls are freed");
    }
}
