//! The desk's devices against a real sound server: a private PulseAudio whose sinks stand for the
//! headset and the ringer. What is heard where is told by frequency and level.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use client::device::{
    Absent, Change, Held, Ringer, Side, Stream, Wanted, Wish, open_input, open_output, seen,
};
use media::pcm;
use media::tone::{Sine, goertzel};

/// The first stroke of the ring (G5), and a tone for the headset.
const FIRST_STROKE_HZ: f64 = 783.99;
const VOICE_HZ: f64 = 440.0;
/// How long a sink may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// A child that does not outlive its test.
struct Tool(Child);

impl Drop for Tool {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after the wait.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A private sound server.
struct Sound {
    _server: Tool,
    folder: PathBuf,
}

impl Drop for Sound {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Sound {
    fn open() -> Sound {
        let folder = std::env::temp_dir().join(format!("kenmu-ring-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("native");
        let sink = |name: &str| format!("--load=module-null-sink sink_name={name} rate=48000 channels=1");
        let server = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--log-level=error"])
            .arg(format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()))
            .args([sink("headset"), sink("ringer"), sink("voice")])
            .arg("--load=module-remap-source source_name=microphone master=voice.monitor channels=1")
            .env("PULSE_RUNTIME_PATH", &folder)
            .env("HOME", &folder)
            .stderr(Stdio::null())
            .spawn()
            .expect("PulseAudio is installed");
        let sound = Sound { _server: Tool(server), folder };
        // SAFETY: this test is alone in its process and has started no thread yet.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var("PULSE_SERVER", format!("unix:{}", socket.display()));
        }
        let begun = Instant::now();
        while !sound.tool("pactl", &["info"]).status().is_ok_and(|status| status.success()) {
            assert!(begun.elapsed() < PATIENCE, "the sound server does not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        sound
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(name);
        command.args(arguments).env("HOME", &self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The number of the module that made a sink.
    fn sink_module(&self, sink: &str) -> String {
        let listed =
            self.tool("pactl", &["list", "short", "modules"]).stdout(Stdio::piped()).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let line = listed.lines().find(|line| line.contains(&format!("sink_name={sink} "))).unwrap();
        line.split_whitespace().next().unwrap().to_owned()
    }

    fn record(&self, sink: &str) -> Recorder {
        let device = format!("--device={sink}.monitor");
        let arguments =
            [&device, "--rate=48000", "--channels=1", "--format=s16le", "--latency-msec=10", "--raw"];
        let mut child = self.tool("parec", &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let (blocks, heard) = mpsc::channel();
        std::thread::spawn(move || {
            let mut block = [0u8; 960];
            while out.read_exact(&mut block).is_ok() {
                let (pairs, _) = block.as_chunks::<2>();
                let samples: Vec<i16> = pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
                if blocks.send(samples).is_err() {
                    return;
                }
            }
        });
        let recorder = Recorder { _tool: Tool(child), heard };
        // The first block shows that the recorder runs.
        recorder.heard.recv_timeout(PATIENCE).expect("a null sink gives silence");
        recorder
    }
}

/// Blocks of 10 ms of what a sink plays.
struct Recorder {
    _tool: Tool,
    heard: mpsc::Receiver<Vec<i16>>,
}

impl Recorder {
    /// What was heard until now; the past is forgotten.
    fn forget(&self) {
        while self.heard.try_recv().is_ok() {}
    }

    /// How long from now until something is heard.
    fn until_sound(&self) -> Option<Duration> {
        let begun = Instant::now();
        while let Some(left) = PATIENCE.checked_sub(begun.elapsed()) {
            let block = self.heard.recv_timeout(left).ok()?;
            if pcm::rms_dbfs(&block) > -50.0 {
                return Some(begun.elapsed());
            }
        }
        None
    }

    fn listen(&self, ms: u64) -> Vec<i16> {
        self.forget();
        let blocks = ms.div_ceil(10) as usize;
        let heard = std::iter::from_fn(|| self.heard.recv_timeout(PATIENCE).ok());
        heard.take(blocks).flatten().collect()
    }
}

/// The chosen device is open.
const FOUND: Change = Change::Opened { substitute: false };

fn named(name: &str) -> Wanted {
    Wanted::Named(name.into())
}

fn opened(held: &mut Held, wanted: &str, open: impl Fn(&Wanted) -> Result<Stream, Absent>) -> Change {
    held.tend(Instant::now(), &named(wanted), open)
}

/// A steady tone out of a loudspeaker.
fn sing(wanted: &Wanted) -> Result<Stream, Absent> {
    open_output(wanted, || {
        let mut sine = Sine::new(VOICE_HZ, 0.25);
        move |samples: &mut [i16]| samples.iter_mut().for_each(|sample| *sample = sine.sample())
    })
}

/// What a microphone hears, block by block.
fn listen(wanted: &Wanted, blocks: &mpsc::SyncSender<Vec<i16>>) -> Result<Stream, Absent> {
    let blocks = blocks.clone();
    open_input(wanted, move || {
        let blocks = blocks.clone();
        move |samples: &[i16]| drop(blocks.try_send(samples.to_vec()))
    })
}

#[test]
fn each_sound_goes_to_its_own_device_and_a_lost_device_comes_back() {
    let sound = Sound::open();
    let (headset, ringer) = (sound.record("headset"), sound.record("ringer"));
    ring_is_heard_on_the_ringer_only(&headset, &ringer);
    voice_is_heard_on_the_headset_only(&headset, &ringer);
    microphone_is_heard(&sound);
    absent_device_is_told(&sound);
    unplugged_headset_is_replaced_and_comes_back(&sound);
    a_look_at_the_devices_leaves_no_connection_behind(&sound);
}

fn ring_is_heard_on_the_ringer_only(headset: &Recorder, ringer: &Recorder) {
    let (told, found) = mpsc::channel();
    let wish = Arc::new(Wish::new(named("ringer")));
    let bell = Ringer::start(wish, move |missing| told.send(missing).unwrap()).unwrap();
    // A sound server that is just starting may be found at the second try.
    while found.recv_timeout(PATIENCE).expect("the ringer is found") {}
    let mut starts = Vec::new();
    for _ in 0..5 {
        std::thread::sleep(Duration::from_millis(400));
        ringer.forget();
        headset.forget();
        bell.ring(true);
        starts.push(ringer.until_sound().expect("the ring is heard"));
        let heard = ringer.listen(120);
        assert!(goertzel(&heard, FIRST_STROKE_HZ) > 0.02, "the ring begins with its first stroke");
        assert!(pcm::rms_dbfs(&headset.listen(100)) < -80.0, "plugged_later ear is rung into");
        bell.ring(false);
        std::thread::sleep(Duration::from_millis(150));
        assert!(pcm::rms_dbfs(&ringer.listen(200)) < -80.0, "a stopped ring is silent");
    }
    starts.sort();
    println!("ring_start_ms\t{:?}", starts.iter().map(Duration::as_millis).collect::<Vec<_>>());
    assert!(starts[2] <= Duration::from_millis(100), "device and recorder included: {starts:?}");
}

/// The tone's amplitude in the best tenth of a second: a busy machine may skip a beat, which is not the
/// question here.
fn loudest(samples: &[i16]) -> f64 {
    samples.chunks_exact(4_800).map(|part| goertzel(part, VOICE_HZ)).fold(0.0, f64::max)
}

fn voice_is_heard_on_the_headset_only(headset: &Recorder, ringer: &Recorder) {
    let mut held = Held::new(Duration::ZERO);
    assert_eq!(opened(&mut held, "headset", sing), FOUND);
    assert!(pcm::rms_dbfs(&headset.listen(200)) < -80.0, "an opened device rests");
    assert!(held.flow(Instant::now(), true));
    headset.until_sound().expect("the voice is heard");
    assert!(loudest(&headset.listen(300)) > 0.2);
    assert!(pcm::rms_dbfs(&ringer.listen(100)) < -80.0);
    assert!(held.flow(Instant::now(), false));
    std::thread::sleep(Duration::from_millis(100));
    assert!(pcm::rms_dbfs(&headset.listen(200)) < -80.0, "a resting device is silent");
}

fn microphone_is_heard(sound: &Sound) {
    let mut speech = Held::new(Duration::ZERO);
    assert_eq!(opened(&mut speech, "voice", sing), FOUND);
    assert!(speech.flow(Instant::now(), true));
    let (blocks, heard) = mpsc::sync_channel(1_000);
    let mut microphone = Held::new(Duration::ZERO);
    let listen = |wanted: &Wanted| listen(wanted, &blocks);
    assert_eq!(opened(&mut microphone, "microphone", listen), FOUND);
    assert!(microphone.flow(Instant::now(), true));
    let mut samples = Vec::new();
    while samples.len() < 48_000 {
        samples.extend(heard.recv_timeout(PATIENCE).expect("the microphone gives samples"));
    }
    assert!(loudest(&samples[24_000..]) > 0.2);
    lost_device_is_noticed(sound, &mut microphone, &blocks);
}

fn lost_device_is_noticed(sound: &Sound, microphone: &mut Held, blocks: &mpsc::SyncSender<Vec<i16>>) {
    let open = |wanted: &Wanted| listen(wanted, blocks);
    assert!(sound.tool("pactl", &["unload-module", "module-remap-source"]).status().unwrap().success());
    // What is left are the sinks' monitors, and none of them is a microphone.
    wait_for(Change::Missing, microphone, "microphone", open);
    let module = [
        "load-module",
        "module-remap-source",
        "source_name=microphone",
        "master=voice.monitor",
        "channels=1",
    ];
    assert!(sound.tool("pactl", &module).status().unwrap().success());
    wait_for(FOUND, microphone, "microphone", open);
}

fn wait_for(
    change: Change,
    held: &mut Held,
    wanted: &str,
    open: impl Fn(&Wanted) -> Result<Stream, Absent>,
) -> Duration {
    let begun = Instant::now();
    while opened(held, wanted, &open) != change {
        assert!(begun.elapsed() < PATIENCE, "{change:?} never came");
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{change:?}_ms\t{}", begun.elapsed().as_millis());
    begun.elapsed()
}

fn absent_device_is_told(sound: &Sound) {
    let (told, found) = mpsc::channel();
    let wish = Arc::new(Wish::new(named("plugged_later")));
    let bell = Ringer::start(wish, move |missing| told.send(missing).unwrap()).unwrap();
    assert_eq!(found.recv_timeout(PATIENCE), Ok(true), "a missing ringer is told");
    bell.ring(true);
    let module = ["load-module", "module-null-sink", "sink_name=plugged_later", "rate=48000"];
    assert!(sound.tool("pactl", &module).status().unwrap().success());
    assert_eq!(found.recv_timeout(PATIENCE), Ok(false), "and one that is plugged in later is found");
    assert!(sound.record("plugged_later").until_sound().is_some(), "it rings although the offer came first");
}

/// A sound server kills a stream with its device, or moves it quietly when it was told to rescue streams.
fn unplugged_headset_is_replaced_and_comes_back(sound: &Sound) {
    for rescue in [false, true] {
        let pactl = |arguments: &[&str]| assert!(sound.tool("pactl", arguments).status().unwrap().success());
        if rescue {
            pactl(&["load-module", "module-rescue-streams"]);
        }
        let load = ["load-module", "module-null-sink", "sink_name=usb", "rate=44100", "channels=2"];
        pactl(&load);
        pactl(&["set-default-sink", "headset"]);
        let headset = sound.record("headset");
        let mut held = Held::new(Duration::ZERO);
        assert_eq!(opened(&mut held, "usb", sing), FOUND);
        held.flow(Instant::now(), true);
        // A device that breaks right after its start is not tried in a loop.
        std::thread::sleep(Duration::from_millis(1_100));
        let number = sound.sink_module("usb");
        pactl(&["unload-module", &number]);
        let took = wait_for(Change::Opened { substitute: true }, &mut held, "usb", sing);
        held.flow(Instant::now(), true);
        headset.until_sound().expect("what is left takes over");
        assert!(took <= Duration::from_millis(1_000), "{took:?}");
        pactl(&load);
        let took = wait_for(FOUND, &mut held, "usb", sing);
        held.flow(Instant::now(), true);
        assert!(took <= Duration::from_millis(2_000), "{took:?}");
        assert!(sound.record("usb").until_sound().is_some(), "the chosen one is used again");
        let number = sound.sink_module("usb");
        drop(held);
        pactl(&["unload-module", &number]);
    }
}

/// A sound server takes 64 clients, and an open check looks every other second.
fn a_look_at_the_devices_leaves_no_connection_behind(sound: &Sound) {
    let clients = || {
        let listed = sound.tool("pactl", &["list", "short", "clients"]).stdout(Stdio::piped()).output();
        String::from_utf8(listed.unwrap().stdout).unwrap().lines().count()
    };
    let before = clients();
    for _ in 0..20 {
        assert!(!seen(Side::Output).is_empty());
        assert!(!seen(Side::Input).is_empty());
    }
    assert!(clients() <= before + 1, "{before} clients became {}", clients());
}
