//! baresip as a telephone that is not ours: it calls or answers by the standards as others read them, speaks a tone
//! and writes down what it hears.
//!
//! Refuses to know the exchange. What it says about a call is taken from its control socket, one netstring of JSON each.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use media::tone::{Peak, strongest_near, wav};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

use crate::authority::Authority;
use crate::child::{Child, Start};
use crate::place;
use crate::sound::RATE;
use crate::wait::until;

/// How long a step of a call may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Its tone: longer than any call here, because it stops at the end of its file.
const TONE_S: u32 = 120;
/// The head of a WAV file of PCM.
const HEAD: usize = 44;
/// How much of what is heard is looked at, samples at [`RATE`]: half a second.
const LATEST: usize = RATE as usize / 2;
/// A tone that is there is louder than this.
const HEARD_DBFS: f32 = -36.0;
/// It is within this of the frequency that was played.
const NEAR_HZ: f64 = 3.0;

/// What it speaks, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// G.711 μ-law.
    Pcmu,
    /// Opus.
    Opus,
}

impl Speaks {
    fn rate(self) -> u32 {
        match self {
            Speaks::Pcmu => 8_000,
            Speaks::Opus => 48_000,
        }
    }

    fn module(self) -> &'static str {
        match self {
            Speaks::Pcmu => "g711.so",
            Speaks::Opus => "opus.so",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Speaks::Pcmu => "pcmu",
            Speaks::Opus => "opus/48000/2",
        }
    }
}

/// How it is set up.
pub struct Kind<'a> {
    /// Its number.
    pub number: &'a str,
    /// What it speaks.
    pub speaks: Speaks,
    /// Its own tone.
    pub hz: f64,
    /// With a certificate it calls over TLS and its sound is encrypted, or there is no call.
    pub secret: Option<&'a Authority>,
}

/// A running telephone.
pub struct Baresip {
    folder: PathBuf,
    speaks: Speaks,
    transport: &'static str,
    /// Where it is called over UDP; over TLS it is the next port.
    port: u16,
    control: OwnedWriteHalf,
    told: Arc<Mutex<String>>,
    _child: Child,
}

impl Baresip {
    /// Starts it in a folder of its own below `folder`.
    ///
    /// # Errors
    /// When it is not installed or does not come up.
    pub async fn start(folder: &Path, name: &str, kind: &Kind<'_>) -> Result<Baresip> {
        let own = folder.join(name);
        std::fs::create_dir_all(&own).with_context(|| format!("make {}", own.display()))?;
        let (port, control) = (place::free_udp_port()?, place::free_tcp_port()?);
        write(&own, kind, (port, control))?;
        let child = Start::new(name, "baresip", folder).arg_path("-f", &own).within(&own).start()?;
        let stream = until("baresip listens", PATIENCE, || async {
            TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], control))).await.ok()
        })
        .await?;
        let (mut events, control) = stream.into_split();
        let told = Arc::new(Mutex::new(String::new()));
        let writer = Arc::clone(&told);
        tokio::spawn(async move {
            let mut chunk = [0; 4_096];
            while let Ok(length @ 1..) = events.read(&mut chunk).await {
                let text = String::from_utf8_lossy(&chunk[..length]);
                writer.lock().expect("what was told is never left broken").push_str(&text);
            }
        });
        let transport = if kind.secret.is_some() { ";transport=tls" } else { "" };
        Ok(Baresip { folder: own, speaks: kind.speaks, transport, port, control, told, _child: child })
    }

    /// Where it is called, as a SIP address.
    pub fn address(&self) -> String {
        let port = if self.transport.is_empty() { self.port } else { self.port + 1 };
        format!("sip:127.0.0.1:{port}{}", self.transport)
    }

    /// Calls a trunk.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn call(&mut self, to: SocketAddr) -> Result<()> {
        // It adds the transport of its account.
        self.command(&format!(r#"{{"command":"dial","params":"sip:0120000000@{to}"}}"#)).await
    }

    /// Hangs up.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn hang_up(&mut self) -> Result<()> {
        self.command(r#"{"command":"hangup"}"#).await
    }

    async fn command(&mut self, json: &str) -> Result<()> {
        let netstring = format!("{}:{json},", json.len());
        self.control.write_all(netstring.as_bytes()).await.context("baresip is gone")
    }

    /// Waits until it has told this many events of a kind, such as `CALL_ESTABLISHED`.
    ///
    /// # Errors
    /// When they do not come.
    pub async fn told(&self, event: &str, times: usize) -> Result<()> {
        let sign = format!("\"{event}\"");
        until(&format!("{times} times {event}"), PATIENCE, || async {
            let told = self.told.lock().expect("what was told is never left broken");
            (told.matches(&sign).count() >= times).then_some(())
        })
        .await
    }

    /// Waits until it hears a tone near this one in its running call, and gives what it hears there.
    ///
    /// # Errors
    /// When it does not hear it.
    pub async fn hears(&self, hz: f64) -> Result<Peak> {
        until(&format!("baresip hears {hz} Hz"), PATIENCE, || async {
            let heard = self.heard().ok()?;
            let latest = heard.get(heard.len().checked_sub(LATEST)?..)?;
            let peak = strongest_near(latest, hz, 50.0);
            (peak.dbfs > HEARD_DBFS && (peak.hz - hz).abs() <= NEAR_HZ).then_some(peak)
        })
        .await
    }

    /// All that it heard in its newest call, at [`RATE`].
    fn heard(&self) -> Result<Vec<i16>> {
        let mut dumps: Vec<PathBuf> = std::fs::read_dir(&self.folder)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        // Their names are times, but not of one length.
        dumps.sort_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok());
        let bytes = std::fs::read(dumps.last().context("no call yet")?)?;
        // The head is written at the end of the call: until then it tells no length.
        let body = bytes.get(HEAD..).unwrap_or_default();
        let times = (RATE / self.speaks.rate()) as usize;
        let samples = body.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
        Ok(samples.flat_map(|sample| std::iter::repeat_n(sample, times)).collect())
    }
}

