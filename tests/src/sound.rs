//! A sound server of this run's own: sinks stand for loudspeakers and ringers, a fed source for a
//! microphone. What a sink plays is recorded with the time of each sample.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::child::{Child, Start, Variables};
use crate::wait::until;

/// Samples per second of everything here.
pub const RATE: u32 = 48_000;

/// A private PulseAudio.
pub struct Sound {
    folder: PathBuf,
    socket: PathBuf,
    _server: Child,
}

impl Sound {
    /// Starts a server with these sinks, and a microphone `NAME` fed by the sink `NAME_feed` for each
    /// name in `microphones`.
    ///
    /// # Errors
    /// When PulseAudio is missing or does not come up.
    pub async fn open(folder: &Path, sinks: &[&str], microphones: &[&str]) -> Result<Sound> {
        let socket = folder.join("pulse.socket");
        let runtime = folder.join("pulse");
        std::fs::create_dir_all(&runtime)?;
        let mut modules =
            vec![format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display())];
        // A null sink follows the smallest latency that a client asks for; the recorder asks for 20 ms.
        for sink in sinks {
            modules.push(format!("module-null-sink sink_name={sink} rate={RATE} channels=1"));
        }
        for microphone in microphones {
            modules.push(format!("module-null-sink sink_name={microphone}_feed rate={RATE} channels=1"));
            modules.push(format!(
                "module-remap-source source_name={microphone} master={microphone}_feed.monitor channels=1"
            ));
        }
        let server = Start::new("pulseaudio", "pulseaudio", folder)
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=notice"])
            .args(modules.iter().map(|module| format!("--load={module}")))
            .env("PULSE_RUNTIME_PATH", &runtime)
            .env("HOME", folder)
            .start()?;
        let sound = Sound { folder: folder.to_owned(), socket, _server: server };
        until("the sound server answers", Duration::from_secs(15), || async {
            sound.tool("pactl").args(["info"]).start().ok()?.ended_well().await.then_some(())
        })
        .await?;
        Ok(sound)
    }

    /// What a program needs to use this server.
    pub fn variables(&self) -> Variables {
        Variables::from([
            ("PULSE_SERVER".to_owned(), Some(format!("unix:{}", self.socket.display()))),
            ("PULSE_LATENCY_MSEC".to_owned(), None),
        ])
    }

    fn tool(&self, name: &str) -> Start {
        Start::new(name, name, &self.folder).envs(&self.variables())
    }

    /// Pulls a sink or source out, as a plug that is drawn. Streams on it end.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn unplug(&self, name: &str) -> Result<()> {
        let told = self.ask(&["list", "short", "modules"])?;
        let own = told.lines().find(|line| {
            line.contains(&format!("sink_name={name} ")) || line.contains(&format!("source_name={name} "))
        });
        let number = own.and_then(|line| line.split_whitespace().next());
        let number = number.with_context(|| format!("no device {name} among:\n{told}"))?;
        self.ask(&["unload-module", number]).map(|_| ())
    }

    /// Puts a loudspeaker in (again).
    ///
    /// # Errors
    /// When the sound server refuses.
    pub fn plug_speaker(&self, name: &str) -> Result<()> {
        let [rate, sink] = [format!("rate={RATE}"), format!("sink_name={name}")];
        self.ask(&["load-module", "module-null-sink", &sink, &rate, "channels=1"]).map(|_| ())
    }

    /// Puts a microphone in (again), fed by the sink `NAME_feed`.
    ///
    /// # Errors
    /// When the sound server refuses.
    pub fn plug_microphone(&self, name: &str) -> Result<()> {
        let [source, master] = [format!("source_name={name}"), format!("master={name}_feed.monitor")];
        self.ask(&["load-module", "module-remap-source", &source, &master, "channels=1"]).map(|_| ())
    }

    fn ask(&self, words: &[&str]) -> Result<String> {
        let done = std::process::Command::new("pactl")
            .env("PULSE_SERVER", format!("unix:{}", self.socket.display()))
            .args(words)
            .output()
            .context("start pactl")?;
        ensure!(done.status.success(), "pactl {words:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Plays a steady tone into a sink until dropped: one unbroken stream, so that every gap that is
    /// heard elsewhere was made on the way.
    ///
    /// # Errors
    /// When the player cannot be started.
    pub fn play_tone(&self, sink: &str, hz: f64) -> Result<Child> {
        let mut child = self
            .tool("pacat")
            .args([
                "--playback",
                &format!("--device={sink}"),
                &format!("--rate={RATE}"),
                "--channels=1",
                "--format=s16le",
                "--latency-msec=30",
                "--raw",
            ])
            .piped()?;
        let (mut stdin, mut stdout) = child.pipes().context("the player was started with pipes")?;
        tokio::spawn(async move { tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await });
        tokio::spawn(async move {
            // One second holds whole periods of any whole frequency, so that it repeats without a seam.
            let second: Vec<u8> =
                tone(hz.round(), 1).iter().flat_map(|sample| sample.to_le_bytes()).collect();
            while stdin.write_all(&second).await.is_ok() {}
        });
        Ok(child)
    }

    /// Records what a sink plays from now on.
    ///
    /// # Errors
    /// When the recorder cannot be started.
    pub fn record(&self, sink: &str) -> Result<Recording> {
        let mut child = self
            .tool("parec")
            .args([
                &format!("--device={sink}.monitor"),
                &format!("--rate={RATE}"),
                "--channels=1",
                "--format=s16le",
                "--latency-msec=20",
                "--raw",
            ])
            .piped()?;
        let (_, mut stdout) = child.pipes().context("the recorder was started with pipes")?;
        let tape = Arc::new(Mutex::new(Tape::default()));
        let writer = Arc::clone(&tape);
        tokio::spawn(async move {
            let mut chunk = vec![0_u8; 8192];
            let mut odd = None;
            while let Ok(read) = stdout.read(&mut chunk).await {
                if read == 0 {
                    return;
                }
                let now = now_ms();
                let mut tape = writer.lock().expect("the tape is never left broken");
                tape.append(&chunk[..read], &mut odd, now);
            }
        });
        Ok(Recording { tape, _child: child })
    }
}

#[derive(Default)]
struct Tape {
    samples: Vec<i16>,
    /// When the first sample was made, wall clock in ms: the earliest time that any chunk allows.
    began_ms: Option<f64>,
}

impl Tape {
    fn append(&mut self, bytes: &[u8], odd: &mut Option<u8>, now_ms: f64) {
        let mut bytes = odd.take().into_iter().chain(bytes.iter().copied());
        while let Some(low) = bytes.next() {
            match bytes.next() {
                Some(high) => self.samples.push(i16::from_le_bytes([low, high])),
                None => *odd = Some(low),
            }
        }
        let began = now_ms - self.samples.len() as f64 * 1000.0 / f64::from(RATE);
        self.began_ms = Some(self.began_ms.map_or(began, |before| before.min(began)));
    }
}

/// A recording that goes on until it is dropped.
pub struct Recording {
    tape: Arc<Mutex<Tape>>,
    _child: Child,
}

/// A stretch of recorded sound.
#[derive(Clone)]
pub struct Clip {
    /// Mono samples at [`RATE`].
    pub samples: Vec<i16>,
    /// The wall clock at the first sample, ms since 1970.
    pub began_ms: f64,
}

impl Recording {
    /// Everything so far.
    pub fn clip(&self) -> Clip {
        let tape = self.tape.lock().expect("the tape is never left broken");
        Clip { samples: tape.samples.clone(), began_ms: tape.began_ms.unwrap_or_else(now_ms) }
    }
}

impl Clip {
    /// The part from `from_ms` (wall clock) on, at most `length_ms` long.
    pub fn part(&self, from_ms: f64, length_ms: f64) -> Clip {
        let per_ms = f64::from(RATE) / 1000.0;
        let from = (((from_ms - self.began_ms) * per_ms).max(0.0) as usize).min(self.samples.len());
        let to = (from + (length_ms * per_ms) as usize).min(self.samples.len());
        Clip { samples: self.samples[from..to].to_vec(), began_ms: self.began_ms + from as f64 / per_ms }
    }

    /// The same sound at one loudness: a browser's noise suppression turns a steady tone down over
    /// seconds, which is no gap. Loudness is the highest level within 300 ms; silence stays silent.
    pub fn levelled(&self) -> Vec<i16> {
        const BLOCK: usize = 480;
        const AROUND: usize = 30;
        const FLOOR: u16 = 100;
        let peak = |block: &[i16]| block.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
        let peaks: Vec<u16> = self.samples.chunks(BLOCK).map(peak).collect();
        let loudness = |n: usize| {
            let around = &peaks[n.saturating_sub(AROUND)..(n + AROUND + 1).min(peaks.len())];
            i32::from(around.iter().copied().max().unwrap_or(0).max(FLOOR))
        };
        let blocks = self.samples.chunks(BLOCK).enumerate();
        blocks
            .flat_map(|(n, block)| {
                let loud = loudness(n);
                block.iter().map(move |sample| (i32::from(*sample) * 8192 / loud) as i16)
            })
            .collect()
    }

    /// Seconds of sound.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE)
    }
}

/// The wall clock in ms since 1970.
pub fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}

/// A tone as mono samples at [`RATE`], a quarter of full level.
pub fn tone(hz: f64, seconds: u32) -> Vec<i16> {
    let sample = |n: u32| (f64::from(n) * hz * std::f64::consts::TAU / f64::from(RATE)).sin() * 8192.0;
    (0..RATE * seconds).map(|n| sample(n) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::tone;

    #[test]
    fn a_tone_that_fades_has_no_gap_and_a_hole_in_it_is_one() {
        let fading = |n: usize, sample: i16| (f64::from(sample) * (1.0 - n as f64 / 120_000.0)) as i16;
        let mut samples: Vec<i16> =
            super::tone(440.0, 2).into_iter().enumerate().map(|(n, s)| fading(n, s)).collect();
        let gaps = |samples: &[i16]| {
            let clip = Clip { samples: samples.to_vec(), began_ms: 0.0 };
            tone::gaps(&clip.levelled(), 440.0).iter().map(|gap| gap.len_ms).max().unwrap_or(0)
        };
        assert_eq!(gaps(&samples), 0);
        samples[48_000..48_000 + 7_200].fill(0);
        assert!((140..=160).contains(&gaps(&samples)), "a hole of 150 ms: {}", gaps(&samples));
    }
}