fn write(own: &Path, kind: &Kind<'_>, (port, control): (u16, u16)) -> Result<()> {
    let rate = kind.speaks.rate();
    let mut sine = media::tone::Sine::new(kind.hz * f64::from(RATE) / f64::from(rate), 0.25);
    let samples: Vec<i16> = (0..rate * TONE_S).map(|_| sine.sample()).collect();
    std::fs::write(own.join("tone.wav"), wav::write(rate, &samples)).context("write the tone")?;
    let certificates = match kind.secret {
        Some(Authority { file, chain, key, .. }) => {
            let both = own.join("own.pem");
            let text = std::fs::read_to_string(key)? + &std::fs::read_to_string(chain)?;
            std::fs::write(&both, text).context("write the telephone's certificate")?;
            format!("sip_certificate {}\nsip_cafile {}\n", both.display(), file.display())
        }
        None => String::new(),
    };
    let modules: String = [kind.speaks.module(), "aufile.so", "aubridge.so", "sndfile.so", "srtp.so"]
        .map(|name| format!("module {name}\n"))
        .concat();
    let folder = own.display();
    let config = format!(
        "poll_method epoll\nsip_listen 127.0.0.1:{port}\n{certificates}net_interface 127.0.0.1\n\
         audio_source aufile,{folder}/tone.wav\naudio_player aubridge,nil\naudio_alert aubridge,nil\n\
         audio_path {folder}\nsnd_path {folder}\nopus_stereo no\nopus_sprop_stereo no\n\
         ctrl_tcp_listen 127.0.0.1:{control}\nmodule_path {}\n{modules}\
         module_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n",
        module_path()?.display(),
    );
    std::fs::write(own.join("config"), config).context("write the telephone's settings")?;
    let (transport, seal) = match kind.secret {
        Some(_) => (";transport=tls", ";mediaenc=srtp-mand"),
        None => ("", ""),
    };
    let (number, codec) = (kind.number, kind.speaks.name());
    let account =
        format!("<sip:{number}@127.0.0.1{transport}>;regint=0;answermode=auto;audio_codecs={codec}{seal}\n");
    std::fs::write(own.join("accounts"), account).context("write the telephone's account")
}

/// Where Debian keeps its modules.
fn module_path() -> Result<PathBuf> {
    let path = Path::new("/usr/lib/baresip/modules");
    ensure!(path.is_dir(), "baresip is not installed (apt package baresip-core)");
    Ok(path.to_owned())
}
